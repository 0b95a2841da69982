"""The life of an offer (免申即享 的全程): proposed, confirmed, noticed in public, accepted, and ordered — or stopped on the way.

Where an offer stands is read from its steps by `Standing`; each verb says what it needs of that, adds one step, and is one
transaction with its entry in the ledger.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from chengban import packs
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock, workdays
from chengban.packs import Pack
from chengban.policies import rivals
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict
from chengban.policies.models import Offer
from chengban.policies.payments import ACCOUNT, Order, Ordered, is_account, order_payments
from chengban.policies.reasons import LONGEST, facts_of, said
from chengban.policies.standing import Standing, Step, add_step, standing_of, with_standing


class NotNow(PolicyError):
    """The offer does not stand where this can be done to it."""


class TooOften(PolicyError):
    """The account has objected as often as it may; what it said is being examined, or was."""


# Verbs of the department ------------------------------------------------------------------------------------------


def propose(pack: Pack, verdict: Verdict, subject: str, period: str, *, on: date, by: Actor, score: Decimal | None = None) -> Offer:
    """Hold ready what a policy gives to a subject that qualifies; the same again is the first one, restored where it was excluded
    and nothing stands in its place any more.

    Of what cannot be had together in one period, `rivals` says which stays (不可同享, 择优不重复, 不重复享受). Raises
    PolicyError where the subject does not qualify, or there is nothing to pay.
    """
    if verdict.verdict != "eligible" or not verdict.amount or verdict.version.amount.kind != "payment":
        raise PolicyError(f"{subject} 现在不能由 {verdict.policy.id} 拨付：条件未满足，或没有可拨付的金额。")
    with transaction.atomic():
        rivals.hold(subject)
        key = {"policy": verdict.policy.id, "version": verdict.version.version, "subject": subject, "period": period}
        made = {"amount": verdict.amount, "on": on, "explanation": _frozen(verdict), "score": score}
        offer, new = Offer.objects.get_or_create(**key, defaults=made)
        if new:
            add_step(offer, Step.PROPOSED, by)
        if new or standing_of(offer).is_excluded:
            rivals.settle(pack, verdict.policy, offer, by=by)
    return offer


def _frozen(verdict: Verdict) -> list[dict[str, Any]]:
    """The reasons of the day, as JSON."""
    clauses = zip(verdict.version.clauses, verdict.explanation.clauses, strict=True)
    return [{"clause": clause.id, "verdict": True, "facts": facts_of(result)} for clause, result in clauses]


def confirm(offer: Offer, *, by: Actor) -> None:
    """The department confirms the line."""
    with _at(offer) as standing:
        _need(standing.has(Step.PROPOSED) and not standing.has(Step.CONFIRMED), "只有待确认的可以确认")
        add_step(offer, Step.CONFIRMED, by)


def reject(offer: Offer, *, by: Actor, reason: str) -> None:
    """The department does not confirm the line; never without a reason."""
    with _at(offer) as standing:
        _need(not standing.has(Step.CONFIRMED), "已确认的不能不予确认")
        add_step(offer, Step.REJECTED, by, reason=said(reason))


def give_notice(offer: Offer, *, days: int, on: date, by: Actor) -> date:
    """Begin the public notice of so many working days; its last day."""
    if days < 1:
        raise PolicyError("公示至少一个工作日。")
    with _at(offer) as standing:
        _need(standing.has(Step.CONFIRMED) and not standing.has(Step.NOTICED), "确认以后、公示以前才能公示")
        until = _last_day(on, days)
        add_step(offer, Step.NOTICED, by, until=until)
    return until


def _last_day(on: date, days: int) -> date:
    try:
        return workdays.after(on, days)
    except workdays.NoArrangement as error:
        raise PolicyError(str(error)) from error


def settle_objection(offer: Offer, *, upheld: bool, by: Actor, reason: str) -> None:
    """Uphold an objection, which ends the offer, or dismiss it."""
    with _at(offer) as standing:
        _need(standing.is_open(Step.OBJECTED, Step.UPHELD, Step.DISMISSED), "没有待处理的异议")
        add_step(offer, Step.UPHELD if upheld else Step.DISMISSED, by, reason=said(reason))


def settle_dispute(offer: Offer, *, by: Actor, reason: str) -> None:
    """The owner of the datum has looked at it; what it says now is for the next match, this offer goes on."""
    with _at(offer) as standing:
        _need(standing.is_open(Step.DISPUTED, Step.MENDED), "没有待核的数据")
        add_step(offer, Step.MENDED, by, reason=said(reason))


# Verbs of the public and of the subject -----------------------------------------------------------------------------


def object_to(offer: Offer, *, on: date, by: Actor, reason: str) -> None:
    """Anybody objects while the notice lasts, as often as the city allows. Raises `TooOften` beyond that."""
    with _at(offer) as standing:
        _not_too_often(standing, by)
        until = standing.notice_until
        _need(until is not None and on <= until, "只能在公示期内提出异议")
        _need(not standing.waits, "已有待处理的异议")
        add_step(offer, Step.OBJECTED, by, reason=said(reason))


def _not_too_often(standing: Standing, by: Actor) -> None:
    allowed, since = packs.current().city.objections, clock.now() - timedelta(days=1)
    if sum(one.step == Step.OBJECTED and one.by == str(by) for one in standing.steps) >= allowed.an_offer:
        raise TooOften(f"您对这一项已提出过 {allowed.an_offer} 次异议，不能再提。补充材料请直接交给主管部门。")
    if Entry.objects.filter(act=f"policies.offer_{Step.OBJECTED}", actor=str(by), at__gt=since).count() >= allowed.a_day:
        raise TooOften(f"您一天内已提出过 {allowed.a_day} 次异议，请明天再提，或直接联系主管部门。")


def accept(offer: Offer, *, account: str, by: Actor) -> None:
    """The subject confirms its account (确认即享)."""
    if not is_account(account.strip()):
        raise PolicyError(f"请写明收款账户，不超过 {ACCOUNT} 个字符。")
    with _at(offer) as standing:
        _need(standing.has(Step.CONFIRMED) and not standing.has(Step.ACCEPTED), "部门确认以后才能确认账户，且只确认一次")
        add_step(offer, Step.ACCEPTED, by, account=account.strip())


def decline(offer: Offer, *, by: Actor, reason: str = "") -> None:
    """The subject does not want it."""
    with _at(offer):
        add_step(offer, Step.DECLINED, by, reason=reason.strip()[:LONGEST])


def dispute(offer: Offer, *, by: Actor, reason: str) -> None:
    """The subject says that a datum is wrong; the offer waits."""
    with _at(offer) as standing:
        _need(not standing.waits, "已有待处理的事项")
        add_step(offer, Step.DISPUTED, by, reason=said(reason))


# Money ---------------------------------------------------------------------------------------------------------------


def order_due(policy: str, version: str, period: str, *, on: date, by: Actor) -> Ordered:
    """Order payments for every offer that is due: the higher score first, and equal scores or none by acceptance (先到先得).

    An offer whose subject was paid in the period meanwhile, by a list, is excluded instead.
    """
    with transaction.atomic():
        chosen = Offer.objects.select_for_update().filter(policy=policy, version=version, period=period, payment=None)
        due = [pair for pair in with_standing(chosen.order_by("subject")) if pair[1].is_due(on)]
        paid_before = rivals.paid({policy}, period, [offer.subject for offer, _ in due])
        for offer, _ in due:
            if offer.subject in paid_before:
                add_step(offer, Step.EXCLUDED, by, reason=rivals.PAID_BEFORE)
        standing = sorted((pair for pair in due if pair[0].subject not in paid_before), key=_turn)
        orders = [Order(offer.subject, offer.amount, where.account) for offer, where in standing]
        found = order_payments(policy, version, period, orders, by=by) if orders else Ordered()
        found.kept_out |= dict.fromkeys(paid_before, rivals.PAID_BEFORE)
        payments = {payment.subject: payment for payment in found.payments}
        for offer, _ in standing:
            if offer.subject in payments:
                offer.payment = payments[offer.subject]
                offer.save(update_fields=["payment"])
                add_step(offer, Step.ORDERED, by)
    return found


def _turn(pair: tuple[Offer, Standing]) -> tuple[bool, Decimal, int]:
    """What the queue is sorted by."""
    offer, standing = pair
    accepted = next(one.pk for one in standing.steps if one.step == Step.ACCEPTED)
    return offer.score is None, -(offer.score or Decimal(0)), accepted


# What the verbs share ------------------------------------------------------------------------------------------------


@contextmanager
def _at(offer: Offer) -> Iterator[Standing]:
    """A transaction that holds one offer alone; gives its standing, and refuses an offer that is over."""
    with transaction.atomic():
        Offer.objects.select_for_update().get(pk=offer.pk)
        standing = standing_of(offer)
        _need(not standing.is_over, "已经办结")
        yield standing


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise NotNow(f"{otherwise}。")
