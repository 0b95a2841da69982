"""What cannot be had together: the first, or the one worth most, stays; whatever is ordered or paid stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from chengban import packs
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.policies import offers
from chengban.policies.models import Offer, Payment
from chengban.policies.payments import Order, order_payments, set_budget
from chengban.policies.rivals import PAID_BEFORE
from chengban.policies.standing import Stage, staged, standing_of
from tests.policies.test_offers import DAY, DEPARTMENT, FIRM, verdict_of


def grouped() -> Pack:
    """The pack with P09, P10 and P12 in one best-of group."""
    pack = packs.current()
    chosen = {name: pack.policies[name].model_copy(update={"best_of": "jobs"}) for name in ("P09", "P10", "P12")}
    return replace(pack, policies=pack.policies | chosen)


def offer(pack: Pack, policy: str, amount: int, *, version: str = "", subject: str = "S1", period: str = "2025") -> Offer:
    """An offer of a policy that is worth so many 元."""
    made = verdict_of()
    of = made.version.model_copy(update={"version": version or made.version.version})
    verdict = replace(made, policy=pack.policies[policy], version=of, amount=Decimal(amount))
    return offers.propose(pack, verdict, subject, period, on=DAY, by=DEPARTMENT)


def order(offer: Offer) -> None:
    set_budget(offer.policy, "2025", Decimal(1_000_000), by=DEPARTMENT)
    offers.confirm(offer, by=DEPARTMENT)
    offers.give_notice(offer, days=1, on=DAY, by=DEPARTMENT)
    offers.accept(offer, account="1", by=FIRM)
    found = offers.order_due(offer.policy, offer.version, "2025", on=DAY + timedelta(days=3), by=DEPARTMENT)
    assert [payment.subject for payment in found.payments] == [offer.subject]


def why_excluded(offer: Offer) -> str:
    steps = standing_of(offer).steps
    return steps[-1].reason if steps[-1].step == "excluded" else ""


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "second", "stays"), [(100, 200, "P10"), (200, 100, "P09"), (100, 100, "P09")])
def test_of_a_group_the_one_worth_most_stays(first: int, second: int, stays: str) -> None:
    pack = grouped()
    one, other = offer(pack, "P09", first), offer(pack, "P10", second)
    reasons = {each.policy: why_excluded(each) for each in (one, other)}
    lost = {"P09": "P10", "P10": "P09"}[stays]
    assert reasons[stays] == ""
    assert all(part in reasons[lost] for part in (stays, str(first), str(second)))


@pytest.mark.django_db
def test_the_one_worth_most_takes_the_place_of_all_that_live() -> None:
    pack = grouped()
    one = offer(pack, "P09", 100)
    offers.confirm(one, by=DEPARTMENT)
    offers.accept(one, account="1", by=FIRM)
    two, three = offer(pack, "P10", 50), offer(pack, "P12", 300)
    assert "P09" in why_excluded(two) and "P12" in why_excluded(one) and not why_excluded(three)


@pytest.mark.django_db
def test_what_is_ordered_wins_over_what_is_worth_more() -> None:
    pack = grouped()
    first = offer(pack, "P09", 100)
    order(first)
    assert "P09 100" in why_excluded(offer(pack, "P10", 200))
    assert standing_of(first).steps[-1].step == "ordered"


@pytest.mark.django_db
@pytest.mark.parametrize("ended", [True, False])
def test_what_was_excluded_is_restored_once_the_better_one_has_ended(ended: bool) -> None:
    pack = grouped()
    one, better = offer(pack, "P09", 100), offer(pack, "P10", 200)
    assert standing_of(one).is_excluded and staged(Offer.objects.all()).get(pk=one.pk).stage == Stage.STOPPED
    if ended:
        offers.reject(better, by=DEPARTMENT, reason="数据有误")
    again = offer(pack, "P09", 100)
    assert again == one and standing_of(one).is_dead != ended
    assert staged(Offer.objects.all()).get(pk=one.pk).stage == (Stage.PROPOSED if ended else Stage.STOPPED)
    if ended:
        offers.confirm(one, by=DEPARTMENT)
        assert why_excluded(offer(pack, "P12", 50)), "it counts again"
    assert [step.step for step in standing_of(one).steps].count("excluded") == 1


@pytest.mark.django_db
def test_another_subject_another_period_and_an_offer_that_ended_are_no_rivals() -> None:
    pack = grouped()
    ended = offer(pack, "P09", 500)
    offers.reject(ended, by=DEPARTMENT, reason="名单有误")
    offer(pack, "P09", 500, subject="S2")
    assert not why_excluded(offer(pack, "P10", 100))


@pytest.mark.django_db
def test_a_policy_is_had_once_a_period_whatever_the_version() -> None:
    pack = packs.current()
    offer(pack, "P09", 100, version="2024")
    assert "2024" in why_excluded(offer(pack, "P09", 200, version="2025"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "excluded"),
    [("2025", True), ("2025Q4", True), ("2025-02", True), ("once", True), ("2024", False), ("2026Q1", False)],
)
def test_what_cannot_be_had_together_cannot_in_any_period_that_shares_a_day(period: str, excluded: bool) -> None:
    pack = grouped()
    offer(pack, "P09", 300)
    assert bool(why_excluded(offer(pack, "P10", 200, period=period))) == excluded
    set_budget("P12", period, Decimal(1000), by=DEPARTMENT)
    order_payments("P12", "2024", period, [Order("S2", Decimal(1), "62001")], by=DEPARTMENT)
    assert (why_excluded(offer(pack, "P09", 200, subject="S2")) == PAID_BEFORE) == excluded


@pytest.mark.django_db
@pytest.mark.parametrize("paid", ["P09", "P10"])
def test_a_payment_by_a_list_excludes_too(paid: str) -> None:
    pack = grouped()
    set_budget(paid, "2025", Decimal(1000), by=DEPARTMENT)
    order_payments(paid, "2024", "2025", [Order("S1", Decimal(1), "62001")], by=DEPARTMENT)
    assert why_excluded(offer(pack, "P09", 200)) == PAID_BEFORE


@pytest.mark.django_db
def test_who_was_paid_by_a_list_after_the_offer_is_not_paid_again() -> None:
    made = offer(packs.current(), "P09", 100)
    set_budget("P09", "2025", Decimal(1000), by=DEPARTMENT)
    order_payments("P09", "2024", "2025", [Order("S1", Decimal(1), "62001")], by=DEPARTMENT)
    offers.confirm(made, by=DEPARTMENT)
    offers.give_notice(made, days=1, on=DAY, by=DEPARTMENT)
    offers.accept(made, account="1", by=FIRM)
    found = offers.order_due("P09", made.version, "2025", on=DAY + timedelta(days=3), by=DEPARTMENT)
    assert found.kept_out == {"S1": PAID_BEFORE} and Payment.objects.count() == 1
    assert why_excluded(made) == PAID_BEFORE


def together(acts: list[Callable[[], Any]]) -> None:
    """Do all of them at the same moment, each over a connection of its own."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> None:
        try:
            gate.wait()
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


