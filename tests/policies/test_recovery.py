"""Money demanded back: whatever is done in whatever order, every fen is somewhere, and never in two places."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from chengban.exchange import inbox
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.exchange.errors import Refused
from chengban.ledger import Actor
from chengban.policies.errors import PolicyError
from chengban.policies.models import Budget, Payment, PaymentStep, Receipt, Recovery
from chengban.policies.payments import Order, key_of, order_payments, set_budget
from chengban.policies.recovery import (
    ARREARS,
    OPEN,
    SETTLED,
    NotOwed,
    SecondPersonNeeded,
    WrongPlan,
    agree_instalments,
    demand,
    receive,
    standing_of,
    waive,
)  # fmt: skip
from chengban.policies.returning import newest_step, release, resend
from chengban.policies.statements import Statement, statement

OFFICER, SECOND = Actor.account(1), Actor.account(2)
DAY = date(2025, 12, 1)
WHY = {"reason": "不符合条件", "citation": "管理办法第九条"}


def yuan(text: str) -> Decimal:
    return Decimal(text)


def paid(amount: str = "100.00", subject: str = "S1") -> Payment:
    set_budget("P08", "2025", yuan("1000"), by=OFFICER)
    payment = order_payments("P08", "2025", "2025", [Order(subject, yuan(amount), "6201")], by=OFFICER).payments[0]
    settle([(message, Answer(f"T-{subject}")) for message in lease(9)], by=OFFICER)
    return payment


def demanded(amount: str = "100.00") -> Recovery:
    return demand(paid(), yuan(amount), DAY, DAY + timedelta(days=30), by=OFFICER, **WHY)


def fresh(recovery: Recovery) -> Recovery:
    return Recovery.objects.get(pk=recovery.pk)


@pytest.mark.django_db
def test_a_demand_is_at_most_what_was_paid_and_once_a_payment() -> None:
    payment = paid()
    for amount in ("100.01", "0", "-1", "0.001"):
        with pytest.raises(NotOwed):
            demand(payment, yuan(amount), DAY, DAY, by=OFFICER, **WHY)
    for empty in ("reason", "citation"):
        with pytest.raises(PolicyError, match="请写明"):
            demand(payment, yuan("1"), DAY, DAY, by=OFFICER, **{**WHY, empty: " "})
    demand(payment, yuan("60"), DAY, DAY, by=OFFICER, **WHY)
    with pytest.raises(PolicyError, match="不能再要求一次"):
        demand(payment, yuan("40"), DAY, DAY, by=OFFICER, **WHY)


@pytest.mark.django_db
def test_what_has_not_arrived_is_not_demanded_and_what_is_demanded_is_not_sent_anew() -> None:
    set_budget("P08", "2025", yuan("1000"), by=OFFICER)
    payment = order_payments("P08", "2025", "2025", [Order("S1", yuan("100"), "6201")], by=OFFICER).payments[0]
    with pytest.raises(NotOwed, match="已经到账"):
        demand(payment, yuan("1"), DAY, DAY, by=OFFICER, **WHY)
    settle([(message, Answer("T1")) for message in lease(1)], by=OFFICER)
    demand(payment, yuan("1"), DAY, DAY, by=OFFICER, **WHY)
    inbox.receive("treasury", inbox.Notice("C2", key_of(payment), "returned", 2, "T1", "", b"2"), by=OFFICER)
    with pytest.raises(PolicyError, match="已经要求退回"):
        resend(Payment.objects.get(), "6299", by=OFFICER, reason="账户已更正")


@pytest.mark.django_db
def test_a_plan_is_exactly_the_amount_in_the_order_of_its_days() -> None:
    recovery, later = demanded(), DAY + timedelta(days=60)
    wrong = [
        [], [(yuan("99.99"), DAY)], [(yuan("50"), later), (yuan("50"), DAY)], [(yuan("50"), DAY), (yuan("50"), DAY)],
        [(yuan("100"), DAY - timedelta(days=1))],
    ]  # fmt: skip
    for parts in wrong:
        with pytest.raises(WrongPlan):
            agree_instalments(recovery, parts, by=OFFICER)
    with pytest.raises(NotOwed):
        agree_instalments(recovery, [(yuan("-1"), DAY), (yuan("101"), later)], by=OFFICER)
    agree_instalments(recovery, [(yuan("33.34"), DAY), (yuan("66.66"), later)], by=OFFICER)
    assert [part.amount for part in standing_of(recovery, DAY).parts] == [yuan("33.34"), yuan("66.66")]
    assert recovery.instalments.count() == 3, "the first plan is kept"


@pytest.mark.django_db
def test_what_comes_back_pays_the_oldest_instalment_first_and_arrears_are_derived() -> None:
    recovery, second = demanded(), DAY + timedelta(days=60)
    agree_instalments(recovery, [(yuan("40"), DAY), (yuan("60"), second)], by=OFFICER)
    assert standing_of(fresh(recovery), DAY).state == OPEN
    late = standing_of(fresh(recovery), DAY + timedelta(days=1))
    assert late.state == ARREARS and late.late is not None and (late.late.number, late.late.due) == (1, DAY)
    receive(recovery, yuan("50"), DAY, "B1", by=OFFICER)
    now = standing_of(fresh(recovery), DAY + timedelta(days=1))
    assert (now.state, [part.received for part in now.parts]) == (OPEN, [yuan("40"), yuan("10")])
    assert now.next is not None and now.next.number == 2
    receive(recovery, yuan("50"), second, "B2", by=OFFICER)
    assert standing_of(fresh(recovery), second + timedelta(days=1)).state == SETTLED
    with pytest.raises(PolicyError, match="已经办结"):
        agree_instalments(recovery, [(yuan("100"), DAY)], by=OFFICER)


@pytest.mark.django_db
def test_a_receipt_counts_once_and_is_never_more_than_is_owed() -> None:
    recovery = demanded()
    first = receive(recovery, yuan("30"), DAY, "B1", by=OFFICER)
    assert receive(recovery, yuan("30"), DAY, " B1 ", by=OFFICER) == first
    assert (fresh(recovery).received, Budget.objects.get().committed) == (yuan("30"), yuan("70"))
    with pytest.raises(PolicyError, match="另一笔"):
        receive(recovery, yuan("31"), DAY, "B1", by=OFFICER)
    with pytest.raises(NotOwed, match=r"还应退回 70\.00 元"):
        receive(recovery, yuan("70.01"), DAY, "B2", by=OFFICER)
    with pytest.raises(IntegrityError, match="never_more"), transaction.atomic():
        Recovery.objects.update(received=yuan("100.01"))


@pytest.mark.django_db
def test_only_a_second_person_waives_the_rest() -> None:
    recovery = demanded()
    receive(recovery, yuan("30"), DAY, "B1", by=OFFICER)
    with pytest.raises(SecondPersonNeeded):
        waive(recovery, by=OFFICER, reason="企业困难")
    assert waive(recovery, by=SECOND, reason="企业困难").amount == yuan("70")
    assert standing_of(fresh(recovery), DAY + timedelta(days=999)).state == SETTLED
    with pytest.raises(NotOwed):
        receive(recovery, yuan("1"), DAY, "B2", by=OFFICER)
    assert statement("P08", "2025").left == yuan("930"), "what was waived does not come back"


CENTS = st.integers(1, 30_000).map(lambda fen: Decimal(fen) / 100)


class Money(RuleBasedStateMachine):
    """A few payments on which anything is tried; what is refused changes nothing."""

    @initialize()
    def begin(self) -> None:
        self.holder = transaction.atomic()
        self.holder.__enter__()
        set_budget("P08", "2025", Decimal("500"), by=OFFICER)
        self.serial = 0

    @rule(amount=CENTS)
    def order(self, amount: Decimal) -> None:
        self.serial += 1
        order_payments("P08", "2025", "2025", [Order(f"S{self.serial}", amount, "62")], by=OFFICER)

    @rule(yes=st.booleans())
    def answer(self, yes: bool) -> None:
        settle([(message, Answer(message.key) if yes else Refused("已销户")) for message in lease(1)], by=OFFICER)

    @rule(data=st.data(), state=st.sampled_from(["paid", "returned"]), sequence=st.integers(1, 4))
    def tell(self, data: st.DataObject, state: str, sequence: int) -> None:
        self._on_one(data, lambda payment: self._tell(payment, state, sequence))

    def _tell(self, payment: Payment, state: str, sequence: int) -> None:
        self.serial += 1
        key = key_of(payment, newest_step(payment).attempt)
        inbox.receive("treasury", inbox.Notice(f"C{self.serial}", key, state, sequence, "T", "", b""), by=OFFICER)

    @rule(data=st.data())
    def send_anew(self, data: st.DataObject) -> None:
        self._on_one(data, lambda payment: resend(payment, "6299", by=OFFICER, reason="更正"))

    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        self._on_one(data, lambda payment: release(payment, by=OFFICER, reason="注销"))

    @rule(data=st.data(), amount=CENTS)
    def want_back(self, data: st.DataObject, amount: Decimal) -> None:
        self._on_one(data, lambda payment: demand(payment, amount, DAY, DAY, by=OFFICER, **WHY))

    @rule(data=st.data(), share=st.integers(1, 99))
    def agree(self, data: st.DataObject, share: int) -> None:
        def split(payment: Payment) -> None:
            first = (payment.recovery.amount * share / 100).quantize(Decimal("0.01"))
            parts = [(first, DAY), (payment.recovery.amount - first, DAY + timedelta(days=30))]
            agree_instalments(payment.recovery, parts, by=OFFICER)

        self._on_one(data, split)

    @rule(data=st.data(), amount=CENTS)
    def come_back(self, data: st.DataObject, amount: Decimal) -> None:
        self.serial += 1
        self._on_one(data, lambda payment: receive(payment.recovery, amount, DAY, f"B{self.serial}", by=OFFICER))

    @rule(data=st.data())
    def forgive(self, data: st.DataObject) -> None:
        self._on_one(data, lambda payment: waive(payment.recovery, by=SECOND, reason="困难"))

    def _on_one(self, data: st.DataObject, act: Callable[[Payment], object]) -> None:
        payments = list(Payment.objects.order_by("pk"))
        if payments:
            with suppress(PolicyError, Recovery.DoesNotExist):
                act(data.draw(st.sampled_from(payments)))

    @invariant()
    def every_fen_is_somewhere(self) -> None:
        if not hasattr(self, "serial"):
            return
        found = statement("P08", "2025")
        assert found.balances and 0 <= found.left <= found.total
        assert found.ordered == sum((payment.amount for payment in Payment.objects.all()), Decimal(0))
        assert found.demanded == found.recovered + found.waived + found.owed and found.owed >= 0
        assert found.recovered == sum((one.amount for one in Receipt.objects.all()), Decimal(0))
        for recovery in Recovery.objects.all():
            parts = standing_of(recovery, DAY).parts
            assert sum(part.amount for part in parts) == recovery.amount
            assert sum(part.received for part in parts) == recovery.received
        self._arrived_once(found)

    def _arrived_once(self, found: Statement) -> None:
        arrived = PaymentStep.objects.filter(state="paid", returned_by=None).select_related("payment")
        assert len({step.payment_id for step in arrived}) == len(arrived)
        assert sum((step.payment.amount for step in arrived), Decimal(0)) == found.paid

    def teardown(self) -> None:
        if hasattr(self, "holder"):
            transaction.set_rollback(True)
            self.holder.__exit__(None, None, None)


@pytest.mark.django_db
def test_sums_always_balance() -> None:
    run_state_machine_as_test(Money, settings=settings(max_examples=40, stateful_step_count=25, deadline=None))
