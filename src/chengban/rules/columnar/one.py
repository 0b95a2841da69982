"""One record with every policy, in microseconds: the record's codes, its tests' outcomes, then all clauses."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..evaluate import evaluate
from ..evaluate.arithmetic import arithmetic
from ..nodes import BinaryArithmetic, Literal, Name, Node
from ..unknown import UNKNOWN, Unknown
from .books import CategoryBook, RankBook, key_of, state_of
from .codes import Codes
from .compiled import judging
from .encoding import Coding, by_source, zero_codes
from .formula import IS_FALSE, IS_NULL, IS_TRUE, Atom
from .plan import Plan
from .sources import Kind, Test, free_names, kind_of_value
from .vectors import Frame, to_fact

_VERDICTS = ("ineligible", "eligible", "unknown")


@dataclass(frozen=True, slots=True)
class OneMatch:
    """For policy i of `names`: `verdicts[i]` 0 ineligible, 1 eligible, 2 unknown; `misses[i]` clauses not true."""

    names: Sequence[str]
    verdicts: npt.NDArray[np.uint8]
    misses: npt.NDArray[np.int32]

    @property
    def eligible(self) -> list[str]:
        """The policies whose every clause is true."""
        return self._named(self.verdicts == 1)

    @property
    def unknown(self) -> list[str]:
        """The policies that a fact not known leaves open."""
        return self._named(self.verdicts == 2)

    @property
    def near(self) -> list[str]:
        """The policies with exactly one clause that is not true."""
        return self._named(self.misses == 1)

    def verdict(self, name: str) -> str:
        """ "eligible", "ineligible" or "unknown"."""
        return _VERDICTS[self.verdicts[self.names.index(name)]]

    def _named(self, mask: npt.NDArray[np.bool_]) -> list[str]:
        return [self.names[index] for index in np.flatnonzero(mask)]


def kinds_of_record(record: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds of a record's columns by its own values; a value that is not there says nothing."""
    return {name: kind_of_value(to_fact(value)) for name, value in record.items()}


class OneMatcher:
    """The policies of a plan laid out for single records, with the code books of a coded table where there is one."""

    def __init__(self, plan: Plan, codes: Codes | None) -> None:
        encoded = codes.encoded if codes is not None else zero_codes(plan.tests, Frame(pa.table({})), evaluate)
        self._names = tuple(plan.clauses)
        self._kinds = plan.kinds
        groups = by_source(plan.tests)
        self._coders = [_Coder(coding, [(n, plan.tests[n]) for n in groups[coding.source]]) for coding in encoded.codings]
        self._lay_out_tests(plan, {coding.source: place for place, coding in enumerate(encoded.codings)}, encoded.codings)
        self._lay_out_formulas(plan)

    def match(self, record: Mapping[str, Any]) -> OneMatch:
        """The verdict and the misses of every policy."""
        facts = _Facts(record)
        codes = np.array([coder.code(facts) for coder in self._coders], np.int32)
        outcomes = np.empty(len(self._sources), np.uint8)
        compiled = judging()
        compiled.look_up(np.maximum(codes, 0), self._sources, self._bases, self._table, outcomes)
        for place in np.flatnonzero(codes < 0):
            self._coders[place].judge_each(facts, outcomes)
        verdicts, misses = np.empty(len(self._names), np.uint8), np.empty(len(self._names), np.int32)
        compiled.judge(outcomes, *self._formulas, *self._clauses, verdicts, misses)
        return OneMatch(self._names, verdicts, misses)

    def _lay_out_tests(self, plan: Plan, places: Mapping[Any, int], codings: Sequence[Coding]) -> None:
        """All books' outcomes end to end, and where each test's begin."""
        tables: list[npt.NDArray[np.uint8]] = []
        bases, size = np.zeros(len(plan.tests), np.int64), 0
        sources = np.zeros(len(plan.tests), np.int32)
        groups = by_source(plan.tests)
        for coding in codings:
            for row, number in enumerate(groups[coding.source]):
                bases[number], sources[number] = size, places[coding.source]
                tables.append(coding.book.outcomes[row])
                size += coding.book.size
        self._sources, self._bases = sources, bases
        self._table = np.concatenate(tables) if tables else np.zeros(0, np.uint8)

    def _lay_out_formulas(self, plan: Plan) -> None:
        """Groups in the arena's order, which puts parts first; atoms stand inside their groups."""
        holds = [plan.outcomes(name, IS_TRUE) for name in self._names]
        fails = [plan.outcomes(name, IS_FALSE | IS_NULL) for name in self._names]
        nodes = plan.formulas.nodes
        places = {number: place for place, number in enumerate(_groups_under(plan, holds, fails))}

        def operand(number: int) -> int:
            node = nodes[number]
            return -1 - (16 * node.test + node.states) if isinstance(node, Atom) else places[number]

        kinds = [nodes[number].kind == "and" for number in places]  # type: ignore[union-attr]
        parts = [[operand(part) for part in nodes[number].parts] for number in places]  # type: ignore[union-attr]
        self._formulas = (np.array(kinds, np.uint8), _starts(parts), _flat(parts))
        self._clauses = (
            _starts(holds),
            _flat([[operand(number) for number in clauses] for clauses in holds]),
            _flat([[operand(number) for number in clauses] for clauses in fails]),
        )


