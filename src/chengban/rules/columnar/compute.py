"""FEEL over whole columns, exactly: arithmetic on scaled integers, comparisons, logic, `if`, a few functions.

Whatever has no vector form here is evaluated row by row (`rows`), so that every expression has its answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from typing import Any

import numpy as np
import numpy.typing as npt

from ..nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    FunctionCall,
    If,
    In,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Path,
    UnaryComparison,
    rebuild,
)
from ..values import decimals
from . import calendar, numbers
from .books import Cut, is_ordering, rank_book, state_of
from .filtering import has_filter, quick_ranks, quick_signs
from .formula import FALSE_STATE, NULL_STATE, TRUE_STATE, UNKNOWN_STATE
from .free import FreeNames
from .numbers import Inexact, Scaled
from .rows import Reporter, evaluate_by_value, evaluate_rows
from .sources import SUBJECT, Source, Test
from .vectors import KNOWN, MISSING, NULL, Frame, States, Vector, constant, from_values

_F, _T, _N, _U = FALSE_STATE, TRUE_STATE, NULL_STATE, UNKNOWN_STATE
# Kleene's strong tables with FEEL's null; rows and columns in the order false, true, null, unknown.
_AND = np.array([_F, _F, _F, _F, _F, _T, _N, _U, _F, _N, _N, _U, _F, _U, _U, _U], np.uint8)
_OR = np.array([_F, _T, _N, _U, _T, _T, _T, _T, _N, _T, _N, _U, _U, _T, _U, _U], np.uint8)
_NOT = np.array([_T, _F, _N, _U], np.uint8)


class NoVectorForm(Exception):
    """The expression, or its values, must be evaluated row by row."""


class NeedsRows(Exception):
    """The expression has to be evaluated row by row, and this computer may not."""


@dataclass(slots=True)
class Computer:
    """Evaluates nodes over one frame; `reporter` is told of every expression that goes row by row."""

    frame: Frame
    evaluate: Callable[..., Any]
    reporter: Reporter
    may_go_by_rows: bool = True
    exact: bool = False
    """Compute everything exactly; else comparisons of quotients and floats may use bounds on their error."""
    names: FreeNames = field(default_factory=FreeNames)
    _done: dict[Node, Vector] = field(default_factory=dict)

    def vector(self, node: Node) -> Vector:
        """The values of `node` in every row."""
        if node not in self._done:
            self._done[node] = self._compute(node)
        return self._done[node]

    def outcomes(self, node: Node) -> npt.NDArray[np.uint8]:
        """The outcome of a condition in every row; of length 1 where it is a constant."""
        return outcomes_of(self.vector(node))

    def at(self, rows: npt.NDArray[Any]) -> Computer:
        """The same over some rows only (positions)."""
        frame = self.frame.subset(rows)
        return Computer(frame, self.evaluate, self.reporter, self.may_go_by_rows, exact=True, names=self.names)

    def _compute(self, node: Node) -> Vector:
        if not isinstance(node, (Literal, Name)):
            found = evaluate_by_value(node, self.names(node), self.frame, self.evaluate)
            if found is not None:
                return found
        method = _METHODS.get(type(node))
        if method is not None:
            try:
                return method(self, node)
            except (NoVectorForm, Inexact):
                pass
        if not self.may_go_by_rows:
            raise NeedsRows
        values = evaluate_rows(node, self.frame, self.evaluate, self.reporter)
        return from_values(values)


def outcomes_of(vector: Vector) -> npt.NDArray[np.uint8]:
    """The outcome that each value is; whatever is known and no boolean counts as null."""
    if vector.kind == "other":
        return np.where(vector.state == KNOWN, _each_outcome(vector.data), vector.state + 1).astype(np.uint8)
    known = vector.data.astype(np.uint8) if vector.kind == "boolean" else np.uint8(_N)
    return np.where(vector.state == KNOWN, known, vector.state + 1).astype(np.uint8)


def _each_outcome(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Values of several kinds, some of them perhaps booleans."""
    return np.fromiter((state_of(value) for value in values), np.uint8, len(values))


def from_outcomes(outcomes: npt.NDArray[np.uint8]) -> Vector:
    """The boolean vector with these outcomes."""
    return Vector("boolean", outcomes == _T, np.maximum(outcomes, 1) - np.uint8(1))


