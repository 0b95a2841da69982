"""Where an offer stands, read from its steps: one offer's in Python, many offers' in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from chengban import ledger
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.models import Offer, OfferStep, PaymentStep
from chengban.policies.telling import told_offer

Step = OfferStep.Step
ENDS = (Step.REJECTED, Step.UPHELD, Step.DECLINED)
"""The steps that end an offer without money for good; an exclusion holds until the offer is restored."""


class Stage(models.TextChoices):
    """The one place where an offer stands now (所处环节)."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "待公示"
    NOTICED = "noticed", "待企业确认账户"
    ACCEPTED = "accepted", "已接受，待下达"
    OBJECTED = "objected", "有异议"
    DISPUTED = "disputed", "数据待核"
    ORDERED = "ordered", "已下达"
    PAID = "paid", "已到账"
    STOPPED = "stopped", "已停止"


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
        return self.is_dead or self.has(Step.ORDERED)

    @property
    def is_dead(self) -> bool:
        """Whether it ended without money, or is excluded now."""
        return self.has(*ENDS) or self.is_excluded

    @property
    def is_excluded(self) -> bool:
        """Whether something else stands in its place."""
        return self.is_open(Step.EXCLUDED, Step.RESTORED)

    @property
    def waits(self) -> bool:
        """Whether an objection or a disputed datum is not settled yet."""
        return self.has_objection or self.has_dispute

    @property
    def has_objection(self) -> bool:
        """Whether an objection is not settled yet."""
        return self.is_open(Step.OBJECTED, Step.UPHELD, Step.DISMISSED)

    @property
    def has_dispute(self) -> bool:
        """Whether a disputed datum is not settled yet."""
        return self.is_open(Step.DISPUTED, Step.MENDED)

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


def with_standing(offers: Iterable[Offer]) -> list[tuple[Offer, Standing]]:
    """Offers with where they stand, in two queries."""
    chosen = list(offers)
    steps: dict[int, list[OfferStep]] = {offer.pk: [] for offer in chosen}
    for step in OfferStep.objects.filter(offer__in=chosen).order_by("pk"):
        steps[step.offer_id].append(step)
    return [(offer, Standing(steps[offer.pk])) for offer in chosen]


def add_step(offer: Offer, step: str, by: Actor, *, reason: str = "", until: date | None = None, account: str = "") -> None:
    made = OfferStep.objects.create(offer=offer, step=step, at=clock.now(), by=str(by), reason=reason, until=until, account=account)
    payload = {"policy": offer.policy, "period": offer.period, "reason": reason}
    ledger.append(by, f"policies.offer_{step}", f"offer:{offer.pk}", payload)
    told_offer(offer, made, by=by)


# The same in the database -------------------------------------------------------------------------------------------------


def staged(offers: QuerySet[Offer]) -> QuerySet[Any]:
    """The offers, each with its `stage` (a `Stage`), as the database reads it from the steps."""
    of_payment = PaymentStep.objects.filter(payment=OuterRef("payment"))
    rules = (
        (_had(*ENDS) | Q(exclusion=Step.EXCLUDED) | Exists(of_payment.filter(state=PaymentStep.State.RELEASED)), Stage.STOPPED),
        (Exists(of_payment.filter(state=PaymentStep.State.PAID, returned_by=None)), Stage.PAID),
        (_had(Step.ORDERED), Stage.ORDERED),
        (Q(objection=Step.OBJECTED), Stage.OBJECTED),
        (Q(dispute=Step.DISPUTED), Stage.DISPUTED),
        (_had(Step.NOTICED) & _had(Step.ACCEPTED), Stage.ACCEPTED),
        (_had(Step.NOTICED), Stage.NOTICED),
        (_had(Step.CONFIRMED), Stage.CONFIRMED),
    )
    objection, dispute = _newest(Step.OBJECTED, Step.UPHELD, Step.DISMISSED), _newest(Step.DISPUTED, Step.MENDED)
    cases = Case(*(When(condition, then=Value(stage.value)) for condition, stage in rules), default=Value(Stage.PROPOSED.value))
    exclusion = _newest(Step.EXCLUDED, Step.RESTORED)
    return offers.alias(objection=objection, dispute=dispute, exclusion=exclusion).annotate(stage=cases)


def excluded(offers: QuerySet[Offer]) -> QuerySet[Offer]:
    """Those that something else stands in the place of now."""
    return offers.alias(exclusion=_newest(Step.EXCLUDED, Step.RESTORED)).filter(exclusion=Step.EXCLUDED)


def _steps(*steps: str) -> QuerySet[OfferStep]:
    return OfferStep.objects.filter(offer=OuterRef("pk"), step__in=steps)


def _had(*steps: str) -> Exists:
    return Exists(_steps(*steps))


def _newest(*steps: str) -> Subquery:
    return Subquery(_steps(*steps).order_by("-pk").values("step")[:1])


@dataclass(frozen=True, slots=True)
class Staged:
    """How many offers of a policy and period stand at a stage, and their sum in 元."""

    policy: str
    period: str
    stage: str
    count: int
    amount: Decimal


def stages() -> list[Staged]:
    """Where all offers stand, by policy, period and stage."""
    rows = staged(Offer.objects.all()).values("policy", "period", "stage").annotate(count=Count("pk"), sum=Sum("amount"))
    return [
        Staged(row["policy"], row["period"], row["stage"], row["count"], row["sum"])
        for row in rows.order_by("policy", "period", "stage")
    ]


def reached() -> dict[tuple[str, str], dict[str, tuple[int, Decimal]]]:
    """(policy, period) → step → how many offers ever came to it, and their sum in 元; for steps that happen once an offer."""
    once = (Step.PROPOSED, Step.CONFIRMED, Step.NOTICED, Step.ACCEPTED, Step.ORDERED)
    rows = OfferStep.objects.filter(step__in=once).values("offer__policy", "offer__period", "step")
    found: dict[tuple[str, str], dict[str, tuple[int, Decimal]]] = {}
    for row in rows.annotate(count=Count("pk"), sum=Sum("offer__amount")).order_by():
        found.setdefault((row["offer__policy"], row["offer__period"]), {})[row["step"]] = (row["count"], row["sum"])
    return found
