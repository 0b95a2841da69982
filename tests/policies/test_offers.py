"""The life of an offer as a machine: whatever is tried, money leaves once, and only after all that must come first."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chengban import packs
from chengban.exchange.models import Message
from chengban.ledger import Actor
from chengban.ledger.models import Entry
from chengban.lib import workdays
from chengban.policies import offers
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict, explain
from chengban.policies.models import Offer, Payment
from chengban.policies.payments import set_budget

DEPARTMENT, FIRM, PUBLIC = Actor.account(1), Actor.account(2), Actor.account(3)
DAY = date(2025, 12, 1)


def verdict_of(policy: str = "P09") -> Verdict:
    """A verdict that is eligible, from the pack's own examples."""
    pack = packs.current()
    for example in pack.examples[policy]:
        if example.expect == "eligible" and pack.policies[policy].in_force(example.on):
            found = explain(pack, pack.policies[policy], dict(example.facts), on=example.on)
            if found.verdict == "eligible" and found.amount:
                return found
    raise AssertionError(f"{policy} has no example that is paid")


def proposed(subject: str = "S1", policy: str = "P09") -> Offer:
    return offers.propose(packs.current(), verdict_of(policy), subject, "2025", on=DAY, by=DEPARTMENT)


class Life(RuleBasedStateMachine):
    """One offer, and what a reader of the rules would remember of it."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.offer, self.on = proposed(), DAY
        set_budget("P09", "2025", Decimal("10000000"), by=DEPARTMENT)
        self.confirmed = self.accepted = self.over = self.objected = self.disputed = False
        self.until: date | None = None

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
        self.over |= self.attempt(allowed, lambda: offers.reject(self.offer, by=DEPARTMENT, reason="名单有误"))

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
            self.objected, self.over = False, upheld

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
        self.over |= self.attempt(not self.over, lambda: offers.decline(self.offer, by=FIRM))

    @rule()
    def order(self) -> None:
        waits = self.objected or self.disputed
        due = not self.over and not waits and self.accepted and self.until is not None and self.until < self.on
        found = offers.order_due("P09", self.offer.version, "2025", on=self.on, by=DEPARTMENT)
        assert len(found.payments) == int(due) and not found.kept_out
        self.over |= due

    @invariant()
    def money_leaves_at_most_once(self) -> None:
        paid = Payment.objects.filter(policy="P09").count()
        assert paid == Message.objects.count() == int(offers.standing_of(self.offer).has("ordered")) <= 1

    @invariant()
    def every_step_has_its_entry(self) -> None:
        entries = Entry.objects.filter(subject=f"offer:{self.offer.pk}")
        assert entries.count() == self.offer.steps.count()


@pytest.mark.django_db
def test_the_life_of_an_offer() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=100, stateful_step_count=20, deadline=None))


@pytest.mark.django_db
def test_an_offer_is_made_once_and_keeps_its_reasons() -> None:
    first, again = proposed(), proposed()
    assert first.pk == again.pk and offers.standing_of(first).has("proposed")
    assert {entry["clause"] for entry in first.explanation} == {clause.id for clause in verdict_of().version.clauses}


@pytest.mark.django_db
def test_nobody_is_offered_what_they_do_not_qualify_for() -> None:
    verdict = verdict_of()
    ineligible = replace(verdict, explanation=replace(verdict.explanation, verdict="unknown"))
    with pytest.raises(PolicyError, match="条件未满足"):
        offers.propose(packs.current(), ineligible, "S1", "2025", on=DAY, by=DEPARTMENT)


@pytest.mark.django_db
@pytest.mark.parametrize("ends", [None, "declined"])
def test_of_two_that_exclude_each_other_the_first_stands_until_it_ends(ends: str | None) -> None:
    pack = packs.current()
    verdict = verdict_of()
    other = verdict.policy.model_copy(update={"id": "P10", "excludes": ("P09",)})
    first = proposed()
    if ends:
        offers.decline(first, by=FIRM)
    second = offers.propose(pack, replace(verdict, policy=other), "S1", "2025", on=DAY, by=DEPARTMENT)
    assert offers.standing_of(second).has("excluded") == (ends is None)
    elsewhere = offers.propose(pack, replace(verdict, policy=other), "S2", "2025", on=DAY, by=DEPARTMENT)
    assert not offers.standing_of(elsewhere).is_over


@pytest.mark.django_db
def test_places_go_to_those_who_accepted_first() -> None:
    set_budget("P09", "2025", Decimal("10000000"), 2, by=DEPARTMENT)
    made = [proposed(f"S{number}") for number in range(4)]
    for offer in made:
        offers.confirm(offer, by=DEPARTMENT)
        offers.give_notice(offer, days=1, on=DAY, by=DEPARTMENT)
    for offer in reversed(made):
        offers.accept(offer, account="1", by=FIRM)
    found = offers.order_due("P09", made[0].version, "2025", on=DAY + timedelta(days=2), by=DEPARTMENT)
    assert [payment.subject for payment in found.payments] == ["S3", "S2"]
    assert found.kept_out == {"S1": "2 个名额已满", "S0": "2 个名额已满"}


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["reject", "object_to", "dispute", "settle_objection"])
def test_no_reason_no_step(verb: str) -> None:
    offer = proposed()
    given: dict[str, Any] = {"by": DEPARTMENT, "reason": " "}
    given |= {"object_to": {"on": DAY}, "settle_objection": {"upheld": True}}.get(verb, {})
    with suppress(PolicyError):
        getattr(offers, verb)(offer, **given)
    assert offer.steps.count() == 1


@pytest.mark.django_db
def test_nothing_is_ordered_before_the_notice_is_over() -> None:
    set_budget("P09", "2025", Decimal("10000000"), by=DEPARTMENT)
    offer = proposed()
    offers.confirm(offer, by=DEPARTMENT)
    until = offers.give_notice(offer, days=5, on=DAY, by=DEPARTMENT)
    offers.accept(offer, account="1", by=FIRM)
    assert until == date(2025, 12, 8)
    assert not offers.order_due("P09", offer.version, "2025", on=until, by=DEPARTMENT).payments
    assert len(offers.order_due("P09", offer.version, "2025", on=until + timedelta(days=1), by=DEPARTMENT).payments) == 1
