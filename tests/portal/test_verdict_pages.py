"""An applicant's own verdict on an item's page, what they say is wrong, and who may answer it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban import packs
from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.facts.models import Ticket
from chengban.items.census import take_census
from chengban.items.models import Dispute
from chengban.ledger.models import Entry
from tests import town
from tests.certificates import issued
from tests.items.test_importing import row, take
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
WHO: tuple[Role | None, ...] = (None, *Role)
DATUM = "register:tax_registration"


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


@pytest.fixture
def enter(client: Client, account_of: AccountOf) -> Callable[..., Client]:
    """The client as the holder of a role, of a department: the agent acts for 清荷, the citizen is the town's."""

    def as_(role: Role | None, department: str = "") -> Client:
        client.logout()
        if role is None:
            return client
        account = account_of(role)
        account.department = department
        account.save()
        if role is Role.AGENT:
            give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
        if role is Role.CITIZEN:
            give_mandate(account, town.CITIZEN, kind=MandateKind.CITIZEN, by=SETUP)
        client.force_login(account, "django.contrib.auth.backends.ModelBackend")
        return client

    return as_


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def part(page: str, begin: str, end: str) -> str:
    return page[page.index(begin) : page.index(end, page.index(begin))]


def test_the_applicant_sees_first_what_need_not_be_brought(enter: Any) -> None:
    issued.licence(packs.current())
    page = text(enter(Role.AGENT), "/items/S24.a")
    outcome = part(page, 'id="outcome"', "</section>")
    assert "3 份材料</strong>都不用您交" in outcome and "聊城清荷软件有限公司" in outcome
    assert "颁发的《营业执照》" in outcome and "《税务登记库》里有申请人的记录" in outcome and "还要您交" not in outcome
    assert "no-store" in enter(Role.AGENT).get("/items/S24.a")["Cache-Control"]


def test_what_is_still_to_be_brought_says_why(enter: Any) -> None:
    outcome = part(text(enter(Role.AGENT), "/items/S26.a"), 'id="outcome"', "</section>")
    assert outcome.index("不用您交") < outcome.index("还要您交")
    asked = outcome[outcome.index("还要您交") :]
    assert "国家税务总局聊城市税务局还没有送来《纳税申报年度汇总库》" in asked


def test_answers_choose_and_the_reasons_are_told(enter: Any) -> None:
    page = text(enter(Role.AGENT), "/items/S01.a?premises=租赁&entity_kind=%3F")
    outcome = re.sub("<[^>]+>", "", part(page, 'id="outcome"', "</section>"))
    assert "按您的回答不用交的 2 份" in outcome and "因为您答：经营场所是怎么来的？租来的或借用的" in outcome
    assert "要看：您要办的是哪一种企业？" in outcome


def test_visitors_and_staff_see_the_list_as_it_is_and_nobody_is_read(enter: Any) -> None:
    for who in (None, Role.CLERK, Role.AUDITOR):
        assert "您的材料" not in text(enter(who), "/items/S24.a")
    assert not Entry.objects.filter(act="facts.read").exists()


def test_a_reading_of_the_own_verdict_is_recorded_as_own(enter: Any) -> None:
    client = enter(Role.AGENT)
    text(client, "/items/S24.a")
    entry = Entry.objects.get(act="facts.read")
    assert entry.payload["purpose"] == "own" and entry.subject == f"enterprise:{town.LOTUS}"
    assert "您自己" in text(client, f"/enterprises/{town.LOTUS}/readings")


def test_who_acts_for_several_chooses_by_number_and_never_another(enter: Any, account_of: AccountOf) -> None:
    client = enter(Role.AGENT)
    give_mandate(account_of(Role.AGENT), town.WILLOW, kind=MandateKind.ENTERPRISE, by=SETUP)
    assert "清荷软件" in text(client, "/items/S24.a") and "for=2" in text(client, "/items/S24.a")
    assert "古柳机械" in text(client, "/items/S24.a?for=2")
    for strange in ("3", "-1", "x", "٢", f"{town.EASTGATE}"):
        assert "清荷软件" in text(client, f"/items/S24.a?for={strange}")


