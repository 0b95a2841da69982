"""A table in codes for the policies of one plan: what every question about all rows is asked of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..evaluate import evaluate
from .encoding import Encoded, encode
from .plan import Plan
from .rows import warn_of_rows
from .running import run_tape, to_booleans
from .tape import Root, Tape, TapeBuilder
from .vectors import Frame


@dataclass(slots=True)
class Codes:
    """`table` encoded for `plan`. Tapes are built when first run, and kept."""

    plan: Plan
    encoded: Encoded
    table: pa.Table
    _tapes: dict[tuple[Root, ...], Tape] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows the table has."""
        return self.encoded.rows

    def tape(self, roots: Iterable[Root]) -> Tape:
        """The tape that answers `roots`."""
        key = tuple(roots)
        if key not in self._tapes:
            self._tapes[key] = TapeBuilder(self.plan.formulas, self.encoded.tests).build(key)
        return self._tapes[key]


def encode_table(plan: Plan, table: pa.Table) -> Codes:
    """The codes of a table, for all its rows."""

    def open_rows(encoded: Encoded, tests: frozenset[int]) -> npt.NDArray[np.bool_]:
        tape = Codes(plan, encoded, table).tape([Root((plan.left_open(tests),))])
        return to_booleans(run_tape(tape, encoded, keep=True)[1][0], encoded.rows)

    return Codes(plan, encode(plan.tests, Frame(table), evaluate, warn_of_rows, open_rows), table)
