"""Entries of contexts, and the properties of temporal values and ranges (DMN 10.3.2.5, table 65)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from ..temporal import DAY, HOUR, MINUTE, SECOND, Date, DateTime, MonthsDuration, Time, TimeDuration
from ..unknown import Unknown
from ..values import Range


def property_of(source: Any, name: str) -> Any:
    """`source.name`; of a list, the property of each item; null where there is none."""
    if isinstance(source, dict):
        return source.get(name)
    if isinstance(source, list):
        return [property_of(item, name) for item in source]
    if isinstance(source, Unknown):
        return source
    read = _PROPERTIES.get(type(source), {}).get(name)
    return None if read is None else read(source)


def _number(read: Callable[[Any], int]) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(read(value))


def _truncated(unit: int, below: int) -> Callable[[TimeDuration], Decimal]:
    """Whole units left after larger ones are taken away, with the sign of the duration."""

    def read(value: TimeDuration) -> Decimal:
        count = abs(value.nanos) % below // unit if below else abs(value.nanos) // unit
        return Decimal(-count if value.nanos < 0 else count)

    return read


def _months(divide: Callable[[int], int]) -> Callable[[MonthsDuration], Decimal]:
    return lambda value: Decimal(divide(abs(value.months)) * (-1 if value.months < 0 else 1))


def _seconds(clock: Time) -> Decimal:
    return Decimal(clock.second)


def _offset(value: Time | DateTime) -> TimeDuration | None:
    return None if value.offset is None else TimeDuration(value.offset * SECOND)


def _zone_name(clock: Time) -> str | None:
    return None if clock.zone is None else clock.zone.name


_DATE: dict[str, Callable[[Any], Any]] = {
    "year": _number(lambda day: day.year),
    "month": _number(lambda day: day.month),
    "day": _number(lambda day: day.day),
    "weekday": _number(lambda day: day.weekday),
}
_TIME: dict[str, Callable[[Any], Any]] = {
    "hour": _number(lambda clock: clock.hour),
    "minute": _number(lambda clock: clock.minute),
    "second": _seconds,
    "timezone": _zone_name,
}


def _inside(part: str, table: dict[str, Callable[[Any], Any]]) -> dict[str, Callable[[Any], Any]]:
    def through(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return lambda moment: read(getattr(moment, part))

    return {name: through(read) for name, read in table.items()}


_PROPERTIES: dict[type, dict[str, Callable[[Any], Any]]] = {
    Date: _DATE,
    Time: {**_TIME, "time offset": _offset},
    DateTime: {**_inside("date", _DATE), **_inside("time", _TIME), "time offset": _offset},
    MonthsDuration: {"years": _months(lambda months: months // 12), "months": _months(lambda months: months % 12)},
    TimeDuration: {
        "days": _truncated(DAY, 0),
        "hours": _truncated(HOUR, DAY),
        "minutes": _truncated(MINUTE, HOUR),
        "seconds": _truncated(SECOND, MINUTE),
    },
    Range: {
        "start": lambda bounds: bounds.lo,
        "end": lambda bounds: bounds.hi,
        "start included": lambda bounds: bounds.lo_closed,
        "end included": lambda bounds: bounds.hi_closed,
    },
}
