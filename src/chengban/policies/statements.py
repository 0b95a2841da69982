"""The statement of a policy and period (对账): what was ordered, and where every fen of it is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import transaction
from django.db.models import F, Sum

from chengban import ledger
from chengban.ledger import Actor
from chengban.policies.errors import PolicyError
from chengban.policies.listing import for_the_owner_only
from chengban.policies.models import Budget, Payment, PaymentStep, Recovery
from chengban.policies.payments import NEWEST, standings

State = PaymentStep.State
COLUMNS = ("number", "subject", "state", "ordered", "received_back", "waived", "owed")


@dataclass(frozen=True, slots=True)
class Statement:
    """Sums in 元. `ordered` = `in_flight` + `paid` + `returned` + `released`; `demanded` = `recovered` + `waived` + `owed`."""

    policy: str
    period: str
    total: Decimal
    count: int
    in_flight: Decimal
    paid: Decimal
    returned: Decimal
    released: Decimal
    demanded: Decimal
    recovered: Decimal
    waived: Decimal
    left: Decimal

    @property
    def ordered(self) -> Decimal:
        return self.in_flight + self.paid + self.returned + self.released

    @property
    def owed(self) -> Decimal:
        return self.demanded - self.recovered - self.waived

    @property
    def balances(self) -> bool:
        """Whether what is left is what was never ordered, was given back, or came back."""
        return self.left == self.total - self.ordered + self.released + self.recovered


def statement(policy: str, period: str) -> Statement:
    """The statement of one policy and period. Raises PolicyError where there is no budget."""
    found = next((one for one in statements() if (one.policy, one.period) == (policy, period)), None)
    if found is None:
        raise PolicyError(f"{policy} 在 {period} 没有预算。")
    return found


def statements() -> list[Statement]:
    """The statements of all budgets, in three queries."""
    sums: dict[tuple[str, str], dict[str, Decimal]] = {}
    counts: dict[tuple[str, str], int] = {}
    for one in standings():
        key = (one.policy, one.period)
        sums.setdefault(key, {})[one.state] = one.amount
        counts[key] = counts.get(key, 0) + one.count
    back = _recovered()
    return [
        _of(budget, counts.get(key, 0), sums.get(key, {}), back.get(key, (Decimal(0),) * 3))
        for budget in Budget.objects.order_by("policy", "period")
        for key in [(budget.policy, budget.period)]
    ]


def _recovered() -> dict[tuple[str, str], tuple[Decimal, Decimal, Decimal]]:
    rows = Recovery.objects.values(policy=F("payment__policy"), period=F("payment__period"))
    summed = rows.annotate(demanded=Sum("amount"), back=Sum("received"), given_up=Sum("waived"))
    return {(row["policy"], row["period"]): (row["demanded"], row["back"], row["given_up"]) for row in summed}


def _of(budget: Budget, count: int, sums: dict[str, Decimal], back: tuple[Decimal, Decimal, Decimal]) -> Statement:
    def together(*states: str) -> Decimal:
        return sum((sums.get(state, Decimal(0)) for state in states), Decimal(0))

    return Statement(
        budget.policy, budget.period, budget.total, count,
        in_flight=together(State.ORDERED, State.STUCK), paid=together(State.PAID),
        returned=together(State.RETURNED, State.REFUSED), released=together(State.RELEASED),
        demanded=back[0], recovered=back[1], waived=back[2], left=budget.left,
    )  # fmt: skip


def keep_lines(policy: str, period: str, path: Path, *, by: Actor) -> int:
    """Write one line a payment, without accounts, to a file for its owner alone; how many. What is not recorded leaves no file."""
    part = path.with_name(f"{path.name}.part")
    try:
        with transaction.atomic():
            with open(part, "w", encoding="utf-8", newline="", opener=for_the_owner_only) as file:
                writer = csv.writer(file)
                writer.writerow(COLUMNS)
                count = sum(1 for line in lines(policy, period) if writer.writerow(line))
            ledger.append(by, "policies.take_statement", f"policy:{policy}", {"period": period, "lines": count})
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def lines(policy: str, period: str) -> Iterator[tuple[object, ...]]:
    """`COLUMNS` for each payment, in the order of acceptance."""
    chosen = Payment.objects.filter(policy=policy, period=period).annotate(now=NEWEST).select_related("recovery")
    for payment in chosen.order_by("number").iterator(2000):
        recovery = getattr(payment, "recovery", None)
        back = (recovery.received, recovery.waived, recovery.owed) if recovery else (0, 0, 0)
        yield payment.number, payment.subject, payment.now, payment.amount, *back