def _literal(computer: Computer, node: Literal) -> Vector:
    return constant(node.value)


def _name(computer: Computer, node: Name) -> Vector:
    return computer.frame.vector(node.name)


# Logic -----------------------------------------------------------------------------------------------------------


def _conjunction(computer: Computer, node: Conjunction) -> Vector:
    return from_outcomes(_kleene(_AND, [computer.outcomes(part) for part in node.parts]))


def _disjunction(computer: Computer, node: Disjunction) -> Vector:
    return from_outcomes(_kleene(_OR, [computer.outcomes(part) for part in node.parts]))


def _kleene(table: npt.NDArray[np.uint8], parts: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.uint8]:
    total = parts[0]
    for part in parts[1:]:
        total = table[total * np.uint8(4) + part]
    return total


def _not(computer: Computer, node: Not) -> Vector:
    return from_outcomes(_NOT[computer.outcomes(node.operand)])


def _if(computer: Computer, node: If) -> Vector:
    condition = computer.outcomes(node.condition)
    yes, no = _same_kind(computer.vector(node.yes), computer.vector(node.no))
    chosen = condition == _T
    state = np.where(chosen, yes.state, no.state)
    if (condition == _U).any():
        state = np.where((condition == _U) & ~_agree(yes, no, condition == _U), MISSING, state)
    state = state.astype(np.uint8)
    if yes.kind == "number":
        return Vector("number", numbers.choose(chosen, yes.data, no.data), state)
    return Vector(yes.kind, np.where(chosen, yes.data, no.data), state)


