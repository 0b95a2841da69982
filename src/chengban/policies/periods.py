"""Periods by name (期间): `2025`, `2025Q4`, `2025-12`, `once`; which days they cover, and whether two share a day."""

import calendar
import re
from datetime import date

ONCE = "once"
_NAME = re.compile(r"(?P<year>[1-9]\d{3})(?:Q(?P<quarter>[1-4])|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII)


def days_of(period: str) -> tuple[date, date] | None:
    """The first and the last day; `once` covers all. None for a name of a city's own, whose days nothing tells."""
    if period == ONCE:
        return date.min, date.max
    found = _NAME.fullmatch(period)
    if found is None:
        return None
    year, quarter, month = int(found["year"]), found["quarter"], found["month"]
    first, last = (3 * int(quarter) - 2, 3 * int(quarter)) if quarter else (int(month), int(month)) if month else (1, 12)
    return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])


def overlap(one: str, other: str) -> bool:
    """Whether two periods share a day, as far as their names tell; equal names always do."""
    ours, theirs = days_of(one), days_of(other)
    if one == other or ours is None or theirs is None:
        return one == other
    return ours[0] <= theirs[1] and theirs[0] <= ours[1]
