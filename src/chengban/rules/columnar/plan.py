"""A plan: the policies of a program lowered for columns of given kinds, and the tests they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from ..nodes import Node
from .formula import ALWAYS, IS_TRUE, IS_UNKNOWN, NEVER, Formulas
from .lowering import Lowering
from .sources import Kind, Test
from .tape import Root

Question = Literal["eligible", "possible", "near"]
"""Every clause is true; every clause is true or unknown; exactly one clause is not true."""
Clauses = tuple[int, ...]
"""A formula for each clause of a policy."""


class Plan:
    """Formulas of every clause of every policy."""

    def __init__(
        self,
        clauses: Mapping[str, tuple[Node, ...]],
        kinds: Mapping[str, Kind],
        evaluate: Callable[[Node, Mapping[str, Any]], Any],
    ) -> None:
        """Lower all clauses; afterwards no test is ever added, so that codes of one table serve every question."""
        self.clauses = clauses
        self.kinds = kinds
        self._lowering = Lowering(kinds, evaluate)
        self.holds: Mapping[str, Clauses] = {name: self._outcomes(name, IS_TRUE) for name in clauses}
        self.may_hold: Mapping[str, Clauses] = {name: self._outcomes(name, IS_TRUE | IS_UNKNOWN) for name in clauses}

    @property
    def formulas(self) -> Formulas:
        """The arena of all formulas."""
        return self._lowering.formulas

    @property
    def tests(self) -> list[Test]:
        """The tests that atoms refer to by number."""
        return self._lowering.tests

    def root(self, question: Question, name: str) -> Root:
        """What the kernel is asked of one policy."""
        return Root(self.may_hold[name] if question == "possible" else self.holds[name], near=question == "near")

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
