"""Money exactly once (资金拨付): order payments within a budget, and hear from the treasury what became of them.

A payment is unique by policy version, subject and period in the database. It leaves through the outbox, in the transaction
that takes it from the budget; the treasury is asked under the payment's own key, however often it must be asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Max, OuterRef, Subquery, Sum

from chengban import ledger
from chengban.exchange import domain as exchange
from chengban.exchange.models import Message
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Payment, PaymentStep
from chengban.policies.telling import told_payments

SYSTEM, ACT = "treasury", "pay"
ACCOUNT = 40
"""Characters of an account at most."""
State = PaymentStep.State
_AFTER: Mapping[str, State] = {
    Message.Outcome.DELIVERED: State.PAID,
    Message.Outcome.REFUSED: State.REFUSED,
    Message.Outcome.GIVEN_UP: State.STUCK,
    Message.Outcome.WAITING: State.ORDERED,
}
"""What a message's outcome means for its payment; a dead letter that is sent again is ordered again."""


NEWEST = Subquery(PaymentStep.objects.filter(payment=OuterRef("pk")).order_by("-id").values("state")[:1])
"""Where a payment stands, to annotate payments with."""


def is_account(text: str) -> bool:
    """Whether a text may be an account: something, and no more than the treasury takes."""
    return 0 < len(text) <= ACCOUNT


class NoBudget(PolicyError):
    """The policy has no budget in the period, so that nothing can be ordered."""


@dataclass(frozen=True, slots=True)
class Order:
    """One line of a confirmed list (确认名单): whom to pay, how much in 元, to which account."""

    subject: str
    amount: Decimal
    account: str


@dataclass(slots=True)
class Ordered:
    """What became of a list: the payments ordered, and the lines that were not, each with its reason."""

    payments: list[Payment] = field(default_factory=list)
    kept_out: dict[str, str] = field(default_factory=dict)


def set_budget(policy: str, period: str, total: Decimal, places: int | None = None, *, by: Actor) -> Budget:
    """Give a policy its budget in 元 for a period, and a number of places (none: no limit); again to change it.

    Raises PolicyError where more than that is committed already.
    """
    with transaction.atomic():
        budget, _ = Budget.objects.select_for_update().get_or_create(policy=policy, period=period, defaults={"total": total})
        if budget.committed > total or (places is not None and budget.taken > places):
            raise PolicyError(f"{policy} 在 {period} 已占用 {budget.committed} 元、{budget.taken} 个名额，不能低于已占用的数。")
        budget.total, budget.places = total, places
        budget.save(update_fields=["total", "places"])
        ledger.append(by, "policies.set_budget", f"policy:{policy}", {"period": period, "total": str(total), "places": places})
    return budget


def newest_budget(policy: str) -> Budget | None:
    """The policy's budget that was set up last, of whatever period."""
    return Budget.objects.filter(policy=policy).order_by("-pk").first()


def order_payments(policy: str, version: str, period: str, orders: Sequence[Order], *, by: Actor) -> Ordered:
    """Order payments in the order of the list, while the budget and the places last (先到先得). One transaction.

    A subject that has its payment already is kept out, and so is an amount that is not positive. Raises NoBudget.
    """
    with transaction.atomic():
        budget = Budget.objects.select_for_update().filter(policy=policy, period=period).first()
        if budget is None:
            raise NoBudget(f"{policy} 在 {period} 没有预算，不能下达。先运行 chengban deliver budget。")
        found = Ordered()
        accepted = _accept(budget, _paid_before(policy, version, period, orders), orders, found.kept_out)
        found.payments = _keep(policy, version, period, accepted, by)
        budget.save(update_fields=["committed", "taken"])
    return found


def _paid_before(policy: str, version: str, period: str, orders: Iterable[Order]) -> set[str]:
    named = Payment.objects.filter(policy=policy, version=version, period=period, subject__in=[order.subject for order in orders])
    return set(named.values_list("subject", flat=True))


