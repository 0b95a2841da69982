"""Formulas: two-valued And/Or over atoms, each `state of a test is one of …`, without any negation inside.

A FEEL condition has four outcomes: true, false, null, unknown. Asking for one of them ("is it true?") is a two-valued
question, and its formula is monotone in atoms that ask the same of a single column. Negation goes to the leaves, where
it is the complement of a set of outcomes. Equal formulas are one number, so work that policies share is done once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

FALSE_STATE, TRUE_STATE, NULL_STATE, UNKNOWN_STATE = 0, 1, 2, 3
"""Outcomes as numbers. NULL_STATE stands for every known outcome that is neither true nor false."""

IS_FALSE, IS_TRUE, IS_NULL, IS_UNKNOWN = 1, 2, 4, 8
ANY_STATE = IS_FALSE | IS_TRUE | IS_NULL | IS_UNKNOWN

NEVER, ALWAYS = 0, 1
"""The formulas false and true have fixed numbers in every arena."""


@dataclass(frozen=True, slots=True)
class Atom:
    """The outcome of test number `test` lies in `states`, a mask of IS_… bits."""

    test: int
    states: int


@dataclass(frozen=True, slots=True)
class Group:
    """All (`kind` "and") or any ("or") of `parts`, numbers of other formulas in rising order."""

    kind: Literal["and", "or"]
    parts: tuple[int, ...]


Formula = Atom | Group


@dataclass(slots=True)
class Formulas:
    """An arena of formulas: each is built once and known by its number."""

    nodes: list[Formula] = field(default_factory=lambda: [Group("or", ()), Group("and", ())])
    _numbers: dict[Formula, int] = field(default_factory=dict)
    _negations: dict[int, int] = field(default_factory=lambda: {NEVER: ALWAYS, ALWAYS: NEVER})

    def atom(self, test: int, states: int, *, never_null: bool = False) -> int:
        """The formula: the outcome of `test` is one of `states`; a test that is `never_null` needs fewer formulas."""
        if never_null:
            states = ANY_STATE if states | IS_NULL == ANY_STATE else states & ~IS_NULL
        if states == 0:
            return NEVER
        return ALWAYS if states == ANY_STATE else self._number(Atom(test, states))

    def all_of(self, parts: Iterable[int]) -> int:
        """The conjunction of formulas; of none it is true."""
        return self._group("and", parts, neutral=ALWAYS, absorbing=NEVER)

    def any_of(self, parts: Iterable[int]) -> int:
        """The disjunction of formulas; of none it is false."""
        return self._group("or", parts, neutral=NEVER, absorbing=ALWAYS)

    def negate(self, number: int) -> int:
        """The complement, with the negation pushed to the atoms."""
        if number not in self._negations:
            opposite = self._opposite(self.nodes[number])
            self._negations[number] = opposite
            self._negations[opposite] = number
        return self._negations[number]

    def assume(self, number: int, tests: frozenset[int], answer: int) -> int:
        """The formula with every atom of `tests` replaced by NEVER or ALWAYS: a bound below or above it."""
        done: dict[int, int] = {}

        def change(part: int) -> int:
            if part not in done:
                node = self.nodes[part]
                if isinstance(node, Atom):
                    done[part] = answer if node.test in tests else part
                else:
                    parts = [change(child) for child in node.parts]
                    done[part] = self.all_of(parts) if node.kind == "and" else self.any_of(parts)
            return done[part]

        return change(number)

    def all_but_one(self, parts: Sequence[int]) -> int:
        """At most one of `parts` does not hold."""
        before, after = [ALWAYS], [ALWAYS]
        for part in parts:
            before.append(self.all_of([before[-1], part]))
        for part in reversed(parts):
            after.append(self.all_of([after[-1], part]))
        count = len(parts)
        return self.any_of(self.all_of([before[i], after[count - 1 - i]]) for i in range(count)) if parts else ALWAYS

    def _opposite(self, node: Formula) -> int:
        if isinstance(node, Atom):
            return self.atom(node.test, ANY_STATE ^ node.states)
        parts = [self.negate(part) for part in node.parts]
        return self.any_of(parts) if node.kind == "and" else self.all_of(parts)

    def _group(self, kind: Literal["and", "or"], parts: Iterable[int], *, neutral: int, absorbing: int) -> int:
        unique = set(parts) - {neutral}
        if absorbing in unique:
            return absorbing
        if len(unique) <= 1:
            return next(iter(unique), neutral)
        return self._number(Group(kind, tuple(sorted(unique))))

    def _number(self, node: Formula) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return number
