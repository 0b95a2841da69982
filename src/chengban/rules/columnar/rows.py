"""Row by row: the scalar evaluator over the rows of a table, once for each distinct set of values that it reads."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ..format import format_node
from ..nodes import Node
from ..unknown import UNKNOWN
from . import numbers
from .free import free_names
from .sources import kind_of_type
from .vectors import Frame, Vector, from_values, known_rows, to_fact

Reporter = Callable[[Node, int], None]
"""Is told of an expression that went row by row, and how many evaluations that took."""


class RowByRowWarning(UserWarning):
    """An expression has no columnar form; its answer is right but takes longer."""


def warn_of_rows(node: Node, evaluations: int) -> None:
    """The usual reporter: a warning that names the expression."""
    text = format_node(node)
    shown = text if len(text) <= 300 else text[:299] + "…"
    warnings.warn(f"evaluated row by row ({evaluations} times): {shown}", RowByRowWarning, stacklevel=2)


def evaluate_rows(node: Node, frame: Frame, evaluate: Callable[..., Any], reporter: Reporter) -> npt.NDArray[Any]:
    """The values of `node` in every row, as an object array; `reporter` hears how many evaluations it took."""
    names = sorted(free_names(node))
    columns = [name for name in names if name in frame]
    absent = {name: UNKNOWN for name in names if name not in frame}
    first, group = _distinct([frame.array(name) for name in columns], frame.rows)
    facts = [[to_fact(value) for value in frame.array(name).take(pa.array(first)).to_pylist()] for name in columns]
    results = np.empty(len(first), object)
    results[:] = [
        evaluate(node, {**absent, **dict(zip(columns, row, strict=True))})
        for row in (zip(*facts, strict=True) if columns else ((),) * len(first))
    ]
    if len(first) > 1:
        reporter(node, len(first))
    return results[group] if len(first) else np.empty(0, object)


_FEW_VALUES = 512


def evaluate_by_value(node: Node, names: frozenset[str], frame: Frame, evaluate: Callable[..., Any]) -> Vector | None:
    """A node over one column of few strings, evaluated once for each; None for any other."""
    name = next(iter(names)) if len(names) == 1 else ""
    if name not in frame or kind_of_type(frame.table.schema.field(name).type) != "string":
        return None
    encoded = frame.dictionary(name)
    values = encoded.dictionary.to_pylist()
    if len(values) > _FEW_VALUES or len(values) * 8 > frame.rows:
        return None
    indices = numbers.fill_zero(encoded.indices.cast(pa.int64())).to_numpy(zero_copy_only=False)
    results = np.empty(len(values) + 1, object)
    results[:] = [evaluate(node, {name: to_fact(value)}) for value in (*values, None)]
    found = from_values(results)
    return found.at(np.where(known_rows(encoded), indices, len(values)))


def distinct_rows(table: pa.Table, names: Sequence[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(a row of each distinct set of values of the columns, for each row the number of its set)."""
    columns = [table.column(name).combine_chunks() for name in names]
    return _distinct(columns, table.num_rows)


def _distinct(arrays: Sequence[pa.Array], rows: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """(a row of each distinct set of values, the set of each row)."""
    combined = np.zeros(rows, np.int64)
    for array in arrays:
        codes = _codes(array)
        if codes is None:
            every = np.arange(rows)
            return every, every
        combined = combined * (int(codes.max(initial=0)) + 1) + codes
        combined = np.unique(combined, return_inverse=True)[1].reshape(-1)
    _, first, group = np.unique(combined, return_index=True, return_inverse=True)
    return first, group.reshape(-1)


def _codes(array: pa.Array) -> npt.NDArray[np.int64] | None:
    """A number for each distinct value, 0 for what is not known; None for types that cannot be told apart."""
    try:
        encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return None
    indices = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return np.where(known_rows(array), indices + 1, 0)
