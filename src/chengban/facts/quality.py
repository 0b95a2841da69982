"""Data quality (数据质量): four measures a register, and a ticket to the owner department for each fault that its rows show.

Completeness: cells filled of the cells that should be. Validity: rows let in of rows brought, and rows that keep the row rules.
Consistency: subjects for whom what two registers say agrees. Freshness: the last loading within the refresh promise.
A ticket closes itself when the next inspection no longer finds its fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Sum

from chengban import ledger, rules
from chengban.facts import frame, store
from chengban.facts.batches import brought_on
from chengban.facts.ingest.rowrules import RowRules
from chengban.facts.models import Batch, Measure, QuarantinedRow, Ticket
from chengban.facts.tickets import DISPUTED
from chengban.ledger import Actor
from chengban.lib import clock, quiet
from chengban.packs import Pack
from chengban.packs.model import ConsistencyRule, Register
from chengban.packs.vocabulary import facts_in, grounded, vocabulary

SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault found in a register: the rule, what it says, how many rows, and the keys of some of them."""

    rule: str
    message: str
    rows: int
    sample: list[str]
    department: str | None = None


@dataclass
class Inspection:
    """What an inspection of one register found."""

    register: Register
    rows: int = 0
    completeness: Decimal | None = None
    validity: Decimal | None = None
    consistency: Decimal | None = None
    loaded_on: date | None = None
    fresh: bool | None = None
    faults: list[Fault] = field(default_factory=list)


def inspect_all(pack: Pack, *, by: Actor, on: date) -> list[Inspection]:
    """Measure every register, open tickets for what is wrong and close those whose fault is gone. One transaction."""
    with quiet.to_log("chengban.facts"), transaction.atomic():
        across = _across(pack, on)
        found = [_inspect(pack, register, on, across) for register in pack.registers.values()]
        for inspection in found:
            _keep(inspection, on)
            _settle(inspection, on)
        ledger.append(by, "facts.inspect", "registers:all", {"on": on.isoformat(), "faults": sum(len(i.faults) for i in found)})
    return found


def _inspect(pack: Pack, register: Register, on: date, across: dict[str, list[tuple[Fault, int]]]) -> Inspection:
    made = Inspection(register)
    rows = store.read(register, [item.id for item in register.fields])
    made.rows = len(rows)
    made.completeness = _completeness(register, rows)
    broken = _row_faults(register, rows, made.faults)
    made.validity = _validity(register, len(rows), broken, made.faults)
    made.consistency = _consistency(across.get(register.id, []), made.faults)
    _freshness(register, on, made)
    return made


def _completeness(register: Register, rows: pa.Table) -> Decimal | None:
    if len(rows) == 0:
        return None
    filled = sum(len(rows) - rows.column(item.id).null_count for item in register.fields)
    return _share(filled, len(rows) * len(register.fields))


def _row_faults(register: Register, rows: pa.Table, faults: list[Fault]) -> int:
    """Rows that break a row rule; each broken rule is a fault."""
    broken = np.zeros(len(rows), dtype=bool)
    for rule, mask in RowRules(register).flagged(rows):
        if mask.any():
            broken |= mask
            faults.append(Fault(rule.id, rule.message, int(mask.sum()), _keys(register, rows, mask)))
    return int(broken.sum())


def _keys(register: Register, rows: pa.Table, mask: Any) -> list[str]:
    some = rows.select(list(register.key)).take(pa.array(np.flatnonzero(mask)[:SAMPLE]))
    return [" ".join(str(value) for value in row.values()) for row in some.to_pylist()]


def _validity(register: Register, rows: int, broken: int, faults: list[Fault]) -> Decimal | None:
    waiting = QuarantinedRow.objects.filter(batch__register=register.id, mended_in=None)
    kept_out = waiting.count()
    if kept_out:
        numbers = [
            f"第 {row} 行(批次 {batch})" for batch, row in waiting.order_by("batch", "row").values_list("batch", "row")[:SAMPLE]
        ]
        faults.append(Fault("quarantine", f"《{register.name}》有行被隔离，尚未改正", kept_out, numbers))
    return _share(rows - broken, rows + kept_out) if rows + kept_out else None


def _consistency(found: list[tuple[Fault, int]], faults: list[Fault]) -> Decimal | None:
    """Over the consistency rules that this register answers for: subjects that agree of those that could be compared."""
    if not found:
        return None
    faults += [fault for fault, _ in found if fault.rows]
    compared = sum(count for _, count in found)
    return _share(compared - sum(fault.rows for fault, _ in found), compared) if compared else None


def _freshness(register: Register, on: date, made: Inspection) -> None:
    last = Batch.objects.filter(register=register.id).order_by("-id").first()
    if last is None:
        return
    made.loaded_on = brought_on(last)
    age = (on - made.loaded_on).days
    made.fresh = age <= register.refresh_days
    if not made.fresh:
        late = f"《{register.name}》承诺每 {register.refresh_days} 天更新，已 {age} 天没有更新"
        made.faults.append(Fault("stale", late, made.rows, []))


