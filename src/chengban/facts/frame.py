"""The frame (一企一档, for the whole city at once): one row a subject, one column a fact that registers hold.

Facts with a formula or a table are not columns: they are derived, and the rules engine derives them. Null is unknown.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from chengban import rules
from chengban.facts import store
from chengban.facts.conditions import condition_of
from chengban.facts.takes import Rows, take_column
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration, Register, Source, Subjects
from chengban.packs.units import convert_column

Kind = Literal["enterprise", "person"]
SUBJECT = "_subject"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Need:
    """A fact and how it is read."""

    fact: FactDeclaration
    source: Source


def kind_of(subject: str) -> Kind:
    """A unified social credit code is an enterprise's; every other identifier is a person's."""
    return "enterprise" if is_uscc(subject) else "person"


def subjects_of(pack: Pack, kind: Kind) -> Subjects:
    return pack.city.enterprises if kind == "enterprise" else pack.city.people


def source_of(fact: FactDeclaration, kind: Kind) -> Source | None:
    return fact.enterprise if kind == "enterprise" else fact.person


def needs(pack: Pack, kind: Kind, wanted: Iterable[str] | None = None) -> dict[str, list[Need]]:
    """The facts of a kind that registers hold, by register; all, or those `wanted`."""
    chosen = pack.facts.values() if wanted is None else [pack.facts[name] for name in wanted if name in pack.facts]
    grouped: dict[str, list[Need]] = defaultdict(list)
    for fact in chosen:
        source = source_of(fact, kind)
        if source is not None:
            grouped[source.register_].append(Need(fact, source))
    return grouped


def registers_for(pack: Pack, kind: Kind, wanted: Iterable[str] | None = None) -> set[str]:
    """The registers that a frame of these facts is read from."""
    return {subjects_of(pack, kind).register_, *needs(pack, kind, wanted)}


def build(
    pack: Pack,
    kind: Kind,
    *,
    on: date,
    known_by: int | None = None,
    wanted: Iterable[str] | None = None,
    subjects: Sequence[str] | None = None,
    progress: Progress = lambda done, total: None,
) -> pa.Table:
    """The frame of every subject of `kind` at the business date, as known after batch `known_by` (none: now).

    Its first column is the subject's identifier, in rising order; the others are fact ids. `subjects`: only these.
    """
    identifiers = identifiers_of(pack, kind, known_by, subjects)
    columns: dict[str, pa.Array] = {SUBJECT: identifiers}
    grouped = needs(pack, kind, wanted)
    for done, (name, some) in enumerate(grouped.items()):
        columns |= _columns(pack.registers[name], some, identifiers, on, known_by, subjects)
        progress(done + 1, len(grouped))
    return pa.table(columns)


def identifiers_of(pack: Pack, kind: Kind, known_by: int | None, subjects: Sequence[str] | None = None) -> pa.Array:
    """The identifiers of the subjects of a kind as known after a batch, in rising order: the rows of a frame."""
    base = pack.registers[subjects_of(pack, kind).register_]
    found = one(store.read(base, [base.subject or ""], known_by, subjects=subjects).column(0))
    return found.take(pc.sort_indices(found))


def _columns(
    register: Register,
    some: list[Need],
    identifiers: pa.Array,
    on: date,
    known_by: int | None,
    subjects: Sequence[str] | None,
) -> dict[str, pa.Array]:
    # Of two rows with the same order the one with the greater key is the later, here as in the file of one subject.
    tied = any(need.source.take == "latest" for need in some)
    rows = store.read(register, fields_for(register, some), known_by, in_order=tied, subjects=subjects)
    owner = pc.fill_null(pc.index_in(rows.column(register.subject), value_set=identifiers), -1)
    positions = np.asarray(owner.combine_chunks() if isinstance(owner, pa.ChunkedArray) else owner, dtype=np.int64)
    masks: dict[str | None, tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]] = {}
    made: dict[str, pa.Array] = {}
    for need in some:
        if need.source.where not in masks:
            masks[need.source.where] = _holds(register, need.source.where, rows, on)
        holds, unsure = masks[need.source.where]
        made[need.fact.id] = _column(register, need, rows, Rows(positions, holds, unsure, len(identifiers)))
    return made


def _column(register: Register, need: Need, rows: pa.Table, chosen: Rows) -> pa.Array:
    source = need.source
    values = one(rows.column(source.field)) if source.field else None
    order = one(rows.column(source.order)) if source.order else None
    if values is not None:
        values = convert_column(values, register.field(source.field or "").unit, need.fact.unit)
    return take_column(source, chosen, values, order)


def _holds(register: Register, where: str | None, rows: pa.Table, on: date) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    if where is None or len(rows) == 0:
        return np.ones(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    column = rules.evaluate_column(condition_of(register, where, on), rows)
    unsure = np.asarray(column.unknown, dtype=bool)
    values = pc.fill_null(one(column.values), False).to_numpy(zero_copy_only=False)
    return np.asarray(values, dtype=bool) & ~unsure, unsure


def fields_for(register: Register, some: Iterable[Need]) -> list[str]:
    """What must be read: the subject, what is taken, and whatever a condition mentions."""
    some = list(some)
    conditions = " ".join(need.source.where or "" for need in some)
    named = {name for need in some for name in (need.source.field, need.source.order) if name}
    named |= {field.id for field in register.fields if field.id in conditions or field.name in conditions}
    return [field.id for field in register.fields if field.id in named or field.id == register.subject]


def one(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The column as one piece of memory."""
    if isinstance(array, pa.ChunkedArray):
        combined = array.combine_chunks()
        return combined if isinstance(combined, pa.Array) else pa.concat_arrays(combined.chunks)
    return array