def _accept(budget: Budget, before: set[str], orders: Sequence[Order], kept_out: dict[str, str]) -> list[tuple[int, Order]]:
    """The orders that are within the budget, numbered; the budget is changed but not yet saved."""
    accepted: list[tuple[int, Order]] = []
    last = _last_number(budget)
    for order in orders:
        reason = _refusal(budget, before, order)
        if reason:
            kept_out[order.subject] = reason
            continue
        before.add(order.subject)
        budget.committed += order.amount
        budget.taken += 1
        accepted.append((last + len(accepted) + 1, order))
    return accepted


def _last_number(budget: Budget) -> int:
    """The number of acceptance given last; one that was released is not given again."""
    numbered = Payment.objects.filter(policy=budget.policy, period=budget.period)
    return int(numbered.aggregate(last=Max("number"))["last"] or 0)


def _refusal(budget: Budget, before: set[str], order: Order) -> str:
    if order.subject in before:
        return "本期已经下达过，不重复拨付"
    if not is_account(order.account):
        return "没有收款账户，或账户过长"
    if order.amount <= 0 or order.amount != order.amount.quantize(Decimal("0.01")):
        return f"金额 {order.amount} 不是正数，或不到分"
    if budget.places is not None and budget.taken >= budget.places:
        return f"{budget.places} 个名额已满"
    if order.amount > budget.left:
        return f"预算剩余 {budget.left} 元，不够 {order.amount} 元"
    return ""


def _keep(policy: str, version: str, period: str, accepted: Sequence[tuple[int, Order]], by: Actor) -> list[Payment]:
    now = clock.now()
    shared = {"policy": policy, "version": version, "period": period, "at": now, "by": str(by)}
    payments = Payment.objects.bulk_create(
        Payment(subject=order.subject, amount=order.amount, account=order.account, number=number, **shared)
        for number, order in accepted
    )
    PaymentStep.objects.bulk_create(PaymentStep(payment=paid, state=State.ORDERED, at=now, by=str(by)) for paid in payments)
    wishes = [exchange.Wish(key_of(paid), wish_of(paid, paid.account), f"payment:{paid.pk}") for paid in payments]
    exchange.put_all(SYSTEM, ACT, wishes, by=by)
    for paid in payments:
        ledger.append(by, "policies.order_payment", f"payment:{paid.pk}", {"policy": policy, "period": period})
    return payments


def key_of(payment: Payment, attempt: int = 1) -> str:
    """The key under which the treasury is asked: the same for ever, and without a personal datum, since it stands in addresses."""
    return f"payment-{payment.pk}" if attempt == 1 else f"payment-{payment.pk}-{attempt}"


def attempt_of(key: str) -> tuple[int, int]:
    """The payment's number and the attempt that a key stands for."""
    number, _, attempt = key.removeprefix("payment-").partition("-")
    return int(number), int(attempt or 1)


def wish_of(payment: Payment, account: str) -> dict[str, str]:
    """What the treasury is told."""
    return {"account": account, "amount": str(payment.amount), "purpose": f"{payment.policy}/{payment.period}"}


def hear(messages: Sequence[Message]) -> None:
    """A step for each payment whose message was settled, or is sent again."""
    now = clock.now()
    attempts = [attempt_of(message.key) for message in messages]
    made = PaymentStep.objects.bulk_create(
        PaymentStep(
            payment_id=number,
            attempt=attempt,
            state=_AFTER[message.outcome],
            at=now,
            by="exchange",
            reference=message.reference,
            reason=str(message.answer.get("reason", ""))[:300],
        )
        for (number, attempt), message in zip(attempts, messages, strict=True)
    )
    told_payments(made, by=Actor.system("exchange"))


@dataclass(frozen=True, slots=True)
class Standing:
    """How many payments of a policy and period stand in a state, and their sum in 元."""

    policy: str
    period: str
    state: str
    count: int
    amount: Decimal


def standings() -> list[Standing]:
    """Where all payments stand, by policy, period and newest step."""
    rows = Payment.objects.annotate(state=NEWEST).values("policy", "period", "state")
    counted = rows.annotate(count=Count("pk"), amount_sum=Sum("amount")).order_by("policy", "period", "state")
    return [Standing(row["policy"], row["period"], row["state"], row["count"], row["amount_sum"]) for row in counted]
