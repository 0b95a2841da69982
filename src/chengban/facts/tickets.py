"""Tickets that a subject's word opens (数据异议工单), beside those that inspections open and close."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from chengban import ledger, rules
from chengban.facts.errors import FactsError
from chengban.facts.frame import Kind, source_of
from chengban.facts.models import Ticket
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import FactDeclaration, Register
from chengban.packs.vocabulary import facts_in

DISPUTED = "disputed:"
"""How the rules of these tickets begin. Only their answer closes them, never an inspection."""


class NoOwner(FactsError):
    """No register holds what the fact stands on, so that no department can be asked."""


def open_ticket(
    pack: Pack, kind: Kind, subject: str, fact: FactDeclaration, *, about: str, on: date, by: Actor, reason: str
) -> Ticket:
    """Ask the owner of a fact to look at it for one subject. `about` is what it is disputed in, such as `offer:7`.

    One open ticket for each fact and `about`; the same again is the first one. Raises `NoOwner`.
    """
    register = register_of(pack, kind, fact)
    asked = Asked(register.id, register.department, fact.id, fact.name)
    return ask(asked, subject, about=about, on=on, by=by, reason=reason)


@dataclass(frozen=True, slots=True)
class Asked:
    """What an owner is asked to look at: a datum of a register, and the department that answers for it."""

    register: str
    department: str
    datum: str
    name: str


def ask(asked: Asked, subject: str, *, about: str, on: date, by: Actor, reason: str) -> Ticket:
    """Ask a department to look at a datum for one subject. One open ticket for each datum and `about`."""
    made = {
        "department": asked.department, "message": f"主体认为“{asked.name}”有误：{reason}"[:300], "rows": 1, "sample": [subject],
        "opened_at": clock.now(), "opened_on": on,
    }  # fmt: skip
    with transaction.atomic():
        rule = f"{DISPUTED}{about}:{asked.datum}"[:80]
        ticket, new = Ticket.objects.get_or_create(register=asked.register, rule=rule, closed_at=None, defaults=made)
        if new:
            told = {"register": asked.register, "fact": asked.datum, "about": about}
            ledger.append(by, "facts.open_ticket", f"ticket:{ticket.pk}", told)
    return ticket


def close_tickets(about: str, *, on: date, by: Actor) -> int:
    """Close what is open about something, once it was answered; how many there were."""
    with transaction.atomic():
        waiting = Ticket.objects.select_for_update().filter(rule__startswith=f"{DISPUTED}{about}:", closed_at=None)
        closed = list(waiting)
        for ticket in closed:
            ticket.closed_at, ticket.closed_on = clock.now(), on
            ticket.save(update_fields=["closed_at", "closed_on"])
            ledger.append(by, "facts.close_ticket", f"ticket:{ticket.pk}", {"about": about})
    return len(closed)


def register_of(pack: Pack, kind: Kind, fact: FactDeclaration) -> Register:
    """The register that holds a fact, or the first fact that it is derived from. Raises `NoOwner`."""
    for name in (fact.id, *sorted(facts_in(pack, [rules.parse(fact.id)]))):
        source = source_of(pack.facts[name], kind) if name in pack.facts else None
        if source is not None:
            return pack.registers[source.register_]
    raise NoOwner(f"“{fact.name}”还没有部门提供，没有可以核对的数据。")
