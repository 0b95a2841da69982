"""The cockpit's page: what it draws and says, and that it asks the database no more for thirty payments than for three."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.lib import clock
from chengban.portal.charts import HEIGHT, column_chart
from chengban.portal.maps import Reading, map_chart, step_of
from chengban.portal.sheets import guarded
from tests.policies.paying import POLICIES, Story, register_firms, tell

pytestmark = pytest.mark.django_db
TODAY = datetime(2025, 12, 1, 9, tzinfo=clock.CHINA)


@pytest.fixture
def officer(client: Client, account_of: Callable[[Role], Account], tmp_path: Path) -> Client:
    with transaction.atomic():
        register_firms(tmp_path, 12)
    client.force_login(account_of(Role.OFFICER), "django.contrib.auth.backends.ModelBackend")
    return client


def story(policy: str = "P09", firm: int = 0, end: str = "paid") -> Story:
    return Story(policy, firm, Decimal("36000.00"), date(2025, 3, 3), (1, 1, 1, 1), end)


def opened(client: Client, path: str = "/cockpit") -> str:
    with clock.pinned(TODAY):
        answer = client.get(path)
    assert answer.status_code == 200
    return b"".join(answer).decode()


def test_before_the_first_payment_it_says_what_will_be_here(officer: Client) -> None:
    text = opened(officer)
    assert "还没有到账的拨付" in text and "国库支付第一笔以后" in text
    assert "没有积压" in text and "还没有匹配过" in text and "各月到账金额" not in text


@pytest.mark.parametrize("measure", ["amount", "subjects", "unclaimed", "days"])
def test_the_map_has_every_county_in_the_city_s_order(officer: Client, measure: str) -> None:
    tell([story()])
    text = opened(officer, f"/cockpit?measure={measure}")
    drawing = re.search(r'<figure class="map".*?</svg>', text, re.S)
    assert drawing is not None
    city = packs.current().city
    assert re.findall(r'<text class="on-[-\d]+"[^>]*>([^<]+)</text>', drawing[0]) == list(city.short_county_names)
    assert drawing[0].count("<polygon ") == len(city.counties)
    assert "示意图，不代表行政区划界线" in text
    said = dict(zip(city.short_county_names, re.findall(r'<text class="worth[^>]*>([^<]+)</text>', drawing[0]), strict=True))
    assert said["东昌府"] == {"amount": "3.6 万", "subjects": "1", "unclaimed": "还不知道", "days": "33 天"}[measure]
    assert said["茌平"] == {"amount": "0 元", "subjects": "0", "unclaimed": "还不知道", "days": "—"}[measure]


def test_figures_and_filters_are_said(officer: Client) -> None:
    tell([story(), story("P12", 1), story("P09", 2, "proposed")])
    text = opened(officer)
    assert "7.2 万元" in text and "等部门确认" in text
    assert "失业保险稳岗返还" in opened(officer, "/cockpit?policy=P09") and "3.6 万元" in opened(officer, "/cockpit?policy=P09")
    assert "还没有到账的拨付" in opened(officer, "/cockpit?year=2024")
    assert 'href="?year=2025&amp;policy=P09&amp;measure=days#map"' in opened(officer, "/cockpit?policy=P09")


def test_as_many_queries_for_thirty_as_for_three(officer: Client) -> None:
    counts = []
    for stories in ([story(policy, 0) for policy in POLICIES], [story(p, firm) for p in POLICIES for firm in range(1, 10)]):
        tell(stories)
        with CaptureQueriesContext(connection) as captured:
            opened(officer)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_table_opens_in_a_spreadsheet(officer: Client) -> None:
    tell([story()])
    with clock.pinned(TODAY):
        answer = officer.get("/cockpit/policies.csv?year=2025&policy=P09")
        lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2 and lines[1].startswith("P09,失业保险稳岗返还,1,1,36000.00,0,0,10000000.00,36000.00,,")
    assert "attachment" in answer["Content-Disposition"] and answer["Cache-Control"] == "no-store"


@given(st.text(max_size=8))
def test_no_cell_is_a_formula(text: str) -> None:
    assert guarded(text)[:1] not in ("=", "+", "-", "@", "\t", "\r") and guarded(text).endswith(text)


def test_published_figures_wait_for_their_reckoning(officer: Client) -> None:
    text = opened(officer, "/cockpit/seed")
    assert "还没有核算" in text and "聊城日报" in text and "企业所得税法" in text


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=1, max_size=8))
def test_the_largest_has_the_deepest_step_and_nothing_has_none(values: list[Decimal]) -> None:
    steps = {value: step_of(value, max(values)) for value in values}
    assert steps[max(values)] == (5 if max(values) else 0)
    assert all((step == 0) == (value == 0) and 0 <= step <= 5 for value, step in steps.items())
    assert sorted(steps, key=lambda value: (steps[value], value)) == sorted(steps)


def test_an_unknown_county_is_no_step() -> None:
    pack = packs.current()
    chart = map_chart(pack, "t", dict.fromkeys(pack.city.counties, Reading(None, "还不知道")), [])
    assert chart is not None and {one.step for one in chart.counties} == {-1}


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=15))
def test_columns_stand_on_the_baseline_and_grow_with_their_value(values: list[float]) -> None:
    chart = column_chart("t", [(str(n), value, "x") for n, value in enumerate(values)], (), ())
    assert all(abs(one.y + one.height - HEIGHT) < 0.11 for one in chart.columns)
    heights = [one.height for _, one in sorted(zip(values, chart.columns, strict=True), key=lambda pair: pair[0])]
    assert heights == sorted(heights)