def _groups_under(plan: Plan, *tops: Sequence[Sequence[int]]) -> list[int]:
    """The groups that the clauses are made of, parts before wholes."""
    nodes, seen = plan.formulas.nodes, set[int]()
    waiting = [number for top in tops for clauses in top for number in clauses]
    while waiting:
        number = waiting.pop()
        node = nodes[number]
        if number not in seen and not isinstance(node, Atom):
            seen.add(number)
            waiting.extend(node.parts)
    return sorted(seen)


def _starts(lists: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum([len(part) for part in lists], dtype=np.int64)))


def _flat(lists: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array([number for part in lists for number in part], np.int64)


class _Facts:
    """A record, and the same as FEEL's facts when something has to be evaluated."""

    __slots__ = ("_facts", "record")

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.record = record
        self._facts: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._facts:
            self._facts[name] = to_fact(self.record.get(name))
        return self._facts[name]

    def context(self, names: Sequence[str]) -> dict[str, Any]:
        return {name: self[name] for name in names}


class _Coder:
    """Codes one source of a record; −1 where the book has no code for its value."""

    def __init__(self, coding: Coding, tests: Sequence[tuple[int, Test]]) -> None:
        self._book, self._tests, self._kind = coding.book, tests, coding.source.kind
        self._node = coding.source.node
        self._names = sorted(free_names(self._node))
        self._value = _valuer(self._node, self._names)
        if isinstance(coding.book, RankBook):
            self._cuts = [(cut.value, cut.above) for cut in coding.book.cuts]

    def code(self, facts: _Facts) -> int:
        value = self._value(facts)
        book = self._book
        if isinstance(value, Unknown):
            return book.unknown_code
        if isinstance(book, RankBook):
            if value is None:
                return book.null_code
            if kind_of_value(value) != self._kind:
                return -1
            return bisect_right(self._cuts, (key_of(value), False))
        if isinstance(book, CategoryBook):
            if kind_of_value(value) != self._kind:
                return -1
            return book.codes.get(value, -1 if book.listed_all else book.others)
        return state_of(value)

    def judge_each(self, facts: _Facts, outcomes: npt.NDArray[np.uint8]) -> None:
        """Outcomes of this source's tests by the scalar evaluator."""
        value = self._value(facts)
        for number, test in self._tests:
            outcomes[number] = state_of(evaluate(test.predicate, test.bind(value)))


def _valuer(node: Node, names: Sequence[str]) -> Callable[[_Facts], Any]:
    """A function from facts to the node's value, direct for names and plain arithmetic."""
    match node:
        case Name(name=name):
            return lambda facts: _quick(facts, name)
        case Literal(value=value):
            return lambda facts: value
        case BinaryArithmetic(op=op, left=left, right=right):
            first, second = _valuer(left, names), _valuer(right, names)
            return lambda facts: arithmetic(op, first(facts), second(facts))
    return lambda facts: evaluate(node, facts.context(names))


def _quick(facts: _Facts, name: str) -> Any:
    """The commonest values without the long way round."""
    value = facts.record.get(name)
    kind = type(value)
    if value is None:
        return UNKNOWN
    if kind is str or kind is bool:
        return value
    if kind is int and -(10**30) < value < 10**30:
        return Decimal(value)
    if kind is float and math.isfinite(value):
        return Decimal(repr(value))
    return facts[name]
