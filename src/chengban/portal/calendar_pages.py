"""政策日历: what opens and what ends of the city's policies, and for one subject the days that concern it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.core.cache import cache

from chengban.accounts.models import MandateKind
from chengban.facts.frame import Kind
from chengban.facts.reading.grounds import OWN, Ground
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.models import Offer
from chengban.policies.offers import with_standing
from chengban.portal import file_pages
from chengban.reach.calendar import Day
from chengban.reach.models import Feed

_HOURS = 6 * 60 * 60
"""Seconds for which a subject's policies are remembered: programs ask every hour, and each look into the file is recorded."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A version of a policy that opens or ends on a day."""

    policy: Policy
    version: str
    on: date
    opens: bool

    def day(self, portal: str) -> Day:
        """The turn as calendars carry it. Dates of a published version do not move, so it is never told anew."""
        word = "开始施行" if self.opens else "最后一天"
        uid = f"{self.policy.id}-{self.version}-{'opens' if self.opens else 'ends'}@chengban"
        link = f"{portal}/policies/{self.policy.id}?version={self.version}"
        return Day(uid, self.on, f"{self.policy.name}：{word}", link=link)


def turns(policies: Iterable[Policy]) -> list[Turn]:
    """Every opening and end of some policies, by day."""
    return sorted(_turns(policies), key=lambda turn: (turn.on, turn.policy.id, turn.version, turn.opens))


def _turns(policies: Iterable[Policy]) -> Iterator[Turn]:
    for policy in policies:
        for version in policy.versions:
            yield Turn(policy, version.version, version.since, True)
            if version.until is not None:
                yield Turn(policy, version.version, version.until, False)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the calendar, month by month, and the years beside it that have something."""

    year: int
    months: Sequence[tuple[date, Sequence[Turn]]]
    years: Sequence[int]


def year_of(pack: Pack, asked: str | None, *, on: date) -> Year:
    """The year that was asked for, else this one."""
    found = turns(pack.policies.values())
    chosen = int(asked) if asked and asked.isdigit() and len(asked) == 4 else on.year
    months = groupby((turn for turn in found if turn.on.year == chosen), key=lambda turn: turn.on.replace(day=1))
    years = sorted({turn.on.year for turn in found} | {on.year, chosen})
    return Year(chosen, [(month, list(some)) for month, some in months], years)


def city_days(pack: Pack, portal: str) -> list[Day]:
    """The whole city's calendar."""
    return [turn.day(portal) for turn in turns(pack.policies.values())]


def own_days(pack: Pack, feed: Feed, portal: str, *, on: date) -> list[Day]:
    """What concerns one subject: the policies that it qualifies for or is one step from, and its offers' public notices."""
    ours = [pack.policies[one] for one in _concerned(pack, feed, on) if one in pack.policies]
    return [*(turn.day(portal) for turn in turns(ours)), *_notices(pack, feed.subject, portal)]


def _concerned(pack: Pack, feed: Feed, on: date) -> list[str]:
    """The policies that a subject qualifies for or is one step from; its file is read at most a few times a day."""
    known: list[str] | None = cache.get(key := f"calendar:{feed.pk}:{on}")
    if known is None:
        kind: Kind = "enterprise" if _is_firm(feed) else "person"
        under = Ground(OWN, f"feed:{feed.account_id}")
        profile = file_pages.read(pack, kind, feed.subject, under=under, by=feed.account.actor, on=on)
        cards = file_pages.findings(pack, profile, on=on).cards if profile else ()
        known = [card.verdict.policy.id for card in cards if card.state in ("eligible", "near")]
        cache.set(key, known, _HOURS)
    return known


def _is_firm(feed: Feed) -> bool:
    return feed.account.mandates.holding().filter(subject=feed.subject, kind=MandateKind.ENTERPRISE).exists()


def _notices(pack: Pack, subject: str, portal: str) -> Iterator[Day]:
    """The last days of the public notices of offers that still live."""
    for offer, standing in with_standing(Offer.objects.filter(subject=subject).order_by("pk")):
        if standing.notice_until is not None and not standing.is_over:
            policy = pack.policies.get(offer.policy)
            title = f"{policy.name if policy else offer.policy}：公示最后一天"
            uid, revision = f"offer-{offer.pk}-notice@chengban", len(standing.steps)
            yield Day(uid, standing.notice_until, title, link=f"{portal}/letters", revision=revision)