@pytest.mark.usefixtures("committed")
def test_of_those_who_are_proposed_at_the_same_moment_one_lives() -> None:
    pack = grouped()
    for number in range(12):
        amounts = {"P09": 100 + number, "P10": 105, "P12": 110 - number}
        together([lambda p=p, a=a, n=number: offer(pack, p, a, subject=f"S{n}") for p, a in amounts.items()])
        living = [made for made in Offer.objects.filter(subject=f"S{number}") if not why_excluded(made)]
        assert len(living) == 1 and living[0].amount == max(amounts.values())


@pytest.mark.usefixtures("committed")
def test_sixteen_who_accept_at_once_get_the_places_in_the_order_of_their_acceptance() -> None:
    set_budget("P09", "2025", Decimal(1_000_000), 100, by=DEPARTMENT)
    pack = packs.current()
    made = [offer(pack, "P09", 10, subject=f"S{number:03d}") for number in range(160)]
    for each in made:
        offers.confirm(each, by=DEPARTMENT)
        offers.give_notice(each, days=1, on=DAY, by=DEPARTMENT)

    def accept(share: list[Offer]) -> None:
        for each in share:
            offers.accept(each, account="62", by=FIRM)

    def order_due() -> None:
        offers.order_due("P09", made[0].version, "2025", on=DAY + timedelta(days=3), by=Actor.system("tests"))

    together([lambda share=made[worker::16]: accept(share) for worker in range(16)])
    together([order_due] * 16)
    accepted = [each.subject for each in Offer.objects.filter(steps__step="accepted").order_by("steps__pk")]
    paid = list(Payment.objects.order_by("number").values_list("subject", flat=True))
    assert len(paid) == 100 and paid == accepted[:100]


@pytest.mark.usefixtures("committed")
def test_ordering_while_others_still_accept_pays_each_once_within_the_places() -> None:
    set_budget("P09", "2025", Decimal(1_000_000), 20, by=DEPARTMENT)
    pack = packs.current()
    made = [offer(pack, "P09", 10, subject=f"S{number:03d}") for number in range(32)]
    for each in made:
        offers.confirm(each, by=DEPARTMENT)
        offers.give_notice(each, days=1, on=DAY, by=DEPARTMENT)

    def accept_and_order(share: list[Offer]) -> None:
        for each in share:
            offers.accept(each, account="62", by=FIRM)
            offers.order_due("P09", each.version, "2025", on=DAY + timedelta(days=3), by=DEPARTMENT)

    together([lambda share=made[worker::8]: accept_and_order(share) for worker in range(8)])
    assert Payment.objects.count() == Payment.objects.values("subject").distinct().count() == 20
    assert Offer.objects.filter(steps__step="ordered").count() == 20
