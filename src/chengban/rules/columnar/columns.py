"""Columns of Arrow into codes, straight from their buffers wherever the type allows it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..nodes import Name
from . import numbers
from .books import Book, CategoryBook, Cut, RankBook
from .compiled import ranking
from .sources import Source
from .vectors import KNOWN, NULL, Frame, States, Vector, known_rows

_INT64 = np.iinfo(np.int64)
Codes1 = npt.NDArray[Any]


def distinct_values(source: Source, frame: Frame) -> list[Any]:
    """The values that a category column holds."""
    assert isinstance(source.node, Name)
    if source.kind == "boolean":
        return [False, True]
    if source.node.name not in frame:
        return []
    dictionary = frame.dictionary(source.node.name).dictionary
    return [value for value in dictionary.to_pylist() if value is not None]


def fill_column(source: Source, book: Book, target: Codes1, frame: Frame) -> None:
    """Codes of a column of the table; `target` must be zeros."""
    assert isinstance(source.node, Name)
    name = source.node.name
    if name not in frame:
        target[:] = book.unknown_code
    elif isinstance(book, RankBook):
        _rank_array(frame.array(name), book, target)
    elif isinstance(book, CategoryBook):
        _categories(name, frame, book, target)


def _categories(name: str, frame: Frame, book: CategoryBook, target: Codes1) -> None:
    array = frame.array(name)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
        lookup = [book.codes.get(False, book.others), book.codes.get(True, book.others)]
        indices = numbers.fill_zero(array).to_numpy(zero_copy_only=False)
    else:
        encoded = frame.dictionary(name)
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


def mark(state: States, book: Book, target: Codes1) -> None:
    """The codes of null and of unknown where the state says so."""
    target[np.broadcast_to(state == NULL, target.shape)] = book.null_code
    target[np.broadcast_to(state > NULL, target.shape)] = book.unknown_code


def rank_vector(vector: Vector, book: RankBook, target: Codes1) -> None:
    """Codes of a computed vector of numbers or dates; `target` must be zeros."""
    target += rank_vector_exactly(vector, book.cuts, len(target)).astype(target.dtype)
    mark(vector.state, book, target)


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
