"""One expression over the columns of a table: amounts, formulas, filters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..evaluate import evaluate
from ..nodes import Node
from ..values import to_python
from . import numbers
from .compute import Computer
from .program import as_node, plain
from .rows import warn_of_rows
from .vectors import KNOWN, MISSING, Frame, Vector, to_values

if TYPE_CHECKING:
    from ..vocabulary import Vocabulary

_DIGITS = ((38, pa.decimal128), (76, pa.decimal256))


@dataclass(frozen=True, slots=True)
class Column:
    """`values`, null where FEEL's value is null or not known; `unknown` tells the two apart.

    Numbers are decimal128 or decimal256 of the scale they need, dates date32, strings and booleans their own.
    """

    values: pa.Array
    unknown: npt.NDArray[np.bool_]

    def is_true(self) -> npt.NDArray[np.bool_]:
        """Rows where the value is true: what a filter keeps."""
        if not pa.types.is_boolean(self.values.type):
            return np.zeros(len(self.values), np.bool_)
        found: npt.NDArray[np.bool_] = self.values.fill_null(False).to_numpy(zero_copy_only=False)
        return found


def evaluate_column(node: str | Node, table: pa.Table, vocabulary: Vocabulary | None = None) -> Column:
    """The value of an expression in every row, exact; what has no columnar form goes row by row, with a warning."""
    resolved = plain(as_node(node, vocabulary), vocabulary)
    vector = Computer(Frame(table), evaluate, warn_of_rows).vector(resolved)
    state = np.broadcast_to(vector.state, table.num_rows)
    return Column(_to_arrow(vector, table.num_rows), state == MISSING)


def _to_arrow(vector: Vector, rows: int) -> pa.Array:
    absent = np.broadcast_to(vector.state, rows) != KNOWN
    if vector.kind == "boolean":
        return pa.array(np.broadcast_to(vector.data, rows), pa.bool_(), mask=absent)
    if vector.kind == "date":
        return pa.array(np.broadcast_to(vector.data, rows).astype(np.int32), pa.int32(), mask=absent).cast(pa.date32())
    if vector.kind == "number":
        return _number_array(vector, absent, rows)
    values = [None if gone else value for value, gone in zip(to_values(vector, rows), absent, strict=True)]
    return _object_array(values)


def _number_array(vector: Vector, absent: npt.NDArray[np.bool_], rows: int) -> pa.Array:
    data = vector.data
    if data.ints.dtype == np.int64 and data.scale <= 18:
        return _from_int64(np.broadcast_to(data.ints, rows), data.scale, absent)
    values = np.broadcast_to(numbers.to_decimals(data), rows)
    return decimal_array([None if gone else value for value, gone in zip(values, absent, strict=True)])


def _from_int64(ints: npt.NDArray[np.int64], scale: int, absent: npt.NDArray[np.bool_]) -> pa.Array:
    """Both words of decimal128 side by side: the integer, and its sign."""
    words = np.empty((len(ints), 2), np.int64)
    words[:, 0], words[:, 1] = ints, ints >> 63
    validity = pa.py_buffer(np.packbits(~absent, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.decimal128(38, scale), len(ints), [validity, pa.py_buffer(words)])


def decimal_array(values: Sequence[Decimal | None]) -> pa.Array:
    """Decimals as the narrowest Arrow decimal that holds all of them; as text where none does."""
    scale, whole = 0, 1
    for value in values:
        if value is not None:
            exponent = value.as_tuple().exponent
            assert isinstance(exponent, int)
            scale, whole = max(scale, -exponent), max(whole, value.adjusted() + 1)
    for digits, kind in _DIGITS:
        if scale + whole <= digits:
            return pa.array(values, kind(digits, scale))
    return pa.array([None if value is None else str(value) for value in values], pa.string())


_ARROW: dict[type, Callable[[list[Any]], pa.Array]] = {
    Decimal: decimal_array,
    bool: lambda values: pa.array(values, pa.bool_()),
    str: lambda values: pa.array(values, pa.string()),
}


def _object_array(values: list[Any]) -> pa.Array:
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) == 1 and (build := _ARROW.get(next(iter(kinds)))):
        return build(values)
    converted = [to_python(value) for value in values]
    try:
        return pa.array(converted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
