"""A column of FEEL values: what is known, what is null, what is unknown, and the values themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..temporal import Date, MonthsDuration, TimeDuration, date_of_ordinal
from ..unknown import UNKNOWN, Unknown
from . import numbers
from .parquet import Columns
from .sources import Kind, kind_of_type, kind_of_value

KNOWN, NULL, MISSING = 0, 1, 2
"""The state of a row: it has a value, it is FEEL's null, or it is unknown."""

States = npt.NDArray[np.uint8]
VectorKind = Kind | Literal["months", "nanos"]
"""Beside the kinds of columns: durations of whole months, and of nanoseconds."""
_INT64_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Vector:
    """`data` by kind: "number" Scaled, "boolean" bool, "date" int64 days since 1970, durations int64, else objects.

    Length 1 stands for a constant and is broadcast. Rows whose state is not KNOWN hold any value.
    """

    kind: VectorKind
    data: Any
    state: States

    def at(self, positions: npt.NDArray[Any]) -> Vector:
        """The rows at `positions`."""
        data = self.data.at(positions) if self.kind == "number" else self.data[positions]
        return Vector(self.kind, data, self.state[positions])


def constant(value: Any) -> Vector:
    """One FEEL value as a vector of length 1; raises Inexact for a number beyond the vector form."""
    state = np.array([NULL if value is None else MISSING if isinstance(value, Unknown) else KNOWN], np.uint8)
    kind = kind_of_value(value)
    if kind == "number":
        return Vector(kind, numbers.constant(value), state)
    if kind == "boolean":
        return Vector(kind, np.array([value]), state)
    if kind == "date":
        return Vector(kind, np.array([value.ordinal], np.int64), state)
    if isinstance(value, MonthsDuration) and abs(value.months) <= _INT64_MAX:
        return Vector("months", np.array([value.months], np.int64), state)
    if isinstance(value, TimeDuration) and abs(value.nanos) <= _INT64_MAX:
        return Vector("nanos", np.array([value.nanos], np.int64), state)
    return Vector(kind, _objects([value]), state)


def from_values(values: npt.NDArray[Any]) -> Vector:
    """A vector from an object array of FEEL values; the kind is that of all known ones, or "other"."""
    state = np.fromiter((_state(value) for value in values), np.uint8, len(values))
    known = values[state == KNOWN]
    kinds = {kind_of_value(value) for value in known}
    kind: Kind = kinds.pop() if len(kinds) == 1 else "other"
    if kind == "number":
        return _numbers_of(values, state)
    if kind == "boolean":
        return Vector(kind, np.fromiter((value is True for value in values), np.bool_, len(values)), state)
    if kind == "date":
        days = (value.ordinal if isinstance(value, Date) else 0 for value in values)
        return Vector(kind, np.fromiter(days, np.int64, len(values)), state)
    return Vector(kind, values, state)


def _numbers_of(values: npt.NDArray[Any], state: States) -> Vector:
    filled = _objects([value if isinstance(value, Decimal) else Decimal(0) for value in values])
    try:
        return Vector("number", numbers.from_decimals(filled), state)
    except numbers.Inexact:
        return Vector("other", values, state)


def _state(value: Any) -> int:
    return NULL if value is None else MISSING if isinstance(value, Unknown) else KNOWN


def _objects(values: list[Any]) -> npt.NDArray[Any]:
    found = np.empty(len(values), object)
    found[:] = values
    return found


def to_values(vector: Vector, rows: int) -> npt.NDArray[Any]:
    """The FEEL values of a vector, `rows` of them."""
    found = np.empty(rows, object)
    found[:] = _known_values(vector)
    state = np.broadcast_to(vector.state, rows)
    found[state == NULL] = None
    found[state == MISSING] = UNKNOWN
    return found


def _known_values(vector: Vector) -> Any:
    if vector.kind == "number":
        return numbers.to_decimals(vector.data)
    if vector.kind == "boolean":
        return _objects(vector.data.tolist())
    if vector.kind == "date":
        return _objects([date_of_ordinal(days) for days in vector.data.tolist()])
    if vector.kind in ("months", "nanos"):
        made = MonthsDuration if vector.kind == "months" else TimeDuration
        return _objects([made(length) for length in vector.data.tolist()])
    return vector.data


