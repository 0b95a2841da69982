"""Whole lists: proposed from the match, each judged again; noticed with the account that is known; ordered by score."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.facts.models import Ticket
from chengban.facts.quality import inspect_all
from chengban.ledger.models import Entry
from chengban.packs import Pack
from chengban.packs.model import Delivery, Policy
from chengban.policies import offering, offers
from chengban.policies.disputing import answer_dispute, dispute_fact, facts_of
from chengban.policies.domain import run_match
from chengban.policies.errors import NotInForce, PolicyError
from chengban.policies.models import Budget, Offer, Payment, PaymentStep
from chengban.policies.payments import NoBudget, Order, order_payments, set_budget
from chengban.policies.recovery import demand, receive
from chengban.policies.standing import reached, stages, standing_of
from tests import town
from tests.policies.test_offers import DEPARTMENT, FIRM, proposed

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")]


def paid(policy: str, subject: str) -> Payment:
    """A payment of the year before, as the treasury made it."""
    set_budget(policy, "2024", Decimal(1000), by=DEPARTMENT)
    payment = order_payments(policy, "2022", "2024", [Order(subject, Decimal("100.00"), "6201")], by=DEPARTMENT).payments[0]
    settle([(message, Answer("T-1")) for message in lease(9)], by=DEPARTMENT)
    return payment


@pytest.fixture
def pack(db: None, tmp_path: Path) -> Pack:
    return town.build(tmp_path)


def with_delivery(pack: Pack, **changed: object) -> tuple[Pack, Policy]:
    """The pack whose P09 is delivered otherwise, and that P09."""
    policy = pack.policies["P09"]
    delivery = Delivery(**{"period": "year", "notice_days": 5, "confidence": "K"} | changed)  # type: ignore[arg-type]
    versions = tuple(version.model_copy(update={"delivery": delivery}) for version in policy.versions)
    policy = policy.model_copy(update={"versions": versions})
    return replace(pack, policies=pack.policies | {"P09": policy}), policy


def propose(pack: Pack, policy: Policy | None = None, **given: object) -> dict[str, int]:
    done = offering.propose_all(pack, policy or pack.policies["P09"], on=town.ON, by=DEPARTMENT, **given)  # type: ignore[arg-type]
    return {outcome: count for outcome, count in done.outcomes.items() if count}


@pytest.mark.parametrize("matched", [True, False])
def test_who_qualifies_is_proposed_once_with_a_reading(pack: Pack, matched: bool) -> None:
    if matched:
        run_match(pack, by=town.BY, on=town.ON)
    told: list[tuple[int, int]] = []
    assert propose(pack, progress=lambda done, total: told.append((done, total))) == {"proposed": 1}
    assert told == [(1, 1)]
    offer = Offer.objects.get()
    assert (offer.subject, offer.period, offer.amount, offer.score) == (town.LOTUS, "2025", Decimal("21600.00"), None)
    assert Entry.objects.filter(act="facts.read").values_list("subject", flat=True).get() == f"enterprise:{town.LOTUS}"
    assert propose(pack) == {"before": 1}
    assert Entry.objects.filter(act="facts.read").count() == 1


def test_nothing_new_is_promised_while_money_is_demanded_back(pack: Pack) -> None:
    payment = paid("P09", town.LOTUS)
    recovery = demand(
        payment, Decimal("60.00"), town.ON, town.ON + timedelta(days=30), by=DEPARTMENT, reason="重复", citation="第九条"
    )
    done = offering.propose_all(pack, pack.policies["P09"], on=town.ON, by=DEPARTMENT)
    assert done.reasons == {f"在途：2024 的拨付正在追回（追回 {recovery.pk}），还欠 60.00 元": 1}
    assert not Entry.objects.filter(act="facts.read").exists(), "its file is not read for nothing"
    receive(recovery, Decimal("60.00"), town.ON, "R-1", by=DEPARTMENT)
    assert propose(pack) == {"proposed": 1}


def test_nothing_new_is_promised_while_an_offer_waits(pack: Pack) -> None:
    with_quarters, policy = with_delivery(pack, period="quarter")
    assert propose(with_quarters, policy, period="2025Q3") == {"proposed": 1}
    offer = Offer.objects.get()
    dispute_fact(pack, offer, facts_of(offer)[0], on=town.ON, by=FIRM, reason="人数不对")
    assert propose(with_quarters, policy, period="2025Q4") == {"kept_out": 1}
    without = replace(with_quarters, city=pack.city.model_copy(update={"in_flight": ("recovery",)}))
    assert propose(without, policy, period="2025Q4") == {"proposed": 1}, "the city says what it looks at"


def test_the_match_and_the_policy_on_its_own_name_the_same_subjects(pack: Pack) -> None:
    policies = [policy for policy in pack.policies.values() if policy.in_force(town.ON)]
    alone = {policy.id: offering.eligible(pack, policy, town.ON, by=town.BY) for policy in policies}
    run_match(pack, by=town.BY, on=town.ON)
    assert {policy.id: offering.eligible(pack, policy, town.ON, by=town.BY) for policy in policies} == alone
    assert alone["P09"] == [town.LOTUS] and max(map(len, alone.values())) > 1


def test_a_list_stops_at_most_and_goes_on_from_there(pack: Pack) -> None:
    policy = pack.policies["P09"]
    assert propose(pack, most=0) == {"left": 1}
    assert propose(pack, policy, most=1) == {"proposed": 1}


def test_only_what_the_treasury_pays_is_proposed(pack: Pack) -> None:
    with pytest.raises(PolicyError, match="不是由财政拨付"):
        propose(pack, pack.policies["P05"])
    with pytest.raises(NotInForce):
        offering.propose_all(pack, pack.policies["P09"], on=town.ON.replace(year=2030), by=DEPARTMENT)


@pytest.mark.parametrize(("period", "named"), [("once", "once"), ("quarter", "2025Q4"), ("month", "2025-12")])
def test_the_period_is_the_versions_own(pack: Pack, period: str, named: str) -> None:
    propose(*with_delivery(pack, period=period))
    assert Offer.objects.get().period == named


def test_a_score_is_frozen_and_the_highest_is_paid_first(pack: Pack) -> None:
    scored, policy = with_delivery(pack, order="score", score="上年度参保人数 * 2", places=2, budget=Decimal(10_000_000))
    assert propose(scored, policy) == {"proposed": 1}
    lotus = Offer.objects.get()
    assert lotus.score == Decimal(48)
    others = [proposed(f"S{number}") for number in range(3)]
    for other, score in zip(others, (None, Decimal(48), Decimal("99.5")), strict=True):
        Offer.objects.filter(pk=other.pk).update(score=score, version=lotus.version)
    for offer in (*others, lotus):
        offers.confirm(offer, by=DEPARTMENT)
        offering.begin_notice(scored, offer, on=town.ON, by=DEPARTMENT)
        offers.accept(offer, account="1", by=FIRM)
    found = offering.order_all_due(scored, policy, "2025", on=town.ON + timedelta(days=20), by=DEPARTMENT)
    assert [payment.subject for payment in found.payments] == ["S2", "S1"]
    assert set(found.kept_out) == {"S0", town.LOTUS}
    assert Budget.objects.values_list("total", "places").get() == (Decimal(10_000_000), 2)


def test_a_budget_that_was_set_stands_and_none_is_said(pack: Pack) -> None:
    made, policy = with_delivery(pack, budget=Decimal(5))
    set_budget("P09", "2025", Decimal(7), by=DEPARTMENT)
    propose(made, policy)
    offering.order_all_due(made, policy, "2025", on=town.ON, by=DEPARTMENT)
    assert Budget.objects.get().total == 7
    Budget.objects.all().delete()
    due(Offer.objects.get(), made)
    with pytest.raises(NoBudget):
        offering.order_all_due(pack, pack.policies["P09"], "2025", on=town.ON + timedelta(days=20), by=DEPARTMENT)


def due(offer: Offer, pack: Pack) -> None:
    offers.confirm(offer, by=DEPARTMENT)
    offering.begin_notice(pack, offer, on=town.ON, by=DEPARTMENT)
    if not standing_of(offer).account:
        offers.accept(offer, account="62001", by=FIRM)


def test_the_notice_is_as_long_as_the_version_says(pack: Pack) -> None:
    offer = proposed()
    offers.confirm(offer, by=DEPARTMENT)
    undeclared = with_delivery(pack, notice_days=None)[0]
    with pytest.raises(PolicyError, match="请填写天数"):
        offering.begin_notice(undeclared, offer, on=town.ON, by=DEPARTMENT)
    assert offering.begin_notice(pack, offer, on=town.ON, by=DEPARTMENT).isoformat() == "2025-12-08"


def confirmed(subject: str = "S1", policy: str = "P09") -> Offer:
    offer = proposed(subject, policy)
    offers.confirm(offer, by=DEPARTMENT)
    return offer


@pytest.mark.parametrize(("mode", "automatic"), [("免申即享", True), ("确认即享", False), ("申报", False)])
def test_who_named_an_account_before_has_nothing_to_do_where_no_application_is_needed(
    pack: Pack, mode: str, automatic: bool
) -> None:
    earlier = confirmed(policy="P10")
    offers.accept(earlier, account="62001", by=FIRM)
    policy = pack.policies["P09"].model_copy(update={"mode": mode})
    offer = confirmed()
    offering.begin_notice(replace(pack, policies=pack.policies | {"P09": policy}), offer, on=town.ON, by=DEPARTMENT)
    standing = standing_of(offer)
    assert standing.has("accepted") == automatic
    if automatic:
        step = standing.steps[-1]
        assert (step.account, step.by) == ("62001", "system:policies") and "P10" in step.reason


def test_who_never_named_an_account_must_name_it_once(pack: Pack) -> None:
    first, other = confirmed(), confirmed("S2")
    offering.begin_notice(pack, first, on=town.ON, by=DEPARTMENT)
    offering.begin_notice(pack, other, on=town.ON, by=DEPARTMENT)
    assert not standing_of(first).has("accepted")
    offers.accept(first, account="62001", by=FIRM)
    assert offering.known_account("S1") is not None and offering.known_account("S2") is None


def test_an_account_that_money_came_back_from_is_not_used_again(pack: Pack) -> None:
    set_budget("P09", "2025", Decimal(1_000_000), by=DEPARTMENT)
    due(proposed(), pack)
    (payment,) = offering.order_all_due(
        pack, pack.policies["P09"], "2025", on=town.ON + timedelta(days=20), by=DEPARTMENT
    ).payments  # fmt: skip
    assert offering.known_account("S1") is not None
    PaymentStep.objects.create(payment=payment, state="refused", at=payment.at, by="exchange", reason="收款账户已销户")
    assert offering.known_account("S1") is None


def test_a_list_tells_how_many_and_why_not(pack: Pack) -> None:
    made = [proposed("S1"), confirmed("S2"), confirmed("S3")]
    done = offering.each(made, lambda offer: offers.confirm(offer, by=DEPARTMENT), "confirmed", by=DEPARTMENT)
    assert done.outcomes == {"confirmed": 1, "kept_out": 2}
    assert list(done.reasons.values()) == [2]


def test_where_all_stand_and_what_they_came_to(pack: Pack) -> None:
    amount = proposed("S1").amount
    confirmed("S2")
    offers.decline(confirmed("S3"), by=FIRM)
    assert {row.stage: (row.count, row.amount) for row in stages()} == {
        "proposed": (1, amount),
        "confirmed": (1, amount),
        "stopped": (1, amount),
    }
    assert reached() == {("P09", "2025"): {"proposed": (3, 3 * amount), "confirmed": (2, 2 * amount)}}


def test_a_disputed_datum_is_a_ticket_that_only_its_answer_closes(pack: Pack) -> None:
    propose(pack)
    offer = Offer.objects.get()
    fact = facts_of(offer)[0]
    ticket = dispute_fact(pack, offer, fact, on=town.ON, by=FIRM, reason="少算了一个月")
    register = pack.registers[ticket.register]
    assert (ticket.department, ticket.opened_on, ticket.sample) == (register.department, town.ON, [town.LOTUS])
    step = standing_of(offer).steps[-1]
    assert step.step == "disputed" and f"工单 {ticket.pk}" in step.reason and "少算了一个月" in step.reason
    inspect_all(pack, by=town.BY, on=town.ON)
    assert Ticket.objects.get(pk=ticket.pk).closed_at is None
    answer_dispute(offer, on=town.ON, by=DEPARTMENT, reason="已核，数据无误")
    assert Ticket.objects.get(pk=ticket.pk).closed_on == town.ON
    assert not standing_of(offer).waits
    assert Entry.objects.filter(act__in=("facts.open_ticket", "facts.close_ticket")).count() == 2


@pytest.mark.parametrize(("fact", "reason", "said"), [("county", "错", "请选择"), ("", "错", "请选择"), (None, " ", "写明原因")])
def test_a_dispute_names_a_fact_of_the_offer_and_why(pack: Pack, fact: str | None, reason: str, said: str) -> None:
    propose(pack)
    offer = Offer.objects.get()
    with pytest.raises(PolicyError, match=said):
        dispute_fact(pack, offer, facts_of(offer)[0] if fact is None else fact, on=town.ON, by=FIRM, reason=reason)
    assert not Ticket.objects.exists() and offer.steps.count() == 1
