"""A spot check draws the same again for the same seed, and says by which clause and fact a payment no longer holds."""

import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from chengban import packs
from chengban.exchange.contract import Answer
from chengban.exchange.domain import lease, settle
from chengban.facts.ingest.load import load_file
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.policies.checking import draw, spot_check
from chengban.policies.errors import PolicyError
from chengban.policies.models import SpotCheck
from chengban.policies.payments import Order, order_payments, set_budget
from tests import town

BY, STRANGER = town.BY, "91371502MA3C00404X"
NUMBERS = st.lists(st.integers(1, 10**9), unique=True, max_size=50)


@given(NUMBERS, st.integers(0, 60), st.integers(), st.randoms(use_true_random=False))
def test_a_draw_depends_on_the_seed_and_the_payments_alone(
    numbers: list[int], count: int, seed: int, chance: random.Random
) -> None:
    drawn = draw(numbers, count, seed)
    mixed = list(numbers)
    chance.shuffle(mixed)
    assert drawn == draw(mixed, count, seed)
    assert len(set(drawn)) == len(drawn) == min(count, len(numbers)) and set(drawn) <= set(numbers)


def test_another_seed_draws_others_and_everybody_may_be_drawn() -> None:
    numbers = list(range(1, 41))
    drawn = [draw(numbers, 4, seed) for seed in range(200)]
    assert len({tuple(one) for one in drawn}) > 190
    assert {number for one in drawn for number in one} == set(numbers)


@pytest.fixture
def paid(db: None, tmp_path: Path) -> None:
    """清荷, 古柳, which is one step away, and a firm that the city does not know were paid, whoever decided that."""
    with transaction.atomic():
        town.build(tmp_path, packs.current())
    version = packs.current().policies["P09"].in_force(town.ON)
    assert version is not None
    set_budget("P09", "2025", Decimal("100000"), by=BY)
    orders = [Order(subject, Decimal("21600.00"), "6201") for subject in (town.LOTUS, town.WILLOW, STRANGER)]
    with clock.pinned(datetime(2025, 12, 1, 9, tzinfo=clock.CHINA)):
        order_payments("P09", version.version, "2025", orders, by=BY)
        settle([(message, Answer(message.key)) for message in lease(9)], by=BY)


def says(check: SpotCheck) -> dict[str, str]:
    return {finding.payment.subject: finding.says for finding in check.findings.all()}


def test_each_finding_says_holds_fails_by_which_clause_or_unknown(paid: None, tmp_path: Path) -> None:
    pack = packs.current()
    check = spot_check(pack, "P09", "2025", 9, 3, on=town.ON, by=BY)
    assert says(check) == {town.LOTUS: "holds", town.WILLOW: "fails", STRANGER: "unknown"}
    mended = town._file(tmp_path / "mended.csv", [town._insurance(town.LOTUS, 6, 18_000)])
    load_file(pack, pack.registers["social_insurance_employer"], mended, by=BY, on=town.ON)
    again = spot_check(pack, "P09", "2025", 9, 3, on=town.ON, by=BY)
    assert says(again)[town.LOTUS] == "fails" and again.known_by > check.known_by
    assert again.findings.get(says="unknown").reason == "本市没有登记这个主体。"
    failed = again.findings.get(payment__subject=town.LOTUS)
    assert [clause["verdict"] for clause in failed.clauses] == ["ineligible"]
    assert failed.clauses[0]["facts"] and failed.clauses[0]["gap"]
    assert Entry.objects.filter(act="policies.spot_check").count() == 2
    readings = Entry.objects.filter(act="facts.read", payload__purpose="spot_check")
    assert readings.count() == 4


@pytest.mark.django_db
def test_where_nothing_arrived_there_is_nothing_to_check() -> None:
    with pytest.raises(PolicyError, match="还没有到账"):
        spot_check(packs.current(), "P09", "2025", 1, 1, on=town.ON, by=BY)