@dataclass(slots=True)
class Frame:
    """The columns of a table as vectors, read when first asked for; of a `parent` only its rows at `positions`.

    A fact that has no column is unknown in every row.
    """

    table: Columns
    parent: Frame | None = None
    positions: npt.NDArray[Any] = field(default_factory=lambda: np.empty(0, np.int64))
    _names: frozenset[str] = frozenset()
    _vectors: dict[str, Vector] = field(default_factory=dict)
    _arrays: dict[str, pa.Array] = field(default_factory=dict)
    _dictionaries: dict[str, pa.DictionaryArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._names = frozenset(self.table.schema.names)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows) if self.parent is None else len(self.positions)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def array(self, name: str) -> pa.Array:
        """The column as one array."""
        if name not in self._arrays and self.parent is not None:
            self._arrays[name] = self.parent.array(name).take(pa.array(self.positions))
        if name not in self._arrays:
            column = self.table.column(name)
            joined = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
            self._arrays[name] = pa.concat_arrays(joined.chunks) if isinstance(joined, pa.ChunkedArray) else joined
        return self._arrays[name]

    def dictionary(self, name: str) -> pa.DictionaryArray:
        """The column of strings with its distinct values apart."""
        if name not in self._dictionaries and self.parent is not None:
            whole = self.parent.dictionary(name)
            indices = whole.indices.take(pa.array(self.positions))
            self._dictionaries[name] = pa.DictionaryArray.from_arrays(indices, whole.dictionary)
        if name not in self._dictionaries:
            array = self.array(name)
            encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
            self._dictionaries[name] = encoded
        return self._dictionaries[name]

    def vector(self, name: str) -> Vector:
        """The column `name`."""
        if name not in self._vectors:
            self._vectors[name] = self._read(name) if self.parent is None else self._part(self.parent.vector(name))
        return self._vectors[name]

    def _read(self, name: str) -> Vector:
        if name not in self:
            return constant(UNKNOWN)
        array = self.array(name)
        known = known_rows(array)
        state = np.where(known, KNOWN, MISSING).astype(np.uint8)
        kind = kind_of_type(array.type)
        if kind == "number":
            return Vector(kind, numbers.read_numbers(array, known), state)
        if kind == "boolean":
            filled = pc.fill_null(array, False) if array.null_count else array
            return Vector(kind, filled.to_numpy(zero_copy_only=False), state)
        if kind == "date":
            return Vector(kind, numbers.fill_zero(array.cast(pa.int32())).to_numpy().astype(np.int64), state)
        return Vector(kind, read_objects(array, kind), state)

    def _part(self, vector: Vector) -> Vector:
        """The rows of the parent's vector; a constant stays one."""
        if self.parent is None or (len(vector.state) == 1 and self.parent.rows != 1):
            return vector
        return vector.at(self.positions)

    def subset(self, rows: npt.NDArray[Any]) -> Frame:
        """The same columns at some rows (positions)."""
        return Frame(self.table, self, rows)


def known_rows(array: pa.Array) -> npt.NDArray[np.bool_]:
    """Which rows have a value; null, NaN and the infinities are not known."""
    if pa.types.is_floating(array.type):
        return np.isfinite(numbers.read_floats(array))
    if array.null_count == 0:
        return np.ones(len(array), np.bool_)
    return np.asarray(array.is_valid().to_numpy(zero_copy_only=False), np.bool_)


def read_objects(array: pa.Array, kind: Kind) -> npt.NDArray[Any]:
    """FEEL values of strings, timestamps, durations, lists; None where there is none."""
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if kind == "string":
        return np.asarray(array.to_numpy(zero_copy_only=False), object)
    return _objects([to_fact(value) for value in array.to_pylist()])


def to_fact(value: Any) -> Any:
    """A FEEL value from a table's value; None, NaN and the infinities inside it are unknown."""
    from ..values import to_feel

    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return UNKNOWN
    if isinstance(value, list):
        return [to_fact(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_fact(entry) for key, entry in value.items()}
    return to_feel(value)
