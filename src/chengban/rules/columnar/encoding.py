"""Tables into codes: every source of a plan as one array of small integers, padded to whole blocks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..evaluate import evaluate
from ..nodes import Name
from .books import Book, RankBook
from .columns import Codes1, fill_column, mark, rank_vector
from .compute import Computer, NeedsRows
from .filtering import quick_ranks
from .plan import Plan
from .rows import warn_of_rows
from .sources import Source
from .tape import TestCodes
from .vectors import Frame

BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Coding:
    """One source as coded: its book, and the code of every row, uint8 or uint16, padded to whole blocks."""

    source: Source
    book: Book
    padded: Codes1
    address: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep where the codes begin: on a 64-byte boundary, or not at all if there are none."""
        object.__setattr__(self, "address", self.padded.ctypes.data)

    @property
    def width(self) -> Literal[8, 16]:
        """Bits of a code."""
        return 8 if self.padded.itemsize == 1 else 16

    @property
    def is_column(self) -> bool:
        """Whether the source is a column of the table, coded without computing anything."""
        return isinstance(self.source.node, Name) and self.source.coding != "outcome"


@dataclass(frozen=True, slots=True)
class Encoded:
    """The codes of `rows` rows, and each test's outcomes by them.

    Tests in `deferred` go row by row, and only where the policies of the plan leave a row open without them.
    """

    rows: int
    codings: tuple[Coding, ...]
    tests: Mapping[int, TestCodes]
    deferred: frozenset[int] = frozenset()

    def codes_of(self, coding: Coding) -> Codes1:
        """The codes of one source, padding left out."""
        return coding.padded[: self.rows]

    def addresses(self) -> npt.NDArray[np.int64]:
        """Where the codes of each source begin in memory; they stay there while this object lives."""
        return np.array([coding.address for coding in self.codings], np.int64)

    def extended(self, more: Encoded) -> Encoded:
        """These codes, and more of the same rows."""
        shift = len(self.codings)
        moved = {number: replace(test, row=test.row + shift) for number, test in more.tests.items()}
        return Encoded(self.rows, self.codings + more.codings, {**self.tests, **moved}, self.deferred | more.deferred)


def encode(plan: Plan, whole: Frame, pieces: Sequence[Frame], sources: Iterable[Source] | None = None) -> Encoded:
    """Codes of every source that the plan looks at, or of some `sources`; `pieces` are the rows of `whole`, in their order.

    What must go row by row is `deferred`, and unknown in every row.
    """
    encoded = no_codes(plan, whole, sources)
    waiting: set[Source] = set()
    start = 0
    with ThreadPoolExecutor(threads()) as pool:
        for piece in pieces:
            waiting |= _fill(encoded, piece, slice(start, start + piece.rows), pool)
            start += piece.rows
    for coding in encoded.codings:
        if coding.source in waiting:
            encoded.codes_of(coding)[:] = coding.book.unknown_code
    return replace(encoded, deferred=frozenset(number for source in waiting for number in plan.groups[source]))


def _fill(encoded: Encoded, frame: Frame, rows: slice, pool: ThreadPoolExecutor) -> set[Source]:
    """Code some rows, on all cores; the sources that would have to go row by row."""
    computer = Computer(frame, evaluate, warn_of_rows, may_go_by_rows=False)
    first = sorted(encoded.codings, key=lambda coding: not coding.is_column)
    tasks = {coding.source: pool.submit(_fill_one, coding, coding.padded[rows], frame, computer) for coding in first}
    return {source for source, task in tasks.items() if not task.result()}


def _fill_one(coding: Coding, target: Codes1, frame: Frame, computer: Computer) -> bool:
    """Code one source, unless that means going row by row."""
    if coding.is_column:
        fill_column(coding.source, coding.book, target, frame)
        return True
    try:
        _fill_computed(coding, target, computer)
    except NeedsRows:
        return False
    return True


def settle(encoded: Encoded, sources: Iterable[Source], rows: npt.NDArray[np.int64], computer: Computer) -> None:
    """Code deferred `sources` at some rows (positions); `computer` holds just those rows."""
    chosen = set(sources)
    for coding in encoded.codings:
        if coding.source in chosen:
            part = np.zeros(len(rows), coding.padded.dtype)
            _fill_computed(coding, part, computer)
            encoded.codes_of(coding)[rows] = part


def no_codes(plan: Plan, frame: Frame, sources: Iterable[Source] | None = None) -> Encoded:
    """Books, and codes not yet filled in, for the sources of all tests, or for some of them."""
    padded = -(-frame.rows // BLOCK) * BLOCK
    chosen = plan.groups if sources is None else sources
    codings = tuple(new_coding(source, plan.book(source, frame), padded) for source in chosen)
    return Encoded(frame.rows, codings, tests_by(plan, codings))


def new_coding(source: Source, book: Book, padded: int) -> Coding:
    """Room for the codes of one source."""
    return Coding(source, book, aligned((padded,), np.uint8 if book.size <= 256 else np.uint16))


def tests_by(plan: Plan, codings: Sequence[Coding]) -> dict[int, TestCodes]:
    """Each test of the plan by the books that were made for it."""
    found = {}
    for place, coding in enumerate(codings):
        for row, number in enumerate(plan.groups[coding.source]):
            found[number] = TestCodes(place, coding.width, coding.book.outcomes[row])
    return found


def aligned(shape: tuple[int, ...], kind: Any) -> npt.NDArray[Any]:
    """Zeros on a 64-byte boundary, so that the kernel's loads never straddle cache lines."""
    size = int(np.prod(shape))
    raw = np.zeros(size + 64, kind)
    start = -raw.ctypes.data % 64 // raw.itemsize
    return raw[start : start + size].reshape(shape)


def threads() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


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