def _agree(yes: Vector, no: Vector, where: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Rows where both branches are one and the same, so that the condition does not matter; asked for `where`."""
    if yes.kind == "other":
        raise NoVectorForm
    known = (yes.state == KNOWN) & (no.state == KNOWN) & _relate("=", yes, no)
    if yes.kind == "number" and not numbers.written_alike(yes.data, no.data) and (known & where).any():
        raise NoVectorForm
    agreed: npt.NDArray[np.bool_] = known | ((yes.state == NULL) & (no.state == NULL))
    return agreed


def _same_kind(left: Vector, right: Vector) -> tuple[Vector, Vector]:
    """Both with one kind; a side without any value takes the other's kind."""
    if left.kind == right.kind:
        return left, right
    if (left.state != KNOWN).all():
        return _blank(left, right), right
    if (right.state != KNOWN).all():
        return left, _blank(right, left)
    raise NoVectorForm


def _blank(vector: Vector, like: Vector) -> Vector:
    if isinstance(like.data, Scaled):
        zero = Scaled(np.zeros(1, np.int64), 0, 0)
        return Vector(like.kind, zero, vector.state)
    return Vector(like.kind, np.zeros(1, like.data.dtype), vector.state)


# Comparison ------------------------------------------------------------------------------------------------------


def _comparison(computer: Computer, node: Comparison) -> Vector:
    quick = _against_constant(computer, node) or _by_signs(computer, node)
    return quick or compare(node.op, computer.vector(node.left), computer.vector(node.right))


def _against_constant(computer: Computer, node: Comparison) -> Vector | None:
    """By the rank of the left side among "at the constant" and "above it", where that is quicker."""
    if not (isinstance(node.right, Literal) and isinstance(node.right.value, Decimal)):
        return None
    value = node.right.value
    quick = quick_ranks(node.left, [Cut(value, above=False), Cut(value, above=True)], computer)
    if quick is None:
        return None
    ranks, state = quick
    data = np.asarray(_RELATIONS[node.op](ranks.astype(np.int64), 1), np.bool_)
    if node.op not in ("=", "!="):
        return Vector("boolean", data, state)
    return Vector("boolean", np.where(state == NULL, node.op == "!=", data), _missing_only(state))


def _by_signs(computer: Computer, node: Comparison) -> Vector | None:
    """By the certain sign of the difference, exactly where that is in doubt."""
    quick = quick_signs(node.left, node.right, computer)
    if quick is None:
        return None
    size = computer.frame.rows
    signs, sure, state = (np.broadcast_to(part, size).copy() for part in quick)
    data = np.asarray(_RELATIONS[node.op](signs, 0), np.bool_)
    settled = sure if node.op in ("=", "!=") else sure | (state == NULL)  # null is not below or above anything
    rows = np.flatnonzero(~settled)
    if len(rows):
        exact = computer.at(rows).vector(node)
        data[rows], state[rows] = exact.data, exact.state
    return Vector("boolean", data, state)


def compare(op: str, left: Vector, right: Vector) -> Vector:
    """`left op right` in every row."""
    left, right = _same_kind(left, right)
    if left.kind == "other" and not (left.state != KNOWN).all():
        raise NoVectorForm
    if left.kind == "boolean" and op not in ("=", "!="):
        raise NoVectorForm
    known = _relate(op, left, right)
    state = _combine(left.state, right.state)
    if op not in ("=", "!="):
        return Vector("boolean", known, state)
    both_null = (left.state == NULL) & (right.state == NULL)
    data = np.where(state == NULL, both_null == (op == "="), known)
    return Vector("boolean", data, _missing_only(state))


def _missing_only(state: States) -> States:
    """Equality with null is known; only what is not known stays open."""
    return np.where(state == MISSING, MISSING, KNOWN).astype(np.uint8)


def _relate(op: str, left: Vector, right: Vector) -> npt.NDArray[np.bool_]:
    if left.kind == "number":
        first, second, _ = numbers.align(left.data, right.data)
    else:
        first, second = left.data, right.data
    if left.kind in ("string", "other"):
        return _relate_objects(op, first, second, _combine(left.state, right.state) == KNOWN)
    return np.asarray(_RELATIONS[op](first, second), np.bool_)


def _relate_objects(op: str, first: Any, second: Any, known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    first, second, known = np.broadcast_arrays(first, second, known)
    found = np.zeros(len(known), np.bool_)
    found[known] = _RELATIONS[op](first[known], second[known])
    return found


_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _combine(left: States, right: States) -> States:
    """Unknown where either is, else null where either is."""
    return np.maximum(left, right)


def _by_ranks(computer: Computer, node: Between | In) -> Vector | None:
    """By the ranks of the value among the constants of the tests, where that is quicker."""
    if computer.exact or not has_filter(node.value, computer):
        return None
    predicate = rebuild(node, lambda part: SUBJECT if part is node.value else part)
    if not is_ordering(predicate, "number"):
        return None
    book = rank_book([Test(Source(node.value, "number", "rank"), predicate)], computer.evaluate)
    quick = quick_ranks(node.value, book.cuts, computer)
    if quick is None:
        return None
    ranks, state = quick
    codes = np.where(state == KNOWN, ranks, np.where(state == NULL, book.null_code, book.unknown_code))
    return from_outcomes(book.outcomes[0][codes])


def _between(computer: Computer, node: Between) -> Vector:
    quick = _by_ranks(computer, node)
    if quick is not None:
        return quick
    value = computer.vector(node.value)
    low = compare(">=", value, computer.vector(node.low))
    high = compare("<=", value, computer.vector(node.high))
    return from_outcomes(_kleene(_AND, [outcomes_of(low), outcomes_of(high)]))


def _in(computer: Computer, node: In) -> Vector:
    quick = _by_ranks(computer, node)
    if quick is not None:
        return quick
    value = computer.vector(node.value)
    if not node.tests:
        raise NoVectorForm
    return from_outcomes(_kleene(_OR, [_test(computer, value, test) for test in node.tests]))


def _test(computer: Computer, value: Vector, test: Node) -> npt.NDArray[np.uint8]:
    match test:
        case UnaryComparison(op=op, operand=operand):
            return outcomes_of(compare(op, value, computer.vector(operand)))
        case Interval(lo=Literal(), hi=Literal()):
            low = compare(">=" if test.lo_closed else ">", value, computer.vector(test.lo))
            high = compare("<=" if test.hi_closed else "<", value, computer.vector(test.hi))
            return _kleene(_AND, [outcomes_of(low), outcomes_of(high)])
        case ListLiteral(items=items) if items and all(isinstance(item, Literal) for item in items):
            return _kleene(_OR, [outcomes_of(compare("=", value, computer.vector(item))) for item in items])
        case Literal():
            return outcomes_of(compare("=", value, computer.vector(test)))
    raise NoVectorForm


# Arithmetic ------------------------------------------------------------------------------------------------------


def _arithmetic(computer: Computer, node: BinaryArithmetic) -> Vector:
    left, right = _same_kind(computer.vector(node.left), computer.vector(node.right))
    state = _combine(left.state, right.state)
    if left.kind == "date" and node.op == "-":
        return calendar.difference(left, right, state)
    if left.kind in ("months", "nanos") and node.op == "/":
        left, right = calendar.as_numbers(left, right)
    if left.kind != "number":
        raise NoVectorForm
    if node.op in _EXACT:
        try:
            return Vector("number", _EXACT[node.op](left.data, right.data), state)
        except Inexact:
            return _rounded(getattr(decimals(), _ROUNDED[node.op]), left, right, state)
    if node.op != "/":
        raise NoVectorForm
    zero = (right.data.ints == 0).astype(np.bool_) & (state == KNOWN)
    return _rounded(decimals().divide, left, right, np.where(zero, NULL, state).astype(np.uint8))


_EXACT = {"+": numbers.add, "-": numbers.subtract, "*": numbers.multiply}
_ROUNDED = {"+": "add", "-": "subtract", "*": "multiply"}


def _rounded(operation: Callable[..., Decimal], left: Vector, right: Vector, state: States) -> Vector:
    """FEEL's own decimal arithmetic, one known row after the other."""
    first, second = np.broadcast_arrays(numbers.to_decimals(left.data), numbers.to_decimals(right.data))
    first, second, state = np.broadcast_arrays(first, second, state)
    found = np.full(len(state), Decimal(0), object)
    known = np.flatnonzero(state == KNOWN)
    try:
        found[known] = [operation(a, b) for a, b in zip(first[known], second[known], strict=True)]
    except DecimalException as error:
        raise NoVectorForm from error
    return Vector("number", numbers.from_decimals(found), state)


def _negate(computer: Computer, node: Negate) -> Vector:
    operand = computer.vector(node.operand)
    if operand.kind != "number":
        raise NoVectorForm
    return Vector("number", numbers.negate(operand.data), operand.state)


def _call(computer: Computer, node: FunctionCall) -> Vector:
    if not isinstance(node.function, Name) or node.named or not node.positional or node.function.name in computer.frame:
        raise NoVectorForm
    if computer.names.is_constant(node):
        return constant(computer.evaluate(node, {}))
    name, arguments = node.function.name, [computer.vector(part) for part in node.positional]
    if name == "years and months duration" and [argument.kind for argument in arguments] == ["date", "date"]:
        return _months_between(*arguments)
    if any(argument.kind != "number" for argument in arguments):
        raise NoVectorForm
    if len(arguments) == 1 and name in _UNARY:
        return Vector("number", _UNARY[name](arguments[0].data), arguments[0].state)
    if len(arguments) > 1 and name in ("min", "max"):
        return _extreme("<" if name == "min" else ">", arguments)
    raise NoVectorForm


def _months_between(first: Vector, last: Vector) -> Vector:
    if (first.state == NULL).any() or (last.state == NULL).any():
        raise NoVectorForm
    return calendar.months_between(first, last, _combine(first.state, last.state))


def _path(computer: Computer, node: Path) -> Vector:
    source = computer.vector(node.source)
    found = calendar.part_of(source, node.name) if source.kind == "date" else None
    if found is None:
        raise NoVectorForm
    return found


_UNARY = {"abs": numbers.absolute, "floor": numbers.floor, "ceiling": numbers.ceiling}


def _extreme(op: str, arguments: Sequence[Vector]) -> Vector:
    if any((argument.state == NULL).any() for argument in arguments):
        raise NoVectorForm
    best = arguments[0]
    for other in arguments[1:]:
        data = numbers.choose(_relate(op, other, best), other.data, best.data)
        best = Vector("number", data, _combine(best.state, other.state))
    return best


_METHODS: dict[type[Node], Callable[..., Vector]] = {
    Literal: _literal,
    Name: _name,
    Conjunction: _conjunction,
    Disjunction: _disjunction,
    Not: _not,
    If: _if,
    Comparison: _comparison,
    Between: _between,
    In: _in,
    BinaryArithmetic: _arithmetic,
    Negate: _negate,
    FunctionCall: _call,
    Path: _path,
}
