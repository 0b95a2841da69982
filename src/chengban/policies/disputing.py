"""A subject says that a datum is wrong (数据异议): the owner is asked by a ticket, and the offer waits for the answer."""

from datetime import date

from django.db import transaction

from chengban.facts import tickets
from chengban.facts.errors import FactsError
from chengban.facts.models import Ticket
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.policies import offers
from chengban.policies.errors import PolicyError
from chengban.policies.models import Offer
from chengban.policies.reasons import said


def facts_of(offer: Offer) -> list[str]:
    """The facts that the offer stands on, as they were frozen."""
    return list(dict.fromkeys(name for clause in offer.explanation for name in clause["facts"]))


def dispute_fact(pack: Pack, offer: Offer, fact: str, *, on: date, by: Actor, reason: str) -> Ticket:
    """Open a dated ticket to the fact's owner, whose number stands in the offer's step. Raises PolicyError."""
    if fact not in facts_of(offer) or fact not in pack.facts:
        raise PolicyError("请选择这份拟享用到的一项数据。")
    declared, kind = pack.facts[fact], pack.policies[offer.policy].subject
    try:
        with transaction.atomic():
            ticket = tickets.open_ticket(
                pack, kind, offer.subject, declared, about=_about(offer), on=on, by=by, reason=said(reason)
            )
            owner = pack.departments[ticket.department].name
            offers.dispute(offer, by=by, reason=f"{declared.name}：{said(reason)[:180]}（工单 {ticket.pk}，{owner}）")
    except FactsError as error:
        raise PolicyError(str(error)) from error
    return ticket


def answer_dispute(offer: Offer, *, on: date, by: Actor, reason: str) -> None:
    """The datum was looked at: its tickets are closed, and the offer goes on."""
    with transaction.atomic():
        offers.settle_dispute(offer, by=by, reason=reason)
        tickets.close_tickets(_about(offer), on=on, by=by)


def _about(offer: Offer) -> str:
    return f"offer:{offer.pk}"
