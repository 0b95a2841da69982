"""What the subject of an offer and of a payment is told, at which steps, and once."""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from chengban.exchange.contract import Answer
from chengban.exchange.domain import replay, settle
from chengban.exchange.errors import Refused
from chengban.exchange.models import Message
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.policies import offering, offers
from chengban.policies.errors import PolicyError
from chengban.policies.models import Offer, OfferStep, Payment, PaymentStep
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.recovery import demand
from chengban.policies.returning import resend
from chengban.policies.telling import _OFFER, _PAYMENT, told_payments
from chengban.reach.models import Letter
from tests.policies.test_offers import DAY, DEPARTMENT, FIRM, PUBLIC, proposed

pytestmark = pytest.mark.django_db
BY = Actor.account(4)


def told() -> list[tuple[str, str]]:
    return list(Letter.objects.order_by("pk").values_list("kind", "title"))


def test_an_offer_says_when_it_waits_and_when_it_is_stopped() -> None:
    offer = proposed()
    assert told() == []
    offers.confirm(offer, by=DEPARTMENT)
    letter = Letter.objects.get()
    assert (letter.subject, letter.kind, letter.title) == ("S1", "offer_waits", "您有一笔失业保险稳岗返还待确认")
    assert f"金额 {offer.amount:,.2f}".removesuffix(".00") in letter.body and letter.title_en and letter.body_en
    offers.give_notice(offer, days=5, on=DAY, by=DEPARTMENT)
    offers.object_to(offer, on=DAY, by=PUBLIC, reason="不符合")
    offers.settle_objection(offer, upheld=False, by=DEPARTMENT, reason="经核实符合。")
    offers.object_to(offer, on=DAY, by=PUBLIC, reason="又有异议")
    offers.settle_objection(offer, upheld=True, by=DEPARTMENT, reason="重复参保")
    kinds = [kind for kind, _ in told()]
    assert kinds == ["offer_waits", "offer_objected", "offer_goes_on", "offer_objected", "offer_stopped"]
    assert "原因：重复参保。" in Letter.objects.latest("pk").body
    assert "经核实符合。继续办理" in Letter.objects.filter(kind="offer_goes_on").get().body


def test_what_the_subject_does_itself_it_is_not_told() -> None:
    offer = proposed()
    offers.confirm(offer, by=DEPARTMENT)
    offers.dispute(offer, by=FIRM, reason="人数不对")
    offers.settle_dispute(offer, by=DEPARTMENT, reason="已更正")
    offers.accept(offer, account="62001", by=FIRM)
    offers.decline(offer, by=FIRM)
    assert [kind for kind, _ in told()] == ["offer_waits", "offer_goes_on"]


def test_each_step_that_is_told_is_a_step() -> None:
    assert set(_OFFER) <= set(OfferStep.Step) and set(_PAYMENT) <= set(PaymentStep.State)


def ordered(count: int) -> list[Message]:
    set_budget("P09", "2025", Decimal("10000000"), by=BY)
    order_payments("P09", "2025", "2025", [Order(f"S{n}", Decimal("21600.50"), f"62{n:05}") for n in range(count)], by=BY)
    return list(Message.objects.filter(outcome="waiting"))


def test_money_that_arrived_and_money_that_came_back_is_told_once() -> None:
    (message,) = ordered(1)
    assert told() == []
    settle([(message, Refused("收款账户已销户"))], by=BY)
    for _ in range(2):
        replay(Message.objects.all(), by=BY)
        settle([(Message.objects.get(), Refused("收款账户已销户"))], by=BY)
    replay(Message.objects.all(), by=BY)
    settle([(Message.objects.get(), Answer("T1"))], by=BY)
    assert told() == [
        ("payment_stuck", "失业保险稳岗返还没有到账，请核对账户"),
        ("offer_paid", "失业保险稳岗返还已到账"),
    ]
    assert "21,600.50 元被退回。原因：收款账户已销户。" in Letter.objects.earliest("pk").body


def test_a_payment_made_anew_is_told_anew() -> None:
    ordered(1)
    payment = Payment.objects.get()
    for _ in range(2):
        settle([(Message.objects.get(outcome="waiting"), Refused("收款账户已销户"))], by=BY)
        resend(payment, "62002", by=BY, reason="企业来函更正")
    settle([(Message.objects.get(outcome="waiting"), Answer("T1"))], by=BY)
    assert [kind for kind, _ in told()] == ["payment_stuck", "payment_stuck", "offer_paid"]


def test_a_confirmed_list_is_told_in_the_queries_of_one() -> None:
    costs = []
    for count in (1, 30):
        made = [proposed(f"S{count}-{number}") for number in range(count)]
        with CaptureQueriesContext(connection) as asked:
            done = offering.each(made, lambda offer: offers.confirm(offer, by=DEPARTMENT), "done", by=DEPARTMENT)
        assert done.outcomes["done"] == count
        costs.append(sum("reach_" in query["sql"] or "accounts_" in query["sql"] for query in asked.captured_queries))
    assert costs[0] == costs[1] > 0
    assert Letter.objects.count() == 31 and Entry.objects.filter(act="reach.tell").count() == 2


def test_of_a_list_who_was_kept_out_is_told_nothing() -> None:
    first, second, third = (proposed(f"S{number}") for number in range(3))
    offers.reject(second, by=DEPARTMENT, reason="不符合")
    Letter.objects.all().delete()

    def confirm_or_fail(offer: Offer) -> None:
        offers.confirm(offer, by=DEPARTMENT)
        if offer == third:
            raise PolicyError("名单有误")

    with transaction.atomic():
        done = offering.each([first, second, third], confirm_or_fail, "done", by=DEPARTMENT)
    assert done.outcomes == {"done": 1, "kept_out": 2} and [letter.subject for letter in Letter.objects.all()] == ["S0"]


def test_money_demanded_back_is_told_with_its_reason() -> None:
    settle([(message, Answer("T1")) for message in ordered(1)], by=BY)
    why = {"reason": "重复享受。", "citation": "办法第九条"}
    demand(Payment.objects.get(), Decimal("600"), DAY, DAY.replace(day=28), by=DEPARTMENT, **why)
    letter = Letter.objects.get(kind="recovery_due")
    assert letter.title == "请退回失业保险稳岗返还的 600 元" and letter.link == "/enterprises/S0/recoveries"
    assert f"最迟 {DAY.replace(day=28)}。原因：重复享受。依据：办法第九条。" in letter.body and "¥600" in letter.body_en


def test_hundreds_of_payments_are_told_in_the_queries_of_one() -> None:
    settle([(message, Answer("T1")) for message in ordered(120)], by=BY)
    assert Letter.objects.count() == 120
    costs = []
    for count in (1, 100):
        Letter.objects.all().delete()
        steps = list(PaymentStep.objects.filter(state="paid")[:count])
        with CaptureQueriesContext(connection) as made:
            told_payments(steps, by=BY)
        costs.append(len(made))
        assert Letter.objects.count() == count
    assert costs[0] == costs[1] <= 7
    assert Payment.objects.count() == 120
