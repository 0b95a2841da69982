"""Money demanded back (追回): a demand of at most what was paid, a plan of instalments, what came back, and what was waived.

Where a recovery stands is derived from its plan and its receipts. What came back is free again in the budget of its policy.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from chengban import ledger
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Instalment, Payment, PaymentStep, Receipt, Recovery, Waiver
from chengban.policies.reasons import said
from chengban.policies.returning import newest_step
from chengban.policies.telling import told_demand

OPEN, ARREARS, SETTLED = "open", "arrears", "settled"
Parts = Sequence[tuple[Decimal, date]]


class NotOwed(PolicyError):
    """The amount is none, or more than is owed or was paid."""


class WrongPlan(PolicyError):
    """The instalments are not the amount demanded, or not in the order of their dates."""


class SecondPersonNeeded(PolicyError):
    """Who demanded the money cannot waive it."""


def demand(payment: Payment, amount: Decimal, on: date, due: date, *, by: Actor, reason: str, citation: str) -> Recovery:
    """Demand back at most what was paid, by a day, under a clause. One demand a payment; it is one instalment at first.

    Raises NotOwed where the payment did not arrive, or less was paid than is demanded.
    """
    _positive(amount)
    if due < on:
        raise WrongPlan("退回期限不能早于要求退回的日期。")
    with transaction.atomic():
        Payment.objects.select_for_update().get(pk=payment.pk)
        if newest_step(payment).state != PaymentStep.State.PAID or amount > payment.amount:
            raise NotOwed(f"只能要求退回已经到账的钱，且不超过拨付的 {payment.amount} 元。")
        if Recovery.objects.filter(payment=payment).exists():
            raise PolicyError("这笔拨付已经要求退回，不能再要求一次。")
        words = {"reason": said(reason), "citation": said(citation, "依据的条款")}
        recovery = Recovery.objects.create(payment=payment, amount=amount, on=on, at=clock.now(), by=str(by), **words)
        _plan(recovery, 1, [(amount, due)], by)
        told_demand(recovery, due, by=by)
        payload = {"payment": payment.pk, "amount": str(amount), "due": due.isoformat()}
        ledger.append(by, "policies.demand_recovery", f"recovery:{recovery.pk}", payload)
    return recovery


def agree_instalments(recovery: Recovery, parts: Parts, *, by: Actor) -> None:
    """Agree on a plan of (元, latest day), which takes the place of the one before. Raises WrongPlan."""
    with _at(recovery) as held:
        for amount, _ in parts:
            _positive(amount)
        if sum((amount for amount, _ in parts), Decimal(0)) != held.amount:
            raise WrongPlan(f"各期合计应当正好是 {held.amount} 元。")
        days = [due for _, due in parts]
        if days != sorted(set(days)) or days[0] < held.on:
            raise WrongPlan("各期的日期应当一期比一期晚，且不早于要求退回的日期。")
        plan = plan_of(held)[0].plan + 1
        _plan(held, plan, parts, by)
        payload = {"plan": plan, "parts": [[str(amount), due.isoformat()] for amount, due in parts]}
        ledger.append(by, "policies.agree_instalments", f"recovery:{held.pk}", payload)


def receive(recovery: Recovery, amount: Decimal, on: date, reference: str, *, by: Actor) -> Receipt:
    """Money came back under the bank's reference; the same again is the first one. It pays the oldest instalment first.

    Raises NotOwed where it is more than is owed, and PolicyError where the reference stands for another receipt.
    """
    _positive(amount)
    reference = said(reference, "银行流水号")[:120]
    with transaction.atomic():
        held = Recovery.objects.select_for_update().get(pk=recovery.pk)
        before = Receipt.objects.filter(reference=reference).first()
        if before is not None:
            if (before.recovery_id, before.amount, before.on) != (held.pk, amount, on):
                raise PolicyError(f"银行流水号 {reference} 已经登记过另一笔退款，请核对。")
            return before
        if amount > held.owed:
            raise NotOwed(f"还应退回 {held.owed} 元，登记的 {amount} 元多了。请核对金额。")
        kept = Receipt.objects.create(recovery=held, amount=amount, on=on, reference=reference, at=clock.now(), by=str(by))
        held.received += amount
        held.save(update_fields=["received"])
        _give_back(held.payment, amount)
        payload = {"amount": str(amount), "reference": reference}
        ledger.append(by, "policies.receive_recovery", f"recovery:{held.pk}", payload)
    return kept


def _give_back(payment: Payment, amount: Decimal) -> None:
    """What came back may be paid to somebody else; the place was used."""
    budget = Budget.objects.select_for_update().get(policy=payment.policy, period=payment.period)
    budget.committed -= amount
    budget.save(update_fields=["committed"])


def waive(recovery: Recovery, *, by: Actor, reason: str) -> Waiver:
    """Give up the rest. Raises SecondPersonNeeded for who demanded it."""
    with _at(recovery) as held:
        if str(by) == held.by:
            raise SecondPersonNeeded("要求退回的人不能自己免除，请另一位政策专员来办。")
        waiver = Waiver.objects.create(recovery=held, amount=held.owed, reason=said(reason), at=clock.now(), by=str(by))
        held.waived = waiver.amount
        held.save(update_fields=["waived"])
        payload = {"amount": str(waiver.amount), "reason": waiver.reason}
        ledger.append(by, "policies.waive_recovery", f"recovery:{held.pk}", payload)
    return waiver


# Where it stands -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment of the plan that holds, and how much of it came back."""

    number: int
    amount: Decimal
    due: date
    received: Decimal

    @property
    def is_paid(self) -> bool:
        return self.received == self.amount


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a recovery stands on a day: open, in arrears since a day with an instalment, or settled."""

    state: str
    parts: tuple[Part, ...]
    late: Part | None

    @property
    def next(self) -> Part | None:
        """The instalment that is to be paid next."""
        return next((part for part in self.parts if not part.is_paid), None) if self.state != SETTLED else None


def plan_of(recovery: Recovery) -> list[Instalment]:
    """The instalments of the newest plan."""
    every = sorted(recovery.instalments.all(), key=lambda one: (one.plan, one.number))
    return [one for one in every if one.plan == every[-1].plan]


def standing_of(recovery: Recovery, on: date) -> Standing:
    """What came back pays the oldest instalment first; the first that is not paid after its day is late."""
    left, parts = recovery.received, []
    for one in plan_of(recovery):
        taken = min(left, one.amount)
        left -= taken
        parts.append(Part(one.number, one.amount, one.due, taken))
    if recovery.owed == 0:
        return Standing(SETTLED, tuple(parts), None)
    late = next((part for part in parts if not part.is_paid and part.due < on), None)
    return Standing(ARREARS if late else OPEN, tuple(parts), late)


# What the verbs share ------------------------------------------------------------------------------------------------


@contextmanager
def _at(recovery: Recovery) -> Iterator[Recovery]:
    """A transaction that holds a recovery that is not settled."""
    with transaction.atomic():
        held = Recovery.objects.select_for_update().get(pk=recovery.pk)
        if held.owed == 0:
            raise PolicyError("这笔追回已经办结。")
        yield held


def _plan(recovery: Recovery, plan: int, parts: Parts, by: Actor) -> None:
    shared = {"recovery": recovery, "plan": plan, "at": clock.now(), "by": str(by)}
    Instalment.objects.bulk_create(
        Instalment(number=number, amount=amount, due=due, **shared) for number, (amount, due) in enumerate(parts, 1)
    )


def _positive(amount: Decimal) -> None:
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise NotOwed(f"金额 {amount} 不是正数，或不到分。")
