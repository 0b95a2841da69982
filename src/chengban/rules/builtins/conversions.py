"""Conversion functions (DMN 10.3.4.1), `not` and `is`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from ..budget import budget
from ..errors import RulesError
from ..evaluate.comparing import equal, negate
from ..nodes import Interval, Literal, Name, Negate, Node, children
from ..temporal import (
    HOUR,
    MINUTE,
    SECOND,
    Date,
    DateTime,
    MonthsDuration,
    Time,
    TimeDuration,
    Zone,
    make_date,
    midnight,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
)
from ..text import feel_text
from ..values import Range, decimals, kind

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _date_from(value: str | Date | DateTime) -> Date | None:
    if isinstance(value, str):
        return parse_date(value)
    return value.date if isinstance(value, DateTime) else value


def _date_of(year: Decimal, month: Decimal, day: Decimal) -> Date | None:
    return make_date(int(year), int(month), int(day))


def _time_from(value: Any) -> Time | None:
    if isinstance(value, str):
        return parse_time(value)
    if isinstance(value, Date):
        return midnight(value, Zone(0)).time
    return value.time if isinstance(value, DateTime) else value


def _time_of(hour: Decimal, minute: Decimal, second: Decimal, offset: TimeDuration | None = None) -> Time | None:
    nanos = int(second * SECOND)
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= nanos < MINUTE):
        return None
    if offset is not None and abs(offset.nanos) > 18 * HOUR:
        return None
    zone = None if offset is None else Zone(int(offset.nanos / SECOND))
    return Time(int(hour) * HOUR + int(minute) * MINUTE + nanos, zone)


def _moment_from(value: Any) -> DateTime | None:
    if isinstance(value, str):
        return parse_datetime(value)
    return midnight(value, Zone(0)) if isinstance(value, Date) else value


def _moment_of(day: Date | DateTime, clock: Time) -> DateTime:
    return DateTime(day.date if isinstance(day, DateTime) else day, clock)


def _number_from(text: str, grouping: str | None, point: str | None) -> Decimal | None:
    """`number("1.000,5", ".", ",")`; separators are a blank, a comma, a point, or none, and differ."""
    if grouping not in (" ", ",", ".", None) or point not in (".", ",", None) or (point and grouping == point):
        return None
    if grouping:
        text = text.replace(grouping, "")
    text = text.replace(point, ".") if point else text
    return _number(text)


def _number(text: str) -> Decimal | None:
    if not _NUMBER.fullmatch(text) or len(text) > 10_000:
        return None
    try:
        return decimals().create_decimal(text)
    except ArithmeticError:
        return None


def _string(value: Any) -> str | None:
    return None if value is None else feel_text(value)


def _duration(value: Any) -> Any:
    return parse_duration(value) if isinstance(value, str) else value


def _months_between(start: Date | DateTime, end: Date | DateTime) -> MonthsDuration:
    """Whole months between two days; the time of day does not count."""
    first, last = _day(start), _day(end)
    if last.ordinal < first.ordinal:
        return MonthsDuration(-_whole_months(last, first))
    return MonthsDuration(_whole_months(first, last))


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


def _whole_months(first: Date, last: Date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)


def _is(left: Any, right: Any = None) -> bool:
    """Same kind and same text: unlike `=`, times of different zones are never the same."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, (Time, DateTime)):
        return _zone(left) == _zone(right) and str(left).rstrip("Z") == str(right).rstrip("Z")
    return equal(left, right) is True


def _zone(value: Time | DateTime) -> tuple[int | None, str | None] | None:
    zone = value.zone if isinstance(value, Time) else value.time.zone
    return None if zone is None else (zone.offset, zone.name)


def _range(text: str) -> Range | None:
    """The range that a text writes, of literals only."""
    from ..evaluate.evaluator import make_range
    from ..parser import parse

    try:
        node = parse(text)
    except RulesError:
        return None
    if not isinstance(node, Interval):
        return None
    ends = [_constant(end) for end in children(node)]
    if any(end is _NO_CONSTANT for end in ends) or ends == [None, None]:
        return None
    made = make_range(ends[0], node.lo_closed, ends[1], node.hi_closed)
    return made if isinstance(made, Range) and _of_one_kind(made) else None


def _of_one_kind(bounds: Range) -> bool:
    return bounds.lo is None or bounds.hi is None or kind(bounds.lo) == kind(bounds.hi)


_NO_CONSTANT: Any = object()
_CONSTRUCTORS = {"date", "time", "date and time", "duration"}


def _constant(node: Node) -> Any:
    """The value of a literal, of minus a literal, or of `date("…")` and its like."""
    from ..evaluate import Environment, evaluate_in

    allowed = (Literal, Negate)
    plain = isinstance(node, allowed) and all(isinstance(child, allowed) for child in children(node))
    made = children(node)[:1] and children(node)[0] in {Name(name) for name in _CONSTRUCTORS}
    if plain or (made and all(isinstance(child, Literal) for child in children(node)[1:])):
        return evaluate_in(node, Environment({}, budget()))
    return _NO_CONSTANT


_POINT = "date|date and time"
TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "date": ((f"from: string|{_POINT}", _date_from), ("year: number, month: number, day: number", _date_of)),
    "time": (
        ("from: string|time|date|date and time", _time_from),
        ("hour: number, minute: number, second: number, offset?: days and time duration|null", _time_of),
    ),
    "date and time": ((f"from: string|{_POINT}", _moment_from), (f"date: {_POINT}, time: time", _moment_of)),
    "number": (
        ("from: string, grouping separator: string|null, decimal separator: string|null", _number_from),
        ("from: string", _number),
        ("from: number", lambda number: number),
    ),
    "string": (("from: any", _string),),
    "duration": (("from: string|duration", _duration),),
    "years and months duration": ((f"from: {_POINT}, to: {_POINT}", _months_between),),
    "not": (("negand: any", negate),),
    "is": (("value1: any, value2: any", _is), ("value1: any", _is), ("value2: any", _is)),
    "range": (("from: string", _range),),
}
