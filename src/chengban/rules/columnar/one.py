"""One record with every policy, in microseconds: the record's codes, its tests' outcomes, then all clauses."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
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
from .columns import float_limits, whole_cut
from .compiled import judging
from .encoding import Coding, no_codes
from .formula import Atom, Group
from .free import free_names
from .plan import Plan
from .sources import Kind, Source, Test, kind_of_value
from .tape import TestCodes
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
        return [self.names[index] for index in np.flatnonzero(mask).tolist()]


def kinds_of_record(record: Mapping[str, Any]) -> dict[str, Kind]:
    """The kinds of a record's columns by its own values; a value that is not there says nothing."""
    return {name: kind_of_value(to_fact(value)) for name, value in record.items()}


class OneMatcher:
    """The policies of a plan laid out for single records, with the code books of a coded table where there is one."""

    def __init__(self, plan: Plan, codes: Codes | None) -> None:
        encoded = codes.encoded if codes is not None else no_codes(plan, Frame(pa.table({})))
        self._names = tuple(plan.clauses)
        self._kinds = plan.kinds
        wanted = [coding for coding in encoded.codings if coding.source in plan.groups]
        self._coders = [_Coder(coding, [(n, plan.tests[n]) for n in plan.groups[coding.source]]) for coding in wanted]
        self._lay_out_tests(plan, {coding.source: place for place, coding in enumerate(wanted)}, encoded.tests)
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

    def _lay_out_tests(self, plan: Plan, places: Mapping[Source, int], tests: Mapping[int, TestCodes]) -> None:
        """Each test's outcomes by its source's codes, end to end, and where each test's begin."""
        tables = [tests[number].outcomes for number in range(len(plan.tests))]
        self._sources = np.array([places[test.source] for test in plan.tests], np.int32)
        self._bases = np.cumsum([0, *map(len, tables)], dtype=np.int64)[:-1]
        self._table = np.concatenate(tables) if tables else np.zeros(0, np.uint8)

    def _lay_out_formulas(self, plan: Plan) -> None:
        """Atoms first, then groups in the arena's order, which puts parts before wholes."""
        holds = [plan.holds[name] for name in self._names]
        may_hold = [plan.may_hold[name] for name in self._names]
        atoms, groups = _below(plan, holds, may_hold)
        places = {number: place for place, number in enumerate([*atoms, *groups])}
        parts = [[places[part] for part in group.parts] for group in groups.values()]
        self._formulas = (
            np.array([atom.test for atom in atoms.values()], np.int32),
            np.array([atom.states for atom in atoms.values()], np.uint8),
            np.array([group.kind == "and" for group in groups.values()], np.uint8),
            _starts(parts),
            _flat(parts),
        )
        found = ([[places[number] for number in clauses] for clauses in side] for side in (holds, may_hold))
        self._clauses = (_starts(holds), *map(_flat, found))


def _below(plan: Plan, *tops: Sequence[Sequence[int]]) -> tuple[dict[int, Atom], dict[int, Group]]:
    """The atoms and the groups that the clauses are made of, by their numbers in the arena, rising."""
    nodes, seen = plan.formulas.nodes, set[int]()
    waiting = [number for top in tops for clauses in top for number in clauses]
    while waiting:
        number = waiting.pop()
        node = nodes[number]
        if number not in seen:
            seen.add(number)
            waiting.extend(node.parts if isinstance(node, Group) else ())
    found = [(number, nodes[number]) for number in sorted(seen)]
    atoms = {number: node for number, node in found if isinstance(node, Atom)}
    return atoms, {number: node for number, node in found if isinstance(node, Group)}


def _starts(lists: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum([len(part) for part in lists], dtype=np.int64)))


def _flat(lists: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    return np.array([number for part in lists for number in part], np.int32)


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
        self._tests = tests
        self._value = _valuer(coding.source.node, sorted(free_names(coding.source.node)))
        self.code = _coder(coding, self._value)

    def judge_each(self, facts: _Facts, outcomes: npt.NDArray[np.uint8]) -> None:
        """Outcomes of this source's tests by the scalar evaluator."""
        value = self._value(facts)
        for number, test in self._tests:
            outcomes[number] = state_of(evaluate(test.predicate, test.bind(value)))


def _coder(coding: Coding, value: Callable[[_Facts], Any]) -> Callable[[_Facts], int]:
    book, node = coding.book, coding.source.node
    if isinstance(book, RankBook):
        ranks = _ranker(book, coding.source.kind, value)
        plain = isinstance(node, Name) and coding.source.kind == "number"
        return _number_coder(book, node.name, ranks) if plain and isinstance(node, Name) else ranks
    if isinstance(book, CategoryBook):
        return _category_coder(book, coding.source.kind, value)
    return lambda facts: state_of(value(facts))


def _ranker(book: RankBook, kind: Kind, value: Callable[[_Facts], Any]) -> Callable[[_Facts], int]:
    cuts = [(cut.value, cut.above) for cut in book.cuts]

    def code(facts: _Facts) -> int:
        found = value(facts)
        if isinstance(found, Unknown):
            return book.unknown_code
        if found is None:
            return book.null_code
        return bisect_right(cuts, (key_of(found), False)) if kind_of_value(found) == kind else -1

    return code


def _number_coder(book: RankBook, name: str, ranks: Callable[[_Facts], int]) -> Callable[[_Facts], int]:
    """Python's own numbers against cuts of their own kind; both are exact."""
    whole, floating = [whole_cut(cut, 0) for cut in book.cuts], float_limits(book.cuts).tolist()

    def code(facts: _Facts) -> int:
        value = facts.record.get(name)
        if type(value) is int:
            return bisect_right(whole, value)
        if type(value) is float and math.isfinite(value):
            return bisect_left(floating, value)
        return book.unknown_code if value is None else ranks(facts)

    return code


def _category_coder(book: CategoryBook, kind: Kind, value: Callable[[_Facts], Any]) -> Callable[[_Facts], int]:
    codes, other = book.codes, -1 if book.listed_all else book.others

    def code(facts: _Facts) -> int:
        found = value(facts)
        if isinstance(found, Unknown):
            return book.unknown_code
        return codes.get(found, other) if kind_of_value(found) == kind else -1

    return code


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
    if value is None:
        return UNKNOWN
    if isinstance(value, (str, bool)):
        return value
    if isinstance(value, int) and -(10**30) < value < 10**30:
        return Decimal(value)
    return facts[name]
