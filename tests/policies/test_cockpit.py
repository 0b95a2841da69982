"""The cockpit's figures against a plain recomputation from what was made to happen."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.lib import workdays
from chengban.policies.cockpit import Board, gather
from chengban.policies.cockpit.days import BANDS, spread_of
from chengban.policies.models import MatchRun, PolicyMatch
from tests.policies.paying import COUNTIES, ENDS, NOTICE, PATIENCE, POLICIES, Story, on, paid_example, register_firms, tell

pytestmark = pytest.mark.django_db
TODAY = date(2025, 12, 1)
FIRMS = 12
DEAD = ("rejected", "declined")
DAYS = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 9), st.integers(0, 9))
STORY = st.builds(
    Story,
    policy=st.sampled_from(POLICIES),
    firm=st.integers(0, FIRMS),  # the last one is in no register
    amount=st.decimals("0.01", "99999.99", places=2),
    begun=st.dates(date(2025, 1, 2), date(2025, 9, 30)),
    pace=DAYS,
    end=st.sampled_from((*ENDS, "paid", "paid", "paid")),
)
STORIES = st.lists(STORY, max_size=12, unique_by=lambda story: (story.policy, story.firm))


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    with transaction.atomic():
        register_firms(tmp_path, FIRMS)


def board(**asked: Any) -> Board:
    with on(TODAY):
        return gather(packs.current(), year=2025, on=TODAY, **asked)


def total(stories: Iterable[Story]) -> Decimal:
    return sum((story.amount for story in stories), Decimal(0))


def published(story: Story) -> date:
    return paid_example(story.policy).version.since


def quiet_city(stories: list[Story]) -> None:
    """P09 and P12 exclude nothing of each other; where the pack says otherwise the stories would not come to pass."""
    excluded = {policy for story in stories for policy in packs.current().policies[story.policy].excludes}
    assert not excluded & set(POLICIES)


@given(stories=STORIES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_figures_are_those_of_the_stories(city: None, stories: list[Story]) -> None:
    quiet_city(stories)
    with transaction.atomic():
        tell(stories)
        found, of_p09, at_home = board(), board(policy="P09"), board(county=COUNTIES[0])
        transaction.set_rollback(True)
    paid = [story for story in stories if story.end == "paid"]
    assert (found.paid.count, found.paid.amount) == (len(paid), total(paid))
    assert found.enterprises == found.paid.subjects == len({story.firm for story in paid}) and found.people == 0
    assert found.in_flight.amount == total(story for story in stories if story.end == "ordered")
    assert found.returned.count == sum(story.end in ("refused", "stuck") for story in stories)
    took = sorted((story.days[4] - max(story.begun, published(story))).days for story in paid)
    assert (found.days.median, found.days.slow) == (ranked(took, 0.5), ranked(took, 0.9))
    assert {row.code: row.paid.amount for row in found.counties} == {
        code: total(story for story in paid if story.county == code and story.firm < FIRMS) for code in COUNTIES
    }
    assert found.elsewhere.amount == total(story for story in paid if story.firm == FIRMS)
    assert {month: tally.amount for month, tally in found.months if tally.count} == {
        month: total(story for story in paid if story.days[4].replace(day=1) == month)
        for month in {story.days[4].replace(day=1) for story in paid}
    }
    assert sum(tally.amount for _, tally in found.sections) == total(story for story in paid if story.firm < FIRMS)
    assert {row.policy.id: row.paid.amount for row in found.policies} == {
        policy: total(story for story in paid if story.policy == policy) for policy in {story.policy for story in stories}
    }
    assert of_p09.paid.amount == total(story for story in paid if story.policy == "P09")
    assert at_home.paid.amount == total(story for story in paid if story.county == COUNTIES[0] and story.firm < FIRMS)
    accepting = [story for story in stories if story.end == "noticed"]
    assert (found.to_accept.count, found.to_accept.amount) == (len(accepting), total(accepting))
    confirmed = [(story.days[0], story.days[1]) for story in stories if story.end not in ("proposed", "rejected")]
    counted = sorted(
        sum(workdays.is_workday(start + timedelta(n + 1)) for n in range((end - start).days)) for start, end in confirmed
    )
    assert (found.stages["confirm"].count, found.stages["confirm"].median) == (len(counted), ranked(counted, 0.5))
    assert expected_heaps(stories) == {(one.who, one.policy, one.stage): (one.count, one.oldest) for one in found.stuck}


def ranked(ordered: list[int], share: float) -> int | None:
    """The smallest that `share` of all do not exceed."""
    return next((value for value in ordered if sum(one <= value for one in ordered) >= share * len(ordered)), None)


def expected_heaps(stories: list[Story]) -> dict[tuple[str, str, str], tuple[int, date]]:
    heaps: dict[tuple[str, str, str], list[date]] = {}
    for story in stories:
        offered, confirmed, accepted, ordered, answered = story.days
        over = max(accepted, workdays.after(confirmed, NOTICE))
        stage = {
            "proposed": ("confirm", offered), "confirmed": ("notice", confirmed), "objected": ("objection", confirmed),
            "disputed": ("dispute", accepted), "accepted": ("order", over), "ordered": ("treasury", ordered),
            "refused": ("refused", answered), "stuck": ("undelivered", answered + PATIENCE),
        }.get(story.end)  # fmt: skip
        if stage is not None and workdays.between(stage[1], TODAY) > 5:
            who = "treasury" if stage[0] == "treasury" else packs.current().policies[story.policy].departments[0]
            heaps.setdefault((who, story.policy, stage[0]), []).append(stage[1])
    return {key: (len(days), min(days)) for key, days in heaps.items()}


def story(policy: str = "P09", firm: int = 0, end: str = "paid", amount: str = "100.00") -> Story:
    return Story(policy, firm, Decimal(amount), date(2025, 3, 3), (1, 1, 1, 1), end)


def matched(day: date, eligible: int, amount: str | None, unknown: int = 0, county: dict[str, int] | None = None) -> None:
    """A match of P09, as a run would have left it."""
    run = MatchRun.objects.create(
        on=day,
        known_by=1,
        pack_digest="",
        enterprises=FIRMS,
        people=0,
        at="2025-12-01T00:00:00+08:00",
        seconds=0,
        match_seconds=0,
        by="t",
    )
    PolicyMatch.objects.create(
        run=run, policy="P09", version="2025", eligible=eligible, amount=amount and Decimal(amount), amount_unknown=unknown,
        breakdown={"county": county or {}},
    )  # fmt: skip


def test_who_has_it_or_has_it_ready_is_taken_from_those_who_qualify(city: None) -> None:
    tell([story(firm=0), story(firm=1, end="accepted"), story(firm=2, end="declined"), story(firm=3, end="refused"), story(firm=8)])
    matched(TODAY, 10, "1000.00", 2, {COUNTIES[0]: 4, COUNTIES[1]: 3})
    (row,) = board().policies
    assert row.unclaimed is not None
    assert (row.unclaimed.eligible, row.unclaimed.subjects, row.unclaimed.amount, row.unclaimed.unknown) == (
        10,
        6,
        Decimal("600.00"),
        2,
    )
    by_county = {one.code: one.unclaimed for one in board().counties}
    assert (by_county[COUNTIES[0]], by_county[COUNTIES[1]], by_county[COUNTIES[2]]) == (2, 2, 0)


def test_what_is_not_known_is_not_nought(city: None) -> None:
    tell([story()])
    assert board().unclaimed is None and board().counties[0].unclaimed is None
    matched(date(2024, 12, 1), 5, "500")
    assert board().unclaimed is None, "a match of another year says nothing of this one"
    matched(TODAY, 5, "0", unknown=5)
    found = board().unclaimed
    assert found is not None and (found.subjects, found.amount, found.unknown) == (4, None, 5)


def test_before_anything_was_paid_it_is_empty(city: None) -> None:
    assert board().is_empty and board().days.median is None and len(board().months) == 12
    tell([story(end="proposed")])
    assert not board().is_empty


def test_another_year_has_nothing_of_this_one(city: None) -> None:
    tell([story()])
    with on(TODAY):
        assert gather(packs.current(), year=2024, on=TODAY).paid.count == 0


def test_as_many_queries_for_thirty_as_for_three(city: None) -> None:
    counts = []
    for stories in ([story(policy, 0) for policy in POLICIES], [story(p, firm) for p in POLICIES for firm in range(1, 10)]):
        tell(stories)
        matched(TODAY, 10, "1000")
        with CaptureQueriesContext(connection) as captured:
            found = board()
        counts.append(len(captured))
    assert found.paid.count == 30 and counts[0] == counts[1]


@given(st.lists(st.integers(0, 400), max_size=40))
def test_bands_hold_each_duration_once(durations: list[int]) -> None:
    found = spread_of(durations)
    assert sum(found.bands) == found.count == len(durations) and len(found.bands) == len(BANDS)
    assert (found.median, found.slow) == (ranked(sorted(durations), 0.5), ranked(sorted(durations), 0.9))
