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
from .vectors import KNOWN, Frame, States, Vector, known_rows

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
        lookup = [book.codes.get(False, book.others), book.codes.get(True, book.others)]
        indices = numbers.bits(array.buffers()[1], array) if len(array) else np.zeros(0, np.uint8)
    else:
        array = frame.dictionary(name)
        lookup = [book.codes.get(value, book.others) for value in array.dictionary.to_pylist()]
        indices = numbers.raw(array.indices)
    ranking().pick(indices, np.array([*lookup, book.unknown_code], target.dtype), target)
    _cover_nulls(array, book.unknown_code, target)


def _cover_nulls(array: pa.Array, code: int, target: Codes1) -> None:
    known = numbers.valid(array)
    if known is not None:
        ranking().cover(known, target.dtype.type(code), target)


def _rank_array(array: pa.Array, book: RankBook, target: Codes1) -> None:
    """Ranks straight from Arrow's buffers where the type allows it."""
    kind = array.type
    if pa.types.is_floating(kind):
        values = numbers.raw(array.cast(pa.float64()))
        rank_floats(values, float_limits(book.cuts), target)
        ranking().cover_endless(values, target.dtype.type(book.unknown_code), target)
        _cover_nulls(array, book.unknown_code, target)
    elif pa.types.is_date32(kind) or (pa.types.is_integer(kind) and kind != pa.uint64()):
        rank_ints(numbers.raw(array), book.cuts, 0, target)
        _cover_nulls(array, book.unknown_code, target)
    elif pa.types.is_decimal128(kind) and kind.precision <= 18 and kind.scale >= 0 and len(array):
        rank_ints(numbers.decimal_words(array)[0], book.cuts, kind.scale, target)
        _cover_nulls(array, book.unknown_code, target)
    else:
        known = known_rows(array)
        rank_scaled(numbers.read_numbers(array, known), book.cuts, target)
        target[~known] = book.unknown_code


def rank_ints(values: npt.NDArray[Any], cuts: Sequence[Cut], scale: int, target: Codes1) -> None:
    """Ranks of integers × 10^−scale, counted up from what `target` holds."""
    room = np.iinfo(values.dtype)
    limits = [whole_cut(cut, scale) - 1 for cut in cuts]
    target += target.dtype.type(sum(limit < room.min for limit in limits))
    within = [limit for limit in limits if room.min <= limit < room.max]
    ranking().rank(values, _limits(np.array(within, values.dtype), room.max), target)


def rank_floats(values: npt.NDArray[np.float64], limits: npt.NDArray[np.float64], target: Codes1) -> None:
    """Counted up from what `target` holds: how many of the rising limits lie below each value."""
    ranking().rank(values, _limits(limits, np.inf), target)


def _limits(limits: npt.NDArray[Any], endless: Any) -> npt.NDArray[Any]:
    """As many as the compiled loop takes at a time; nothing lies above `endless`."""
    return np.concatenate([limits, np.full(-len(limits) % 8, endless, limits.dtype)])


def whole_cut(cut: Cut, scale: int) -> int:
    """The least integer × 10^−scale that has reached the cut."""
    lifted = cut.value.scaleb(scale, context=numbers.WIDE)
    if cut.above:
        return int(lifted.to_integral_value(ROUND_FLOOR, context=numbers.WIDE)) + 1
    return int(lifted.to_integral_value(ROUND_CEILING, context=numbers.WIDE))


def float_limits(cuts: Sequence[Cut]) -> npt.NDArray[np.float64]:
    """For each cut the greatest float whose shortest text has not reached it."""
    return np.nextafter(np.array([_least_float(cut) for cut in cuts], np.float64), -np.inf)


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
        rank_ints(np.broadcast_to(values.ints, target.shape), cuts, values.scale, target)
        return
    for cut in cuts:
        target += (values.ints >= whole_cut(cut, values.scale)).astype(target.dtype)


def mark(state: States, book: Book, target: Codes1) -> None:
    """The codes of null and of unknown where the state says so."""
    codes = (target.dtype.type(code) for code in (book.null_code, book.unknown_code))
    ranking().cover_states(np.broadcast_to(state, target.shape), *codes, target)


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
