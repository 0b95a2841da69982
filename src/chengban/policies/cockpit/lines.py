"""What the cockpit counts: each payment and each offer of a year as one line, in two queries whatever their number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, Min, OuterRef, Q, QuerySet, Subquery

from chengban.lib import clock
from chengban.policies.models import Offer, OfferStep, Payment, PaymentStep
from chengban.policies.standing import ENDS

Step, State = OfferStep.Step, PaymentStep.State
"""The steps after which nothing is held ready any more."""
Key = tuple[str, str, str, str]
"""Policy, version, subject and period: what a payment and its offer have in common."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment: where it stands and since when, and when it was offered (none: from a list), ordered and paid."""

    policy: str
    version: str
    subject: str
    period: str
    amount: Decimal
    state: str
    standing_since: date
    offered_on: date | None
    ordered_on: date
    paid_on: date | None

    @property
    def key(self) -> Key:
        return self.policy, self.version, self.subject, self.period


@dataclass(frozen=True, slots=True)
class OfferLine:
    """An offer: on which day each step was first taken, and whether it is dead, or waits for an answer since a day."""

    policy: str
    version: str
    subject: str
    period: str
    amount: Decimal
    offered_on: date
    confirmed_on: date | None
    noticed_on: date | None
    notice_until: date | None
    accepted_on: date | None
    ordered_on: date | None
    objected_on: date | None
    disputed_on: date | None
    is_dead: bool

    @property
    def key(self) -> Key:
        return self.policy, self.version, self.subject, self.period

    @property
    def is_living(self) -> bool:
        return not self.is_dead


def belongs(period: str, happened_on: date, year: int) -> bool:
    """Whether something is of a year: by its period, or for what is given once, by the day."""
    return happened_on.year == year if period == "once" else period.startswith(str(year))


def payment_lines(year: int, policy: str = "") -> list[PaymentLine]:
    """Payments of the year's periods, and those that are given once in any year, in the order in which they were ordered."""
    newest = PaymentStep.objects.filter(payment=OuterRef("pk")).order_by("-id").values("state")[:1]
    chosen = _of(Payment.objects.all(), year, policy).annotate(
        state=Subquery(newest),
        since=Max("steps__at"),
        paid_at=Min("steps__at", filter=Q(steps__state=State.PAID)),
    )
    fields = ("policy", "version", "subject", "period", "amount", "state", "since", "offer__on", "at", "paid_at")
    return [
        PaymentLine(
            policy=row["policy"],
            version=row["version"],
            subject=row["subject"],
            period=row["period"],
            amount=row["amount"],
            state=row["state"],
            standing_since=_day(row["since"]),
            offered_on=row["offer__on"],
            ordered_on=_day(row["at"]),
            paid_on=_day(row["paid_at"]),
        )
        for row in chosen.values(*fields)
    ]


def offer_lines(year: int, policy: str = "") -> list[OfferLine]:
    """Offers of the year's periods, and those that are given once in any year, in the order in which they were proposed."""
    return list(_offers(_of(Offer.objects.all(), year, policy)))


def _of(rows: "QuerySet[Any]", year: int, policy: str) -> "QuerySet[Any]":
    scope = rows.filter(Q(period__startswith=str(year)) | Q(period="once"))
    return (scope.filter(policy=policy) if policy else scope).order_by("pk")


def _offers(chosen: "QuerySet[Any]") -> Iterator[OfferLine]:
    days = {name: Min("steps__at", filter=Q(steps__step=step)) for name, step in _DAYS.items()}
    marks = {name: Max("steps__pk", filter=Q(steps__step__in=steps)) for name, steps in _MARKS.items()}
    lasts = {name: Max("steps__at", filter=Q(steps__step=step)) for name, step in _WAITS.items()}
    until = Max("steps__until", filter=Q(steps__step=Step.NOTICED))
    fields = ("policy", "version", "subject", "period", "amount", "on", "until", *days, *marks, *lasts)
    for row in chosen.annotate(until=until, **days, **marks, **lasts).values(*fields):
        yield OfferLine(
            policy=row["policy"],
            version=row["version"],
            subject=row["subject"],
            period=row["period"],
            amount=row["amount"],
            offered_on=row["on"],
            confirmed_on=_day(row["confirmed_at"]),
            noticed_on=_day(row["noticed_at"]),
            notice_until=row["until"],
            accepted_on=_day(row["accepted_at"]),
            ordered_on=_day(row["ordered_at"]),
            objected_on=_day(row["objected_at"]) if _is_open(row["objected"], row["settled"]) else None,
            disputed_on=_day(row["disputed_at"]) if _is_open(row["disputed"], row["mended"]) else None,
            is_dead=row["ended"] is not None or _is_open(row["excluded"], row["restored"]),
        )


_DAYS = {"confirmed_at": Step.CONFIRMED, "noticed_at": Step.NOTICED, "accepted_at": Step.ACCEPTED, "ordered_at": Step.ORDERED}
_WAITS = {"objected_at": Step.OBJECTED, "disputed_at": Step.DISPUTED}
_MARKS = {
    "ended": ENDS, "excluded": (Step.EXCLUDED,), "restored": (Step.RESTORED,), "objected": (Step.OBJECTED,),
    "settled": (Step.UPHELD, Step.DISMISSED), "disputed": (Step.DISPUTED,), "mended": (Step.MENDED,),
}  # fmt: skip


def _is_open(began: int | None, ended: int | None) -> bool:
    return began is not None and (ended is None or ended < began)


def _day(moment: datetime | None) -> Any:
    return None if moment is None else moment.astimezone(clock.CHINA).date()
