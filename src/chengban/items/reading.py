"""Where verdicts and the census read the registers of subjects: here, and nowhere else in this room."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from chengban.facts import frame, store
from chengban.facts.frame import Kind
from chengban.items.case import Applicant
from chengban.packs import Pack
from chengban.packs.model import Register

Row = Mapping[str, Any]


def rows(register: Register, applicant: Applicant) -> tuple[Row, ...]:
    """One applicant's rows of a register, in the order of its key."""
    return tuple(store.rows_of(register, applicant.id))


def columns(register: Register, fields: Sequence[str], *, in_order: bool) -> pa.Table:
    """Everybody's rows of a register, by the column; in the order of its key where that matters."""
    return store.read(register, fields, in_order=in_order)


def facts(pack: Pack, kind: Kind, wanted: Iterable[str], *, on: date, subjects: Sequence[str] | None = None) -> pa.Table:
    """The facts that registers hold, a row a subject: of these subjects, or of everybody."""
    return frame.build(pack, kind, on=on, wanted=wanted, subjects=subjects)
