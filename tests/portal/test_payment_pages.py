"""A payment that came back, at the portal's doors: who may decide, what is decided, and what is shown."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban.accounts.models import Account
from chengban.accounts.roles import Role
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message
from chengban.policies import offers
from chengban.policies.models import Budget, Offer, Payment
from chengban.policies.payments import set_budget
from chengban.policies.returning import newest_step
from chengban.policies.standing import staged
from tests import town
from tests.api.test_doors import AccountOf, enter
from tests.offered import FIRM, lotus_noticed
from tests.people import SETUP
from tests.policies.test_offers import proposed
from tests.portal.test_money_pages import ACCOUNT, pay

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
RIGHT = {"account": "62002", "reason": "企业来函更正"}
As = Callable[[Role | None], Client]


@pytest.fixture(autouse=True)
def city(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGBAN_TODAY", town.ON.isoformat())
    town.build(tmp_path)


@pytest.fixture
def as_(client: Client, account_of: AccountOf) -> As:
    return lambda role: enter(client, role, account_of)


def at(payment: Payment) -> str:
    return f"/delivery/payments/{payment.pk}"


POSTS = {"resend": "in 403 403 403 done 403 403 403", "release": "in 403 403 403 done 403 403 403"}


@pytest.mark.parametrize("act", POSTS)
def test_who_may_decide(act: str, as_: As) -> None:
    met = []
    for number, role in enumerate((None, *Role)):
        (payment,) = pay(f"S{number}", refuse=True)
        answer = as_(role).post(at(payment), {"act": act, **RIGHT})
        done = newest_step(payment).state != "refused"
        signs_in = answer.status_code == 302 and answer["Location"].startswith("/session")
        assert done == (answer.status_code == 302 and not signs_in)
        met.append("in" if signs_in else "done" if done else str(answer.status_code))
    assert " ".join(met) == POSTS[act]


def test_an_officer_of_another_department_reads_and_decides_nothing(as_: As, account_of: AccountOf) -> None:
    (payment,) = pay(town.LOTUS, refuse=True)
    Account.objects.filter(pk=account_of(Role.OFFICER).pk).update(department="science")
    officer = as_(Role.OFFICER)
    page = officer.get(at(payment))
    assert page.status_code == 200 and "重新拨付" not in page.content.decode()
    assert officer.post(at(payment), {"act": "resend", **RIGHT}).status_code == 403


def test_money_that_came_back_is_paid_anew_once(as_: As) -> None:
    (payment,) = pay(town.LOTUS, refuse=True)
    officer = as_(Role.OFFICER)
    listed = officer.get("/delivery").content.decode()
    assert at(payment) in listed and "钱退回来了" in listed
    for form in ({**RIGHT, "account": " "}, {**RIGHT, "reason": ""}, {**RIGHT, "account": "6" * 41}):
        assert "请写明" in officer.post(at(payment), {"act": "resend", **form}, follow=True).content.decode()
    assert Message.objects.count() == 1
    for _press in range(2):
        told = officer.post(at(payment), {"act": "resend", **RIGHT}, follow=True).content.decode()
    assert "只有被退回的" in told and Message.objects.filter(outcome="waiting").count() == 1
    settle([(message, Answer("T9")) for message in lease(9)], by=SETUP)
    page = officer.get(at(payment)).content.decode()
    assert newest_step(payment).state == "paid" and "T9" in page and "企业来函更正" in page and "第 2 次" in page
    assert at(payment) not in officer.get("/delivery").content.decode()
    assert officer.post(at(payment), {"act": "pay"}).status_code == 404


def test_money_that_is_not_paid_after_all_goes_back_to_the_budget(as_: As) -> None:
    (payment,) = pay(town.LOTUS, refuse=True)
    officer = as_(Role.OFFICER)
    assert "退回预算" in officer.post(at(payment), {"act": "release", "reason": "企业已注销"}, follow=True).content.decode()
    assert Budget.objects.get().committed == 0 and newest_step(payment).state == "released"


def test_a_page_shows_no_more_of_an_account_than_its_end(as_: As) -> None:
    (payment,) = pay(town.LOTUS, refuse=True)
    page = as_(Role.AUDITOR).get(at(payment)).content.decode()
    assert ACCOUNT[-4:] in page and ACCOUNT not in page and "<form" not in page.partition("<main")[2]
    assert f'href="{at(payment)}"' in as_(Role.AUDITOR).get(f"/exchange/messages/{Message.objects.get().pk}").content.decode()


def test_what_the_firm_confirmed_meanwhile_is_filled_in(as_: As) -> None:
    pay(town.LOTUS, refuse=True)
    offer = proposed(town.LOTUS, "P12")
    offers.confirm(offer, by=SETUP)
    officer, address = as_(Role.OFFICER), at(Payment.objects.get())
    assert 'value=""' in officer.get(address).content.decode()
    offers.accept(offer, account="62009", by=FIRM)
    page = officer.get(address).content.decode()
    assert 'value="62009"' in page and "自己确认的另一个账户" in page


def test_an_offers_stage_says_that_its_money_went_back(as_: As) -> None:
    offer = lotus_noticed()
    set_budget("P09", "2025", Decimal("9000000"), by=SETUP)
    offers.accept(offer, account="62001", by=FIRM)
    offers.order_due("P09", offer.version, "2025", on=town.ON.replace(day=20), by=SETUP)
    settle([(message, Refused("已销户")) for message in lease(9)], by=SETUP)
    offer.refresh_from_db()
    assert offer.payment is not None

    def stage() -> str:
        return str(staged(Offer.objects.filter(pk=offer.pk)).get().stage)

    assert stage() == "ordered"
    assert f'href="{at(offer.payment)}"' in as_(Role.OFFICER).get(f"/delivery/offers/{offer.pk}").content.decode()
    as_(Role.OFFICER).post(at(offer.payment), {"act": "release", "reason": "注销"})
    assert stage() == "stopped"
    assert "不再拨付" in as_(Role.AGENT).get(f"/enterprises/{town.LOTUS}/offers").content.decode()


def test_the_list_asks_as_much_for_three_as_for_one(as_: As) -> None:
    officer, asked = as_(Role.OFFICER), []
    for subjects in ((town.LOTUS,), (town.WILLOW, town.EASTGATE)):
        pay(*subjects, refuse=True)
        officer.get("/delivery")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = officer.get("/delivery").content.decode()
        asked.append(len(queries))
    assert page.count("/delivery/payments/") == 3 and asked[0] == asked[1]
