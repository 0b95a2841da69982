"""Functions of the calendar (DMN 10.3.4.12) and of the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ..temporal import Date, DateTime, from_python_datetime

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


def _day_of_year(value: Date | DateTime) -> Decimal:
    day = _day(value)
    return Decimal(day.ordinal - Date(day.year, 1, 1).ordinal + 1)


def _week_of_year(value: Date | DateTime) -> Decimal:
    """The ISO 8601 week: the one that holds the year's first Thursday is week 1."""
    day = _day(value)
    thursday = day.ordinal - day.weekday + 4
    for year in (day.year + 1, day.year):
        if Date(year, 1, 1).ordinal <= thursday:
            return Decimal((thursday - Date(year, 1, 1).ordinal) // 7 + 1)
    return Decimal((thursday - Date(day.year - 1, 1, 1).ordinal) // 7 + 1)


def _now() -> DateTime:
    return from_python_datetime(datetime.now(UTC).astimezone())


_POINT = "date: date|date and time"
TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "day of year": ((_POINT, _day_of_year),),
    "day of week": ((_POINT, lambda value: _DAYS[_day(value).weekday - 1]),),
    "month of year": ((_POINT, lambda value: _MONTHS[_day(value).month - 1]),),
    "week of year": ((_POINT, _week_of_year),),
    "now": (("", _now),),
    "today": (("", lambda: _now().date),),
}
