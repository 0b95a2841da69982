"""The answer of a match: for each policy who is eligible, who may be, and who is one clause away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from .codes import Codes
from .plan import Question
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
    _bitmaps: dict[Question, Bitmaps] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The policies, in the order they were given."""
        return tuple(self.codes.plan.clauses)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """How many rows are eligible, by policy."""
        return self._counts_of("eligible")

    @cached_property
    def unknown_counts(self) -> Mapping[str, int]:
        """How many rows are unknown, by policy."""
        possible = self._counts_of("possible")
        return {name: possible[name] - self.counts[name] for name in self.names}

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
        tape = self.codes.tape("near")
        counts, _ = run_tape(tape, self.codes.encoded, keep=False)
        bounds = [*tape.first_output, tape.outputs]
        return {name: counts[bounds[place] : bounds[place + 1]] for place, name in enumerate(self.names)}

    def eligible(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are eligible for the policy."""
        return self._booleans("eligible", name)

    def unknown(self, name: str) -> npt.NDArray[np.bool_]:
        """Which rows are neither eligible nor ineligible, because a fact is not known."""
        return self._booleans("possible", name) & ~self._booleans("eligible", name)

    def near(self, name: str) -> npt.NDArray[np.int16]:
        """For each row the index of the only clause that is not true, −1 where none or several are not."""
        self.codes.settle_near()
        clauses = self.codes.plan.holds[name]
        missed = np.zeros(self.codes.rows, np.int16)
        which = np.full(self.codes.rows, -1, np.int16)
        for index, holds in enumerate(self._rows_of(*(Root((clause,)) for clause in clauses))):
            fails = ~holds
            missed += fails
            which[fails] = index
        which[missed != 1] = -1
        return which

    def tape(self, question: Question) -> Tape:
        """The tape with one output for each policy."""
        return self.codes.tape(question)

    def _booleans(self, question: Question, name: str) -> npt.NDArray[np.bool_]:
        if len(self.names) * self.codes.rows // 8 > _KEPT_BYTES:
            return next(self._rows_of(self.codes.plan.root(question, name)))
        if question not in self._bitmaps:
            self._bitmaps[question] = run_tape(self.tape(question), self.codes.encoded, keep=True)[1]
        return to_booleans(self._bitmaps[question][self.names.index(name)], self.codes.rows)

    def _rows_of(self, *roots: Root) -> Iterator[npt.NDArray[np.bool_]]:
        """The rows of each root, from one pass."""
        _, bitmaps = run_tape(self.codes.tape_of(*roots), self.codes.encoded, keep=True)
        return (to_booleans(bitmap, self.codes.rows) for bitmap in bitmaps)

    def _counts_of(self, question: Question) -> Mapping[str, int]:
        """Bitmaps are not kept here: to make room for them would take longer than to count."""
        counts, _ = run_tape(self.tape(question), self.codes.encoded, keep=False)
        return dict(zip(self.names, counts.tolist(), strict=True))
