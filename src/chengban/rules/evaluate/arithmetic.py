"""Arithmetic of FEEL: one table by operator and kinds (DMN 10.3.2.13, tables 54 to 57). None is FEEL's null."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..budget import budget
from ..temporal import (
    DAY,
    UTC,
    Date,
    DateTime,
    MonthsDuration,
    Time,
    TimeDuration,
    add_months,
    date_of_ordinal,
    datetime_of_local,
    midnight,
)
from ..unknown import Unknown, unknown_among
from ..values import decimals

_SPAN_LIMIT = 10**30


def arithmetic(operator: str, left: Any, right: Any) -> Any:
    """`left operator right`; null for kinds that the operator does not join, and for results that do not exist."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_among((left, right))
    act = _TABLE.get((operator, type(left), type(right)))
    if act is None:
        return None
    try:
        return act(left, right)
    except (decimal.DecimalException, OverflowError):
        return None


def negative(value: Any) -> Any:
    """`-value`."""
    if isinstance(value, Decimal):
        return decimals().minus(value)
    if isinstance(value, MonthsDuration):
        return MonthsDuration(-value.months)
    if isinstance(value, TimeDuration):
        return TimeDuration(-value.nanos)
    return value if isinstance(value, Unknown) else None


def power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """`base ** exponent`, exact to 34 digits."""
    if not base and not exponent:
        return Decimal(1)
    return decimals().power(base, exponent)


def _join(left: str, right: str) -> str:
    budget().fits(len(left) + len(right))
    return left + right


def _months(number: Decimal) -> MonthsDuration | None:
    return MonthsDuration(int(number)) if abs(number) < _SPAN_LIMIT else None


def _nanos(number: Decimal) -> TimeDuration | None:
    return TimeDuration(int(number)) if abs(number) < _SPAN_LIMIT else None


def _scale_months(span: MonthsDuration, factor: Decimal) -> MonthsDuration | None:
    return _months(decimals().multiply(Decimal(span.months), factor))


def _scale_time(span: TimeDuration, factor: Decimal) -> TimeDuration | None:
    return _nanos(decimals().multiply(Decimal(span.nanos), factor))


def _ratio(left: int, right: int) -> Decimal | None:
    return decimals().divide(Decimal(left), Decimal(right)) if right else None


def _date_plus_months(day: Date, span: MonthsDuration) -> Date | None:
    return add_months(day, span.months)


def _date_plus_time(day: Date, span: TimeDuration) -> Date | None:
    return date_of_ordinal((day.ordinal * DAY + span.nanos) // DAY)


def _moment_plus_months(moment: DateTime, span: MonthsDuration) -> DateTime | None:
    day = add_months(moment.date, span.months)
    return None if day is None else DateTime(day, moment.time)


def _moment_plus_time(moment: DateTime, span: TimeDuration) -> DateTime | None:
    return datetime_of_local(moment.local + span.nanos, moment.time.zone)


def _time_plus_time(clock: Time, span: TimeDuration) -> Time:
    return Time((clock.nanos + span.nanos) % DAY, clock.zone)


def _between_moments(left: DateTime, right: DateTime) -> TimeDuration | None:
    if (left.time.zone is None) != (right.time.zone is None):
        return None
    return TimeDuration(left.instant - right.instant)


def _between_times(left: Time, right: Time) -> TimeDuration | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return TimeDuration(left.key[1] - right.key[1])


def _backwards(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: act(right, left)


def _minus(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: act(left, negative(right))


_ADD: dict[tuple[type, type], Callable[[Any, Any], Any]] = {
    (Date, MonthsDuration): _date_plus_months,
    (Date, TimeDuration): _date_plus_time,
    (DateTime, MonthsDuration): _moment_plus_months,
    (DateTime, TimeDuration): _moment_plus_time,
    (Time, TimeDuration): _time_plus_time,
}
_TABLE: dict[tuple[str, type, type], Callable[[Any, Any], Any]] = {
    ("+", Decimal, Decimal): lambda a, b: decimals().add(a, b),
    ("-", Decimal, Decimal): lambda a, b: decimals().subtract(a, b),
    ("*", Decimal, Decimal): lambda a, b: decimals().multiply(a, b),
    ("/", Decimal, Decimal): lambda a, b: decimals().divide(a, b),
    ("**", Decimal, Decimal): power,
    ("+", str, str): _join,
    ("+", MonthsDuration, MonthsDuration): lambda a, b: MonthsDuration(a.months + b.months),
    ("-", MonthsDuration, MonthsDuration): lambda a, b: MonthsDuration(a.months - b.months),
    ("*", MonthsDuration, Decimal): _scale_months,
    ("*", Decimal, MonthsDuration): _backwards(_scale_months),
    ("/", MonthsDuration, Decimal): lambda a, b: _months(decimals().divide(Decimal(a.months), b)),
    ("/", MonthsDuration, MonthsDuration): lambda a, b: _ratio(a.months, b.months),
    ("+", TimeDuration, TimeDuration): lambda a, b: TimeDuration(a.nanos + b.nanos),
    ("-", TimeDuration, TimeDuration): lambda a, b: TimeDuration(a.nanos - b.nanos),
    ("*", TimeDuration, Decimal): _scale_time,
    ("*", Decimal, TimeDuration): _backwards(_scale_time),
    ("/", TimeDuration, Decimal): lambda a, b: _nanos(decimals().divide(Decimal(a.nanos), b)),
    ("/", TimeDuration, TimeDuration): lambda a, b: _ratio(a.nanos, b.nanos),
    ("-", Date, Date): lambda a, b: TimeDuration((a.ordinal - b.ordinal) * DAY),
    ("-", DateTime, DateTime): _between_moments,
    ("-", Date, DateTime): lambda a, b: _between_moments(midnight(a, UTC), b),
    ("-", DateTime, Date): lambda a, b: _between_moments(a, midnight(b, UTC)),
    ("-", Time, Time): _between_times,
    **{("+", left, right): act for (left, right), act in _ADD.items()},
    **{("+", right, left): _backwards(act) for (left, right), act in _ADD.items()},
    **{("-", left, right): _minus(act) for (left, right), act in _ADD.items()},
}
