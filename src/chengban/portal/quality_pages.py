"""What the quality board shows: per register the latest measure, open tickets, and rows kept out."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count

from chengban import ledger
from chengban.facts import quality
from chengban.facts.models import Measure, QuarantinedRow, Ticket
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Department, Register
from chengban.portal.sheets import csv_lines


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One register's quality. `waiting` is how many rows are kept out and not yet mended."""

    register: Register
    owner: Department
    measure: Measure | None
    tickets: tuple[Ticket, ...]
    waiting: int


def rows(pack: Pack) -> list[QualityRow]:
    """Every register in the pack's order, with its latest measure."""
    kept_out = QuarantinedRow.objects.filter(mended_in=None).values_list("batch__register").annotate(n=Count("pk")).order_by()
    waiting = dict(kept_out)
    return [
        QualityRow(r.register, pack.departments[r.register.department], r.measure, r.tickets, waiting.get(r.register.id, 0))
        for r in quality.board(pack)
    ]


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket with the register it is about and the department that must mend it."""

    ticket: Ticket
    register: Register
    department: Department


def tickets(pack: Pack, board: list[QualityRow]) -> list[TicketRow]:
    """All open tickets, those with most rows first."""
    made = [TicketRow(t, row.register, pack.departments.get(t.department, row.owner)) for row in board for t in row.tickets]
    return sorted(made, key=lambda row: (-row.ticket.rows, row.ticket.pk))


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """What one department still has to mend."""

    department: Department
    tickets: int
    rows: int


def by_department(listed: list[TicketRow]) -> list[DepartmentRow]:
    """The departments that have open tickets, those with most first."""
    counted: dict[str, list[TicketRow]] = {}
    for row in listed:
        counted.setdefault(row.department.id, []).append(row)
    made = [DepartmentRow(some[0].department, len(some), sum(row.ticket.rows for row in some)) for some in counted.values()]
    return sorted(made, key=lambda row: (-row.tickets, -row.rows, row.department.id))


def take_quarantine(pack: Pack, register: Register, *, by: Actor) -> Iterator[str]:
    """Record that `by` takes the rows kept out of `register` away, and give them as CSV that can be mended and loaded again."""
    with transaction.atomic():
        ledger.append(by, "facts.take_quarantine", f"register:{register.id}")
    return csv_lines(quality.quarantine_rows(pack, register))
