"""Tables into codes: every source of a plan as one row of small integers, padded to whole blocks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..nodes import Name
from .books import Book, Evaluate, RankBook, category_book, outcome_book, rank_book
from .columns import Codes1, distinct_values, fill_column, mark, rank_vector
from .compute import Computer, NeedsRows
from .filtering import quick_ranks
from .rows import Reporter
from .sources import Source, Test
from .tape import TestCodes
from .vectors import Frame

BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Coding:
    """One source as coded: its book, and the row of the matrix of `width` bits that holds its codes."""

    source: Source
    book: Book
    width: Literal[8, 16]
    row: int

    @property
    def is_column(self) -> bool:
        """Whether the source is a column of the table, coded without computing anything."""
        return isinstance(self.source.node, Name) and self.source.coding != "outcome"


@dataclass(frozen=True, slots=True)
class Encoded:
    """`codes8` (columns, padded rows) uint8 and `codes16` the same in uint16, for the first `rows` rows.

    Tests in `deferred` go row by row, and only where the policies of the plan leave a row open without them.
    """

    rows: int
    codes8: npt.NDArray[np.uint8]
    codes16: npt.NDArray[np.uint16]
    codings: tuple[Coding, ...]
    tests: Mapping[int, TestCodes]
    deferred: frozenset[int] = frozenset()

    def codes_of(self, coding: Coding) -> Codes1:
        """The codes of one source, padding left out."""
        return (self.codes8 if coding.width == 8 else self.codes16)[coding.row, : self.rows]


def encode(tests: Sequence[Test], frame: Frame, evaluate: Evaluate, reporter: Reporter) -> Encoded:
    """Codes of every source that `tests` look at; what must go row by row is `deferred`, and unknown in every row."""
    encoded = zero_codes(tests, frame, evaluate)
    _fill_columns(encoded, frame)
    computer = Computer(frame, evaluate, reporter, may_go_by_rows=False)
    waiting = [coding for coding in encoded.codings if not _is_done(coding, encoded, computer)]
    for coding in waiting:
        encoded.codes_of(coding)[:] = coding.book.unknown_code
    groups = by_source(tests)
    return replace(encoded, deferred=frozenset(number for coding in waiting for number in groups[coding.source]))


def settle(encoded: Encoded, sources: Set[Source], rows: npt.NDArray[np.int64], computer: Computer) -> None:
    """Code deferred `sources` at some rows (positions); `computer` holds just those rows."""
    for coding in encoded.codings:
        if coding.source in sources:
            part = np.zeros(len(rows), encoded.codes_of(coding).dtype)
            _fill_computed(coding, part, computer)
            encoded.codes_of(coding)[rows] = part


def by_source(tests: Sequence[Test]) -> dict[Source, list[int]]:
    """The numbers of the tests of each source."""
    groups: dict[Source, list[int]] = {}
    for number, test in enumerate(tests):
        groups.setdefault(test.source, []).append(number)
    return groups


def zero_codes(tests: Sequence[Test], frame: Frame, evaluate: Evaluate) -> Encoded:
    """Books, and codes not yet filled in, for the sources of all tests."""
    codings, found = [], {}
    rows = {8: 0, 16: 0}
    for source, numbers in by_source(tests).items():
        book = _book(source, [tests[number] for number in numbers], frame, evaluate)
        width: Literal[8, 16] = 8 if book.size <= 256 else 16
        codings.append(Coding(source, book, width, rows[width]))
        for place, number in enumerate(numbers):
            found[number] = TestCodes(rows[width], width, book.outcomes[place])
        rows[width] += 1
    padded = -(-frame.rows // BLOCK) * BLOCK
    codes8, codes16 = matrix(rows[8], padded, np.uint8), matrix(rows[16], padded, np.uint16)
    return Encoded(frame.rows, codes8, codes16, tuple(codings), found)


def matrix(rows: int, columns: int, kind: Any) -> npt.NDArray[Any]:
    """Zeros on a 64-byte boundary, so that the kernel's loads never straddle cache lines."""
    size = rows * columns
    raw = np.zeros(size + 64, kind)
    start = -raw.ctypes.data % 64 // raw.itemsize
    return raw[start : start + size].reshape(rows, columns)


def threads() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _book(source: Source, tests: Sequence[Test], frame: Frame, evaluate: Evaluate) -> Book:
    if source.coding == "rank":
        return rank_book(tests, evaluate)
    if source.coding == "outcome":
        return outcome_book(tests)
    assert isinstance(source.node, Name)
    return category_book(tests, distinct_values(source, frame), evaluate)


def _fill_columns(encoded: Encoded, frame: Frame) -> None:
    """The table's own columns, in parallel."""
    with ThreadPoolExecutor(threads()) as pool:
        tasks = [
            pool.submit(fill_column, coding.source, coding.book, encoded.codes_of(coding), frame)
            for coding in encoded.codings
            if coding.is_column
        ]
        for task in tasks:
            task.result()


def _is_done(coding: Coding, encoded: Encoded, computer: Computer) -> bool:
    """Code a computed source, unless that means going row by row."""
    if coding.is_column:
        return True
    try:
        _fill_computed(coding, encoded.codes_of(coding), computer)
    except NeedsRows:
        return False
    return True


def _fill_computed(coding: Coding, target: Codes1, computer: Computer) -> None:
    if not isinstance(coding.book, RankBook):
        target[:] = computer.outcomes(coding.source.node)
        return
    quick = quick_ranks(coding.source.node, coding.book.cuts, computer)
    if quick is None:
        rank_vector(computer.vector(coding.source.node), coding.book, target)
        return
    target[:], state = quick
    mark(state, coding.book, target)
