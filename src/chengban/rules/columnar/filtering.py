"""Ranks of arithmetic without computing it exactly everywhere: a filter of floating point with a bound on its error.

Where value ± error lies between two cuts the rank is certain. The few rows too near to a cut are computed exactly,
as the scalar evaluator would. (The idea is that of filtered predicates in computational geometry: S. Fortune and
C. Van Wyk, Efficient exact arithmetic for computational geometry, 1993.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..nodes import BinaryArithmetic, FunctionCall, If, Literal, Name, Negate, Node
from . import numbers
from .books import Cut
from .calendar import as_numbers
from .compiled import ranking
from .formula import TRUE_STATE, UNKNOWN_STATE
from .sources import kind_of_type
from .vectors import KNOWN, MISSING, NULL, Frame, States, Vector, known_rows

if TYPE_CHECKING:
    from .compute import Computer

Floats = npt.NDArray[np.float64]
Parts = tuple[Floats, Floats, npt.NDArray[np.bool_]]
"""(value, error, where the value is 0 exactly)."""
_EPSILON = 2.0**-51
"""Twice the rounding of one operation on doubles, so that the error's own rounding is covered."""
_TINY = 1e-290
_SAFE = 10**15
"""Integers below this product bound have ratios that differ from a cut by more than FEEL's 34 digits can hide."""


class NoFilter(Exception):
    """The expression is not plain arithmetic over numeric columns."""


@dataclass(frozen=True, slots=True)
class Approximate:
    """`value` is within `error` of the exact result wherever the state is KNOWN."""

    value: Floats
    error: Floats
    state: States


@dataclass(frozen=True, slots=True)
class Bounds:
    """low <= exact result <= high, endless where nothing is sure; `exact`: the result is 0, or the row is not known."""

    low: Floats
    high: Floats
    state: States
    exact: npt.NDArray[np.bool_]


def quick_ranks(node: Node, cuts: Sequence[Cut], computer: Computer) -> tuple[Any, States] | None:
    """(ranks, states) of an expression with a division or with floats; None where computing it exactly is best."""
    if computer.exact or not has_filter(node, computer):
        return None
    found = _quotient_ranks(node, cuts, computer)
    return found if found is not None else _filtered_ranks(node, cuts, computer)


def quick_signs(left: Node, right: Node, computer: Computer) -> tuple[Any, Any, States] | None:
    """(−1, 0 or 1 as left is below, equal to, or above right; where that is sure; states); None without a filter.

    Rows that are null are never sure.
    """
    if computer.exact or not (has_filter(left, computer) or has_filter(right, computer)):
        return None
    try:
        found = _operate(_subtract, approximate(left, computer), approximate(right, computer))
    except NoFilter:
        return None
    with np.errstate(all="ignore"):
        signs = (found.value > found.error).astype(np.int8) - (found.value < -found.error)
    certain = np.isfinite(found.error) & np.isfinite(found.value)
    sure = (certain & ((signs != 0) | _is_zero(found)) & (found.state == KNOWN)) | (certain & (found.state == MISSING))
    return signs, sure, found.state


def _quotient_ranks(node: Node, cuts: Sequence[Cut], computer: Computer) -> tuple[Any, States] | None:
    """A quotient of exact columns by cross multiplication."""
    if not (isinstance(node, BinaryArithmetic) and node.op == "/"):
        return None
    if any(has_filter(side, computer) for side in (node.left, node.right)):
        return None
    left, right = computer.vector(node.left), computer.vector(node.right)
    if left.kind == right.kind and left.kind in ("months", "nanos"):
        left, right = as_numbers(left, right)
    if not left.kind == right.kind == "number" or object in (left.data.ints.dtype, right.data.ints.dtype):
        return None
    return ratio_ranks(left, right, cuts, computer.frame.rows)


def _filtered_ranks(node: Node, cuts: Sequence[Cut], computer: Computer) -> tuple[Any, States] | None:
    """Floating arithmetic first, exact where that is too near to a cut."""
    from .columns import rank_vector_exactly

    size = computer.frame.rows
    try:
        found = _bounds(node, computer)
    except NoFilter:
        return None
    ranks, sure = certain_ranks(found, cuts, size)
    state = np.array(np.broadcast_to(found.state, size))
    rows = np.flatnonzero(~sure)
    if len(rows):
        vector = computer.at(rows).vector(node)
        ranks[rows] = rank_vector_exactly(vector, cuts, len(rows))
        state[rows] = vector.state
    return ranks, state


