"""A plan: the policies of a program lowered for columns of given kinds, and the tests they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..nodes import Node
from .formula import IS_FALSE, IS_NULL, IS_TRUE, Formulas
from .lowering import Lowering
from .sources import Kind, Test


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
        for name in clauses:
            self.outcomes(name, IS_TRUE)
            self.outcomes(name, IS_FALSE | IS_NULL)

    @property
    def formulas(self) -> Formulas:
        """The arena of all formulas."""
        return self._lowering.formulas

    @property
    def tests(self) -> list[Test]:
        """The tests that atoms refer to by number."""
        return self._lowering.tests

    def outcomes(self, name: str, states: int) -> tuple[int, ...]:
        """For each clause of the policy, the formula: its outcome is one of `states`."""
        return tuple(self._lowering.outcome(clause, states) for clause in self.clauses[name])
