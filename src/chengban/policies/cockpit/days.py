"""How long things took: the middle and the slow end, in bands, in days or in working days."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from chengban.lib import workdays
from chengban.packs import Pack
from chengban.policies.cockpit.lines import Key, OfferLine, PaymentLine

BANDS: tuple[tuple[int, int | None], ...] = ((0, 5), (6, 15), (16, 30), (31, 60), (61, 180), (181, None))
"""Days from and to, both included."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How some durations lie: how many, the middle one, the one that nine in ten do not exceed, and how many in each of BANDS."""

    count: int
    median: int | None
    slow: int | None
    bands: tuple[int, ...]


def spread_of(durations: Iterable[int]) -> Spread:
    """By nearest rank, so that each figure is a duration that somebody had."""
    ordered = sorted(durations)
    counts = tuple(sum(low <= one and (high is None or one <= high) for one in ordered) for low, high in BANDS)
    return Spread(len(ordered), _ranked(ordered, 50), _ranked(ordered, 90), counts)


def _ranked(ordered: Sequence[int], percent: int) -> int | None:
    return ordered[math.ceil(len(ordered) * percent / 100) - 1] if ordered else None


def to_account(pack: Pack, line: PaymentLine) -> int | None:
    """Days from the version's first day, or the offer where that is later, to the day the money arrived; none before it did."""
    if line.paid_on is None:
        return None
    begun = max(day for day in (published_on(pack, line), line.offered_on or date.min) if day is not None)
    return max((line.paid_on - begun).days, 0)


def published_on(pack: Pack, line: PaymentLine) -> date:
    """The first day of the payment's version; of one that the pack has no more, the day of the order."""
    policy = pack.policies.get(line.policy)
    known = {version.version: version.since for version in policy.versions} if policy else {}
    return known.get(line.version, line.ordered_on)


STAGES = ("confirm", "accept", "order", "pay")
"""Proposed → confirmed → accepted → ordered → paid."""


def stage_spreads(offers: Iterable[OfferLine], paid_on: Mapping[Key, date]) -> dict[str, Spread]:
    """Of each stage, how many working days it took where it is over. `paid_on`: the day by line."""
    found: dict[str, list[int]] = {stage: [] for stage in STAGES}
    for offer in offers:
        days = (
            offer.offered_on,
            offer.confirmed_on,
            offer.accepted_on,
            offer.ordered_on,
            paid_on.get(offer.key),
        )
        for stage, took in zip(STAGES, _took(days), strict=True):
            if took is not None:
                found[stage].append(took)
    return {stage: spread_of(durations) for stage, durations in found.items()}


def _took(days: Sequence[date | None]) -> Iterator[int | None]:
    for begun, ended in pairwise(days):
        yield None if begun is None or ended is None else worked(begun, ended)


def worked(start: date, end: date) -> int | None:
    """Working days between two days; none where a year's holidays are not arranged yet."""
    try:
        return workdays.between(start, end)
    except workdays.NoArrangement:
        return None
