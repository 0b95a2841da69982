"""How the chosen rows of one subject become one value (取数): by the column for the whole city, and one subject at a time.

The two are written side by side because they must give the same answer; a property test holds them to it. A row whose
condition is unknown makes the value unknown, unless the value would be the same either way.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengban.packs.model import Source

Mask = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]


class _NotKnown:
    """The value of a fact that the city does not hold."""

    def __repr__(self) -> str:
        return "NOT_KNOWN"


NOT_KNOWN = _NotKnown()


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a register for every subject: whose each row is (−1: nobody's), and whether its condition holds."""

    owner: Index
    holds: Mask
    unsure: Mask
    subjects: int

    def touched(self) -> Mask:
        """The subjects with a row whose condition is unknown."""
        found = np.zeros(self.subjects, dtype=bool)
        found[self.owner[self.unsure & (self.owner >= 0)]] = True
        return found

    def counts(self) -> npt.NDArray[np.int64]:
        return np.bincount(self.owner[self.holds & (self.owner >= 0)], minlength=self.subjects)


def take_column(source: Source, rows: Rows, values: pa.Array | None, order: pa.Array | None) -> pa.Array:
    """One value a subject; null where it is not known."""
    counts, touched = rows.counts(), rows.touched()
    if source.take == "exists":
        known = (counts > 0) | (~touched & (source.absent is not None))
        return pa.array(counts > 0, pa.bool_(), mask=~known)
    if source.take == "count":
        known = ~touched & ((counts > 0) | (source.absent is not None))
        return pa.array(counts, pa.int64(), mask=~known)
    assert values is not None
    chosen = rows.holds & (rows.owner >= 0)
    result = _AGGREGATES[source.take](
        rows.owner[chosen], values.filter(pa.array(chosen)), order and order.filter(pa.array(chosen)), rows
    )
    result = _or_absent(result, counts, source.absent)
    return pc.if_else(pa.array(touched), pa.scalar(None, result.type), result)


def _or_absent(result: pa.Array, counts: npt.NDArray[np.int64], absent: Any) -> pa.Array:
    if absent is None:
        return result
    return pc.if_else(pa.array(counts == 0), pa.scalar(_fitting(absent), result.type), result)


def _fitting(absent: Any) -> Any:
    return Decimal(absent) if isinstance(absent, int) and not isinstance(absent, bool) else absent


def _scatter(owner: Index, values: pa.Array, subjects: int) -> pa.Array:
    """Each subject's value; null for those without one. With several, the last stays."""
    at = np.full(subjects, -1, dtype=np.int64)
    at[owner] = np.arange(len(owner))
    return values.take(pa.array(at, mask=at < 0))


def _only(owner: Index, values: pa.Array, order: pa.Array | None, rows: Rows) -> pa.Array:
    single = _scatter(owner, values, rows.subjects)
    several = np.bincount(owner, minlength=rows.subjects) > 1
    return pc.if_else(pa.array(several), pa.scalar(None, single.type), single)


def _latest(owner: Index, values: pa.Array, order: pa.Array | None, rows: Rows) -> pa.Array:
    assert order is not None
    dated = np.asarray(pc.is_valid(order).to_numpy(zero_copy_only=False), dtype=bool)
    ranks = pc.rank(order.filter(pa.array(dated)), sort_keys="ascending", tiebreaker="first")
    sequence = np.argsort(np.asarray(ranks))
    return _scatter(owner[dated][sequence], values.filter(pa.array(dated)).take(pa.array(sequence)), rows.subjects)


def _grouped(function: str) -> Callable[[Index, pa.Array, pa.Array | None, Rows], pa.Array]:
    def aggregate(owner: Index, values: pa.Array, order: pa.Array | None, rows: Rows) -> pa.Array:
        options = pc.ScalarAggregateOptions(skip_nulls=False, min_count=1)
        grouped = pa.table({"owner": owner, "value": values}).group_by("owner").aggregate([("value", function, options)])
        result = grouped.column(f"value_{function}").combine_chunks()
        return _scatter(np.asarray(grouped.column("owner")), _one(result), rows.subjects)

    return aggregate


def _one(array: Any) -> pa.Array:
    if not isinstance(array, pa.ChunkedArray):
        return array
    return (
        array.chunk(0)
        if array.num_chunks == 1
        else pa.concat_arrays(array.chunks)
        if array.num_chunks
        else pa.array([], array.type)
    )


_AGGREGATES: dict[str, Callable[[Index, pa.Array, pa.Array | None, Rows], pa.Array]] = {
    "only": _only,
    "latest": _latest,
    "sum": _grouped("sum"),
    "min": _grouped("min"),
    "max": _grouped("max"),
}


def take_one(source: Source, rows: Sequence[dict[str, Any]], holds: Sequence[bool | None]) -> Any:
    """The value for one subject from its rows; `holds` says for each whether the condition is true (none: unknown)."""
    chosen = [row for row, held in zip(rows, holds, strict=True) if held]
    unsure = any(held is None for held in holds)
    if source.take == "exists":
        return True if chosen else NOT_KNOWN if unsure or source.absent is None else False
    if unsure:
        return NOT_KNOWN
    if source.take == "count":
        return len(chosen) if chosen or source.absent is not None else NOT_KNOWN
    if not chosen:
        return NOT_KNOWN if source.absent is None else source.absent
    value = _SINGLES[source.take](source, chosen)
    return NOT_KNOWN if value is None else value


def _one_only(source: Source, chosen: list[dict[str, Any]]) -> Any:
    return chosen[0][source.field or ""] if len(chosen) == 1 else None


def _one_latest(source: Source, chosen: list[dict[str, Any]]) -> Any:
    dated = [row for row in chosen if row[source.order or ""] is not None]
    last = max(range(len(dated)), key=lambda at: (dated[at][source.order or ""], at), default=None)
    return None if last is None else dated[last][source.field or ""]


def _one_folded(fold: Callable[[list[Any]], Any]) -> Callable[[Source, list[dict[str, Any]]], Any]:
    def take(source: Source, chosen: list[dict[str, Any]]) -> Any:
        values = [row[source.field or ""] for row in chosen]
        return None if None in values else fold(values)

    return take


_SINGLES: dict[str, Callable[[Source, list[dict[str, Any]]], Any]] = {
    "only": _one_only,
    "latest": _one_latest,
    "sum": _one_folded(sum),
    "min": _one_folded(min),
    "max": _one_folded(max),
}
