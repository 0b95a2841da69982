"""A plan: the policies of a program lowered for columns of given kinds, and the tests they need."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal

from ..evaluate import evaluate
from ..nodes import Node
from .books import Book, category_book, lists_all, outcome_book, rank_book
from .columns import distinct_values
from .formula import ALWAYS, IS_TRUE, IS_UNKNOWN, NEVER, Formulas
from .lowering import Lowering
from .scores import possible_values
from .sources import Kind, Source, Test
from .tape import Root, Tape, TapeBuilder, TestCodes
from .vectors import Frame

Question = Literal["eligible", "possible", "near"]
"""Every clause is true; every clause is true or unknown; exactly one clause is not true."""
Clauses = tuple[int, ...]
"""A formula for each clause of a policy."""


class Plan:
    """Formulas of every clause of every policy."""

    def __init__(self, clauses: Mapping[str, tuple[Node, ...]], kinds: Mapping[str, Kind]) -> None:
        """Lower all clauses; afterwards no test is ever added, so that codes of one table serve every question."""
        self.clauses = clauses
        self.kinds = kinds
        self._lowering = Lowering(kinds, evaluate)
        self.holds: Mapping[str, Clauses] = {name: self._outcomes(name, IS_TRUE) for name in clauses}
        self.groups: Mapping[Source, Sequence[int]] = by_source(self.tests)
        self._books: dict[Source, Book] = {}
        self._tapes: dict[tuple[Question, bytes], Tape] = {}

    @cached_property
    def may_hold(self) -> Mapping[str, Clauses]:
        """The same for what is true or unknown; no question but that of unknown needs it."""
        return {name: self._outcomes(name, IS_TRUE | IS_UNKNOWN) for name in self.clauses}

    @property
    def formulas(self) -> Formulas:
        """The arena of all formulas."""
        return self._lowering.formulas

    @property
    def tests(self) -> list[Test]:
        """The tests that atoms refer to by number."""
        return self._lowering.tests

    def tests_of(self, source: Source) -> list[Test]:
        """The tests of one source."""
        return [self.tests[number] for number in self.groups[source]]

    def book(self, source: Source, frame: Frame) -> Book:
        """The code book of a source."""
        book = self.fixed_book(source)
        return make_book(source, self.tests_of(source), distinct_values(source, frame)) if book is None else book

    def fixed_book(self, source: Source) -> Book | None:
        """The same, made once; None where the tests look at each value that the table holds."""
        if source not in self._books:
            tests = self.tests_of(source)
            if source.coding == "category" and source.kind != "boolean" and lists_all(tests):
                return None
            self._books[source] = _fixed_book(source, tuple(tests))
        return self._books[source]

    def root(self, question: Question, name: str) -> Root:
        """What the kernel is asked of one policy."""
        return Root(self.may_hold[name] if question == "possible" else self.holds[name], near=question == "near")

    def tape(self, question: Question, tests: Mapping[int, TestCodes]) -> Tape:
        """The tape that asks the question of every policy, in their order; kept for other tables that are coded alike."""
        key = question, _digest(tests)
        if key not in self._tapes:
            roots = [self.root(question, name) for name in self.clauses]
            self._tapes[key] = TapeBuilder(self.formulas, tests).build(roots)
        return self._tapes[key]

    def left_open(self, tests: frozenset[int]) -> int:
        """The formula of the rows for which some policy's verdict turns on `tests`."""
        return self.formulas.any_of(self._verdict_open(name, tests) for name in self.clauses)

    def near_open(self, tests: frozenset[int]) -> int:
        """The same for the only clause that is not true."""
        return self.formulas.any_of(self._near_open(name, tests) for name in self.clauses)

    def _verdict_open(self, name: str, tests: frozenset[int]) -> int:
        verdicts = (self.formulas.all_of(side[name]) for side in (self.holds, self.may_hold))
        return self.formulas.any_of([self._doubt(verdict, tests) for verdict in verdicts])

    def _near_open(self, name: str, tests: frozenset[int]) -> int:
        holds = self.holds[name]
        in_reach = self.formulas.assume(self.formulas.all_but_one(holds), tests, ALWAYS)
        doubtful = self.formulas.any_of(self._doubt(clause, tests) for clause in holds)
        return self.formulas.all_of([in_reach, doubtful])

    def _doubt(self, number: int, tests: frozenset[int]) -> int:
        """Where the formula is not settled without `tests`."""
        most, least = (self.formulas.assume(number, tests, answer) for answer in (ALWAYS, NEVER))
        return NEVER if most == least else self.formulas.all_of([most, self.formulas.negate(least)])

    def _outcomes(self, name: str, states: int) -> Clauses:
        """For each clause of the policy, the formula: its outcome is one of `states`."""
        return tuple(self._lowering.outcome(clause, states) for clause in self.clauses[name])


@lru_cache(10_000)
def _fixed_book(source: Source, tests: tuple[Test, ...]) -> Book:
    """Kept, since a draft that changes one threshold asks for the books of the others again."""
    return make_book(source, tests, (False, True))


def make_book(source: Source, tests: Sequence[Test], values: Sequence[Any]) -> Book:
    """The book of one source for its tests; `values` are those that the table holds, where they matter."""
    if source.coding == "rank":
        return rank_book(tests, evaluate, possible_values(source.node) or ())
    return outcome_book(tests) if source.coding == "outcome" else category_book(tests, values, evaluate)


def by_source(tests: Sequence[Test]) -> dict[Source, list[int]]:
    """The numbers of the tests of each source."""
    groups: dict[Source, list[int]] = {}
    for number, test in enumerate(tests):
        groups.setdefault(test.source, []).append(number)
    return groups


def _digest(tests: Mapping[int, TestCodes]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for number in sorted(tests):
        test = tests[number]
        digest.update(b"%d %d %d " % (number, test.row, test.width) + test.outcomes.tobytes())
    return digest.digest()
