"""What the quality board shows: per register the latest measure, open tickets, and rows kept out."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from chengban import ledger
from chengban.facts.ingest.load import QUARANTINE_MARK
from chengban.facts.models import Batch, Measure, QuarantinedRow, Ticket
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Department, Register


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One register's quality. Shares are 0…1, None where there is nothing to measure."""

    register: Register
    owner: Department
    measure: Measure | None
    tickets: int
    quarantined: int


def rows(pack: Pack) -> list[QualityRow]:
    """Every register in the pack's order, with its latest measure."""
    measures = {m.register: m for m in Measure.objects.order_by("register", "-on").distinct("register")}
    tickets = dict(_count(Ticket.objects.filter(closed_at=None).values_list("register")))
    kept_out = dict(_count(_waiting().values_list("batch__register")))
    return [
        QualityRow(r, pack.departments[r.department], measures.get(r.id), tickets.get(r.id, 0), kept_out.get(r.id, 0))
        for r in pack.registers.values()
    ]


def _count(listed: object) -> list[tuple[str, int]]:
    return list(listed.annotate(n=Count("pk")).order_by())  # type: ignore[attr-defined]


def _waiting() -> QuerySet[QuarantinedRow]:
    return QuarantinedRow.objects.filter(mended_in=None)


def open_tickets(register: str = "") -> list[Ticket]:
    """Tickets that are not closed, the oldest first; of one register where asked."""
    return list(Ticket.objects.filter(Q(closed_at=None) & (Q(register=register) if register else Q())).order_by("opened_on", "id"))


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """What one department still has to mend."""

    department: Department
    registers: int
    tickets: int
    quarantined: int


def by_department(board: list[QualityRow]) -> list[DepartmentRow]:
    """The departments that own registers, those with most to mend first."""
    owners = {row.owner.id: row.owner for row in board}
    made = [
        DepartmentRow(
            owner, sum(row.owner.id == key for row in board), sum(row.tickets for row in board if row.owner.id == key),
            sum(row.quarantined for row in board if row.owner.id == key),
        )
        for key, owner in owners.items()
    ]
    return sorted(made, key=lambda row: (-row.tickets, -row.quarantined, row.department.id))


def quarantine_csv(register: Register) -> Iterator[str]:
    """The rows of `register` kept out and not yet mended, as CSV that can be mended and loaded again.

    Columns that begin with an underscore are notes: the row's number, where it stood, and what is wrong with it.
    """
    yield "\ufeff" + _csv_line([QUARANTINE_MARK, "_行号", "_问题", *(field.name for field in register.fields)])
    for kept in QuarantinedRow.objects.filter(batch__register=register.id, mended_in=None).order_by("id").iterator():
        values = [kept.values.get(field.id) or "" for field in register.fields]
        yield _csv_line([kept.pk, kept.row, "; ".join(_fault(register, *fault) for fault in kept.faults), *values])


def _fault(register: Register, field: str, value: str | None, reason: str) -> str:
    name = next((each.name for each in register.fields if each.id == field), field)
    return f"{name}: {reason}"


def _csv_line(cells: list[object]) -> str:
    """One line of CSV."""
    line = StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def batches(register: str, limit: int = 10) -> list[Batch]:
    return list(Batch.objects.filter(register=register).order_by("-id")[:limit])


def take_quarantine(register: Register, *, by: Actor) -> Iterator[str]:
    """Record that `by` takes the rows kept out of `register` away, and give them as CSV."""
    with transaction.atomic():
        ledger.append(by, "facts.take_quarantine", f"register:{register.id}")
    return quarantine_csv(register)
