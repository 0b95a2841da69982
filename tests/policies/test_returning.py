"""Money that comes back: every order of the treasury's words ends the same, and nothing is paid twice at once."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from chengban.exchange import inbox
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, replay, settle
from chengban.exchange.errors import Refused, Unavailable
from chengban.exchange.models import Callback, Message
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Payment, PaymentStep
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.returning import NotReturned, newest_step, release, resend
from chengban.reach.models import Letter

BY = Actor.account(4)
NOON = datetime(2025, 12, 1, 12, tzinfo=clock.CHINA)


def ordered() -> Payment:
    set_budget("P08", "2025", Decimal("350"), 1, by=BY)
    return order_payments("P08", "2025", "2025", [Order("S1", Decimal("100.00"), "6201")], by=BY).payments[0]


def told(key: str, state: str, sequence: int, reference: str = "T1") -> str:
    notice = inbox.Notice(f"{key}/{sequence}", key, state, sequence, reference, "", f"{state}{sequence}".encode())
    return inbox.receive("treasury", notice, by=BY)[0].outcome


def returned() -> Payment:
    payment = ordered()
    told(f"payment-{payment.pk}", "paid", 1)
    told(f"payment-{payment.pk}", "returned", 2)
    return payment


def refused() -> Payment:
    payment = ordered()
    settle([(message, Refused("已销户")) for message in lease(1)], by=BY)
    return payment


def states(payment: Payment) -> list[str]:
    return list(payment.steps.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_the_subject_is_told_that_the_bank_sent_its_money_back() -> None:
    returned()
    assert Letter.objects.filter(subject="S1", kind="payment_stuck").count() == 1


EVENTS = ("answer", "paid", "paid", "returned", "returned")


class Interleavings(TestCase):
    """The worker's answer and the treasury's callbacks, each perhaps twice, in any order."""

    @given(st.permutations(EVENTS), st.booleans(), st.booleans())
    @settings(max_examples=60, deadline=None)
    def test_every_order_ends_the_same(self, events: list[str], fails_first: bool, back: bool) -> None:
        payment = ordered()
        (message,) = lease(1)
        if fails_first:
            settle([(message, Unavailable("503"))], by=BY)
        for event in events:
            if event == "answer":
                settle([(message, Answer("T1"))], by=BY)
            elif event == "paid" or back:
                told(f"payment-{payment.pk}", event, 1 if event == "paid" else 2)
        assert newest_step(payment).state == ("returned" if back else "paid")
        assert PaymentStep.objects.filter(state="paid", returned_by=None).count() == (0 if back else 1)
        assert PaymentStep.objects.filter(state="paid").count() == 1
        assert Message.objects.get().outcome == "delivered"
        assert Budget.objects.values_list("committed", "taken").get() == (Decimal("100.00"), 1)


@pytest.mark.django_db
@pytest.mark.parametrize("order", list(permutations([("paid", 1), ("returned", 2), ("paid", 3)])), ids=str)
def test_the_treasurys_last_word_stands(order: tuple[tuple[str, int], ...]) -> None:
    payment = ordered()
    for state, sequence in order:
        told(f"payment-{payment.pk}", state, sequence)
    assert newest_step(payment).state == "paid"


@pytest.mark.django_db
def test_a_returned_payment_is_paid_anew_to_another_account_and_arrives_once() -> None:
    payment = returned()
    key = resend(payment, " 6299 ", by=BY, reason="账户已更正")
    assert key == f"payment-{payment.pk}-2"
    (message,) = lease(5)
    assert (message.key, message.body["account"], message.body["amount"]) == (key, "6299", "100.00")
    assert Budget.objects.values_list("committed", "taken").get() == (Decimal("100.00"), 1)
    settle([(message, Answer("T2"))], by=BY)
    assert states(payment) == ["ordered", "paid", "returned", "ordered", "paid"]
    assert told(f"payment-{payment.pk}", "paid", 3) == "conflict", "the first order is over"
    assert told(key, "paid", 1, "T2") == "applied" and newest_step(payment).reference == "T2"
    with pytest.raises(NotReturned, match="已到账"):
        resend(payment, "6200", by=BY, reason="再来一次")


@pytest.mark.django_db
def test_the_database_lets_money_arrive_again_only_after_it_went_back() -> None:
    payment = returned()
    arrived = payment.steps.get(state="paid")
    again = {"payment": payment, "state": "paid", "at": NOON, "by": "x"}
    PaymentStep.objects.create(**again, attempt=2)
    with pytest.raises(IntegrityError, match="arrives_once"), transaction.atomic():
        PaymentStep.objects.create(**again, attempt=3)
    with pytest.raises(IntegrityError, match="arrives_once"), transaction.atomic():
        PaymentStep.objects.filter(pk=arrived.pk).update(returned_by=None)
    with pytest.raises(IntegrityError, match="only_an_arrival"), transaction.atomic():
        payment.steps.filter(state="ordered").update(returned_by=arrived)


@pytest.mark.django_db
def test_what_was_refused_and_sent_anew_is_not_sent_again_under_the_old_key() -> None:
    payment = refused()
    resend(payment, "6299", by=BY, reason="账户已更正")
    first = Message.objects.get(key=f"payment-{payment.pk}")
    assert first.outcome == "withdrawn" and replay(Message.objects.all(), by=BY) == 0
    assert told(first.key, "paid", 1) == "conflict"
    assert states(payment) == ["ordered", "refused", "ordered"]


@pytest.mark.django_db
def test_a_payment_under_way_or_whose_outcome_is_open_is_not_replaced() -> None:
    payment = ordered()
    for verb in (lambda: resend(payment, "1", by=BY, reason="x"), lambda: release(payment, by=BY, reason="x")):
        with pytest.raises(NotReturned, match="已下达"):
            verb()
    settle([(message, Unavailable("503")) for message in lease(1)], by=BY)
    with clock.pinned(clock.now() + timedelta(days=4)):
        settle([(message, Unavailable("503")) for message in lease(1)], by=BY)
        with pytest.raises(NotReturned, match="未送达"):
            resend(payment, "1", by=BY, reason="x")
        assert told(f"payment-{payment.pk}", "paid", 1) == "applied", "given up by us, and paid by them"
    assert states(payment) == ["ordered", "stuck", "paid"] and Message.objects.get().outcome == "delivered"


@pytest.mark.django_db
@pytest.mark.parametrize("make", [returned, refused])
def test_released_the_amount_and_the_place_are_free_again(make: object) -> None:
    payment = make()  # type: ignore[operator]
    with pytest.raises(PolicyError, match="原因"):
        release(payment, by=BY, reason=" ")
    release(payment, by=BY, reason="企业已注销")
    assert Budget.objects.values_list("committed", "taken").get() == (Decimal("0.00"), 0)
    with pytest.raises(NotReturned, match="不再拨付"):
        release(payment, by=BY, reason="再来一次")
    assert told(f"payment-{payment.pk}", "paid", 9) == "conflict"
    assert Callback.objects.filter(outcome="conflict").count() == 1
    found = order_payments("P08", "2025", "2025", [Order("S2", Decimal("350"), "6202")], by=BY)
    assert [paid.number for paid in found.payments] == [2], "a number of acceptance is not given twice"
