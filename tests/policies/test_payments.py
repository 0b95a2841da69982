"""Money exactly once: within the budget, in order of acceptance, and never twice, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from chengban.exchange.domain import lease, replay
from chengban.exchange.models import Message
from chengban.exchange.reconciling import reconcile
from chengban.exchange.systems.treasury.fake import Books
from chengban.exchange.worker import Worker
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Payment, PaymentStep
from chengban.policies.payments import NoBudget, Order, order_payments, set_budget, standings
from tests.exchange.treasuries import treasury

BY = Actor.account(4)


def orders(count: int, amount: str = "100.00", start: int = 0) -> list[Order]:
    return [Order(f"S{number:05d}", Decimal(amount), f"62{number:010d}") for number in range(start, start + count)]


def order(some: list[Order]) -> dict[str, str]:
    return order_payments("P08", "2025", "2025", some, by=BY).kept_out


@pytest.mark.django_db
def test_without_a_budget_nothing_is_ordered() -> None:
    with pytest.raises(NoBudget, match="P08"):
        order(orders(1))


@pytest.mark.django_db
def test_an_order_is_kept_with_its_step_its_message_and_its_entry() -> None:
    set_budget("P08", "2025", Decimal("1000"), by=BY)
    assert order(orders(2)) == {}
    first, second = Payment.objects.order_by("number")
    assert (first.number, second.number) == (1, 2)
    message = Message.objects.get(subject=f"payment:{first.pk}")
    assert message.body == {"account": "620000000000", "amount": "100.00", "purpose": "P08/2025"}
    assert first.subject not in message.key
    assert Entry.objects.filter(act="policies.order_payment").count() == 2
    assert Budget.objects.get().committed == Decimal("200.00")


@pytest.mark.django_db
def test_what_is_kept_out_says_why_and_costs_nothing() -> None:
    set_budget("P08", "2025", Decimal("350"), 3, by=BY)
    out = order(
        [
            *orders(2),
            orders(1)[0],
            Order("S9", Decimal("-1"), "1"),
            Order("S8", Decimal("0.001"), "1"),
            Order("S7", Decimal("1"), "6" * 41),
        ]
    )
    assert list(out.values()) == [
        "本期已经下达过，不重复拨付",
        "金额 -1 不是正数，或不到分",
        "金额 0.001 不是正数，或不到分",
        "没有收款账户，或账户过长",
    ]
    assert order(orders(1, "200", start=5)) == {"S00005": "预算剩余 150.00 元，不够 200 元"}
    assert order(orders(2, start=6)) == {"S00007": "3 个名额已满"}
    assert Budget.objects.values_list("committed", "taken").get() == (Decimal("300.00"), 3)


@pytest.mark.django_db
def test_a_budget_cannot_fall_below_what_is_committed() -> None:
    set_budget("P08", "2025", Decimal("350"), by=BY)
    order(orders(2))
    with pytest.raises(PolicyError, match="已占用 200"):
        set_budget("P08", "2025", Decimal("199"), by=BY)
    set_budget("P08", "2025", Decimal("200"), 2, by=BY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Budget.objects.update(committed=Decimal("200.01"))


@pytest.mark.django_db
def test_the_database_refuses_a_second_payment() -> None:
    set_budget("P08", "2025", Decimal("350"), by=BY)
    order(orders(1))
    paid = Payment.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Payment.objects.create(
            policy="P08", version="2025", period="2025", subject=paid.subject, number=9, amount=1, account="1", at=paid.at, by="x"
        )
    step = PaymentStep.objects.create(payment=paid, state="paid", at=paid.at, by="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentStep.objects.create(payment=paid, state="paid", at=step.at, by="x")


@pytest.mark.usefixtures("committed")
def test_sixteen_who_race_for_a_hundred_places_get_a_hundred_in_order() -> None:
    set_budget("P08", "2025", Decimal("1000000"), 100, by=BY)

    def race(worker: int) -> int:
        try:
            found = [order_payments("P08", "2025", "2025", [one], by=BY) for one in orders(15, start=worker * 10)]
            return sum(len(one.payments) for one in found)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        got = sum(pool.map(race, range(16)))
    assert got == Payment.objects.count() == 100
    assert list(Payment.objects.order_by("pk").values_list("number", flat=True)) == list(range(1, 101))
    assert Budget.objects.values_list("committed", "taken").get() == (Decimal("10000.00"), 100)


@pytest.mark.usefixtures("committed")
def test_the_treasury_is_down_for_a_day_and_then_pays_all_once() -> None:
    moment = datetime(2025, 12, 1, 9, tzinfo=clock.CHINA)
    with clock.pinned(moment):
        set_budget("P08", "2025", Decimal("100000"), by=BY)
        order(orders(40))
    books = Books({"down": 1.0})
    end = moment + timedelta(hours=24)
    with treasury(books) as adapter, ThreadPoolExecutor(4) as pool:
        worker = Worker({"treasury": adapter})
        while Message.objects.filter(outcome="waiting").exists():
            books.faults = {"down": 1.0} if moment < end else {"late": 0.2}
            with clock.pinned(moment):
                worker.work_once(pool)
            moment += timedelta(minutes=10)
        found = reconcile("treasury", adapter, by=BY)
    assert moment < end + timedelta(hours=2)
    assert found.is_clean and len(books.payments) == 40
    assert [(one.state, one.count, one.amount) for one in standings()] == [("paid", 40, Decimal("4000.00"))]


@pytest.mark.usefixtures("committed")
def test_a_refused_payment_says_why_and_is_paid_once_the_account_is_mended() -> None:
    set_budget("P08", "2025", Decimal("1000"), by=BY)
    order(orders(1))
    books = Books(closed_accounts=frozenset({"620000000000"}))
    with treasury(books) as adapter:
        worker = Worker({"treasury": adapter})
        worker.run(until_empty=True)
        step = PaymentStep.objects.latest("pk")
        assert (step.state, step.reason) == ("refused", "收款账户已销户")
        books.closed_accounts = frozenset()
        replay(Message.objects.all(), by=BY)
        worker.run(until_empty=True)
    states = list(PaymentStep.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["ordered", "refused", "ordered", "paid"]
    assert lease(10) == []