def _bounds(node: Node, computer: Computer) -> Bounds:
    """A division is the commonest of them, and goes the fast way."""
    if isinstance(node, BinaryArithmetic) and node.op == "/" and not isinstance(node.right, FunctionCall):
        return divided(approximate(node.left, computer), approximate(node.right, computer), computer.frame.rows)
    found = approximate(node, computer)
    with np.errstate(all="ignore"):
        low, high = found.value - found.error, found.value + found.error
    endless = ~(np.isfinite(low) & np.isfinite(high))
    low, high = np.where(endless, -np.inf, low), np.where(endless, np.inf, high)
    return Bounds(low, high, found.state, _is_zero(found) | (found.state == MISSING))


def has_filter(node: Node, computer: Computer) -> bool:
    """Whether the filter pays: arithmetic with a division or with floating columns."""
    names = computer.names
    return names.divides(node) or any(is_floating(name, computer.frame) for name in names(node))


def is_floating(name: str, frame: Frame) -> bool:
    """Whether the column holds binary floats."""
    return name in frame and pa.types.is_floating(frame.table.schema.field(name).type)


def approximate(node: Node, computer: Computer) -> Approximate:
    """Doubles with error bounds; raises NoFilter for anything but + − × ÷ and `if` over columns and constants."""
    match node:
        case Name(name=name):
            return _column(name, computer.frame)
        case Literal(value=Decimal() as value) if abs(value) < 10**300:
            number = np.array([float(value)])
            return Approximate(number, np.abs(number) * _EPSILON + (_TINY if value else 0.0), np.zeros(1, np.uint8))
        case Negate(operand=operand):
            inner = approximate(operand, computer)
            return Approximate(-inner.value, inner.error, inner.state)
        case BinaryArithmetic(op="/", left=left, right=FunctionCall() as right) if not has_filter(left, computer):
            return _quotient(computer.vector(left), computer.vector(right))
        case BinaryArithmetic(op=op, left=left, right=right) if op in _OPERATIONS:
            return _OPERATIONS[op](approximate(left, computer), approximate(right, computer))
        case If(condition=condition, yes=yes, no=no):
            return _choose(computer.outcomes(condition), approximate(yes, computer), approximate(no, computer))
    raise NoFilter


def _quotient(left: Vector, right: Vector) -> Approximate:
    """Of two numbers, or of two durations of a kind."""
    if left.kind == right.kind and left.kind in ("months", "nanos"):
        left, right = as_numbers(left, right)
    if left.kind != "number" or right.kind != "number":
        raise NoFilter
    return _ratio(_from_exact(left.data, left.state), _from_exact(right.data, right.state))


def _from_exact(exact: numbers.Scaled, state: States) -> Approximate:
    value = np.asarray(exact.ints, np.float64) / 10.0**exact.scale
    return Approximate(value, np.abs(value) * _EPSILON, state)


def _choose(condition: npt.NDArray[np.uint8], yes: Approximate, no: Approximate) -> Approximate:
    """Where the condition is unknown, so is the value if the branches differ; else the row is computed exactly."""
    chosen, unknown = condition == TRUE_STATE, condition == UNKNOWN_STATE
    with np.errstate(all="ignore"):
        apart = (yes.state != no.state) | (yes.state == MISSING) | (np.abs(yes.value - no.value) > (yes.error + no.error) * 2)
    differ = unknown & apart & np.isfinite(yes.error) & np.isfinite(no.error)
    error = np.where(differ, 0.0, np.where(unknown, np.inf, np.where(chosen, yes.error, no.error)))
    state = np.where(chosen, yes.state, no.state)
    state = np.where(differ, MISSING, np.where(unknown, KNOWN, state)).astype(np.uint8)
    return Approximate(np.where(chosen, yes.value, no.value), error, state)


def _column(name: str, frame: Frame) -> Approximate:
    if name not in frame:
        return Approximate(np.zeros(1), np.zeros(1), np.full(1, MISSING, np.uint8))
    kind = frame.table.schema.field(name).type
    if kind_of_type(kind) != "number":
        raise NoFilter
    if not pa.types.is_floating(kind):
        vector = frame.vector(name)
        return _from_exact(vector.data, vector.state)
    array = frame.array(name)
    known = known_rows(array)
    value = np.where(known, numbers.read_floats(array), 0.0)
    return Approximate(value, np.abs(value) * _EPSILON, np.where(known, KNOWN, MISSING).astype(np.uint8))


def _operate(operation: Callable[[Approximate, Approximate], Parts], left: Approximate, right: Approximate) -> Approximate:
    with np.errstate(all="ignore"):
        value, error, zero = operation(left, right)
        total = error + np.abs(value) * _EPSILON + _TINY
    state = np.maximum(left.state, right.state)
    settled = zero | ((state == MISSING) & np.isfinite(left.error) & np.isfinite(right.error))
    return Approximate(np.where(settled, 0.0, value), np.where(settled, 0.0, total), state)


