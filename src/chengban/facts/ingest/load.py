"""One file into one register: in one transaction, or not at all."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection, transaction
from psycopg import sql
from psycopg.types.json import Jsonb

from chengban import ledger, rules
from chengban.facts import store
from chengban.facts.batches import next_number
from chengban.facts.errors import NotWhole, WrongColumns
from chengban.facts.ingest import reader, rowrules
from chengban.facts.ingest.validate import Checker, Fault
from chengban.facts.models import Batch, QuarantinedRow
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.lib.ahead import ahead
from chengban.packs import Pack
from chengban.packs.model import Register

Progress = Callable[[int, int, int], None]
"""Called with (rows read, done, total); done of total is how far the file is read."""

QUARANTINE_MARK = "_隔离编号"
_PASS_OVER = "_"
BadRow = tuple[int, dict[str, str | None], list[list[str | None]]]
"""A row to keep out: its number in the file, its cells as text, and its faults as [field, value, reason]."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a loading did. `again` is true when the register already held this very file, and nothing was done."""

    batch: int
    read: int
    new: int
    changed: int
    same: int
    bad: int
    again: bool = False
    ended: int = 0

    @property
    def summary(self) -> str:
        if self.again:
            return "这份文件已经载入过，内容没有变化，没有重复载入。"
        return f"读到 {self.read} 行：新增 {self.new}，变更 {self.changed}，未变 {self.same}，隔离 {self.bad}，终止 {self.ended}。"


def load_file(
    pack: Pack,
    register: Register,
    path: Path,
    *,
    by: Actor,
    on: date,
    mapping: Mapping[str, str] | None = None,
    whole: bool = False,
    progress: Progress = lambda rows, done, total: None,
) -> Outcome:
    """Load the file's rows into the register (入库), and keep out the bad ones with their reasons.

    `mapping` is from the file's column names to field ids, or to "_" for a column to pass over; without it, columns are named by
    id or Chinese name. A key that is held already with other values gets a new row, and the old one is ended; fields that the
    file has no column for keep what is held. `whole` says that the file is the whole register: what it lacks is ended too.
    Raises `UnreadableFile`, `WrongColumns` or `NotWhole`, and then nothing has changed.
    """
    opened = reader.open_file(path)
    digest = f"{reader.digest(path)[:48]}{_options_digest(mapping, whole)}"
    names = _match_columns(register, opened.columns, mapping or {})
    with transaction.atomic():
        _lock(register)
        last = Batch.objects.filter(register=register.id).order_by("-id").first()
        if last is not None and last.digest == digest:
            _confirm(last, by, on)
            return Outcome(last.pk, last.rows_read, 0, 0, last.rows_read - last.rows_bad, last.rows_bad, again=True)
        batch = _open_batch(register, path, digest, by, on)
        outcome = _Loading(pack, register, opened, names, batch, progress).run(whole)
        _close_batch(batch, outcome)
        ledger.append(
            by,
            "facts.load",
            f"register:{register.id}",
            {
                "batch": batch.pk,
                "digest": digest,
                "rows": outcome.read,
                "new": outcome.new,
                "changed": outcome.changed,
                "bad": outcome.bad,
            },
        )
    return outcome


