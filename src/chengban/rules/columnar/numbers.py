"""Exact numbers in columns: integers with one decimal scale, in 64 bits while they fit and as Python integers beyond.

FEEL's numbers have 34 digits. What would need more, or would round, is refused here (`Inexact`) and left to the
scalar evaluator, so that no vector ever holds a rounded sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_INT64_MAX = 2**63 - 1
_FEEL_MAX = 10**34 - 1
_MAX_SCALE = 100


class Inexact(Exception):
    """The vector form cannot hold the exact value."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """`ints` × 10^−`scale`; no absolute value of `ints` is above `bound`. int64, or object where int64 is too small.

    `uniform`: each number, as FEEL writes it, has just `scale` decimals (1.50 is equal to 1.5 but is other text).
    """

    ints: npt.NDArray[Any]
    scale: int
    bound: int
    uniform: bool = False

    def at(self, positions: npt.NDArray[Any]) -> Scaled:
        """The rows at `positions`, in 64 bits where they fit although all rows did not."""
        ints = self.ints[positions]
        bound = max(abs(int(ints.max())), abs(int(ints.min()))) if len(ints) else 0
        narrow = ints.astype(np.int64) if ints.dtype == object and bound <= _INT64_MAX else ints
        return Scaled(narrow, self.scale, bound, self.uniform)


ONE = Scaled(np.ones(1, np.int64), 0, 1, uniform=True)


def scaled(ints: npt.NDArray[Any], scale: int, *, uniform: bool = True) -> Scaled:
    """Measure the bound of integers just read."""
    bound = max(abs(int(ints.max())), abs(int(ints.min()))) if len(ints) else 0
    return Scaled(ints, scale, bound, uniform)


def constant(value: Decimal) -> Scaled:
    """One number, to be broadcast."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -_MAX_SCALE or exponent > _MAX_SCALE:
        raise Inexact
    scale = max(0, -exponent)
    whole = int(value.scaleb(scale, context=WIDE))
    return Scaled(_array([whole], abs(whole)), scale, abs(whole), uniform=scale == -exponent)


def from_decimals(values: npt.NDArray[Any]) -> Scaled:
    """Decimals in an object array, brought to one scale."""
    exponents = {value.as_tuple().exponent for value in values}
    if any(not -_MAX_SCALE <= exponent <= _MAX_SCALE for exponent in exponents):
        raise Inexact
    scale = max(0, -min(exponents, default=0))
    ints = [int(value.scaleb(scale, context=WIDE)) for value in values]
    bound = max(map(abs, ints), default=0)
    return Scaled(_array(ints, bound), scale, bound, uniform=exponents == {-scale})


def add(left: Scaled, right: Scaled) -> Scaled:
    """left + right."""
    return _sum(left, right, np.add)


def subtract(left: Scaled, right: Scaled) -> Scaled:
    """left − right."""
    return _sum(left, right, np.subtract)


def multiply(left: Scaled, right: Scaled) -> Scaled:
    """left × right."""
    bound, scale = left.bound * right.bound, left.scale + right.scale
    if bound > _FEEL_MAX or scale > _MAX_SCALE:
        raise Inexact
    return Scaled(_wide(left.ints, bound) * _wide(right.ints, bound), scale, bound, left.uniform and right.uniform)


def negate(number: Scaled) -> Scaled:
    """−number."""
    return Scaled(-number.ints, number.scale, number.bound, number.uniform)


def absolute(number: Scaled) -> Scaled:
    """|number|."""
    return Scaled(np.abs(number.ints), number.scale, number.bound, number.uniform)


def choose(mask: npt.NDArray[np.bool_], yes: Scaled, no: Scaled) -> Scaled:
    """`yes` where the mask is set, else `no`."""
    first, second, scale = align(yes, no)
    return Scaled(np.where(mask, first, second), scale, _aligned_bound(yes, no), written_alike(yes, no))


def written_alike(left: Scaled, right: Scaled) -> bool:
    """Whether equal numbers of both are the same text."""
    return left.uniform and right.uniform and left.scale == right.scale


def align(left: Scaled, right: Scaled) -> tuple[npt.NDArray[Any], npt.NDArray[Any], int]:
    """Both as integers of the same scale."""
    scale = max(left.scale, right.scale)
    return _rescale(left, scale), _rescale(right, scale), scale