def test_the_page_asks_a_constant_number_of_times(enter: Any, django_assert_num_queries: Any) -> None:
    client = enter(Role.AGENT)
    text(client, "/items/S24.a")
    with CaptureQueriesContext(connection) as first:
        text(client, "/items/S24.a")
    pack = packs.current()
    issued.licence(pack)
    for number in range(3):
        issued.permit(pack)
        Dispute.objects.create(
            subject=town.LOTUS, datum=f"register:x{number}", name="《某库》", item="S24.a", department="tax", reason="不对",
            opened_on=town.ON, opened_at="2025-12-01T00:00Z", opened_by="x",
        )  # fmt: skip
    with django_assert_num_queries(len(first)):
        assert "您提出有误的数据" in text(client, "/items/S24.a")


# This is wrong --------------------------------------------------------------------------------------------------------


def dispute(client: Client, **more: str) -> Any:
    given = {"datum": DATUM, "reason": "我们已经注销税务登记", "answers": "for=1", **more}
    return client.post("/items/S24.a/disputes", given, follow=True)


def test_a_dispute_is_told_falls_and_is_answered(enter: Any) -> None:
    page = dispute(enter(Role.AGENT)).content.decode()
    ticket = Ticket.objects.get()
    assert f"已开工单 {ticket.pk} 给国家税务总局聊城市税务局" in page and "核对中" in page
    assert "还在核对" in page[page.index("还要您交") :]
    waiting = text(enter(Role.OFFICER, "tax"), "/disputes")
    assert "我们已经注销税务登记" in waiting and "清税" not in waiting
    number = Dispute.objects.get().pk
    answered = enter(Role.OFFICER, "tax").post(f"/disputes/{number}/answer", {"answer": "已核实，登记正常"}, follow=True)
    assert "已答复，申请人会看到" in answered.content.decode()
    own = text(enter(Role.AGENT), "/items/S24.a")
    assert "已核实，登记正常" in own and "《税务登记库》里有申请人的记录" in own
    assert Ticket.objects.get().closed_on == town.ON
    again = enter(Role.OFFICER, "tax").post(f"/disputes/{number}/answer", {"answer": "又一次"}, follow=True)
    assert "已经答复过了" in again.content.decode()


def test_the_answers_of_the_form_are_kept(enter: Any) -> None:
    answer = enter(Role.AGENT).post("/items/S24.a/disputes", {"datum": DATUM, "reason": "不对", "answers": "for=1&x=\r\nY"})
    assert answer.status_code == 302 and answer["Location"].startswith("/items/S24.a?for=1&x=") and "\n" not in answer["Location"]


POSTS = {
    # post                                       visitor citizen agent clerk officer steward auditor administrator
    ("/items/S24.a/disputes", "dispute"):        "302 302 302 403 403 403 403 403",
    ("/items/no-such/disputes", "dispute"):      "302 404 404 403 403 403 403 403",
    ("/disputes/{number}/answer", "theirs"):     "302 403 403 403 302 302 403 403",
    ("/disputes/{number}/answer", "others"):     "302 403 403 403 404 404 403 403",
    ("/disputes/0/answer", "theirs"):            "302 403 403 403 404 404 403 403",
}  # fmt: skip


@pytest.mark.parametrize("post", POSTS, ids=lambda post: f"{post[0]} {post[1]}")
def test_who_may_post_what(post: tuple[str, str], enter: Any) -> None:
    path, which = post
    met = []
    for who in WHO:
        dispute(enter(Role.AGENT))
        number = Dispute.objects.order_by("-pk").values_list("pk", flat=True)[0]
        client = enter(who, {"theirs": "tax", "others": "science"}.get(which, ""))
        given = {"datum": DATUM, "reason": "不对", "answer": "好的"}
        met.append(str(client.post(path.format(number=number), given).status_code))
    assert " ".join(met) == POSTS[post]


