"""Code books: the small numbers that stand for the values of a source, told apart only as far as tests tell them apart.

Of n constants that tests name, an ordered source has 2n + 1 cells (each constant, and each gap); of named strings a
category has a cell each and one for all others. Every test has one outcome per cell. Neighbouring cells (or, of
categories, any cells) on which all tests agree become one code. The last two codes are null and unknown.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..nodes import Between, Comparison, In, Interval, ListLiteral, Literal, Name, Node, UnaryComparison, walk
from ..temporal import Date, date_of_ordinal
from ..unknown import UNKNOWN, Unknown
from .formula import FALSE_STATE, NULL_STATE, TRUE_STATE, UNKNOWN_STATE
from .sources import SUBJECT, Kind, Test, kind_of_value

Outcomes = npt.NDArray[np.uint8]
Evaluate = Callable[[Node, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """A step between two codes of an ordered source: at `value` itself, or just above it when `above`."""

    value: Decimal
    above: bool


@dataclass(frozen=True, slots=True)
class RankBook:
    """Codes of an ordered source: the number of cuts that a value has reached; then null, then unknown.

    `outcomes` is (tests, codes) uint8.
    """

    cuts: tuple[Cut, ...]
    outcomes: Outcomes

    @property
    def size(self) -> int:
        return len(self.cuts) + 3

    @property
    def null_code(self) -> int:
        return len(self.cuts) + 1

    @property
    def unknown_code(self) -> int:
        return len(self.cuts) + 2


@dataclass(frozen=True, slots=True)
class CategoryBook:
    """Codes of listed values; `others` is the code of a value that is not listed. `outcomes` is (tests, codes).

    `listed_all`: every value of the table is listed, since some test looks at more than names; the outcomes of
    `others` then mean nothing.
    """

    codes: Mapping[Any, int]
    others: int
    outcomes: Outcomes
    listed_all: bool

    @property
    def size(self) -> int:
        return int(self.outcomes.shape[1])

    @property
    def null_code(self) -> int:
        return self.size - 2

    @property
    def unknown_code(self) -> int:
        return self.size - 1


@dataclass(frozen=True, slots=True)
class OutcomeBook:
    """The four outcomes of a computed condition are their own codes."""

    outcomes: Outcomes
    size: int = 4
    null_code: int = NULL_STATE
    unknown_code: int = UNKNOWN_STATE


Book = RankBook | CategoryBook | OutcomeBook


def state_of(value: Any) -> int:
    """The outcome that a value is."""
    if value is True:
        return TRUE_STATE
    if value is False:
        return FALSE_STATE
    return UNKNOWN_STATE if isinstance(value, Unknown) else NULL_STATE


# Ordered sources -------------------------------------------------------------------------------------------------


def rank_book(tests: Sequence[Test], evaluate: Evaluate, values: Sequence[Decimal] = ()) -> RankBook:
    """The book of an ordered source for all its tests.

    Where `values` are all that it can take, each has a code, so that the codes serve for any other tests too.
    """
    constants = sorted({key_of(value) for test in tests for value in constants_of(test.predicate)} | set(values))
    cells = np.stack([_over_cells(test, constants, evaluate) for test in tests])
    steps = np.flatnonzero((cells[:, 1:] != cells[:, :-1]).any(axis=0))
    cuts = tuple(Cut(constants[step // 2], above=bool(step % 2)) for step in steps)
    known = cells[:, np.concatenate(([0], steps + 1))]
    if values:
        cuts = tuple(Cut(value, above=False) for value in values)
        known = cells[:, [0, *(2 * bisect_left(constants, value) + 1 for value in values)]]
    missing = np.array([_when_missing(test, evaluate) for test in tests], np.uint8)
    return RankBook(cuts, np.hstack([known, missing]))


def is_ordering(predicate: Node, kind: Kind) -> bool:
    """Whether the predicate compares SUBJECT with constants of `kind` and does nothing else."""
    match predicate:
        case Comparison(left=left, right=right):
            return left == SUBJECT and _is_constant(right, kind)
        case Between(value=value, low=low, high=high):
            return value == SUBJECT and _is_constant(low, kind) and _is_constant(high, kind)
        case In(value=value, tests=tests):
            return value == SUBJECT and bool(tests) and all(_is_ordering_test(test, kind) for test in tests)
    return False


def _is_ordering_test(test: Node, kind: Kind) -> bool:
    match test:
        case UnaryComparison(operand=operand):
            return _is_constant(operand, kind)
        case Interval(lo=lo, hi=hi):
            return _is_rising(lo, hi, kind)
        case ListLiteral(items=items):
            return bool(items) and all(_is_constant(item, kind) for item in items)
    return _is_constant(test, kind)


def _is_rising(low: Node, high: Node, kind: Kind) -> bool:
    if not (isinstance(low, Literal) and isinstance(high, Literal)):
        return False
    same_kind = kind_of_value(low.value) == kind_of_value(high.value) == kind
    return same_kind and key_of(low.value) <= key_of(high.value)


def _is_constant(node: Node, kind: Kind) -> bool:
    return isinstance(node, Literal) and kind_of_value(node.value) == kind


def constants_of(predicate: Node) -> list[Any]:
    """Every constant in the predicate."""
    return [node.value for node in walk(predicate) if isinstance(node, Literal)]


def key_of(value: Any) -> Decimal:
    """Where a number or a date stands in its order; dates count days since 1970-01-01."""
    return Decimal(value.ordinal) if isinstance(value, Date) else value


def _over_cells(test: Test, constants: Sequence[Decimal], evaluate: Evaluate) -> Outcomes:
    """The outcome on each of the 2n + 1 cells; cell 2i + 1 is constant i, the even ones the gaps."""
    cells = np.arange(2 * len(constants) + 1)
    if is_ordering(test.predicate, test.source.kind):
        return _holds(test.predicate, cells, constants).astype(np.uint8)
    outcome = state_of(evaluate(test.predicate, test.bind(_sample(test.source.kind))))
    return np.full(len(cells), outcome, np.uint8)


def _sample(kind: Kind) -> Any:
    return date_of_ordinal(0) if kind == "date" else Decimal(0)


def _holds(predicate: Node, cells: npt.NDArray[np.int64], constants: Sequence[Decimal]) -> npt.NDArray[np.bool_]:
    def at(node: Node) -> int:
        assert isinstance(node, Literal)
        return 2 * bisect_left(constants, key_of(node.value)) + 1

    def passes(test: Node) -> npt.NDArray[np.bool_]:
        match test:
            case UnaryComparison(op=op, operand=operand):
                return _compare(op, cells, at(operand))
            case Interval(lo=lo, lo_closed=lo_closed, hi=hi, hi_closed=hi_closed):
                low, high = _compare(">=" if lo_closed else ">", cells, at(lo)), at(hi)
                return low & _compare("<=" if hi_closed else "<", cells, high)
            case ListLiteral(items=items):
                return _equal_any(cells, [at(item) for item in items])
        return _equal_any(cells, [at(test)])

    match predicate:
        case Comparison(op=op, right=right):
            return _compare(op, cells, at(right))
        case Between(low=low, high=high):
            return (cells >= at(low)) & (cells <= at(high))
        case In(tests=tests):
            anywhere: npt.NDArray[np.bool_] = np.any([passes(test) for test in tests], axis=0)
            return anywhere
    raise TypeError(f"not an ordering: {predicate}")


def _equal_any(cells: npt.NDArray[np.int64], places: Sequence[int]) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.isin(cells, places)
    return found


def _compare(op: str, cells: npt.NDArray[np.int64], at: int) -> npt.NDArray[np.bool_]:
    relation = {"=": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater}
    found: npt.NDArray[np.bool_] = relation.get(op, np.greater_equal)(cells, at)
    return found


def is_never_null(test: Test, evaluate: Evaluate) -> bool:
    """Whether the test, of a column of the table, is true, false or unknown in every row."""
    if not isinstance(test.source.node, Name) or test.source.coding == "outcome":
        return False
    if is_ordering(test.predicate, test.source.kind) or _names_of(test) is not None:
        return True
    values = (False, True, UNKNOWN) if test.source.kind == "boolean" else ()
    return bool(values) and all(_outcome(test, value, evaluate) != NULL_STATE for value in values)


def _outcome(test: Test, value: Any, evaluate: Evaluate) -> int:
    """The outcome for one value of the source; those of booleans are three, asked again and again."""
    if test.source.kind == "boolean":
        return _outcome_of_boolean(test, value, evaluate)
    return state_of(evaluate(test.predicate, test.bind(value)))


@lru_cache(10_000)
def _outcome_of_boolean(test: Test, value: Any, evaluate: Evaluate) -> int:
    return state_of(evaluate(test.predicate, test.bind(value)))


def _when_missing(test: Test, evaluate: Evaluate) -> tuple[int, int]:
    """The outcomes for null and for unknown.

    A table's own columns hold no null: its code may be taken for unknown, which leaves fewer stretches of codes.
    """
    compares = named(test.predicate) is not None or is_ordering(test.predicate, test.source.kind)
    unknown = UNKNOWN_STATE if compares else _outcome(test, UNKNOWN, evaluate)
    if isinstance(test.source.node, Name):
        return unknown, unknown
    return state_of(evaluate(test.predicate, test.bind(None))), unknown


# Categories ------------------------------------------------------------------------------------------------------


def category_book(tests: Sequence[Test], values: Sequence[Any], evaluate: Evaluate) -> CategoryBook:
    """The book of a source whose tests look at single values; `values` are those that the table holds.

    Where every test only names constants, the values of the table do not matter and are not looked at.
    """
    names_of = [_names_of(test) for test in tests]
    listed = list(dict.fromkeys(value for names in names_of if names for value in names[1]))
    if lists_all(tests):
        listed = list(dict.fromkeys([*listed, *values]))
    places = {value: place for place, value in enumerate(listed)}
    rows = [_over_values(test, names, places, evaluate) for test, names in zip(tests, names_of, strict=True)]
    return _merged(np.stack(rows), places, listed_all=lists_all(tests))


def lists_all(tests: Sequence[Test]) -> bool:
    """Whether some test looks at more than names, so that every value of the table must be listed."""
    return any(_names_of(test) is None for test in tests)


def _names_of(test: Test) -> tuple[int, tuple[str, ...]] | None:
    return named(test.predicate) if test.source.kind == "string" else None


def _merged(cells: Outcomes, places: Mapping[Any, int], *, listed_all: bool) -> CategoryBook:
    """Cells are listed values, others, null, unknown; equal ones before null and unknown become one code."""
    known, missing = cells[:, :-2], cells[:, -2:]
    columns = [column.tobytes() for column in np.ascontiguousarray(known.T)]
    unique = sorted(set(columns))
    code = {column: place for place, column in enumerate(unique)}
    merged = np.frombuffer(b"".join(unique), np.uint8).reshape(len(unique), -1).T
    codes = {value: code[columns[place]] for value, place in places.items()}
    return CategoryBook(codes, code[columns[-1]], np.hstack([merged, missing]), listed_all)


def named(predicate: Node) -> tuple[int, tuple[str, ...]] | None:
    """(outcome when named, names) of a predicate that only asks whether a string is one of some constants."""
    match predicate:
        case Comparison(op="=" | "!=" as op, left=Name(), right=Literal(value=str(value))):
            return (TRUE_STATE if op == "=" else FALSE_STATE), (value,)
        case In(value=Name(), tests=tests):
            items = [item for test in tests for item in (test.items if isinstance(test, ListLiteral) else (test,))]
            if items and all(isinstance(item, Literal) and isinstance(item.value, str) for item in items):
                return TRUE_STATE, tuple(item.value for item in items if isinstance(item, Literal))
    return None


def _over_values(test: Test, names: tuple[int, tuple[str, ...]] | None, places: Mapping[Any, int], evaluate: Evaluate) -> Outcomes:
    """The outcome for every listed value, for others, for null, for unknown."""
    row = np.empty(len(places) + 3, np.uint8)
    row[-2:] = _when_missing(test, evaluate)
    if names is None:
        row[:-3] = [_outcome(test, value, evaluate) for value in places]
        row[-3] = NULL_STATE
    else:
        outcome, values = names
        row[:-2] = FALSE_STATE if outcome == TRUE_STATE else TRUE_STATE
        row[[places[value] for value in values]] = outcome
    return row


def outcome_book(tests: Sequence[Test]) -> OutcomeBook:
    """The book of a computed condition."""
    return OutcomeBook(np.tile(np.arange(4, dtype=np.uint8), (len(tests), 1)))