def _is_zero(number: Approximate) -> npt.NDArray[np.bool_]:
    """Where the number is 0 and not only near it."""
    zero: npt.NDArray[np.bool_] = (number.value == 0) & (number.error == 0)
    return zero


def _add(left: Approximate, right: Approximate) -> Parts:
    return left.value + right.value, left.error + right.error, _is_zero(left) & _is_zero(right)


def _subtract(left: Approximate, right: Approximate) -> Parts:
    return left.value - right.value, left.error + right.error, _is_zero(left) & _is_zero(right)


def _multiply(left: Approximate, right: Approximate) -> Parts:
    error = np.abs(left.value) * right.error + np.abs(right.value) * left.error + left.error * right.error
    certain = np.isfinite(left.error) & np.isfinite(right.error)
    return left.value * right.value, error, (_is_zero(left) | _is_zero(right)) & certain


def _divide(left: Approximate, right: Approximate) -> Parts:
    """Where the divisor may be 0 the error is infinite, so that the row is computed exactly."""
    value = left.value / right.value
    room = np.abs(right.value) - right.error
    error = (left.error + np.abs(value) * right.error) / room
    return value, np.where(room > 0, error, np.inf), _is_zero(left) & (room > 0)


def _ratio(left: Approximate, right: Approximate) -> Approximate:
    """A division; by 0 it is null, whatever is divided."""
    found = _operate(_divide, left, right)
    null = _is_zero(right) & np.isfinite(left.error) & (found.state == KNOWN)
    state = np.where(null, NULL, found.state).astype(np.uint8)
    return Approximate(np.where(null, 0.0, found.value), np.where(null, 0.0, found.error), state)


_OPERATIONS: dict[str, Callable[[Approximate, Approximate], Approximate]] = {
    "+": partial(_operate, _add),
    "-": partial(_operate, _subtract),
    "*": partial(_operate, _multiply),
    "/": _ratio,
}


def divided(left: Approximate, right: Approximate, rows: int) -> Bounds:
    """left ÷ right; by 0 it is null, whatever is divided."""
    low, high = np.empty(rows), np.empty(rows)
    states, exact = np.empty(rows, np.uint8), np.empty(rows, np.bool_)
    parts = [_whole(part, rows) for side in (left, right) for part in (side.value, side.error, side.state)]
    ranking().divide(*parts, _EPSILON, _TINY, low, high, states, exact)
    return Bounds(low, high, states, exact)


def _whole(values: npt.NDArray[Any], rows: int) -> npt.NDArray[Any]:
    """One value a row."""
    return values if len(values) == rows else np.full(rows, values[0])


def certain_ranks(found: Bounds, cuts: Sequence[Cut], rows: int) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
    """(ranks, where they are certain); the state of a certain row is that of `found`."""
    from .columns import rank_floats

    nearest = np.array([float(cut.value) for cut in cuts])
    below = np.nextafter(np.nextafter(nearest, -np.inf), -np.inf)
    low, high = np.zeros(rows, np.uint16), np.zeros(rows, np.uint16)
    rank_floats(_whole(found.low, rows), nearest, low)
    rank_floats(_whole(found.high, rows), below, high)
    at_zero = sum(cut.value < 0 or (cut.value == 0 and not cut.above) for cut in cuts)
    return np.where(found.exact, np.uint16(at_zero), low), (low == high) | found.exact


def ratio_ranks(left: Vector, right: Vector, cuts: Sequence[Cut], rows: int) -> tuple[Any, States] | None:
    """(ranks, states) of left ÷ right by cross multiplication in 64 bits; None where the products do not fit.

    A quotient rounds to 34 digits, but integers this small cannot come so near to a cut without being on it.
    """
    numerator, divisor, _ = numbers.align(left.data, right.data)
    size = max(left.data.bound, 1) * 10 ** max(0, right.data.scale - left.data.scale)
    divisor_size = max(right.data.bound, 1) * 10 ** max(0, left.data.scale - right.data.scale)
    fractions = [cut.value.as_integer_ratio() for cut in cuts]
    for whole, part in fractions:
        if max(size * part, divisor_size * abs(whole)) >= 2**62 or divisor_size * part > _SAFE:
            return None
    wholes, parts = (np.array(side, np.int64) for side in (zip(*fractions, strict=True) if cuts else ((), ())))
    ranks = np.zeros(rows, np.uint16)
    whole_columns = (np.ascontiguousarray(np.broadcast_to(side, rows)) for side in (numerator, divisor))
    ranking().cross(*whole_columns, wholes, parts, np.array([int(cut.above) for cut in cuts], np.int64), ranks)
    state = np.maximum(left.state, right.state)
    return ranks, np.where((divisor == 0) & (state == KNOWN), NULL, state).astype(np.uint8)
