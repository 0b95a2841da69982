"""The figures of the latest match, as the pages add them up."""

from decimal import Decimal

import pytest

from chengban import packs
from chengban.lib import clock
from chengban.policies.models import MatchRun, PolicyMatch
from chengban.portal.figures import figures_of, latest_figures, totals, wanted_facts


@pytest.fixture
def run(db: None) -> MatchRun:
    """Two policies that pay, one that only deducts, and one that was not in force."""
    pack = packs.current()
    run = MatchRun.objects.create(
        on="2025-12-01", known_by=1, pack_digest="-", enterprises=10, people=0, at=clock.now(), seconds=1, match_seconds=1,
        by="system:tests",
    )  # fmt: skip
    rows = {"P09": (7, Decimal("100.50")), "P23": (2, Decimal("900")), "P27": (5, Decimal("5000"))}
    for name, (eligible, amount) in rows.items():
        version = pack.policies[name].versions[-1].version
        breakdown = {"county": {"371526": 2, "371502": 5}, "industry": {"C": 4, "A": 3}, "missing": {"vat_type": 3, "employees": 9}}
        PolicyMatch.objects.create(run=run, policy=name, version=version, eligible=eligible, amount=amount, breakdown=breakdown)
    PolicyMatch.objects.create(run=run, policy="P08")
    return run


def test_before_the_first_match_there_are_no_figures(db: None) -> None:
    assert latest_figures() == {} and figures_of("P09", "2025") is None
    assert totals(packs.current(), {}) == {"policies": 0, "eligible": 0, "amount": None}


def test_a_deduction_is_no_money_in_hand_and_what_was_not_in_force_is_not_counted(run: MatchRun) -> None:
    kinds = {name: packs.current().policies[name].versions[-1].amount.kind for name in ("P09", "P23", "P27")}
    assert kinds["P09"] == "payment" and kinds["P27"] == "deduction"
    assert totals(packs.current(), latest_figures()) == {"policies": 3, "eligible": 14, "amount": Decimal("1000.50")}


def test_counties_stand_in_the_citys_order_and_industries_by_number(run: MatchRun) -> None:
    pack = packs.current()
    counties, industries = latest_figures()["P09"].charts(pack)
    assert [bar.label for bar in counties.bars] == list(pack.city.short_county_names)
    assert [bar.value for bar in counties.bars] == [5, 0, 0, 0, 0, 0, 0, 2]
    assert [(bar.label, bar.value) for bar in industries.bars] == [("制造业", 4), ("农、林、牧、渔业", 3)]


def test_the_most_wanted_facts_are_added_over_policies(run: MatchRun) -> None:
    _title, _unit, rows = wanted_facts(packs.current(), latest_figures().values())
    assert rows == [("职工总数", 27.0), ("增值税纳税人类型", 9.0)]
