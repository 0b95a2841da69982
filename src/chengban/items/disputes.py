"""A subject says that what is held of them is wrong (数据异议): the owner is asked by a ticket, and answers.

While it waits, the datum stands for no material: the verdict falls to the next way, and the applicant goes on.
"""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from chengban import ledger
from chengban.certificates.filling import registers_of
from chengban.facts import tickets
from chengban.facts.frame import Kind, subjects_of
from chengban.items.errors import AlreadyAnswered, NothingToDispute
from chengban.items.models import Dispute
from chengban.items.verdicts import Verdict
from chengban.items.ways import Datum
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

LONGEST = 200
_CERTIFICATE, _REGISTER = "certificate:", "register:"


def open_dispute(pack: Pack, verdict: Verdict, datum: str, *, on: date, by: Actor, reason: str) -> Dispute:
    """Ask the owner of a held datum to look at it. One open dispute a datum and subject; the same again is the first.

    Raises `NothingToDispute` where the verdict stands on no such datum, or nothing is said.
    """
    said, subject = " ".join(reason.split())[:LONGEST], verdict.applicant.id
    waiting = open_ones().filter(subject=subject, datum=datum).first()
    if waiting is not None:
        return waiting
    held = verdict.datum(datum)
    if held is None:
        raise NothingToDispute("这份结果里没有这项数据，请从事项页面上重新提出。")
    if not said:
        raise NothingToDispute("请写明哪里不对，负责部门才能核对。")
    try:
        with transaction.atomic():
            return _open(pack, verdict, held[0], said, on, by)
    except IntegrityError:
        return open_ones().get(subject=subject, datum=datum)


def _open(pack: Pack, verdict: Verdict, datum: Datum, said: str, on: date, by: Actor) -> Dispute:
    subject = verdict.applicant.id
    asked = _asked(pack, verdict.applicant.kind, datum)
    made = Dispute.objects.create(
        subject=subject, datum=datum.id, name=asked.name, item=verdict.code, department=asked.department, reason=said,
        opened_on=on, opened_at=clock.now(), opened_by=str(by),
    )  # fmt: skip
    made.ticket = tickets.ask(asked, subject, about=_about(made), on=on, by=by, reason=said)
    made.save(update_fields=["ticket"])
    told = {"datum": datum.id, "item": verdict.code, "ticket": made.ticket.pk}
    ledger.append(by, "items.open_dispute", f"dispute:{made.pk}", told)
    return made


def answer_dispute(dispute: Dispute, *, on: date, by: Actor, answer: str) -> Dispute:
    """The owner looked at it and says what came of it: the ticket is closed, and the datum stands again as it is held now.

    Raises `AlreadyAnswered`; `NothingToDispute` for an empty answer.
    """
    said = " ".join(answer.split())[:LONGEST]
    if not said:
        raise NothingToDispute("请写明核对的结果，申请人会看到。")
    with transaction.atomic():
        held = Dispute.objects.select_for_update().get(pk=dispute.pk)
        if held.answered_at is not None:
            raise AlreadyAnswered("这件异议已经答复过了，请刷新页面。")
        held.answer, held.answered_on, held.answered_at, held.answered_by = said, on, clock.now(), str(by)
        held.save(update_fields=["answer", "answered_on", "answered_at", "answered_by"])
        tickets.close_tickets(_about(held), on=on, by=by)
        ledger.append(by, "items.answer_dispute", f"dispute:{held.pk}", {"datum": held.datum})
    return held


def open_ones() -> "QuerySet[Dispute]":
    """Those that wait for an answer, the oldest first."""
    return Dispute.objects.filter(answered_at=None).order_by("pk")


def of_subject(subject: str, code: str) -> "QuerySet[Dispute]":
    """What a subject said about an item's data, the newest first."""
    return Dispute.objects.filter(subject=subject, item=code).order_by("-pk")


def _about(dispute: Dispute) -> str:
    return f"item:{dispute.item[:20]}#{dispute.pk}"


def _asked(pack: Pack, kind: Kind, datum: Datum) -> tickets.Asked:
    """Whom to ask about a datum: of a certificate its issuer, by the register that it is filled from."""
    if datum.id.startswith(_CERTIFICATE):
        type_ = pack.certificates[datum.id.removeprefix(_CERTIFICATE)]
        register = next(iter(registers_of(type_)), subjects_of(pack, kind).register_)
        return tickets.Asked(register, type_.department, type_.id, f"《{type_.name}》")
    name, _, field = datum.id.removeprefix(_REGISTER).partition(".")
    held = pack.registers[name]
    said = f"《{held.name}》" + (f"的{held.field(field).name}" if field else "")
    return tickets.Asked(name, held.department, field or name, said)
