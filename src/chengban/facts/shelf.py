"""Columns of the frame kept beside the database (指标列): derived, and made again from the registers whenever they do not fit.

A column is a file whose name holds everything that it stands on: how the fact is read, the register as known after a batch, the
subjects, and the day. Its last 32 bytes are its digest. A file is mapped into memory, not read.
"""

import hashlib
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import structlog

from chengban.facts import frame
from chengban.facts.batches import marks
from chengban.lib import env
from chengban.packs import Pack

_FORMAT = "1"
_KEPT = 3
"""Files of one column that are kept: those of the newest states of its register."""
_DIGEST = 32


def frame_of(
    pack: Pack,
    kind: frame.Kind,
    *,
    on: date,
    known_by: int,
    wanted: Iterable[str],
    progress: frame.Progress = lambda done, total: None,
) -> pa.Table:
    """The same as `frame.build` as known after a settled batch, from the shelf where it can be."""
    shelf = _Shelf(pack, kind, on, known_by)
    identifiers = shelf.identifiers()
    names = [need.fact.id for some in frame.needs(pack, kind, wanted).values() for need in some]
    held = {name: column for name in names if (column := shelf.take(name, identifiers)) is not None}
    lacking = [name for name in names if name not in held]
    if lacking:
        table = frame.build(pack, kind, on=on, known_by=known_by, wanted=lacking, progress=progress)
        shelf.put(table)
        held |= {name: table.column(name) for name in lacking}
    return pa.table({frame.SUBJECT: identifiers, **{name: held[name] for name in names}})


def identifiers_of(pack: Pack, kind: frame.Kind, known_by: int) -> pa.Array:
    """The same as `frame.identifiers_of` as known after a settled batch."""
    return _Shelf(pack, kind, date.min, known_by).identifiers()


def keep(pack: Pack, kind: frame.Kind, table: pa.Table, *, on: date, known_by: int) -> None:
    """Put a whole frame on the shelf."""
    _Shelf(pack, kind, on, known_by).put(table)


class _Shelf:
    """The files of one kind's columns on a day, as known after a batch."""

    def __init__(self, pack: Pack, kind: frame.Kind, on: date, known_by: int) -> None:
        self.pack, self.kind, self.on, self.known_by = pack, kind, on, known_by
        self.folder = env.home() / "frames" / kind
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.needs = {need.fact.id: need for some in frame.needs(pack, kind).values() for need in some}
        self.base = pack.registers[frame.subjects_of(pack, kind).register_]
        self.marks = marks({self.base.id, *(need.source.register_ for need in self.needs.values())}, known_by)

    def identifiers(self) -> pa.Array:
        place = self._place(frame.SUBJECT, self.base.model_dump_json(), self.marks.get(self.base.id, ""))
        found = _read(place)
        if found is None:
            found = frame.identifiers_of(self.pack, self.kind, self.known_by)
            self._write(place, found)
        return found

    def take(self, name: str, identifiers: pa.Array) -> pa.Array | None:
        found = _read(self._column(name, _digest_of(identifiers)))
        return found if found is not None and len(found) == len(identifiers) else None

    def put(self, table: pa.Table) -> None:
        """Each column that is not there yet."""
        identifiers = frame.one(table.column(frame.SUBJECT))
        self._write(self._place(frame.SUBJECT, self.base.model_dump_json(), self.marks.get(self.base.id, "")), identifiers)
        subjects = _digest_of(identifiers)
        for name in table.column_names[1:]:
            self._write(self._column(name, subjects), frame.one(table.column(name)))

    def _column(self, name: str, subjects: str) -> Path:
        source = self.needs[name].source
        register, fact = self.pack.registers[source.register_], self.needs[name].fact
        day = "" if source.where is None else self.on.isoformat()
        parts = (subjects, register.model_dump_json(), source.model_dump_json(), fact.unit or "", day)
        return self._place(name, *parts, self.marks.get(register.id, ""))

    def _place(self, name: str, *parts: str) -> Path:
        return self.folder / f"{name}.{hashlib.sha256(repr((_FORMAT, *parts)).encode()).hexdigest()[:24]}"

    def _write(self, place: Path, column: pa.Array) -> None:
        """What cannot be kept, for want of room or of leave, is made again when it is asked for."""
        if place.exists():
            return
        try:
            _write(place, column)
            _forget(self.folder, place.name.partition(".")[0])
        except OSError as error:
            structlog.get_logger("chengban.facts").warning("not shelved", column=place.name, told=error.strerror)


def _digest_of(identifiers: pa.Array) -> str:
    """Of the identifiers themselves, however their memory came about."""
    _, offsets, values = identifiers.buffers()
    ends = np.frombuffer(offsets, np.int32, len(identifiers) + 1, identifiers.offset * 4) if offsets else np.zeros(1, np.int32)
    total = hashlib.sha256((ends - ends[0]).tobytes())
    total.update(memoryview(values)[ends[0] : ends[-1]] if values else b"")
    return total.hexdigest()


def _write(place: Path, column: pa.Array) -> None:
    """The whole file or none."""
    sink = pa.BufferOutputStream()
    table = pa.table({"column": column})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    part = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        with open(part, "wb") as file:
            file.write(memoryview(content))
            file.write(hashlib.sha256(memoryview(content)).digest())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _read(place: Path) -> pa.Array | None:
    """None where there is no such file, or where it is not as it was written."""
    try:
        whole = pa.memory_map(str(place)).read_buffer()
    except (FileNotFoundError, pa.ArrowInvalid):
        return None
    content = whole.slice(0, max(whole.size - _DIGEST, 0))
    if hashlib.sha256(memoryview(content)).digest() != whole.slice(content.size).to_pybytes():
        place.unlink(missing_ok=True)
        return None
    return frame.one(pa.ipc.open_file(content).read_all().column(0))


def _forget(folder: Path, name: str) -> None:
    """Remove a column's older files; who has them open keeps them."""
    files = sorted(folder.glob(f"{name}.*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[_KEPT:]:
        old.unlink(missing_ok=True)
