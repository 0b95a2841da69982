"""Arrow columns from numpy arrays, without a Python object per value."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Text = Any
"""A `pyarrow.StringArray` of one value a row (pyarrow has no stubs)."""

_EPOCH = date(1970, 1, 1)
MONEY = pa.decimal128(18, 2)


def fixed_text(rows: Bytes) -> Text:
    """Text from ASCII bytes of shape (rows, width)."""
    count, width = rows.shape
    offsets = np.arange(0, (count + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows)))


def choose(words: Sequence[str | None], index: NDArray[Any]) -> Text:
    """The word at each index."""
    return pa.array(list(words), pa.string()).take(pa.array(index))


def digits(values: NDArray[Any], width: int) -> Bytes:
    """ASCII digits of shape (rows, width), with leading zeros; `values` are not negative."""
    scale = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (np.asarray(values, np.int64)[:, None] // scale % 10 + 48).astype(np.uint8)


def letters(text: str, count: int) -> Bytes:
    """The same ASCII text on each of `count` rows."""
    return np.tile(np.frombuffer(text.encode("ascii"), np.uint8), (count, 1))


def number_text(prefix: str, values: NDArray[Any], width: int) -> Text:
    """`prefix` followed by the number in `width` digits."""
    return fixed_text(np.hstack([letters(prefix, len(values)), digits(values, width)]))


def decimal(units: NDArray[Any], *, scale: int = 2, precision: int = 18, absent: Mask | None = None) -> Any:
    """Exact decimals from whole units of 10^-scale (money: 分)."""
    low = np.ascontiguousarray(units, np.int64)
    words = np.empty((len(low), 2), np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    valid = None if absent is None else _bitmap(~absent)
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(low), [valid, pa.py_buffer(words)])


def money(yuan: NDArray[Any], *, absent: Mask | None = None) -> Any:
    """Money in 元 with two decimals, from a float of 元."""
    return decimal(np.rint(np.asarray(yuan, np.float64) * 100), absent=absent)


def number(values: NDArray[Any], places: int = 2, *, absent: Mask | None = None) -> Any:
    """Exact decimals with this many places, from floats."""
    return decimal(np.rint(np.asarray(values, np.float64) * 10**places), scale=places, absent=absent)


def integer(values: NDArray[Any], *, absent: Mask | None = None) -> Any:
    return pa.array(np.asarray(values, np.int64), pa.int64(), mask=absent)


def boolean(values: NDArray[Any], *, absent: Mask | None = None) -> Any:
    return pa.array(np.asarray(values, bool), pa.bool_(), mask=absent)


def days(values: NDArray[Any], *, absent: Mask | None = None) -> Any:
    """Dates from days since 1970-01-01."""
    return pa.array(np.asarray(values, np.int32), pa.int32(), mask=absent).cast(pa.date32())


def months(values: NDArray[Any]) -> Text:
    """Months as text, 2025-07, from months since year 0 (`month_number`)."""
    number = np.asarray(values, np.int64)
    return fixed_text(np.hstack([digits(number // 12, 4), letters("-", len(number)), digits(number % 12 + 1, 2)]))


def month_number(year: int, month: int) -> int:
    """Months since year 0, January being 0."""
    return year * 12 + month - 1


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - _EPOCH).days


def year_start(years: NDArray[Any]) -> Ints:
    """The first of January of each year, in days since 1970-01-01."""
    return (np.asarray(years, np.int64) - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def year_of(day: NDArray[Any]) -> Ints:
    return np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def month_of(day: NDArray[Any]) -> Ints:
    """Months since year 0 of each day."""
    return np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12


def month_start(number: NDArray[Any]) -> Ints:
    """The first day of each month (`month_number`), in days since 1970-01-01."""
    return (np.asarray(number, np.int64) - 1970 * 12).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def blank(column: Any, absent: Mask) -> Any:
    """The column with NULL where `absent`."""
    if not absent.any():
        return column
    return pc.if_else(pa.array(absent), pa.scalar(None, column.type), column)


def joined(*parts: Any) -> Text:
    """Texts put together row by row; a plain `str` is the same on each row."""
    scalars = [pa.scalar(part) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*scalars, "")


def index(rows: NDArray[Any]) -> Any:
    """Row numbers as pyarrow's `take` wants them."""
    return pa.array(np.asarray(rows, np.int64))


def pick(where: Mask, word: str, otherwise: Any) -> Text:
    """`word` where the mask is true, and the other column's text elsewhere."""
    return pc.if_else(pa.array(where), pa.scalar(word), otherwise)


def _bitmap(valid: Mask) -> Any:
    return pa.py_buffer(np.packbits(valid, bitorder="little"))
