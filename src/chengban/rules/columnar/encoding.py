"""Tables into codes: every source of a plan as one row of small integers, padded to whole blocks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..nodes import Name
from . import numbers
from .books import Book, CategoryBook, Cut, RankBook, category_book, outcome_book, rank_book
from .compiled import ranking
from .compute import Computer
from .filtering import quick_ranks
from .sources import Source, Test
from .tape import TestCodes
from .vectors import KNOWN, NULL, Frame, States, Vector, known_rows

BLOCK = 2048
_INT64 = np.iinfo(np.int64)
Codes1 = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Coding:
    """One source as coded: its book, and the row of the matrix of `width` bits that holds its codes."""

    source: Source
    book: Book
    width: Literal[8, 16]
    row: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """`codes8` (columns, padded rows) uint8 and `codes16` the same in uint16, for the first `rows` rows."""

    rows: int
    codes8: npt.NDArray[np.uint8]
    codes16: npt.NDArray[np.uint16]
    codings: tuple[Coding, ...]
    tests: dict[int, TestCodes]


def encode(tests: Sequence[Test], frame: Frame, evaluate: Callable[..., Any], computer: Computer) -> Encoded:
    """Codes of every source that `tests` look at, for the rows of the frame."""
    groups: dict[Source, list[int]] = {}
    for number, test in enumerate(tests):
        groups.setdefault(test.source, []).append(number)
    codings, found = [], {}
    rows = {8: 0, 16: 0}
    for source, numbers_of in groups.items():
        book = _book(source, [tests[number] for number in numbers_of], frame, evaluate)
        width: Literal[8, 16] = 8 if book.size <= 256 else 16
        codings.append(Coding(source, book, width, rows[width]))
        for place, number in enumerate(numbers_of):
            found[number] = TestCodes(rows[width], width, book.outcomes[place])
        rows[width] += 1
    padded = -(-frame.rows // BLOCK) * BLOCK
    codes8, codes16 = matrix(rows[8], padded, np.uint8), matrix(rows[16], padded, np.uint16)
    targets = [((codes8 if c.width == 8 else codes16)[c.row, : frame.rows]) for c in codings]
    _fill(codings, targets, frame, computer)
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


def _book(source: Source, tests: Sequence[Test], frame: Frame, evaluate: Callable[..., Any]) -> Book:
    if source.coding == "rank":
        return rank_book(tests, evaluate)
    if source.coding == "outcome":
        return outcome_book(tests)
    assert isinstance(source.node, Name)
    return category_book(tests, _distinct_values(source, frame), evaluate)


def _distinct_values(source: Source, frame: Frame) -> list[Any]:
    assert isinstance(source.node, Name)
    if source.kind == "boolean":
        return [False, True]
    if source.node.name not in frame:
        return []
    array = frame.array(source.node.name)
    return [value for value in pc.unique(_dictionary(array).dictionary).to_pylist() if value is not None]


def _dictionary(array: pa.Array) -> pa.DictionaryArray:
    return array if pa.types.is_dictionary(array.type) else array.dictionary_encode()


def _fill(codings: Sequence[Coding], targets: Sequence[Codes1], frame: Frame, computer: Computer) -> None:
    """Columns in parallel; what is computed first comes after, since it shares its parts."""
    plain = [pair for pair in zip(codings, targets, strict=True) if isinstance(pair[0].source.node, Name)]
    with ThreadPoolExecutor(threads()) as pool:
        for done in [pool.submit(_fill_column, coding, target, frame) for coding, target in plain]:
            done.result()
    for coding, target in zip(codings, targets, strict=True):
        if not isinstance(coding.source.node, Name) or coding.source.coding == "outcome":
            _fill_computed(coding, target, computer)


def _fill_column(coding: Coding, target: Codes1, frame: Frame) -> None:
    assert isinstance(coding.source.node, Name)
    if coding.source.coding == "outcome":
        return
    if coding.source.node.name not in frame:
        target[:] = coding.book.unknown_code
        return
    array = frame.array(coding.source.node.name)
    if isinstance(coding.book, RankBook):
        _rank_array(array, coding.book, target)
    elif isinstance(coding.book, CategoryBook):
        _categories(array, coding.book, target)


def _categories(array: pa.Array, book: CategoryBook, target: Codes1) -> None:
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
        lookup = [book.codes.get(False, book.others), book.codes.get(True, book.others)]
        indices = numbers.fill_zero(array).to_numpy(zero_copy_only=False)
    else:
        encoded = _dictionary(array)
        lookup = [book.codes.get(value, book.others) for value in encoded.dictionary.to_pylist()]
        indices = numbers.fill_zero(encoded.indices).to_numpy(zero_copy_only=False)
        array = encoded
    ranking().pick(indices, np.array([*lookup, book.unknown_code], target.dtype), target)
    _cover_nulls(array, book.unknown_code, target)


def _cover_nulls(array: pa.Array, code: int, target: Codes1) -> None:
    validity = array.buffers()[0]
    if array.null_count and validity is not None:
        ranking().cover(np.frombuffer(validity, np.uint8), array.offset, code, target)


def _rank_array(array: pa.Array, book: RankBook, target: Codes1) -> None:
    """Ranks straight from Arrow's buffers where the type allows it."""
    kind = array.type
    if pa.types.is_floating(kind):
        values = numbers.read_floats(array)
        ranking().rank(values, float_cuts(book.cuts), target)
        target[~np.isfinite(values)] = book.unknown_code
    elif pa.types.is_date32(kind) or (pa.types.is_integer(kind) and kind != pa.uint64()):
        plain = numbers.fill_zero(array.cast(pa.int32()) if pa.types.is_date32(kind) else array)
        ranking().rank(plain.to_numpy(zero_copy_only=False), int_cuts(book.cuts, 0), target)
        _cover_nulls(array, book.unknown_code, target)
    elif pa.types.is_decimal128(kind) and kind.precision <= 18 and kind.scale >= 0 and len(array):
        ranking().rank(numbers.decimal_words(array)[0], int_cuts(book.cuts, kind.scale), target)
        _cover_nulls(array, book.unknown_code, target)
    else:
        known = known_rows(array)
        rank_scaled(numbers.read_numbers(array, known), book.cuts, target)
        target[~known] = book.unknown_code


