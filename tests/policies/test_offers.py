"""Offers: made once, with their reasons; of those that exclude each other one; places and the notice."""

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from chengban import packs
from chengban.ledger import Actor
from chengban.policies import offers
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict, explain
from chengban.policies.models import Offer
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
