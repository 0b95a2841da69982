"""The life of one offer, whatever is done to it in whatever order."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chengban.exchange.models import Message
from chengban.ledger.models import Entry
from chengban.lib import workdays
from chengban.policies import offers
from chengban.policies.errors import PolicyError
from chengban.policies.models import Offer, Payment
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.standing import ENDS as FOR_GOOD
from chengban.policies.standing import staged
from tests.policies.test_offers import DAY, DEPARTMENT, FIRM, PUBLIC, proposed

ENDS = ("excluded", *FOR_GOOD, "ordered")


class Life(RuleBasedStateMachine):
    """One offer, and what a reader of the rules would remember of it."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.offer, self.on = proposed(), DAY
        set_budget("P09", "2025", Decimal("10000000"), by=DEPARTMENT)
        self.confirmed = self.accepted = self.over = self.objected = self.disputed = self.paid_by_list = False
        self.until: date | None = None
        self.ended = ""
        self.seen: list[int] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def attempt(self, allowed: bool, act: Callable[[], Any]) -> bool:
        """Do it, and see that it was allowed or refused as it should be."""
        before = self.offer.steps.count()
        try:
            act()
        except PolicyError:
            assert not allowed, "refused, though nothing stood against it"
            assert self.offer.steps.count() == before
            return False
        assert allowed, "done, though it was not the time"
        return True

    @initialize(steps=st.integers(0, 3))
    def begin_further_on(self, steps: int) -> None:
        """Random steps alone would seldom come so far that money could leave."""
        for act in (self.confirm, lambda: self.give_notice(2), self.accept)[:steps]:
            act()

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.on = min(self.on + timedelta(days=days), date(2026, 12, 1))

    @precondition(lambda self: self.until is not None)
    @rule()
    def the_last_day_comes(self) -> None:
        self.on = max(self.on, self.until or self.on)

    @rule()
    def confirm(self) -> None:
        done = self.attempt(not self.over and not self.confirmed, lambda: offers.confirm(self.offer, by=DEPARTMENT))
        self.confirmed |= done

    @rule()
    def reject(self) -> None:
        allowed = not self.over and not self.confirmed
        self.ends("stopped", self.attempt(allowed, lambda: offers.reject(self.offer, by=DEPARTMENT, reason="名单有误")))

    @rule(days=st.integers(1, 5))
    def give_notice(self, days: int) -> None:
        allowed = not self.over and self.confirmed and self.until is None
        if self.attempt(allowed, lambda: offers.give_notice(self.offer, days=days, on=self.on, by=DEPARTMENT)):
            self.until = workdays.after(self.on, days)

    @rule()
    def object_to(self) -> None:
        waits = self.objected or self.disputed
        allowed = not self.over and not waits and self.until is not None and self.on <= self.until
        self.objected |= self.attempt(allowed, lambda: offers.object_to(self.offer, on=self.on, by=PUBLIC, reason="社保未缴"))

    @rule(upheld=st.sampled_from([True, False, False, False]))
    def settle_objection(self, upheld: bool) -> None:
        def act() -> None:
            offers.settle_objection(self.offer, upheld=upheld, by=DEPARTMENT, reason="查实")

        if self.attempt(not self.over and self.objected, act):
            self.objected = False
            self.ends("stopped", upheld)

    @rule()
    def dispute(self) -> None:
        allowed = not self.over and not (self.objected or self.disputed)
        self.disputed |= self.attempt(allowed, lambda: offers.dispute(self.offer, by=FIRM, reason="人数不对"))

    @rule()
    def settle_dispute(self) -> None:
        allowed = not self.over and self.disputed
        if self.attempt(allowed, lambda: offers.settle_dispute(self.offer, by=DEPARTMENT, reason="已核")):
            self.disputed = False

    @rule()
    def accept(self) -> None:
        allowed = not self.over and self.confirmed and not self.accepted
        self.accepted |= self.attempt(allowed, lambda: offers.accept(self.offer, account="62001", by=FIRM))

    @rule(sure=st.integers(0, 4))
    def decline(self, sure: int) -> None:
        if sure:
            return
        self.ends("stopped", self.attempt(not self.over, lambda: offers.decline(self.offer, by=FIRM)))

    @rule()
    def order(self) -> None:
        waits = self.objected or self.disputed
        due = not self.over and not waits and self.accepted and self.until is not None and self.until < self.on
        found = offers.order_due("P09", self.offer.version, "2025", on=self.on, by=DEPARTMENT)
        assert len(found.payments) == int(due and not self.paid_by_list)
        self.ends("stopped" if self.paid_by_list else "ordered", due)

    @precondition(lambda self: not self.paid_by_list)
    @rule(sure=st.integers(0, 4))
    def a_list_pays_it(self, sure: int) -> None:
        """Under another version, and so past what is unique in the database."""
        if not sure and not self.ended:
            order_payments("P09", "2024", "2025", [Order(self.offer.subject, Decimal(1), "62009")], by=DEPARTMENT)
            self.paid_by_list = True

    @rule()
    def propose_again(self) -> None:
        assert proposed().pk == self.offer.pk

    def ends(self, stage: str, now: bool) -> None:
        """Remember how it ended, if it did."""
        if now:
            self.over, self.ended = True, stage

    @invariant()
    def steps_only_grow(self) -> None:
        now = list(self.offer.steps.order_by("pk").values_list("pk", flat=True))
        assert now[: len(self.seen)] == self.seen
        self.seen = now

    @invariant()
    def what_is_over_stays_over(self) -> None:
        ends = self.offer.steps.filter(step__in=ENDS)
        assert ends.count() == int(self.over)
        assert not self.over or ends.get() == self.offer.steps.latest("pk")

    @invariant()
    def the_database_says_where_it_stands(self) -> None:
        assert staged(Offer.objects.all()).values_list("stage", flat=True).get() == self.stage()

    def stage(self) -> str:
        """Where a reader of the rules would say that it stands."""
        if self.ended or self.objected or self.disputed:
            return self.ended or ("objected" if self.objected else "disputed")
        if self.until is None:
            return "confirmed" if self.confirmed else "proposed"
        return "accepted" if self.accepted else "noticed"

    @invariant()
    def money_leaves_at_most_once(self) -> None:
        paid = Payment.objects.filter(policy="P09").count()
        assert paid == Message.objects.count() == int(self.ended == "ordered") + int(self.paid_by_list) <= 1

    @invariant()
    def every_step_has_its_entry(self) -> None:
        entries = Entry.objects.filter(subject=f"offer:{self.offer.pk}")
        assert entries.count() == self.offer.steps.count()


@pytest.mark.django_db
def test_the_life_of_an_offer() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=20, deadline=None))
