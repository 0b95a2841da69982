"""Relations of points and ranges (DMN 10.3.4.11, table 78), after Allen's interval algebra."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..evaluate.comparing import all_of, any_of, compare, equal, in_range
from ..values import Range

Way = tuple[str, Callable[[Any, Any], Any]]


def _less(left: Any, right: Any) -> Any:
    return compare("<", left, right)


def _gap(first: Range, second: Range) -> Any:
    """Whether the first ends where the second starts, with at least one of the two ends open."""
    return all_of([not (first.hi_closed and second.lo_closed), equal(first.hi, second.lo)])


def _point_before_range(point: Any, bounds: Range) -> Any:
    return any_of([_less(point, bounds.lo), all_of([not bounds.lo_closed, equal(point, bounds.lo)])])


def _range_before_point(bounds: Range, point: Any) -> Any:
    return any_of([_less(bounds.hi, point), all_of([not bounds.hi_closed, equal(bounds.hi, point)])])


def _range_before_range(first: Range, second: Range) -> Any:
    return any_of([_less(first.hi, second.lo), _gap(first, second)])


def _meets(first: Range, second: Range) -> Any:
    return all_of([first.hi_closed, second.lo_closed, equal(first.hi, second.lo)])


def _overlaps(first: Range, second: Range) -> Any:
    apart = any_of([_range_before_range(first, second), _range_before_range(second, first)])
    return None if apart is None else apart is False


def _starts_no_later(first: Range, second: Range) -> Any:
    closed = any_of([first.lo_closed, not second.lo_closed])
    return any_of([_less(first.lo, second.lo), all_of([equal(first.lo, second.lo), closed])])


def _ends_no_later(first: Range, second: Range) -> Any:
    closed = any_of([second.hi_closed, not first.hi_closed])
    return any_of([_less(first.hi, second.hi), all_of([equal(first.hi, second.hi), closed])])


def _overlaps_before(first: Range, second: Range) -> Any:
    starts_first = any_of(
        [
            _less(first.lo, second.lo),
            all_of([equal(first.lo, second.lo), first.lo_closed, not second.lo_closed]),
        ]
    )
    reaches = any_of(
        [
            _less(second.lo, first.hi),
            all_of([equal(second.lo, first.hi), first.hi_closed, second.lo_closed]),
        ]
    )
    return all_of([starts_first, reaches, _ends_no_later(first, second)])


def _same_start(first: Range, second: Range) -> Any:
    return all_of([equal(first.lo, second.lo), first.lo_closed == second.lo_closed])


def _same_end(first: Range, second: Range) -> Any:
    return all_of([equal(first.hi, second.hi), first.hi_closed == second.hi_closed])


def _includes(first: Range, second: Range) -> Any:
    return all_of([_starts_no_later(first, second), _ends_no_later(second, first)])


def _point_finishes(point: Any, bounds: Range) -> Any:
    return all_of([bounds.hi_closed, equal(point, bounds.hi)])


def _finishes(first: Range, second: Range) -> Any:
    return all_of([_same_end(first, second), _starts_no_later(second, first)])


def _point_starts(point: Any, bounds: Range) -> Any:
    return all_of([bounds.lo_closed, equal(point, bounds.lo)])


def _starts(first: Range, second: Range) -> Any:
    return all_of([_same_start(first, second), _ends_no_later(first, second)])


def _coincide(first: Range, second: Range) -> Any:
    return all_of([_same_start(first, second), _same_end(first, second)])


def _turned(act: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda left, right: act(right, left)


_POINTS, _POINT_RANGE = "point1: point, point2: point", "point: point, range: range"
_RANGE_POINT, _RANGES = "range: range, point: point", "range1: range, range2: range"
TABLE: dict[str, tuple[Way, ...]] = {
    "before": (
        (_POINTS, _less),
        (_POINT_RANGE, _point_before_range),
        (_RANGE_POINT, _range_before_point),
        (_RANGES, _range_before_range),
    ),
    "after": (
        (_POINTS, _turned(_less)),
        (_POINT_RANGE, _turned(_range_before_point)),
        (_RANGE_POINT, _turned(_point_before_range)),
        (_RANGES, _turned(_range_before_range)),
    ),
    "meets": ((_RANGES, _meets),),
    "met by": ((_RANGES, _turned(_meets)),),
    "overlaps": ((_RANGES, _overlaps),),
    "overlaps before": ((_RANGES, _overlaps_before),),
    "overlaps after": ((_RANGES, _turned(_overlaps_before)),),
    "finishes": ((_POINT_RANGE, _point_finishes), (_RANGES, _finishes)),
    "finished by": ((_RANGE_POINT, _turned(_point_finishes)), (_RANGES, _turned(_finishes))),
    "includes": ((_RANGE_POINT, _turned(in_range)), (_RANGES, _includes)),
    "during": ((_POINT_RANGE, in_range), (_RANGES, _turned(_includes))),
    "starts": ((_POINT_RANGE, _point_starts), (_RANGES, _starts)),
    "started by": ((_RANGE_POINT, _turned(_point_starts)), (_RANGES, _turned(_starts))),
    "coincides": ((_POINTS, equal), (_RANGES, _coincide)),
}
