"""Dates and durations in columns: days since 1970, whole months, and nanoseconds as 64-bit integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..temporal import DAY
from . import numbers
from .numbers import Inexact
from .vectors import States, Vector

_LONGEST = 106_000
"""Days whose nanoseconds fit 64 bits."""
Ints = npt.NDArray[np.int64]


def difference(left: Vector, right: Vector, state: States) -> Vector:
    """Date − date: a duration of days."""
    days = left.data - right.data
    if len(days) and np.abs(days).max() > _LONGEST:
        raise Inexact
    return Vector("nanos", days * np.int64(DAY), state)


def months_between(first: Vector, last: Vector, state: States) -> Vector:
    """`years and months duration(first, last)`: whole months, towards zero."""
    start, end = np.minimum(first.data, last.data), np.maximum(first.data, last.data)
    whole = _month(end) - _month(start) - (_day_of_month(end) < _day_of_month(start))
    return Vector("months", np.where(last.data < first.data, -whole, whole).astype(np.int64), state)


def part_of(dates: Vector, name: str) -> Vector | None:
    """A property of dates as numbers; None for one that dates have not, or not in this form."""
    if name == "year":
        found = _month(dates.data) // 12 + 1970
    elif name == "month":
        found = _month(dates.data) % 12 + 1
    elif name == "day":
        found = _day_of_month(dates.data)
    elif name == "weekday":
        found = (dates.data + 3) % 7 + 1
    else:
        return None
    return Vector("number", numbers.scaled(found, 0), dates.state)


def as_numbers(left: Vector, right: Vector) -> tuple[Vector, Vector]:
    """Two durations of one kind as the numbers whose ratio is theirs: whole days where both are."""
    if left.kind == "nanos" and not ((left.data % DAY).any() or (right.data % DAY).any()):
        return _numbers(left, left.data // DAY), _numbers(right, right.data // DAY)
    return _numbers(left, left.data), _numbers(right, right.data)


def _numbers(vector: Vector, ints: Ints) -> Vector:
    return Vector("number", numbers.scaled(ints, 0), vector.state)


def _month(days: Ints) -> Ints:
    """Months since January 1970."""
    return _dates(days).astype("datetime64[M]").astype(np.int64)


def _day_of_month(days: Ints) -> Ints:
    first: Any = _dates(days).astype("datetime64[M]").astype("datetime64[D]")
    found: Ints = days - first.astype(np.int64) + 1
    return found


def _dates(days: Ints) -> npt.NDArray[np.datetime64]:
    return days.astype("datetime64[D]")
