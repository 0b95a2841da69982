"""What officers and auditors see of delivery: a funnel for each policy and period, and what waits for the department."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.policies.models import Budget
from chengban.policies.offering import period_of
from chengban.policies.standing import Stage, Step, reached, stages

ZERO = (0, Decimal(0))


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the funnel: how many ever came so far, and their sum. `share` is 0…100 of the first."""

    name: "str | Promise"
    count: int
    amount: Decimal
    share: float


@dataclass(frozen=True)
class DeliveryRow:
    """One policy and period: how far its offers came, and where they stand now."""

    policy: Policy
    version: PolicyVersion
    period: str
    funnel: tuple[Layer, ...]
    now: Mapping[str, int]
    budget: Budget | None
    wanted: Decimal

    @property
    def waits(self) -> "list[tuple[str, str | Promise, int]]":
        """What waits for the officer: the filter to look under, what it is, and how many."""
        listed = [(stage.value, name, self.now.get(stage, 0)) for stage, name in WAITS]
        return [row for row in listed if row[2]]

    @property
    def stopped(self) -> int:
        return self.now.get(Stage.STOPPED, 0)

    @property
    def is_empty(self) -> bool:
        return not self.funnel[0].count

    @property
    def is_short(self) -> bool:
        """Whether what is offered and not yet ordered is more than the budget has left."""
        return self.budget is not None and self.wanted > self.budget.left


WAITS = (
    (Stage.PROPOSED, _("待确认")), (Stage.CONFIRMED, _("待公示")), (Stage.OBJECTED, _("异议待查")), (Stage.DISPUTED, _("数据待核")),
)  # fmt: skip
LAYERS = (
    (Step.PROPOSED, _("拟享")), (Step.CONFIRMED, _("确认")), (Step.NOTICED, _("公示")), (Step.ACCEPTED, _("已接受")),
    (Step.ORDERED, _("已下达")),
)  # fmt: skip


def delivery(pack: Pack, on: date) -> list[DeliveryRow]:
    """Each payment policy in force in its period of the day, and each other period that has offers."""
    counted = _Counted()
    paying = {p.id: v for p in pack.policies.values() if (v := p.in_force(on)) and v.amount.kind == "payment"}
    keys = {(name, period_of(version, on)) for name, version in paying.items()} | {key for key in counted.came if key[0] in paying}
    order = list(pack.policies)
    rows = [counted.row(pack.policies[name], paying[name], period) for name, period in sorted(keys)]
    return sorted(rows, key=lambda row: (row.is_empty, order.index(row.policy.id), row.period))


def delivery_of(pack: Pack, policy: Policy, period: str, on: date) -> DeliveryRow:
    """One policy and period, in force or not."""
    version = policy.in_force(on) or max(policy.versions, key=lambda version: version.since)
    return _Counted().row(policy, version, period)


class _Counted:
    """What the database counts for all policies and periods, asked once."""

    def __init__(self) -> None:
        self.came = reached()
        self.now: dict[tuple[str, str], dict[str, tuple[int, Decimal]]] = {}
        for one in stages():
            self.now.setdefault((one.policy, one.period), {})[one.stage] = (one.count, one.amount)
        self.budgets = {(budget.policy, budget.period): budget for budget in Budget.objects.all()}

    def row(self, policy: Policy, version: PolicyVersion, period: str) -> DeliveryRow:
        key = policy.id, period
        came, now = self.came.get(key, {}), self.now.get(key, {})
        counts = [(name, *came.get(step, ZERO)) for step, name in LAYERS] + [(_("已到账"), *now.get(Stage.PAID, ZERO))]
        first = counts[0][1] or 1
        funnel = tuple(Layer(name, count, amount, round(count / first * 100, 1)) for name, count, amount in counts)
        over = (Stage.STOPPED, Stage.ORDERED, Stage.PAID)
        wanted = sum((amount for stage, (_n, amount) in now.items() if stage not in over), Decimal(0))
        return DeliveryRow(
            policy, version, period, funnel, {stage: count for stage, (count, _a) in now.items()}, self.budgets.get(key), wanted
        )
