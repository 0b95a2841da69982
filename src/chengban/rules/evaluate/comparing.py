"""Equality and order of FEEL values (DMN 10.3.2.13, tables 52 and 53), with unknowns by Kleene."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..budget import budget
from ..temporal import SECOND, Date, DateTime, MonthsDuration, Time, TimeDuration, midnight
from ..unknown import Unknown, merge, unknown_among
from ..values import Function, Range

Truth = bool | Unknown | None


def negate(value: Any) -> Truth:
    """FEEL's `not`: null for anything that is not a boolean."""
    if isinstance(value, bool):
        return not value
    return value if isinstance(value, Unknown) else None


def all_of(values: list[Truth]) -> Truth:
    """Kleene's conjunction: false wins, then unknown, then null."""
    if any(value is False for value in values):
        return False
    unknowns = [value for value in values if isinstance(value, Unknown)]
    if unknowns:
        return merge(unknowns)
    return True if all(value is True for value in values) else None


def any_of(values: list[Truth]) -> Truth:
    """Kleene's disjunction: true wins, then unknown, then null."""
    if any(value is True for value in values):
        return True
    unknowns = [value for value in values if isinstance(value, Unknown)]
    if unknowns:
        return merge(unknowns)
    return False if all(value is False for value in values) else None


def equal(left: Any, right: Any) -> Truth:
    """`left = right`: null for values of different kinds, except that nothing but null equals null."""
    budget().spend()
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_among((left, right))
    if left is None or right is None:
        return left is right
    if isinstance(left, (Date, DateTime)) and isinstance(right, (Date, DateTime)) and type(left) is not type(right):
        return None
    if type(left) is not type(right):
        return None
    return _equal_alike(left, right)


def _equal_alike(left: Any, right: Any) -> Truth:
    if isinstance(left, list):
        if len(left) != len(right):
            return False
        return _all_same([equal(a, b) for a, b in zip(left, right, strict=True)])
    if isinstance(left, dict):
        if left.keys() != right.keys():
            return False
        return _all_same([equal(entry, right[key]) for key, entry in left.items()])
    if isinstance(left, Range):
        return _equal_ranges(left, right)
    if isinstance(left, (Time, DateTime)):
        return _to_the_second(left) == _to_the_second(right)
    return left is right if isinstance(left, Function) else bool(left == right)


def _to_the_second(value: Time | DateTime) -> tuple[bool, int]:
    """Times are equal when they are so to the second, though they are ordered by fractions too."""
    local, nanos = value.key
    return local, nanos // SECOND


def _all_same(parts: list[Truth]) -> Truth:
    """Items of different kinds make their lists unequal, not null."""
    return all_of([False if part is None else part for part in parts])


def _equal_ranges(left: Range, right: Range) -> Truth:
    alike = left.lo_closed == right.lo_closed and left.hi_closed == right.hi_closed and left.operator == right.operator
    return _all_same([alike, equal(left.lo, right.lo), equal(left.hi, right.hi)])


def ordered(left: Any, right: Any) -> int | Unknown | None:
    """−1, 0 or 1 as `left` is below, equal to or above `right`; null where they have no order."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return unknown_among((left, right))
    if isinstance(left, Date) and isinstance(right, DateTime):
        left = midnight(left, right.time.zone)
    elif isinstance(left, DateTime) and isinstance(right, Date):
        right = midnight(right, left.time.zone)
    if type(left) is not type(right) or type(left) not in _KEYS:
        return None
    a, b = _KEYS[type(left)](left), _KEYS[type(right)](right)
    if isinstance(left, (Time, DateTime)) and a[0] != b[0]:
        return None
    return int(a > b) - int(a < b)


_KEYS: dict[type, Any] = {
    Decimal: lambda value: value,
    str: lambda value: value,
    Date: lambda value: value.ordinal,
    Time: lambda value: value.key,
    DateTime: lambda value: value.key,
    MonthsDuration: lambda value: value.months,
    TimeDuration: lambda value: value.nanos,
}


def compare(operator: str, left: Any, right: Any) -> Truth:
    """`left operator right` for = != < <= > >=."""
    if operator == "=":
        return equal(left, right)
    if operator == "!=":
        return negate(equal(left, right))
    order = ordered(left, right)
    if order is None or isinstance(order, Unknown):
        return order
    return {"<": order < 0, "<=": order <= 0, ">": order > 0, ">=": order >= 0}[operator]


def in_range(value: Any, bounds: Range) -> Truth:
    """Whether the range includes the value."""
    if bounds.operator in ("=", "!="):
        return compare(bounds.operator, value, bounds.lo)
    if bounds.operator is not None:
        return compare(bounds.operator, value, bounds.lo if bounds.operator[0] == ">" else bounds.hi)
    above = compare(">=" if bounds.lo_closed else ">", value, bounds.lo)
    below = compare("<=" if bounds.hi_closed else "<", value, bounds.hi)
    return all_of([above, below])


def passes(value: Any, test: Any) -> Truth:
    """Whether `value` passes a test that is a value: a range includes it, a list holds it, anything else equals it."""
    if isinstance(test, Range):
        return True if isinstance(value, Range) and equal(value, test) is True else in_range(value, test)
    if not isinstance(test, list) or isinstance(value, Unknown):
        return equal(value, test)
    if isinstance(value, list):
        whole = equal(value, test)
        if whole is True or isinstance(whole, Unknown):
            return whole
    return any_of([_holds(value, item) for item in test])


def _holds(value: Any, item: Any) -> Truth:
    found = in_range(value, item) if isinstance(item, Range) and not isinstance(value, Range) else equal(value, item)
    return False if found is None else found


def range_of(operator: Any, operand: Any) -> Range:
    """The range of all values that pass `operator operand`."""
    if operator in ("=", "!="):
        return Range(operand, operator == "=", operand, operator == "=", operator)
    if operator[0] == "<":
        return Range(None, False, operand, operator == "<=", operator)
    return Range(operand, operator == ">=", None, False, operator)