def _across(pack: Pack, on: date) -> dict[str, list[tuple[Fault, int]]]:
    """For each register, the outcome of the consistency rules whose first fact it holds: the fault, and how many were compared."""
    outcome: dict[str, list[tuple[Fault, int]]] = {}
    tables: dict[str, pa.Table] = {}
    for rule in pack.city.consistency:
        node = vocabulary(pack).resolve(rules.parse(rule.rule, names=vocabulary(pack).names))
        facts = sorted(facts_in(pack, [node]))
        name = f"{rule.about} {facts}"
        if name not in tables:
            tables[name] = frame.build(pack, rule.about, on=on, wanted=facts)
        fault, compared = _compare(rule, grounded(pack, node, on), tables[name])
        outcome.setdefault(_answering(pack, rule, facts), []).append((fault, compared))
    return outcome


def _compare(rule: ConsistencyRule, node: rules.Node, table: pa.Table) -> tuple[Fault, int]:
    column = rules.evaluate_column(node, table)
    values = column.values.combine_chunks() if isinstance(column.values, pa.ChunkedArray) else column.values
    known = ~np.asarray(column.unknown, dtype=bool)
    wrong = known & ~np.asarray(pc.fill_null(values, True).to_numpy(zero_copy_only=False), dtype=bool)
    sample = table.column(frame.SUBJECT).take(pa.array(np.flatnonzero(wrong)[:SAMPLE])).to_pylist()
    return Fault(rule.id, rule.message, int(wrong.sum()), sample, rule.department), int(known.sum())


def _answering(pack: Pack, rule: ConsistencyRule, facts: list[str]) -> str:
    """The register of the department that must mend it, among those the rule reads."""
    sources = [frame.source_of(pack.facts[name], rule.about) for name in facts]
    registers = [source.register_ for source in sources if source is not None]
    return next((name for name in registers if pack.registers[name].department == rule.department), registers[0])


def _share(part: int, whole: int) -> Decimal:
    return round(Decimal(part) / Decimal(whole), 6)


def _keep(found: Inspection, on: date) -> None:
    Measure.objects.update_or_create(
        register=found.register.id,
        on=on,
        defaults={
            "rows": found.rows,
            "completeness": found.completeness,
            "validity": found.validity,
            "consistency": found.consistency,
            "loaded_on": found.loaded_on,
            "fresh": found.fresh,
        },
    )


def _settle(found: Inspection, on: date) -> None:
    """One open ticket a rule: opened or brought up to date when the fault is there, closed when it is gone."""
    faults = {fault.rule: fault for fault in found.faults}
    for ticket in Ticket.objects.filter(register=found.register.id, closed_at=None).exclude(rule__startswith=DISPUTED):
        fault = faults.pop(ticket.rule, None)
        if fault is None:
            ticket.closed_at, ticket.closed_on = clock.now(), on
        else:
            ticket.rows, ticket.sample, ticket.message = fault.rows, fault.sample, fault.message
        ticket.save()
    for fault in faults.values():
        Ticket.objects.create(
            register=found.register.id,
            rule=fault.rule,
            department=fault.department or found.register.department,
            message=fault.message,
            rows=fault.rows,
            sample=fault.sample,
            opened_at=clock.now(),
            opened_on=on,
        )


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One register on the quality board."""

    register: Register
    measure: Measure | None
    tickets: tuple[Ticket, ...]
    brought: int
    kept_out: int


def board(pack: Pack) -> list[BoardRow]:
    """The latest measures and open tickets of every register, in the order of the pack."""
    measures = {measure.register: measure for measure in Measure.objects.order_by("on")}
    tickets: dict[str, list[Ticket]] = {}
    for ticket in Ticket.objects.filter(closed_at=None).order_by("-rows"):
        tickets.setdefault(ticket.register, []).append(ticket)
    brought = dict(Batch.objects.values_list("register").annotate(total=Sum("rows_read")))
    kept_out = dict(Batch.objects.values_list("register").annotate(total=Sum("rows_bad")))
    return [
        BoardRow(register, measures.get(name), tuple(tickets.get(name, ())), brought.get(name, 0), kept_out.get(name, 0))
        for name, register in pack.registers.items()
    ]


def quarantine_rows(pack: Pack, register: Register) -> Iterator[list[str]]:
    """The register's rows that still wait to be mended, as a CSV's rows: a header, then each row as it stood, with what is wrong
    and the number that links it to its mended self when the file is loaded again."""
    names = [item.name for item in register.fields]
    yield [*names, "_隔离编号", "_行号", "_问题"]
    waiting = QuarantinedRow.objects.filter(batch__register=register.id, mended_in=None).order_by("id")
    for row in waiting.iterator(chunk_size=2000):
        cells = {name: value or "" for name, value in row.values.items()}
        shown = [cells.get(item.id, cells.get("", "") if not index else "") for index, item in enumerate(register.fields)]
        reasons = "；".join(f"{_named(register, name)}{reason}" for name, _, reason in row.faults)
        yield [*shown, str(row.pk), str(row.row), reasons]


def _named(register: Register, name: str) -> str:
    return next((f"{item.name}:" for item in register.fields if item.id == name), "")