@pytest.mark.parametrize("path", ["/items/S24.a/disputes", "/disputes/1/answer"])
def test_a_post_without_its_token_is_refused(path: str, account_of: AccountOf) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(account_of(Role.AGENT), "django.contrib.auth.backends.ModelBackend")
    assert client.post(path, {"datum": DATUM}).status_code == 403


def test_staff_see_their_departments_disputes_and_an_auditor_no_whole_number(enter: Any, account_of: AccountOf) -> None:
    dispute(enter(Role.AGENT))
    Dispute.objects.update(subject=town.CITIZEN)
    assert "我们已经注销" not in text(enter(Role.OFFICER, "science"), "/disputes")
    assert town.CITIZEN in text(enter(Role.STEWARD, "tax"), "/disputes")
    seen = text(enter(Role.AUDITOR, "science"), "/disputes")
    assert "我们已经注销" in seen and town.CITIZEN not in seen


# Items that the city brought ------------------------------------------------------------------------------------------


def test_an_imported_item_has_a_page_is_found_and_has_its_verdict(enter: Any, tmp_path: Path) -> None:
    assert enter(None).get("/items/YL-7").status_code == 404
    take(tmp_path, [row("YL-7", 事项名称="古树名木移植审批", 法定时限="20个工作日", 申请材料=[{"材料名称": "移植方案"}])])
    page = text(enter(None), "/items/YL-7")
    assert "古树名木移植审批" in page and "移植方案" in page and "20 个工作日" in page and "第 1 版" in page
    assert '<a href="/items/YL-7"' in text(enter(None), "/search?q=古树名木移植")
    assert "另有本市实施清单里的 1 个事项" in text(enter(None), "/items")
    own = text(enter(Role.AGENT), "/items/YL-7")
    assert "某局还没有写明《移植方案》可以用什么代替" in own
    take(tmp_path, [row("YL-8", 事项名称="别的事")])
    assert enter(None).get("/items/YL-7").status_code == 404
    assert "/items/YL-7" not in text(enter(None), "/search?q=古树名木移植")


def test_the_city_wins_no_code_of_the_pack(enter: Any, tmp_path: Path) -> None:
    take(tmp_path, [row("S24.a", 事项名称="冒名的事项")])
    assert "冒名的事项" not in text(enter(None), "/items/S24.a")


# The board ------------------------------------------------------------------------------------------------------------


def test_the_board_says_what_to_mend_first_and_proves_each_item(enter: Any, django_assert_num_queries: Any) -> None:
    client = enter(Role.OFFICER)
    assert "还没有普查过" in text(client, "/material-free")
    for subject in (town.LOTUS, town.WILLOW):
        issued.licence(packs.current(), subject)
    take_census(packs.current(), by=SETUP, on=town.ON)
    page = text(client, "/material-free")
    assert "3 户企业、1 位市民" in page and "不是抽样" in page and page.index("先补哪里") < page.index("各件事")
    assert "/material-free/S24.a" in page
    proof = text(client, "/material-free/S24.a")
    assert "对 66.7% 的申请人成立" in proof and "1 户企业还没有有效的《营业执照》电子证照" in proof
    assert client.get("/material-free/S99.z").status_code == 404
    with CaptureQueriesContext(connection) as first:
        text(client, "/material-free")
    take_census(packs.current(), by=SETUP, on=town.ON)
    take_census(packs.current(), by=SETUP, on=town.ON)
    with django_assert_num_queries(len(first)):
        text(client, "/material-free")


def test_the_board_counts_items_that_the_city_brought(enter: Any, tmp_path: Path) -> None:
    take(tmp_path, [row("YL-7", 事项名称="古树名木移植审批", 申请材料=[{"材料名称": "移植方案"}])])
    take_census(packs.current(), by=SETUP, on=town.ON)
    assert "古树名木移植审批" in text(enter(Role.STEWARD), "/material-free")
    assert "某局还没有写明《移植方案》可以用什么代替" in text(enter(Role.STEWARD), "/material-free/YL-7")