def floor(number: Scaled) -> Scaled:
    """The greatest integer that is not above."""
    return Scaled(_liftable(number) // _unit(number), 0, number.bound // 10**number.scale + 1)


def ceiling(number: Scaled) -> Scaled:
    """The least integer that is not below."""
    return Scaled(-(-_liftable(number) // _unit(number)), 0, number.bound // 10**number.scale + 1)


def to_decimals(number: Scaled) -> npt.NDArray[Any]:
    """The numbers as an object array of Decimal."""
    found = np.empty(len(number.ints), object)
    found[:] = [Decimal(value).scaleb(-number.scale, context=WIDE) for value in number.ints.tolist()]
    return found


def read_numbers(array: pa.Array, known: npt.NDArray[np.bool_]) -> Scaled:
    """The numbers of an integer, decimal or floating array; rows that are not known read as 0."""
    if pa.types.is_floating(array.type):
        return _from_floats(read_floats(array), known)
    if pa.types.is_decimal(array.type):
        return _from_decimal_array(array, known)
    if array.type == pa.uint64():
        return _from_decimal_array(array.cast(pa.decimal128(20, 0)), known)
    ints = fill_zero(array).cast(pa.int64()).to_numpy(zero_copy_only=False)
    return scaled(np.where(known, ints, 0) if not known.all() else ints, 0)


def read_floats(array: pa.Array) -> npt.NDArray[np.float64]:
    """Floats with NaN for nulls."""
    return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)


def raw(array: pa.Array) -> npt.NDArray[Any]:
    """The values of an array of floats, integers or days as they lie in its buffer; rows that are null hold anything."""
    kind = np.dtype(np.int32) if pa.types.is_date32(array.type) else np.dtype(array.type.to_pandas_dtype())
    buffer = array.buffers()[1]
    if buffer is None or len(array) == 0:
        return np.zeros(len(array), kind)
    return np.frombuffer(buffer, kind, count=array.offset + len(array))[array.offset :]


def bits(buffer: pa.Buffer, array: pa.Array) -> npt.NDArray[np.uint8]:
    """One of an array's bitmaps as one byte a row."""
    unpacked = np.unpackbits(np.frombuffer(buffer, np.uint8), count=array.offset + len(array), bitorder="little")
    return unpacked[array.offset :]


def valid(array: pa.Array) -> npt.NDArray[np.uint8] | None:
    """1 where a row is not null; None where no row is."""
    buffer = array.buffers()[0]
    return bits(buffer, array) if array.null_count and buffer is not None else None


def fill_zero(array: pa.Array) -> pa.Array:
    """Nulls as zeros."""
    return pc.fill_null(array, pa.scalar(0, array.type)) if array.null_count else array


def decimal_words(array: pa.Array) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(low, high) 64-bit words of a decimal128 array, without a copy; rows that are null hold anything."""
    buffer = array.buffers()[1]
    words = np.frombuffer(buffer, np.int64, count=2 * (array.offset + len(array)))
    pairs = words.reshape(-1, 2)[array.offset :]
    return pairs[:, 0], pairs[:, 1]


def _from_decimal_array(array: pa.Array, known: npt.NDArray[np.bool_]) -> Scaled:
    scale = array.type.scale
    if not pa.types.is_decimal128(array.type) or scale < 0 or len(array) == 0:
        values = [Decimal(0) if value is None else value for value in array.to_pylist()]
        return from_decimals(np.array([*values, None], object)[:-1])
    low, high = decimal_words(array)
    if array.type.precision <= 18 or bool(((high == low >> 63) | ~known).all()):
        return scaled(np.where(known, low, 0), scale)
    wide = high.astype(object) * 2**64 + low.view(np.uint64).astype(object)
    return scaled(np.where(known, wide, 0), scale)


def _from_floats(values: npt.NDArray[np.float64], known: npt.NDArray[np.bool_]) -> Scaled:
    """Floats mean the shortest decimal text that reads back as them, as everywhere in FEEL's edge.

    Where all are decimals of few digits (below 10^15 a text is unique) they are found by scaling; else by that text.
    """
    clean = np.where(known, values, 0.0)
    for scale in range(7):
        lifted = np.rint(clean * 10.0**scale)
        if np.abs(lifted).max(initial=0.0) >= 1e15:
            break
        if (lifted / 10.0**scale == clean).all():
            return scaled(lifted.astype(np.int64), scale, uniform=False)
    return from_decimals(np.array([*(Decimal(repr(value)) for value in clean.tolist()), None], object)[:-1])


def _sum(left: Scaled, right: Scaled, operation: Callable[..., Any]) -> Scaled:
    bound = _aligned_bound(left, right, total=True)
    if bound > _FEEL_MAX:
        raise Inexact
    first, second, scale = align(left, right)
    return Scaled(operation(_wide(first, bound), _wide(second, bound)), scale, bound, left.uniform and right.uniform)


def _aligned_bound(left: Scaled, right: Scaled, *, total: bool = False) -> int:
    scale = max(left.scale, right.scale)
    first: int = left.bound * 10 ** (scale - left.scale)
    second: int = right.bound * 10 ** (scale - right.scale)
    return first + second if total else max(first, second)


def _rescale(number: Scaled, scale: int) -> npt.NDArray[Any]:
    factor = 10 ** (scale - number.scale)
    return number.ints if factor == 1 else _wide(number.ints, max(number.bound, 1) * factor) * _int(factor)


def _wide(ints: npt.NDArray[Any], bound: int) -> npt.NDArray[Any]:
    return ints.astype(object) if bound > _INT64_MAX else ints


def _int(value: int) -> Any:
    return np.int64(value) if value <= _INT64_MAX else value


def _liftable(number: Scaled) -> npt.NDArray[Any]:
    return _wide(number.ints, max(number.bound, 10**number.scale))


def _unit(number: Scaled) -> Any:
    return _int(10**number.scale)


def _array(ints: list[int], bound: int) -> npt.NDArray[Any]:
    return np.array(ints, np.int64 if bound <= _INT64_MAX else object)


def _wide_context() -> Any:
    import decimal

    return decimal.Context(prec=200, Emax=10**6, Emin=-(10**6), traps=[decimal.InvalidOperation])


WIDE = _wide_context()
