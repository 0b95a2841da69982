"""Offers at the portal's doors: each role at each verb, what the pages say, and how often they ask the database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.exchange.systems.treasury.fake import Books
from chengban.exchange.worker import Worker
from chengban.facts.models import Ticket
from chengban.lib import clock
from chengban.policies import offers
from chengban.policies.models import Offer, Payment
from chengban.policies.payments import set_budget
from tests import town
from tests.api.test_doors import enter
from tests.exchange.treasuries import treasury
from tests.offered import BY, FIRM, disputed, lotus, lotus_noticed, objected
from tests.policies.test_offers import proposed

AccountOf = Callable[[Role], Account]
LIST, OWN = "/delivery/P09/2025", f"/enterprises/{town.LOTUS}/offers"
pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


@pytest.fixture
def as_(client: Client, account_of: AccountOf) -> Callable[[Role | None], Client]:
    return lambda role: enter(client, role, account_of)


As = Callable[[Role | None], Client]


R, F = {"reason": "查明"}, "{fact}"
VERBS = {
    # the offer, address, form, then: visitor citizen agent clerk officer steward auditor administrator
    "confirm":     (lotus, LIST, {"act": "confirm-all"},                     "in  403 403 403 done 403 403 403"),
    "confirm one": (lotus, "/delivery/offers/{id}", {"act": "confirm"},      "in  403 403 403 done 403 403 403"),
    "reject":      (lotus, LIST, {"act": "reject", "offer": "{id}", **R},    "in  403 403 403 done 403 403 403"),
    "reject one":  (lotus, "/delivery/offers/{id}", {"act": "reject", **R},  "in  403 403 403 done 403 403 403"),
    "notice":      (lambda: lotus(confirmed=True), LIST, {"act": "notice", "offer": "{id}"}, "in 403 403 403 done 403 403 403"),
    "uphold":      (objected, "/delivery/offers/{id}", {"act": "uphold", **R}, "in 403 403 403 done 403 403 403"),
    "dismiss":     (objected, "/delivery/offers/{id}", {"act": "dismiss", **R}, "in 403 403 403 done 403 403 403"),
    "mended":      (disputed, "/delivery/offers/{id}", {"act": "mended", **R}, "in 403 403 403 done 403 403 403"),
    "accept":      (lotus_noticed, "/offers/{id}/acceptance", {"account": "62001"}, "in  404 done 404 404 404 404 404"),
    "decline":     (lotus, "/offers/{id}/declination", {},                   "in  404 done 404 404 404 404 404"),
    "dispute":     (lotus, "/offers/{id}/dispute", {"fact": F, **R},         "in  404 done 404 404 404 404 404"),
    "object":      (lotus_noticed, "/offers/{id}/objections", R, "in done done done done done done done"),
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_who_may_do_what_to_an_offer(verb: str, as_: As) -> None:
    make, address, form, expected = VERBS[verb]
    found = []
    for role in (None, *Role):
        Offer.objects.all().delete()
        offer = make()
        filled = {"{id}": str(offer.pk), "{fact}": next(iter(offer.explanation[0]["facts"]))}
        before = offer.steps.count()
        answer = as_(role).post(address.replace("{id}", str(offer.pk)), {k: filled.get(v, v) for k, v in form.items()})
        done = offer.steps.count() > before
        found.append(_came(answer, done))
    assert found == expected.split()


def _came(answer: HttpResponse, done: bool) -> str:
    """done, in (asked to sign in), or the status; nothing is done but where it says so."""
    signs_in = answer.status_code == 302 and answer["Location"].startswith("/session")
    assert done == (answer.status_code == 302 and not signs_in), answer
    return "in" if signs_in else "done" if done else str(answer.status_code)


@pytest.mark.parametrize(("department", "status"), [("", 302), ("human_resources", 302), ("science", 403)])
def test_an_officer_of_another_department_reads_and_does_nothing(
    department: str, status: int, as_: As, account_of: AccountOf
) -> None:
    Account.objects.filter(pk=account_of(Role.OFFICER).pk).update(department=department)
    officer = as_(Role.OFFICER)
    assert officer.post(LIST, {"act": "propose"}).status_code == status
    page = officer.get(LIST).content.decode()
    assert ("生成拟享名单" in page) == (status == 302)
    assert Offer.objects.exists() == (status == 302)


def told(client: Client, address: str, **form: str) -> str:
    return client.post(address, form, follow=True).content.decode()


def test_an_officer_goes_from_the_match_to_the_order_and_is_told_each_time(as_: As) -> None:
    officer = as_(Role.OFFICER)
    assert "还没有拟享名单" in officer.get(LIST).content.decode()
    assert "新列入 1 户" in told(officer, LIST, act="propose")
    assert "原已列入 1 户" in told(officer, LIST, act="propose")
    assert "还没有选" in told(officer, LIST, act="confirm")
    assert "请写明原因" in told(officer, LIST, act="reject", offer=str(Offer.objects.get().pk))
    assert "已确认 1 户" in told(officer, LIST, act="confirm-all")
    assert "已开始公示 1 户" in told(officer, LIST, act="notice-all", days="3")
    assert "现在没有到期可以下达的" in told(officer, LIST, act="order")
    assert officer.post(LIST, {"act": "pay"}).status_code == 404
    assert "/delivery/P09/2025?stage=proposed" not in officer.get("/delivery").content.decode()


def test_money_arrives_and_the_statement_says_when_and_under_which_number(as_: As) -> None:
    offer = lotus(noticed=True)
    set_budget("P09", "2025", 10 * offer.amount, by=BY)
    told(as_(Role.AGENT), f"/offers/{offer.pk}/acceptance", account="62001")
    after = datetime(2025, 12, 9, 10, tzinfo=clock.CHINA)
    with clock.pinned(after):
        assert "已下达 1 笔，21,600 元" in told(as_(Role.OFFICER), LIST, act="order")
        assert "已下达" in as_(Role.AGENT).get(OWN).content.decode()
    books = Books()
    with treasury(books) as adapter, clock.pinned(after + timedelta(minutes=5)):
        Worker({"treasury": adapter}).run(until_empty=True)
    page = as_(Role.AGENT).get(OWN).content.decode()
    reference = Payment.objects.get().steps.latest("pk").reference
    assert "已到账" in page and "2025-12-09" in page and reference in page


def test_before_the_notice_is_over_or_while_an_objection_is_open_nothing_is_ordered(as_: As) -> None:
    offer = objected()
    offers.accept(offer, account="62001", by=FIRM)
    set_budget("P09", "2025", 10 * offer.amount, by=BY)
    with clock.pinned(datetime(2025, 12, 20, 10, tzinfo=clock.CHINA)):
        assert "现在没有到期" in told(as_(Role.OFFICER), LIST, act="order")
        told(as_(Role.OFFICER), f"/delivery/offers/{offer.pk}", act="dismiss", reason="查无此事")
        assert "已下达 1 笔" in told(as_(Role.OFFICER), LIST, act="order")


def test_a_dispute_tells_the_tickets_number_to_both_sides(as_: As) -> None:
    offer = lotus()
    fact = next(iter(offer.explanation[0]["facts"]))
    page = told(as_(Role.AGENT), f"/offers/{offer.pk}/dispute", fact=fact, reason="少算一个月")
    number = Ticket.objects.get(closed_at=None, rule__startswith="disputed:").pk
    assert f"工单 {number}" in page
    assert f"工单 {number}" in as_(Role.OFFICER).get(f"/delivery/offers/{offer.pk}").content.decode()


def test_the_frozen_reasons_are_shown_with_their_facts_and_clauses(as_: As) -> None:
    page = as_(Role.OFFICER).get(f"/delivery/offers/{lotus().pk}").content.decode()
    assert "鲁人社字〔2025〕52号" in page and "依法参加失业保险并足额缴费12个月以上" in page and "12 月" in page


def test_the_account_of_the_last_acceptance_stands_in_the_form(as_: As) -> None:
    earlier = proposed(town.LOTUS, "P10")
    offers.confirm(earlier, by=BY)
    offers.accept(earlier, account="6200199887766", by=FIRM)
    lotus(confirmed=True)
    page = as_(Role.AGENT).get(OWN).content.decode()
    assert 'value="6200199887766"' in page and "请确认收款账户" in page
    clerk = as_(Role.CLERK).get(OWN).content.decode()
    assert "6200199887766" not in clerk and "/acceptance" not in clerk and "/declination" not in clerk


def test_a_citizen_answers_for_itself_at_an_address_without_its_number(as_: As, account_of: AccountOf) -> None:
    give_mandate(account_of(Role.CITIZEN), town.CITIZEN, kind=MandateKind.CITIZEN, by=BY)
    offer = proposed(town.CITIZEN, "P25")
    offers.confirm(offer, by=BY)
    answer = as_(Role.CITIZEN).post(f"/offers/{offer.pk}/acceptance", {"account": "62001"})
    assert answer["Location"] == "/me/offers"
    assert "尾号 2001" in as_(Role.CITIZEN).get("/me/offers").content.decode()


def test_the_public_notice_hides_the_number_of_a_person(client: Client) -> None:
    person = proposed(town.CITIZEN, "P25")
    offers.confirm(person, by=BY)
    offers.give_notice(person, days=5, on=town.ON, by=BY)
    page = client.get("/notices/P25/2025").content.decode()
    assert "周清荷" in page and town.CITIZEN not in page and town.CITIZEN[:6] + "********" in page
    assert "登录以后提出异议" in page and "/objections" not in page


def test_the_notice_names_who_and_how_much_and_ends_after_its_last_day(client: Client) -> None:
    offer = lotus(noticed=True)
    assert "2025年12月8日" in client.get("/notices").content.decode()
    page = client.get("/notices/P09/2025").content.decode()
    assert town.LOTUS in page and "21,600" in page and "2025-12-08" in page
    with clock.pinned(datetime(2025, 12, 9, 10, tzinfo=clock.CHINA)):
        assert town.LOTUS not in client.get("/notices/P09/2025").content.decode()
    offers.decline(offer, by=FIRM)
    assert town.LOTUS not in client.get("/notices/P09/2025").content.decode()


def test_nobody_objects_to_what_was_never_noticed(as_: As) -> None:
    assert as_(Role.CLERK).post(f"/offers/{lotus().pk}/objections", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("address", [LIST, f"{LIST}?stage=noticed", "/delivery", "/notices", "/notices/P09/2025", OWN])
def test_a_page_asks_as_often_for_three_as_for_one(address: str, as_: As) -> None:
    lotus(noticed=True)
    client = as_(Role.AGENT if address == OWN else Role.OFFICER)
    asked = [_queries(client, address)]
    for subject, policy in ((town.WILLOW, "P09"), (town.EASTGATE, "P09"), (town.LOTUS, "P10"), (town.LOTUS, "P12")):
        more = proposed(subject, policy)
        offers.confirm(more, by=BY)
        offers.give_notice(more, days=5, on=town.ON, by=BY)
    asked.append(_queries(client, address))
    assert asked[0] == asked[1]


def _queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_a_list_has_fifty_a_page_and_all_are_confirmed_at_once(as_: As) -> None:
    for number in range(52):
        proposed(f"S{number:02}")
    officer = as_(Role.OFFICER)
    first, second = (officer.get(f"{LIST}?stage=proposed&page={page}").content.decode() for page in (1, 2))
    assert first.count('name="offer"') == 50 and second.count('name="offer"') == 2
    assert "已确认 52 户" in told(officer, LIST, act="confirm-all")
    assert "这一环节现在没有" in officer.get(f"{LIST}?stage=proposed").content.decode()


def test_who_objects_too_often_reads_a_plain_sentence(as_: As) -> None:
    offer = lotus_noticed()
    for _ in range(3):
        told(as_(Role.CLERK), f"/offers/{offer.pk}/objections", reason="有欠薪")
        offers.settle_objection(offer, upheld=False, by=BY, reason="查无此事")
    assert "已提出过 3 次异议，不能再提" in told(as_(Role.CLERK), f"/offers/{offer.pk}/objections", reason="有欠薪")
    assert offer.steps.filter(step="objected").count() == 3
