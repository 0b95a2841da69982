"""Expressions that can only take a few values, such as the sum of the points of a score sheet: the values, read off them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, DecimalException

from ..nodes import BinaryArithmetic, If, Literal, Negate, Node
from ..values import decimals

MOST = 200
"""More values than this are not listed: a byte still holds their codes."""


def possible_values(node: Node) -> tuple[Decimal, ...] | None:
    """Every number that the expression can come to, rising; none where they are not few, or cannot be read off it."""
    found = _values(node)
    return tuple(sorted(found)) if found is not None and len(found) > 1 else None


def _values(node: Node) -> frozenset[Decimal] | None:
    match node:
        case Literal(value=Decimal() as value):
            return frozenset([value])
        case Literal(value=None):
            return frozenset()
        case Negate(operand=operand):
            inner = _values(operand)
            return None if inner is None else frozenset(-value for value in inner)
        case If(yes=yes, no=no):
            first, second = _values(yes), _values(no)
            return None if first is None or second is None else _few(first | second)
        case BinaryArithmetic(op=op, left=left, right=right) if op in _OPERATIONS:
            first, second = _values(left), _values(right)
            if first is None or second is None or len(first) * len(second) > MOST * MOST:
                return None
            try:
                return _few(frozenset(_OPERATIONS[op](a, b) for a in first for b in second))
            except DecimalException:
                return None
    return None


def _few(values: frozenset[Decimal]) -> frozenset[Decimal] | None:
    return values if len(values) <= MOST else None


_OPERATIONS: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": lambda a, b: decimals().add(a, b),
    "-": lambda a, b: decimals().subtract(a, b),
    "*": lambda a, b: decimals().multiply(a, b),
}
