"""The page of a scene's plan: the order, the dates, the one form, and what need not be given."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban import packs
from chengban.accounts.domain import give_mandate, withdraw_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from chengban.portal.charts import Span, span
from chengban.portal.graphs import graph
from tests import town
from tests.people import SETUP

pytestmark = pytest.mark.django_db
PACK = packs.current()
AccountOf = Callable[[Role], Account]


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def part(page: str, begin: str, end: str) -> str:
    return page[page.index(begin) : page.index(end, page.index(begin))]


@pytest.fixture
def city(tmp_path: Path) -> None:
    town.build(tmp_path)


@pytest.fixture
def agent(city: None, client: Client, account_of: AccountOf) -> Account:
    """Signed in, with a mandate for 清荷."""
    account = account_of(Role.AGENT)
    give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    return account


@pytest.mark.parametrize("scene", PACK.scenes)
def test_every_scene_has_a_plan_with_all_its_items_and_fields(client: Client, scene: str) -> None:
    page = text(client, f"/scenes/{scene}/plan")
    assert all(f"/items/{item.id}" in page for item in PACK.scenes[scene].items)
    assert all(f">{field.name}<" in page for field in PACK.scenes[scene].fields)


def test_the_plan_tells_the_date_the_order_and_what_is_not_confirmed(client: Client) -> None:
    page = text(client, "/scenes/S03/plan?way=普通注销&customs=no")
    assert '最迟 <time datetime="2026-01-19">2026年1月19日(周一)</time>全部办完' in page
    second = part(page, "第 2 批", "</ol>")
    assert "S03.b" in second and "等 1 办完后办" in second and "承诺 1 个工作日" in second and "未核实" in second
    assert "先要债权人公告满 45 日" in second and "不能用简易注销" in page
    assert "按您的回答不用办的 1 项" in page and "plan-bar" in second


def test_without_limits_the_date_is_not_known_and_the_items_are_named(client: Client) -> None:
    page = text(client, "/scenes/S04/plan?gathering=no&signboard=no&tobacco=no")
    told = part(page, "全部办完的日期还不知道", "</div>")
    assert "有 1 项没有公布时限" in told and "S04.a" in told and "plan-bar" not in page
    assert "《行政许可法》第四十二条第二款" in page and "2026年2月3日" in page


def test_a_field_says_who_uses_it_under_which_clause(client: Client) -> None:
    page = text(client, "/scenes/S01/plan?entity_kind=公司&premises=自有&hires=yes&opens_account=no")
    capital = part(page, ">注册资本<", "</li>")
    assert (
        "第 1 项要用" in capital
        and "《市场主体登记管理条例》第八条" in capital
        and "万元" in capital
        and "注册资本要大于 0" in capital
    )
    staff = part(page, ">从业人数<", "</li>")
    assert re.search(r"《住房公积金管理条例》第十四条）</span> <span class=\"tag tag-soon\">.*未核实", staff, re.S)


def test_what_an_item_makes_is_not_asked_and_not_brought(client: Client) -> None:
    page = text(client, "/scenes/S15/plan?kind=正常死亡&pension=yes")
    spared = part(page, 'id="spared"', "</section>")
    assert "第 1 项办好就有" in part(spared, "死亡证明编号", "</div>") and "您在上面已经回答" in part(spared, "死亡情形", "</div>")
    assert "死亡证明" in part(page, "办理当中产生，不用您交的", "</ul>")


def test_not_sure_is_not_no(client: Client) -> None:
    page = text(client, "/scenes/S15/plan?kind=%3F")
    assert "先办了第 1、2 项中的一项，就不用填。" in page and "先办了第 1、2 项中的一项，就不用交。" in page
    assert "还不知道" in part(page, "/items/S15.a1", "</li>")


def test_an_agent_need_not_give_what_the_city_holds_of_the_firm(agent: Account, client: Client) -> None:
    page = text(client, "/scenes/S03/plan")
    spared = part(page, 'id="spared"', "</section>")
    assert "聊城清荷软件有限公司" in spared and "法人单位库" in spared and "（批次 " in spared
    assert "企业名称" not in part(page, "一张表要填的", 'id="spared"')
    assert Entry.objects.filter(act="facts.read", subject=f"enterprise:{town.LOTUS}").count() == 1


def test_an_agent_can_do_without(agent: Account, client: Client) -> None:
    page = text(client, "/scenes/S03/plan?for=none&way=普通注销")
    assert "聊城清荷软件有限公司" not in page and "企业名称" in part(page, "一张表要填的", 'id="spared"')
    assert '<input type="hidden" name="for" value="none">' in page
    assert not Entry.objects.filter(act="facts.read").exists()


def test_another_firms_mandate_is_no_mandate(agent: Account, client: Client) -> None:
    own = agent.mandates.get()
    assert client.get(f"/scenes/S03/plan?for={own.pk}").status_code == 200
    withdraw_mandate(own, by=SETUP)
    assert client.get(f"/scenes/S03/plan?for={own.pk}").status_code == 404
    assert client.get("/scenes/S03/plan?for=x").status_code == 404


def test_a_firm_that_no_register_knows_is_asked_for_everything(city: None, client: Client, account_of: AccountOf) -> None:
    account = account_of(Role.AGENT)
    give_mandate(account, "91371502MA3C00404X", kind=MandateKind.ENTERPRISE, by=SETUP)
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    assert "企业名称" in part(text(client, "/scenes/S03/plan"), "一张表要填的", 'id="spared"')


def test_a_citizens_number_stands_in_no_address(city: None, client: Client, account_of: AccountOf) -> None:
    account = account_of(Role.CITIZEN)
    give_mandate(account, town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
    client.force_login(account, "django.contrib.auth.backends.ModelBackend")
    page = text(client, "/scenes/S12/plan")
    assert "周清荷" in part(page, 'id="spared"', "</section>")
    assert not any(town.CITIZEN in link for link in re.findall(r'(?:href|action)="([^"]*)"', page))


def test_the_page_asks_the_database_for_nothing_of_a_visitor(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        text(client, "/scenes/S14/plan?kind=到龄")


def test_more_mandates_need_no_more_queries(agent: Account, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as met:
            text(client, "/scenes/S03/plan")
        return len(met)

    queries()
    one = queries()
    for other in (town.WILLOW, town.EASTGATE):
        give_mandate(agent, other, kind=MandateKind.ENTERPRISE, by=SETUP)
    assert queries() == one


def test_the_scene_leads_to_its_plan_with_the_answers(client: Client) -> None:
    assert 'href="/scenes/S04/plan?signboard=yes"' in text(client, "/scenes/S04?signboard=yes")


def test_a_bar_keeps_within_the_whole() -> None:
    assert span(0, 5, 10) == Span(0.0, 50.0) and span(5, 10, 10) == Span(50.0, 50.0)
    assert span(10, 10, 10) == Span(98.0, 2.0) and span(0, 0, 0) == Span(0.0, 100.0)


def test_a_graph_has_a_column_a_batch_and_an_arrow_for_each_wait() -> None:
    drawn = graph([[(1, "critical")], [(2, ""), (3, "maybe")]], [(1, 2, "critical"), (1, 3, "any")])
    assert [(node.number, node.x, node.y) for node in drawn.nodes] == [(1, 20, 52), (2, 112, 26), (3, 112, 78)]
    assert [arrow.look for arrow in drawn.arrows] == ["critical", "any"] and (drawn.width, drawn.height) == (132, 104)
    assert all(arrow.path.startswith("M38 52C") for arrow in drawn.arrows)
    assert graph([], []).nodes == ()
