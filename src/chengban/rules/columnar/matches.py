"""The answer of a match: for each policy who is eligible, who may be, and who is one clause away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from .codes import Codes
from .formula import IS_FALSE, IS_NULL, IS_TRUE
from .running import Bitmaps, run_tape, to_booleans
from .tape import Root, Tape

_KEPT_BYTES = 64 << 20
"""Bitmaps up to this size stay in memory; of more policies one is computed again when it is asked for."""


@dataclass(eq=False)
class Matches:
    """Counts and bitmaps of every policy over the rows of `codes`.

    Eligible: every clause is true. Ineligible: some clause is false or null. Unknown: neither. Near: exactly one
    clause is not true.
    """

    codes: Codes
    _found: dict[str, tuple[Mapping[str, int], Bitmaps]] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The policies, in the order they were given."""
        return tuple(self.codes.plan.clauses)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many rows are eligible, by policy."""
        return self._all("eligible")[0]

    @cached_property
    def unknown_counts(self) -> Mapping[str, int]:
        """How many rows are unknown, by policy."""
        ruled_out = self._all("ineligible")[0]
        return {name: self.codes.rows - self.counts[name] - ruled_out[name] for name in self.names}

    @cached_property
    def near_counts(self) -> Mapping[str, int]:
        """How many rows have exactly one clause that is not true, by policy."""
        return {name: int(counts.sum()) for name, counts in self.near_clause_counts.items()}

    @cached_property
    def near_clause_counts(self) -> Mapping[str, npt.NDArray[np.int64]]:
        """For each policy how many rows lack only clause 0, only clause 1, …"""
        return {name: counts[1:-1] for name, counts in self._near_pass().items()}

    def count_near(self) -> None:
        """Count eligible rows and near misses in one pass, which is cheaper than one after the other."""
        counted = self._near_pass()
        self.__dict__["near_clause_counts"] = {name: counts[1:-1] for name, counts in counted.items()}
        self.__dict__["counts"] = {name: int(counts[-1]) for name, counts in counted.items()}

    def _near_pass(self) -> dict[str, npt.NDArray[np.int64]]:
        """For each policy its near rows, those of each clause, and its eligible rows."""
        self.codes.settle_near()
        tape = self.codes.tape([self._near_root(name) for name in self.names])
        counts, _ = run_tape(tape, self.codes.encoded, keep=False)
        bounds = [*tape.first_output, tape.outputs]
        return {name: counts[bounds[place] : bounds[place + 1]] for place, name in enumerate(self.names)}

    def eligible(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are eligible for the policy."""
        return self._booleans("eligible", name)

    def unknown(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are neither eligible nor ineligible, because a fact is not known."""
        return ~(self._booleans("eligible", name) | self._booleans("ineligible", name))

    def near(self, name: str) -> npt.NDArray[np.int16]:
        """For each row the index of the only clause that is not true, −1 where none or several are not."""
        self.codes.settle_near()
        clauses = self._clauses(name, IS_TRUE)
        tape = self.codes.tape([Root((clause,)) for clause in clauses])
        _, bitmaps = run_tape(tape, self.codes.encoded, keep=True)
        missed = np.zeros(self.codes.rows, np.int16)
        which = np.full(self.codes.rows, -1, np.int16)
        for index in range(len(clauses)):
            fails = ~to_booleans(bitmaps[index], self.codes.rows)
            missed += fails
            which[fails] = index
        which[missed != 1] = -1
        return which

    def tape(self, verdict: Literal["eligible", "ineligible"]) -> Tape:
        """The tape with one output for each policy."""
        return self.codes.tape([self._root(verdict, name) for name in self.names])

    def _booleans(self, verdict: Literal["eligible", "ineligible"], name: str) -> npt.NDArray[np.bool_]:
        bitmaps = self._all(verdict)[1]
        if len(bitmaps):
            return to_booleans(bitmaps[self.names.index(name)], self.codes.rows)
        tape = self.codes.tape([self._root(verdict, name)])
        return to_booleans(run_tape(tape, self.codes.encoded, keep=True)[1][0], self.codes.rows)

    def _all(self, verdict: Literal["eligible", "ineligible"]) -> tuple[Mapping[str, int], Bitmaps]:
        if verdict not in self._found:
            tape = self.tape(verdict)
            keep = len(self.names) * self.codes.rows // 8 <= _KEPT_BYTES
            counts, bitmaps = run_tape(tape, self.codes.encoded, keep=keep)
            self._found[verdict] = dict(zip(self.names, counts.tolist(), strict=True)), bitmaps
        return self._found[verdict]

    def _root(self, verdict: str, name: str) -> Root:
        if verdict == "eligible":
            return Root(self._clauses(name, IS_TRUE))
        return Root((self.codes.plan.formulas.any_of(self._clauses(name, IS_FALSE | IS_NULL)),))

    def _near_root(self, name: str) -> Root:
        return Root(self._clauses(name, IS_TRUE), near=True)

    def _clauses(self, name: str, states: int) -> tuple[int, ...]:
        return self.codes.plan.outcomes(name, states)