class _Loading:
    """The work of one loading, inside its transaction."""

    def __init__(
        self, pack: Pack, register: Register, opened: reader.Opened, names: dict[str, str], batch: Batch, progress: Progress
    ) -> None:
        self.register, self.opened, self.names, self.batch, self.progress = register, opened, names, batch, progress
        self.checker = Checker(register, pack.codes)
        self.rules = rowrules.RowRules(register)
        self.outcome = Outcome(batch.pk, 0, 0, 0, 0, 0)
        self.fields = [field.id for field in register.fields]
        self.marks: list[str] = []

    def run(self, whole: bool) -> Outcome:
        if store.is_empty(self.register):
            good = self._fill()
            self.outcome = replace(self.outcome, new=good)
        else:
            self._stage_and_merge(whole)
        self._mend_quarantine()
        return self.outcome

    def _fill(self) -> int:
        """Straight into the empty table; its indexes are made once at the end."""
        store.drop_indexes(self.register)
        good = self._copy(store.table(self.register), [*self.fields, "batch"])
        store.make_indexes(self.register)
        return good

    def _copy(self, target: sql.Composable, columns: list[str]) -> int:
        good = 0
        quarantine: list[BadRow] = []
        with store.copying(target, columns) as copy:
            for piece, rows, bad in ahead(self._checked()):
                good += len(rows)
                quarantine += bad
                if "batch" in columns:
                    rows = rows.append_column("batch", pa.array(np.full(len(rows), self.batch.pk)))
                if len(rows):
                    store.write(copy, rows)
                read = self.outcome.read + len(piece.rows) + len(piece.broken)
                self.outcome = replace(self.outcome, read=read, bad=self.outcome.bad + len(bad))
                self.progress(read, piece.done, self.opened.total)
        self._quarantine(quarantine)
        return good

    def _checked(self) -> Iterator[tuple[reader.Piece, pa.Table, list[BadRow]]]:
        """Each piece with its good rows and its bad ones; run ahead of the COPY that takes them."""
        for piece in self.opened.pieces():
            yield piece, *self._check(piece)

    def _check(self, piece: reader.Piece) -> tuple[pa.Table, list[BadRow]]:
        renamed = piece.rows.rename_columns([self.names.get(name, name) for name in piece.rows.column_names])
        checked = self.checker.check(renamed)
        checked.faults += self.rules.reject(checked.rows, checked.good)
        checked.__dict__.pop("good", None)
        if QUARANTINE_MARK in renamed.column_names and checked.good.any():
            marks = renamed.column(QUARANTINE_MARK).filter(pa.array(checked.good))
            self.marks += [str(mark) for mark in marks.to_pylist() if mark]
        bad = _bad_rows(renamed, piece.numbers, checked.faults)
        bad += [(broken.row, {"": broken.text}, [["", None, broken.reason]]) for broken in piece.broken]
        return checked.rows.filter(pa.array(checked.good)), bad

    def _quarantine(self, bad: list[BadRow]) -> None:
        statement = sql.SQL("COPY facts_quarantinedrow (batch_id, row, values, faults) FROM STDIN")
        with store.raw().cursor().copy(statement) as copy:
            for row, values, faults in bad:
                copy.write_row((self.batch.pk, row, Jsonb(values), Jsonb(faults)))

    def _stage_and_merge(self, whole: bool) -> None:
        """Into a table of the transaction's own, then end what changed and add what is new or changed."""
        stage, held = sql.Identifier("incoming"), store.table(self.register)
        store.raw().execute(sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DROP").format(stage, held))
        store.raw().execute(sql.SQL("ALTER TABLE {} ALTER batch DROP NOT NULL").format(stage))
        good = self._copy(stage, self.fields)
        parts = {
            "stage": stage,
            "held": held,
            "batch": sql.Literal(self.batch.pk),
            "fields": store.names(self.fields),
            "key": sql.SQL(" AND ").join(sql.SQL("h.{0} = s.{0}").format(sql.Identifier(name)) for name in self.register.key),
            "old": _row("h", self.fields),
            "new": _row("s", self.fields),
        }
        self._keep_unsaid(parts)
        ended = self._end_absent(parts) if whole else 0
        same = store.raw().execute(_DELETE_SAME.format(**parts)).rowcount
        changed = store.raw().execute(_END_CHANGED.format(**parts)).rowcount
        store.raw().execute(_INSERT.format(**parts))
        store.raw().execute(sql.SQL("DROP TABLE {}").format(stage))
        self.outcome = replace(self.outcome, new=good - same - changed, changed=changed, same=same, ended=ended)

    def _keep_unsaid(self, parts: dict[str, sql.Composable]) -> None:
        """Fields that the file has no column for keep the values that are held."""
        unsaid = [name for name in self.fields if name not in self.names.values()]
        if unsaid:
            pairs = sql.SQL(", ").join(sql.SQL("{0} = h.{0}").format(sql.Identifier(name)) for name in unsaid)
            store.raw().execute(_KEEP.format(pairs=pairs, **parts))

    def _end_absent(self, parts: dict[str, sql.Composable]) -> int:
        if self.outcome.bad:
            raise NotWhole(f"文件里有 {self.outcome.bad} 行有问题，不能当作整库载入。先不加 --whole 载入，改正隔离的行。")
        return store.raw().execute(_END_ABSENT.format(**parts)).rowcount

    def _mend_quarantine(self) -> None:
        """Rows that came back from quarantine mended carry the number they had there."""
        numbers = [int(mark) for mark in self.marks if mark.isdecimal()]
        QuarantinedRow.objects.filter(pk__in=numbers, batch__register=self.register.id).update(mended_in=self.batch)


_DELETE_SAME = sql.SQL("DELETE FROM {stage} s USING {held} h WHERE {key} AND h.ended IS NULL AND {old} IS NOT DISTINCT FROM {new}")
_END_CHANGED = sql.SQL("UPDATE {held} h SET ended = {batch} FROM {stage} s WHERE {key} AND h.ended IS NULL")
_KEEP = sql.SQL("UPDATE {stage} s SET {pairs} FROM {held} h WHERE {key} AND h.ended IS NULL")
_END_ABSENT = sql.SQL(
    "UPDATE {held} h SET ended = {batch} WHERE h.ended IS NULL AND NOT EXISTS (SELECT 1 FROM {stage} s WHERE {key})"
)
_INSERT = sql.SQL("INSERT INTO {held} ({fields}, batch) SELECT {fields}, {batch} FROM {stage}")


def _row(alias: str, fields: list[str]) -> sql.Composable:
    columns = sql.SQL(", ").join(sql.SQL("{}.{}").format(sql.Identifier(alias), sql.Identifier(name)) for name in fields)
    return sql.SQL("ROW({})").format(columns)


def _bad_rows(rows: pa.Table, numbers: npt.NDArray[np.int64], faults: list[Fault]) -> list[BadRow]:
    """The rows with faults as they stood in the file, each with all its faults."""
    by_index: dict[int, list[list[str | None]]] = {}
    for fault in faults:
        by_index.setdefault(fault.index, []).append([fault.field, fault.value, fault.reason])
    return [(int(numbers[index]), _as_text(rows, index), found) for index, found in sorted(by_index.items())]


def _as_text(rows: pa.Table, index: int) -> dict[str, str | None]:
    cells = {name: rows.column(name)[index].as_py() for name in rows.column_names if not name.startswith("_")}
    return {name: None if cell is None else str(cell) for name, cell in cells.items()}


def _match_columns(register: Register, columns: list[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """From the file's column names to field ids. Columns that begin with an underscore are notes and are passed over."""
    strange = [name for name in mapping.values() if name != _PASS_OVER and name not in {field.id for field in register.fields}]
    if strange:
        raise WrongColumns(f"对照表里的字段 {'、'.join(strange)} 不在《{register.name}》里。")
    matched: dict[str, str] = {}
    for column in columns:
        name = mapping.get(column, column).strip()
        target = _field_of(register, name)
        if target is not None:
            matched[column] = target
        elif not name.startswith(_PASS_OVER):
            raise WrongColumns(_strange_column(register, name))
    twice = {name for name in matched.values() if list(matched.values()).count(name) > 1}
    if twice or len(set(columns)) != len(columns):
        raise WrongColumns(f"有两列指向同一个字段：{'、'.join(sorted(twice)) or '列名重复'}。什么也没有载入。")
    _require_columns(register, set(matched.values()), columns)
    return matched


def _strange_column(register: Register, name: str) -> str:
    near = rules.nearest(name, [word for field in register.fields for word in (field.id, field.name)])
    hint = f"是不是 {near}?" if near else ""
    return f"《{register.name}》没有 {name or '(空列名)'} 这一列。{hint}用 --mapping 给出对照；不要的列对照为 _。什么也没有载入。"


def _field_of(register: Register, name: str) -> str | None:
    try:
        return register.field(name).id
    except KeyError:
        return None


def _require_columns(register: Register, found: set[str], columns: list[str]) -> None:
    needed = [field for field in register.fields if field.required or field.id in register.key]
    missing = [f"{field.name}({field.id})" for field in needed if field.id not in found]
    if missing:
        raise WrongColumns(
            f"《{register.name}》必需的列没有找到：{'、'.join(missing)}。文件里的列是：{'、'.join(columns[:30])}。"
            "可用 --mapping 给出列名对照。什么也没有载入。"
        )


def _options_digest(mapping: Mapping[str, str] | None, whole: bool) -> str:
    text = "\x1f".join([str(whole), *(f"{column}={field}" for column, field in sorted((mapping or {}).items()))])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _lock(register: Register) -> None:
    """One loading of a register at a time; readers are not held up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"facts.load:{register.id}"])


def _confirm(batch: Batch, by: Actor, on: date) -> None:
    """The owner says again what the register holds: nothing changes but its freshness."""
    batch.confirmed_on = max(on, batch.confirmed_on or on)
    batch.save(update_fields=["confirmed_on"])
    ledger.append(by, "facts.confirm", f"register:{batch.register}", {"batch": batch.pk, "on": on.isoformat()})


def _open_batch(register: Register, path: Path, digest: str, by: Actor, on: date) -> Batch:
    return Batch.objects.create(
        pk=next_number(),
        register=register.id,
        file_name=path.name[:255],
        digest=digest,
        business_date=on,
        at=clock.now(),
        by=str(by),
        rows_read=0,
        rows_new=0,
        rows_changed=0,
        rows_same=0,
        rows_bad=0,
    )


def _close_batch(batch: Batch, outcome: Outcome) -> None:
    batch.rows_read, batch.rows_new, batch.rows_changed = outcome.read, outcome.new, outcome.changed
    batch.rows_same, batch.rows_bad = outcome.same, outcome.bad
    batch.save()
