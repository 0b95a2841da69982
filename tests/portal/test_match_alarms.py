"""What the match overview and the metrics say of the nightly check."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.policies.models import MatchAlarm, MatchRun
from tests.portal.test_doors import BACKEND

AT = datetime(2025, 12, 1, 2, 31, tzinfo=UTC)


@pytest.fixture
def officer(client: Client, account_of: Callable[[Role], Account]) -> Client:
    client.force_login(account_of(Role.OFFICER), backend=BACKEND)
    return client


def run(checked: bool) -> MatchRun:
    return MatchRun.objects.create(
        on=date(2025, 12, 1), known_by=1, followed_to=1, pack_digest="", enterprises=3, people=1, at=AT, seconds=1, match_seconds=1,
        by="system:tests", checked_at=AT if checked else None,
    )  # fmt: skip


def alarm(of: MatchRun, policy: str) -> None:
    MatchAlarm.objects.create(run=of, policy=policy, differing=1_200, sample=["91371502MA3C000017"], at=AT)


def test_a_difference_is_told_until_a_check_agrees(officer: Client) -> None:
    alarm(run(checked=True), "P09")
    text = officer.get("/matches").content.decode()
    assert "夜间核对发现 1 项政策的结果与全量匹配不一致" in text and "1,200 个对象不一致" in text
    assert "91371502MA3C000017" not in text, "whom it concerns is for the log of the check"
    assert b"chengban_match_alarms 1.0" in officer.get("/metrics").content
    run(checked=True)
    assert "与全量匹配一致" in officer.get("/matches").content.decode()
    assert b"chengban_match_alarms 0.0" in officer.get("/metrics").content


def test_a_run_that_was_not_checked_hides_no_alarm(officer: Client) -> None:
    alarm(run(checked=True), "P09")
    run(checked=False)
    assert "不一致" in officer.get("/matches").content.decode()


@pytest.mark.parametrize("alarms", [1, 3])
def test_the_page_asks_as_often_for_three_alarms_as_for_one(
    officer: Client, alarms: int, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    of = run(checked=True)
    for number in range(alarms):
        alarm(of, f"P{number:02}")
    with django_assert_max_num_queries(10):  # type: ignore[attr-defined]
        officer.get("/matches")
