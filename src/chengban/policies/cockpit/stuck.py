"""What does not move (积压): steps that a department, the treasury or the subject has let lie, the oldest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from chengban.packs import Pack
from chengban.policies.cockpit.days import worked
from chengban.policies.cockpit.lines import OfferLine, PaymentLine, State

PATIENCE = 5
"""Working days after which a step counts as stuck, where nobody asks for another number."""
TREASURY, SUBJECT = "treasury", "subject"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One step that is not taken yet: which, since when, and who is to take it (a department's id, the treasury, the subject)."""

    policy: str
    stage: str
    who: str
    since: date


@dataclass(frozen=True, slots=True)
class Stuck:
    """Steps of one stage of a policy that one party has let lie. `days` are working days of the oldest; none: not counted yet."""

    who: str
    policy: str
    stage: str
    count: int
    oldest: date
    days: int | None


def stage_of(offer: OfferLine, on: date) -> tuple[str, date] | None:
    """What an offer waits for on a day, and since when; none where it is over, ordered, or in its public notice."""
    if offer.is_dead or offer.ordered_on is not None:
        return None
    if offer.objected_on is not None:
        return "objection", offer.objected_on
    if offer.disputed_on is not None:
        return "dispute", offer.disputed_on
    if offer.confirmed_on is None:
        return "confirm", offer.offered_on
    if offer.noticed_on is None:
        return "notice", offer.confirmed_on
    if offer.accepted_on is None:
        return "accept", offer.confirmed_on
    if offer.notice_until is not None and offer.notice_until >= on:
        return None
    return "order", max(offer.accepted_on, offer.notice_until or offer.accepted_on)


_PAYMENT_STAGES = {State.ORDERED: "treasury", State.REFUSED: "refused", State.STUCK: "undelivered"}


def waiting(pack: Pack, payments: Iterable[PaymentLine], offers: Iterable[OfferLine], on: date) -> Iterator[Waiting]:
    """Every step that is not taken yet."""
    for offer in offers:
        stage = stage_of(offer, on)
        if stage is not None:
            yield Waiting(offer.policy, stage[0], SUBJECT if stage[0] == "accept" else _department(pack, offer.policy), stage[1])
    for paid in payments:
        name = _PAYMENT_STAGES.get(State(paid.state))
        if name is not None:
            yield Waiting(
                paid.policy, name, TREASURY if name == "treasury" else _department(pack, paid.policy), paid.standing_since
            )


def _department(pack: Pack, policy: str) -> str:
    """The first department that the policy names: the one that answers for it."""
    declared = pack.policies.get(policy)
    return declared.departments[0] if declared else ""


def stuck(some: Iterable[Waiting], on: date, patience: int = PATIENCE) -> list[Stuck]:
    """What has lain for more than `patience` working days, by who lets it lie; the oldest first, and the subject's own not."""
    late = [one for one in some if one.who != SUBJECT and _days(one.since, on) > patience]
    late.sort(key=_heap)
    made = [_stuck(*key, list(group), on) for key, group in groupby(late, key=_heap)]
    return sorted(made, key=lambda one: (one.oldest, one.who, one.policy, one.stage))


def _heap(one: Waiting) -> tuple[str, str, str]:
    return one.who, one.policy, one.stage


def _stuck(who: str, policy: str, stage: str, heap: list[Waiting], on: date) -> Stuck:
    oldest = min(one.since for one in heap)
    return Stuck(who, policy, stage, len(heap), oldest, worked(oldest, on))


def _days(since: date, on: date) -> int:
    """Working days; by the calendar where a year's holidays are not arranged yet, rather than that something stalls unseen."""
    counted = worked(since, on)
    return (on - since).days * 5 // 7 if counted is None else counted
