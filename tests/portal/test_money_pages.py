"""The console and the pages of recovery: who may act, what is shown and hidden, and that long lists cost no more queries."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengban.accounts.domain import give_mandate
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.roles import Role
from chengban.exchange import inbox, reconciling
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message, Reconciliation
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.policies.models import Payment, Recovery
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.recovery import demand
from chengban.portal.exchange_pages import masked
from tests import town
from tests.people import SETUP

AccountOf = Callable[[Role], Account]
BACKEND = "django.contrib.auth.backends.ModelBackend"
WHO: tuple[Role | None, ...] = (None, *Role)
ACCOUNT = "6217000012342001"
pytestmark = pytest.mark.django_db


def pay(*subjects: str, refuse: bool = False) -> list[Payment]:
    set_budget("P09", "2025", Decimal("9000000"), by=SETUP)
    orders = [Order(subject, Decimal("21600.00"), ACCOUNT) for subject in subjects]
    made = order_payments("P09", "2025", "2025", orders, by=SETUP).payments
    settle([(one, Refused("收款账户已销户") if refuse else Answer(one.key)) for one in lease(99)], by=SETUP)
    return made


def want(payment: Payment, by: Actor = SETUP) -> Recovery:
    due = date(2025, 10, 31)
    return demand(payment, Decimal("600"), date(2025, 10, 1), due, by=by, reason="重复享受", citation="办法第九条")


def enter(client: Client, role: Role | None, account_of: AccountOf) -> Client:
    client.logout()
    if role is not None:
        account = account_of(role)
        if role is Role.AGENT:
            give_mandate(account, town.LOTUS, kind=MandateKind.ENTERPRISE, by=SETUP)
        client.force_login(account, BACKEND)
    return client


POSTS = {
    # path                           visitor citizen agent clerk officer steward auditor administrator
    "/delivery/recoveries/demand/{}":  "302 403 403 403 422 403 403 403",
    "/delivery/recoveries/{}/plan":    "302 403 403 403 422 403 403 403",
    "/delivery/recoveries/{}/receipts": "302 403 403 403 422 403 403 403",
    "/delivery/recoveries/{}/waiver":  "302 403 403 403 422 403 403 403",
    "/exchange/messages/{}/replay":    "302 403 403 403 403 403 403 302",
    "/exchange/treasury/replay":       "302 403 403 403 403 403 403 302",
    "/exchange/treasury/reconcile":    "302 403 403 403 403 403 403 302",
    "/exchange/nowhere/reconcile":     "302 403 403 403 403 403 403 404",
}  # fmt: skip


@pytest.mark.parametrize(("path", "statuses"), POSTS.items(), ids=list(POSTS))
def test_who_may_post_what(path: str, statuses: str, client: Client, account_of: AccountOf) -> None:
    (payment,) = pay(town.LOTUS)
    number = want(payment).pk if "recoveries/{}" in path else payment.pk
    number = Message.objects.get().pk if "messages" in path else number
    met = {}
    for who in WHO:
        before = Entry.objects.exclude(act__startswith="accounts.").count()
        met[str(who or "visitor")] = enter(client, who, account_of).post(path.format(number)).status_code
        acted = Entry.objects.exclude(act__startswith="accounts.").count() - before
        assert not acted or who is Role.ADMINISTRATOR
    assert met == dict(zip([str(who or "visitor") for who in WHO], map(int, statuses.split()), strict=True))


def test_a_demand_a_plan_a_receipt_and_a_waiver_by_two_officers(client: Client, account_of: AccountOf) -> None:
    (payment,) = pay(town.LOTUS)
    first = enter(client, Role.OFFICER, account_of)
    asked = {"amount": "600", "due": "2099-03-31", "reason": "重复享受", "citation": "办法第九条"}
    said = first.post(f"/delivery/recoveries/demand/{payment.pk}", {**asked, "amount": "99999"})
    assert said.status_code == 422 and "不超过拨付的 21600.00 元" in said.content.decode()
    assert first.post(f"/delivery/recoveries/demand/{payment.pk}", asked).status_code == 302
    here = f"/delivery/recoveries/{Recovery.objects.get().pk}"
    wrong = first.post(f"{here}/plan", {"parts": "2099-03-31 500\nsoon 100"})
    assert wrong.status_code == 422 and "第 2 行看不懂" in wrong.content.decode() and "soon 100" in wrong.content.decode()
    assert first.post(f"{here}/plan", {"parts": "2099-03-31 500\n2099-06-30 100"}).status_code == 302
    back = {"amount": "450", "on": "2026-01-05", "reference": "B1"}
    assert [first.post(f"{here}/receipts", back).status_code for _ in range(2)] == [302, 302]
    text = first.get(here).content.decode()
    assert "B1" in text and "请另一位政策专员来办" in text and "2099年6月30日" in text
    assert first.post(f"{here}/waiver", {"reason": "企业困难"}).status_code == 422
    Recovery.objects.update(by="account:0")
    assert first.post(f"{here}/waiver", {"reason": "企业困难"}).status_code == 302
    assert Recovery.objects.values_list("received", "waived").get() == (Decimal("450"), Decimal("150"))
    assert "登记一笔入账" not in first.get(here).content.decode(), "nothing more can be done"


def test_an_auditor_reads_and_sees_no_forms(client: Client, account_of: AccountOf) -> None:
    recovery = want(pay(town.LOTUS)[0])
    text = enter(client, Role.AUDITOR, account_of).get(f"/delivery/recoveries/{recovery.pk}").content.decode()
    assert "重复享受" in text and "登记一笔入账" not in text


def test_an_enterprise_sees_what_to_pay_back_by_when_and_whom_to_ask(client: Client, account_of: AccountOf, tmp_path: Path) -> None:
    with transaction.atomic():
        town.build(tmp_path)
    agent = enter(client, Role.AGENT, account_of)
    own = f"/enterprises/{town.LOTUS}/recoveries"
    assert "没有要退回的" in agent.get(own).content.decode()
    want(pay(town.LOTUS)[0])
    text = agent.get(own).content.decode()
    assert "还要退回" in text and "现在已经逾期" in text and "办法第九条" in text and "人力资源" in text
    assert ACCOUNT not in text


def test_an_account_is_shown_by_its_last_digits_alone(client: Client, account_of: AccountOf) -> None:
    pay(town.LOTUS, refuse=True)
    auditor = enter(client, Role.AUDITOR, account_of)
    message = Message.objects.get()
    inbox.receive("treasury", inbox.Notice("C9", "elsewhere", "paid", 1, "T9", "", b"{}"), by=SETUP)
    texts = [auditor.get(path).content.decode() for path in ("/exchange", f"/exchange/messages/{message.pk}")]
    assert all(ACCOUNT not in text and "收款账户已销户" in text for text in texts)
    assert "•••• 2001" in texts[1] and "按原来的幂等键重发" not in texts[1]
    assert "elsewhere" in texts[0] and "对不上" in texts[0]


@pytest.mark.parametrize(("account", "shown"), [("6217000012342001", "•••• 2001"), ("12345678", "••••"), ("", "••••")])
def test_masked(account: str, shown: str) -> None:
    assert masked(account) == shown


def test_an_administrator_sends_again_and_asks_for_a_reconciliation(client: Client, account_of: AccountOf) -> None:
    pay(town.LOTUS, town.WILLOW, refuse=True)
    administrator = enter(client, Role.ADMINISTRATOR, account_of)
    first = Message.objects.earliest("pk")
    administrator.post(f"/exchange/messages/{first.pk}/replay")
    assert sorted(Message.objects.values_list("outcome", flat=True)) == ["refused", "waiting"]
    text = administrator.post("/exchange/treasury/replay", follow=True).content.decode()
    assert "已放回待发送：1 条" in text and set(Message.objects.values_list("outcome", flat=True)) == {"waiting"}
    asked = [administrator.post("/exchange/treasury/reconcile")["Location"] for _ in range(2)]
    assert asked[0] == asked[1] and "等工作进程来做" in administrator.get(asked[0]).content.decode()


def test_a_reconciliation_says_what_differs_or_why_it_was_not_finished(client: Client, account_of: AccountOf) -> None:
    asked = reconciling.ask("treasury", by=SETUP)
    auditor, here = enter(client, Role.AUDITOR, account_of), f"/exchange/reconciliations/{asked.pk}"
    found = Reconciliation.objects.filter(pk=asked.pk)
    found.update(finished_at=clock.now(), differences={"only_here": {"count": 120, "keys": ["payment-7"]}})
    text = auditor.get(here).content.decode()
    assert "我方有、对方没有" in text and "payment-7" in text and "只列出前 1 个" in text
    found.update(differences={}, failure="国库答复 503")
    assert "没有比对完：国库答复 503" in auditor.get(here).content.decode()


def test_the_console_filters_by_outcome_and_pages(client: Client, account_of: AccountOf) -> None:
    pay(*(f"S{number:03d}" for number in range(60)))
    auditor = enter(client, Role.AUDITOR, account_of)
    assert "第 1 页，共 2 页(60 条)" in auditor.get("/exchange?system=treasury&outcome=delivered").content.decode()
    assert "没有这样的消息" in auditor.get("/exchange?outcome=refused").content.decode()


def test_the_console_says_where_no_address_is_set(client: Client, account_of: AccountOf, monkeypatch: pytest.MonkeyPatch) -> None:
    auditor = enter(client, Role.AUDITOR, account_of)
    monkeypatch.delenv("CHENGBAN_TREASURY_URL", raising=False)
    assert "没有设置国库地址" in auditor.get("/exchange").content.decode()
    monkeypatch.setenv("CHENGBAN_TREASURY_URL", "http://127.0.0.1:9")
    assert "没有设置国库地址" not in auditor.get("/exchange").content.decode()


@pytest.mark.parametrize("path", ["/exchange", "/delivery/recoveries"])
def test_a_list_of_three_costs_as_many_queries_as_one(path: str, client: Client, account_of: AccountOf) -> None:
    auditor = enter(client, Role.AUDITOR, account_of)
    counts = []
    for subjects in (["S1"], ["S2", "S3"]):
        for payment in pay(*subjects):
            want(payment)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            auditor.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1]
