"""A table in codes for the policies of one plan: what every question about all rows is asked of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..evaluate import evaluate
from .compute import Computer
from .encoding import Encoded, encode, settle
from .parquet import Columns, ParquetColumns
from .plan import Plan, Question
from .rows import warn_of_rows
from .running import run_tape, to_booleans
from .sources import Source
from .tape import Root, Tape, TapeBuilder
from .vectors import Frame


@dataclass(slots=True)
class Codes:
    """`table` encoded for `plan`. Tapes are built when first run, and kept."""

    plan: Plan
    encoded: Encoded
    table: Columns
    _tapes: dict[Question | tuple[Root, ...], Tape] = field(default_factory=dict, repr=False)
    _near_is_settled: bool = False
    _places: Mapping[Source, int] | None = None

    @property
    def partial(self) -> frozenset[Source]:
        """Sources that went row by row, and were coded only where this plan's verdicts turn on them."""
        return frozenset(self.plan.tests[number].source for number in self.encoded.deferred)

    @property
    def places(self) -> Mapping[Source, int]:
        """The number of each source's coding; those that went row by row hold for this plan only, and have none."""
        if self._places is None:
            partial, codings = self.partial, enumerate(self.encoded.codings)
            self._places = {coding.source: place for place, coding in codings if coding.source not in partial}
        return self._places

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return self.encoded.rows

    def settle(self, formula: int) -> None:
        """Evaluate the deferred tests in the rows where `formula` holds."""
        open_rows = run_tape(self.tape_of(Root((formula,))), self.encoded, keep=True)[1][0]
        rows = np.flatnonzero(to_booleans(open_rows, self.rows))
        computer = Computer(Frame(self.table).subset(rows), evaluate, warn_of_rows)
        settle(self.encoded, self.partial, rows, computer)

    def settle_near(self) -> None:
        """The same where only near misses turn on the deferred tests; once, before the first such question."""
        if self.encoded.deferred and not self._near_is_settled:
            self.settle(self.plan.near_open(self.encoded.deferred))
        self._near_is_settled = True

    def tape(self, question: Question) -> Tape:
        """The tape that asks the question of every policy, in their order."""
        if question not in self._tapes:
            self._tapes[question] = self.plan.tape(question, self.encoded.tests)
        return self._tapes[question]

    def tape_of(self, *roots: Root) -> Tape:
        """The tape that answers some roots."""
        if roots not in self._tapes:
            self._tapes[roots] = TapeBuilder(self.plan.formulas, self.encoded.tests).build(roots)
        return self._tapes[roots]


def encode_table(plan: Plan, table: Columns, sources: Sequence[Source] | None = None, known: Encoded | None = None) -> Codes:
    """The codes of a table; what goes row by row is settled wherever a verdict turns on it.

    With `sources` only those are coded, and added to what is `known`.
    """
    pieces = table.pieces() if isinstance(table, ParquetColumns) else [table]
    encoded = encode(plan, Frame(table), [Frame(piece) for piece in pieces], sources)
    codes = Codes(plan, encoded if known is None else known.extended(encoded), table)
    if encoded.deferred:
        codes.settle(plan.left_open(encoded.deferred))
    return codes
