"""The fake treasury calls our door over HTTP, through every fault of both sides, and both books are equal at the end."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chengban.api.callbacks import SECRET
from chengban.exchange import reconciling
from chengban.exchange.models import Callback, Message
from chengban.exchange.reconciling import reconcile
from chengban.exchange.systems.treasury import fake
from chengban.exchange.systems.treasury.adapter import Treasury
from chengban.exchange.systems.treasury.caller import Caller
from chengban.exchange.systems.treasury.fake import CALLS, Books
from chengban.exchange.worker import Worker
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.models import Payment, PaymentStep
from chengban.policies.payments import Order, order_payments, set_budget, standings
from chengban.policies.returning import resend
from tests.exchange.doors import callback_door
from tests.exchange.treasuries import treasury

BY = Actor.system("tests")
COMMITTED = pytest.mark.usefixtures("committed")


@pytest.fixture
def caller(monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    monkeypatch.setenv(SECRET, "between-the-two-of-us")
    with callback_door() as address:
        made = Caller(address, "between-the-two-of-us")
        made.start()
        yield made
        made.stop()


def order(count: int) -> None:
    set_budget("P08", "2025", Decimal("100000"), by=BY)
    order_payments(
        "P08", "2025", "2025", [Order(f"S{number:05d}", Decimal("100.00"), f"62{number}") for number in range(count)], by=BY
    )


def settled(caller: Caller) -> None:
    until = time.monotonic() + 30
    while not caller.is_quiet:
        assert time.monotonic() < until, "the door did not hear everything"
        time.sleep(0.05)


def ours() -> dict[str, str]:
    """Key → where the payment stands, for keys that the treasury acted on."""
    newest = {step.payment_id: step.state for step in PaymentStep.objects.order_by("pk")}
    return {f"payment-{number}": state for number, state in newest.items()}


@COMMITTED
def test_through_every_fault_of_callbacks_both_sides_say_the_same(caller: Caller) -> None:
    order(60)
    books = Books({**dict.fromkeys(CALLS, 0.4), "late": 0.1, "lost": 0.1}, caller=caller)
    with treasury(books) as adapter:
        worker = Worker({"treasury": adapter})
        while Message.objects.filter(outcome="waiting").exists():
            worker.run(until_empty=True)
        settled(caller)
        found = reconcile("treasury", adapter, by=BY)
    assert found.is_clean and found.agreed == 60
    assert ours() == {key: payment["state"] for key, payment in books.payments.items()}
    assert set(ours().values()) == {"paid", "returned"}
    assert Callback.objects.filter(outcome__in=["applied", "older"]).count() == len(caller.made) < caller.posted


@COMMITTED
def test_a_return_whose_callback_was_never_heard_is_found_by_reconciling(caller: Caller) -> None:
    order(3)
    books = Books()
    with treasury(books) as adapter:
        Worker({"treasury": adapter}).run(until_empty=True)
        key = f"payment-{Payment.objects.earliest('pk').pk}"
        books.give_back(key)
        assert reconcile("treasury", adapter, by=BY).is_clean and reconcile("treasury", adapter, by=BY).is_clean
    assert ours()[key] == "returned" and Callback.objects.count() == 1
    assert PaymentStep.objects.get(state="returned").reason == "收款账户已销户"


@COMMITTED
def test_the_treasury_is_down_for_a_day_then_pays_all_once_returns_some_and_those_are_paid_anew(caller: Caller) -> None:
    moment = datetime(2025, 12, 1, 9, tzinfo=clock.CHINA)
    end = moment + timedelta(hours=24)
    with clock.pinned(moment):
        order(40)
    books = Books({"down": 1.0}, caller=caller)
    with treasury(books) as adapter, ThreadPoolExecutor(4) as pool:
        worker = Worker({"treasury": adapter})
        while Message.objects.filter(outcome="waiting").exists():
            books.faults = {"down": 1.0} if moment < end else {"late": 0.2, "twice": 0.5, "shuffled": 0.5, "returned": 0.25}
            with clock.pinned(moment):
                worker.work_once(pool)
            moment += timedelta(minutes=10)
        settled(caller)
        assert moment < end + timedelta(hours=6) and len(books.payments) == 40
        back = [key for key, payment in books.payments.items() if payment["state"] == "returned"]
        assert back and ours() == {key: payment["state"] for key, payment in books.payments.items()}
        books.faults = {"twice": 0.5}
        for key in back:
            resend(Payment.objects.get(pk=key.removeprefix("payment-")), "6299", by=BY, reason="账户已更正")
        worker.run(until_empty=True)
        settled(caller)
        assert reconcile("treasury", adapter, by=BY).is_clean
    assert [(one.state, one.count, one.amount) for one in standings()] == [("paid", 40, Decimal("4000.00"))]
    assert len([one for one in books.payments.values() if one["state"] == "paid"]) == 40


@COMMITTED
def test_a_reconciliation_that_was_asked_for_is_made_by_an_idle_worker_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "PAGE", 7)
    monkeypatch.setattr(fake, "_PAGE", 5)
    order(32)
    books = Books()
    with treasury(books) as adapter:
        worker = Worker({"treasury": adapter})
        worker.run(until_empty=True)
        asked = reconciling.ask("treasury", by=BY)
        worker.run(until_empty=True)
        asked.refresh_from_db()
        assert asked.is_clean and (asked.compared, asked.agreed) == (32, 32)
        books.faults = {"down": 1.0}
        again = reconciling.ask("treasury", by=BY)
        worker.run(until_empty=True)
    again.refresh_from_db()
    assert not again.is_clean and "503" in again.failure and again.finished_at is not None


@pytest.mark.django_db
def test_one_reconciliation_is_made_at_a_time_and_a_dead_workers_is_taken_over() -> None:
    asked = reconciling.ask("treasury", by=BY)
    assert reconciling.ask("treasury", by=BY).pk == asked.pk
    assert reconciling.claim_next(["elsewhere"]) is None
    first = reconciling.claim_next(["treasury"])
    assert first is not None and reconciling.claim_next(["treasury"]) is None
    nowhere = Treasury("http://127.0.0.1:9")
    with pytest.raises(reconciling.Busy, match="正在对账"):
        reconcile("treasury", nowhere, by=BY)
    with clock.pinned(clock.now() + reconciling.LEASE):
        second = reconciling.claim_next(["treasury"])
        assert second is not None and second.pk == first.pk
