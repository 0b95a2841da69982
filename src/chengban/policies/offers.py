"""The life of an offer (免申即享 的全程): proposed, confirmed, noticed in public, accepted, and ordered — or stopped on the way.

Where an offer stands is read from its steps by `Standing`; each verb says what it needs of that, adds one step, and is one
transaction with its entry in the ledger.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from chengban import ledger
from chengban.ledger import Actor
from chengban.lib import clock, workdays
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict
from chengban.policies.models import Offer, OfferStep
from chengban.policies.payments import ACCOUNT, Order, Ordered, is_account, order_payments
from chengban.policies.telling import told_offer

Step = OfferStep.Step


class NotNow(PolicyError):
    """The offer does not stand where this can be done to it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an offer stands, from its steps in their order."""

    steps: Sequence[OfferStep]

    def has(self, *steps: str) -> bool:
        """Whether any of these happened."""
        return any(one.step in steps for one in self.steps)

    def is_open(self, begins: str, *ends: str) -> bool:
        """Whether something began that none of `ends` has ended."""
        found = [one.step for one in self.steps if one.step in (begins, *ends)]
        return bool(found) and found[-1] == begins

    @property
    def is_over(self) -> bool:
        """Whether nothing more can happen before the treasury."""
        return self.has(Step.EXCLUDED, Step.REJECTED, Step.UPHELD, Step.DECLINED, Step.ORDERED)

    @property
    def waits(self) -> bool:
        """Whether an objection or a disputed datum is not settled yet."""
        return self.is_open(Step.OBJECTED, Step.UPHELD, Step.DISMISSED) or self.is_open(Step.DISPUTED, Step.MENDED)

    @property
    def notice_until(self) -> date | None:
        """The last day of the public notice."""
        return next((one.until for one in self.steps if one.step == Step.NOTICED), None)

    @property
    def account(self) -> str:
        """The account that the subject named when it accepted."""
        return next((one.account for one in self.steps if one.step == Step.ACCEPTED), "")

    def is_due(self, on: date) -> bool:
        """Whether it may be ordered: accepted, the notice over, and nothing open."""
        until = self.notice_until
        return not (self.is_over or self.waits) and self.has(Step.ACCEPTED) and until is not None and until < on


def standing_of(offer: Offer) -> Standing:
    """Where an offer stands."""
    return Standing(list(offer.steps.order_by("pk")))


# Verbs of the department ------------------------------------------------------------------------------------------


def propose(pack: Pack, verdict: Verdict, subject: str, period: str, *, on: date, by: Actor) -> Offer:
    """Hold ready what a policy gives to a subject that qualifies; the same again is the first one.

    It is excluded at once where the subject has, in the period, an offer of a policy that cannot be had together with this
    one (不可同享). Raises PolicyError where the subject does not qualify, or there is nothing to pay.
    """
    if verdict.verdict != "eligible" or not verdict.amount or verdict.version.amount.kind != "payment":
        raise PolicyError(f"{subject} 现在不能由 {verdict.policy.id} 拨付：条件未满足，或没有可拨付的金额。")
    with transaction.atomic():
        key = {"policy": verdict.policy.id, "version": verdict.version.version, "subject": subject, "period": period}
        made = {"amount": verdict.amount, "on": on, "explanation": _frozen(verdict)}
        offer, new = Offer.objects.get_or_create(**key, defaults=made)
        if new:
            _add(offer, Step.PROPOSED, by)
            rival = _rival(pack, verdict.policy, offer)
            if rival is not None:
                _add(offer, Step.EXCLUDED, by, reason=f"与 {rival.policy} 不可同享")
    return offer


def _frozen(verdict: Verdict) -> list[dict[str, Any]]:
    """The reasons of the day, as JSON."""
    clauses = zip(verdict.version.clauses, verdict.explanation.clauses, strict=True)
    return [
        {"clause": clause.id, "verdict": True, "facts": {name: _plain(value) for name, value in result.facts.items()}}
        for clause, result in clauses
    ]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | str) else str(value)


def _rival(pack: Pack, policy: Policy, offer: Offer) -> Offer | None:
    """A living or paid offer of the same subject and period that stands against this one."""
    others = {one.id for one in pack.policies.values() if policy.id in one.excludes} | set(policy.excludes)
    chosen = Offer.objects.select_for_update().filter(subject=offer.subject, period=offer.period, policy__in=others)
    return next((other for other in chosen if not _is_dead(standing_of(other))), None)


def _is_dead(standing: Standing) -> bool:
    return standing.is_over and not standing.has(Step.ORDERED)


def confirm(offer: Offer, *, by: Actor) -> None:
    """The department confirms the line."""
    with _at(offer) as standing:
        _need(standing.has(Step.PROPOSED) and not standing.has(Step.CONFIRMED), "只有待确认的可以确认")
        _add(offer, Step.CONFIRMED, by)


def reject(offer: Offer, *, by: Actor, reason: str) -> None:
    """The department does not confirm the line; never without a reason."""
    with _at(offer) as standing:
        _need(not standing.has(Step.CONFIRMED), "已确认的不能不予确认")
        _add(offer, Step.REJECTED, by, reason=_said(reason))


def give_notice(offer: Offer, *, days: int, on: date, by: Actor) -> date:
    """Begin the public notice of so many working days; its last day."""
    if days < 1:
        raise PolicyError("公示至少一个工作日。")
    with _at(offer) as standing:
        _need(standing.has(Step.CONFIRMED) and not standing.has(Step.NOTICED), "确认以后、公示以前才能公示")
        until = workdays.after(on, days)
        _add(offer, Step.NOTICED, by, until=until)
    return until


def settle_objection(offer: Offer, *, upheld: bool, by: Actor, reason: str) -> None:
    """Uphold an objection, which ends the offer, or dismiss it."""
    with _at(offer) as standing:
        _need(standing.is_open(Step.OBJECTED, Step.UPHELD, Step.DISMISSED), "没有待处理的异议")
        _add(offer, Step.UPHELD if upheld else Step.DISMISSED, by, reason=_said(reason))


def settle_dispute(offer: Offer, *, by: Actor, reason: str) -> None:
    """The owner of the datum has looked at it; what it says now is for the next match, this offer goes on."""
    with _at(offer) as standing:
        _need(standing.is_open(Step.DISPUTED, Step.MENDED), "没有待核的数据")
        _add(offer, Step.MENDED, by, reason=_said(reason))


# Verbs of the public and of the subject -----------------------------------------------------------------------------


def object_to(offer: Offer, *, on: date, by: Actor, reason: str) -> None:
    """Anybody objects while the notice lasts."""
    with _at(offer) as standing:
        until = standing.notice_until
        _need(until is not None and on <= until, "只能在公示期内提出异议")
        _need(not standing.waits, "已有待处理的异议")
        _add(offer, Step.OBJECTED, by, reason=_said(reason))


def accept(offer: Offer, *, account: str, by: Actor) -> None:
    """The subject confirms its account (确认即享)."""
    if not is_account(account.strip()):
        raise PolicyError(f"请写明收款账户，不超过 {ACCOUNT} 个字符。")
    with _at(offer) as standing:
        _need(standing.has(Step.CONFIRMED) and not standing.has(Step.ACCEPTED), "部门确认以后才能确认账户，且只确认一次")
        _add(offer, Step.ACCEPTED, by, account=account.strip())


def decline(offer: Offer, *, by: Actor, reason: str = "") -> None:
    """The subject does not want it."""
    with _at(offer):
        _add(offer, Step.DECLINED, by, reason=reason)


def dispute(offer: Offer, *, by: Actor, reason: str) -> None:
    """The subject says that a datum is wrong; the offer waits."""
    with _at(offer) as standing:
        _need(not standing.waits, "已有待处理的事项")
        _add(offer, Step.DISPUTED, by, reason=_said(reason))


# Money ---------------------------------------------------------------------------------------------------------------


def order_due(policy: str, version: str, period: str, *, on: date, by: Actor) -> Ordered:
    """Order payments for every offer that is due, in the order in which the subjects accepted (先到先得)."""
    with transaction.atomic():
        chosen = Offer.objects.select_for_update().filter(policy=policy, version=version, period=period, payment=None)
        due = [(offer, standing) for offer, standing in with_standing(chosen) if standing.is_due(on)]
        due.sort(key=lambda pair: next(one.pk for one in pair[1].steps if one.step == Step.ACCEPTED))
        orders = [Order(offer.subject, offer.amount, standing.account) for offer, standing in due]
        found = order_payments(policy, version, period, orders, by=by) if orders else Ordered()
        paid = {payment.subject: payment for payment in found.payments}
        for offer, _ in due:
            if offer.subject in paid:
                offer.payment = paid[offer.subject]
                offer.save(update_fields=["payment"])
                _add(offer, Step.ORDERED, by)
    return found


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


def _said(text: str) -> str:
    if not text.strip():
        raise PolicyError("请写明原因。")
    return text.strip()[:300]


def _add(offer: Offer, step: str, by: Actor, *, reason: str = "", until: date | None = None, account: str = "") -> None:
    made = OfferStep.objects.create(offer=offer, step=step, at=clock.now(), by=str(by), reason=reason, until=until, account=account)
    payload = {"policy": offer.policy, "period": offer.period, "reason": reason}
    ledger.append(by, f"policies.offer_{step}", f"offer:{offer.pk}", payload)
    told_offer(offer, made, by=by)


def with_standing(offers: Iterable[Offer]) -> list[tuple[Offer, Standing]]:
    """Offers with where they stand, in two queries."""
    chosen = list(offers)
    steps: dict[int, list[OfferStep]] = {offer.pk: [] for offer in chosen}
    for step in OfferStep.objects.filter(offer__in=chosen).order_by("pk"):
        steps[step.offer_id].append(step)
    return [(offer, Standing(steps[offer.pk])) for offer in chosen]