def int_cuts(cuts: Sequence[Cut], scale: int) -> npt.NDArray[np.int64]:
    """Cuts as integers × 10^−scale, those that no 64-bit integer reaches left out."""
    whole = [whole_cut(cut, scale) for cut in cuts]
    return np.array([max(value, int(_INT64.min)) for value in whole if value <= _INT64.max], np.int64)


def whole_cut(cut: Cut, scale: int) -> int:
    """The least integer × 10^−scale that has reached the cut."""
    lifted = cut.value.scaleb(scale, context=numbers.WIDE)
    if cut.above:
        return int(lifted.to_integral_value(ROUND_FLOOR, context=numbers.WIDE)) + 1
    return int(lifted.to_integral_value(ROUND_CEILING, context=numbers.WIDE))


def float_cuts(cuts: Sequence[Cut]) -> npt.NDArray[np.float64]:
    """For each cut the least float whose shortest text has reached it."""
    return np.array([_least_float(cut) for cut in cuts], np.float64)


def _least_float(cut: Cut) -> float:
    def reached(value: float) -> bool:
        text = Decimal(repr(value))
        return text > cut.value if cut.above else text >= cut.value

    try:
        value = float(cut.value)
    except OverflowError:
        value = np.inf
    while np.isfinite(value) and reached(value):
        value = float(np.nextafter(value, -np.inf))
    while not (value == np.inf or reached(value)):
        value = float(np.nextafter(value, np.inf)) if np.isfinite(value) else -1.7976931348623157e308
    return value


def rank_scaled(values: numbers.Scaled, cuts: Sequence[Cut], target: Codes1) -> None:
    """Ranks of exact numbers of any size; `target` must be zeros."""
    if values.ints.dtype == np.int64:
        ranking().rank(np.broadcast_to(values.ints, target.shape), int_cuts(cuts, values.scale), target)
        return
    for cut in cuts:
        target += (values.ints >= whole_cut(cut, values.scale)).astype(target.dtype)


def _fill_computed(coding: Coding, target: Codes1, computer: Computer) -> None:
    if coding.source.coding == "outcome":
        target[:] = computer.outcomes(coding.source.node)
        return
    assert isinstance(coding.book, RankBook)
    quick = quick_ranks(coding.source.node, coding.book.cuts, computer)
    if quick is None:
        rank_vector(computer.vector(coding.source.node), coding.book, target)
        return
    target[:], state = quick
    _mark(state, coding.book, target)


def _mark(state: States, book: Book, target: Codes1) -> None:
    target[np.broadcast_to(state == NULL, target.shape)] = book.null_code
    target[np.broadcast_to(state > NULL, target.shape)] = book.unknown_code


def rank_vector(vector: Vector, book: RankBook, target: Codes1) -> None:
    """Codes of a computed vector of numbers or dates; `target` must be zeros."""
    target += rank_vector_exactly(vector, book.cuts, len(target)).astype(target.dtype)
    _mark(vector.state, book, target)


def rank_vector_exactly(vector: Vector, cuts: Sequence[Cut], rows: int) -> Codes1:
    """How many cuts each known value has reached; rows that are not known have any rank."""
    ranks = np.zeros(rows, np.uint16)
    if vector.kind == "number":
        rank_scaled(vector.data, cuts, ranks)
    elif vector.kind == "date":
        rank_scaled(numbers.scaled(vector.data, 0), cuts, ranks)
    elif (vector.state == KNOWN).any():
        _rank_objects(vector, cuts, ranks)
    return ranks


def _rank_objects(vector: Vector, cuts: Sequence[Cut], ranks: Codes1) -> None:
    """Numbers that no common scale holds."""
    for row, (value, state) in enumerate(zip(vector.data, np.broadcast_to(vector.state, ranks.shape), strict=True)):
        if state == KNOWN and isinstance(value, Decimal):
            ranks[row] = sum(value > cut.value if cut.above else value >= cut.value for cut in cuts)
