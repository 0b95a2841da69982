"""Published figures: reckoned over the registers, and held against the print at the city's own size."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.facts import frame
from chengban.ledger.models import Entry
from chengban.packs.published import FigurePart, PublishedFigure
from chengban.policies.models import SeedFigure
from chengban.policies.seed import compare, compared, reckon_seed, values_of
from tests import town

FIGURES = packs.current().figures
MONEY = st.none() | st.decimals(0, "99999999.99", places=2)


@pytest.fixture
def city(db: None, tmp_path: Path) -> None:
    with transaction.atomic():
        town.build(tmp_path)


@pytest.mark.django_db
def test_reckoning_is_kept_with_its_day_and_in_the_ledger(city: None) -> None:
    assert all(line.kept is None and line.agrees is None for line in compared(packs.current()))
    reckon_seed(packs.current(), by=town.BY, on=town.ON)
    lines = compared(packs.current())
    assert {line.figure.id for line in lines} == set(FIGURES)
    kept = {(one.figure, one.part): one for one in SeedFigure.objects.all()}
    assert kept["recognised", "hitech"].value == 0 and kept["recognised", "hitech"].enterprises == 3
    assert ("tech_loans", "mean") not in kept, "the mean of no loans is no number"
    assert all(line.agrees is None for line in lines), "three firms are not compared with a city"
    assert Entry.objects.filter(act="policies.reckon_seed").count() == 1
    reckon_seed(packs.current(), by=town.BY, on=town.ON)
    assert {line.kept.pk for line in compared(packs.current()) if line.kept} & {one.pk for one in kept.values()} == set()


@given(st.lists(MONEY, max_size=30))
@settings(deadline=None)
def test_the_deduction_is_added_up_and_a_quarter_of_it_is_the_tax(amounts: list[Decimal | None]) -> None:
    table = pa.table(
        {frame.SUBJECT: [str(n) for n in range(len(amounts))], "rd_expense_eligible": pa.array(amounts, pa.decimal128(22, 2))}
    )
    found = values_of(packs.current(), FIGURES["rd_deduction"], table, date(2025, 12, 1))
    known = [one for one in amounts if one is not None]
    assert (found["firms"].value, found["firms"].known) == (sum(one > 0 for one in known), len(known))
    assert (found["deducted"].value, found["deducted"].known) == (sum(known, Decimal(0)), len(known))
    assert found["saved"].value == round(sum(known, Decimal(0)) * Decimal("0.25"), 4)


CASES = [
    # part          published  value          enterprises  agrees
    ("deducted",    "4200000000", "4249999999", 700_000,   True),
    ("deducted",    "4200000000", "4250000001", 700_000,   False),
    ("deducted",    "4200000000", "4200000000", 698_600,   True),
    ("deducted",    "4200000000", "120000000",  20_000,    True),
    ("deducted",    "4200000000", "110000000",  20_000,    False),
    ("saved",       "1000000000", "1050000000", 700_000,   True),
    ("saved",       "1000000000", "999999999",  700_000,   False),
    ("saved",       "1000000000", "9000000000", 700_000,   True),
    ("firms",       "1200",       "34",         20_000,    True),
    ("firms",       "1200",       "37",         20_000,    False),
    ("firms",       "1200",       "3",          2_000,     None),
]  # fmt: skip


@pytest.mark.parametrize(("part", "published", "value", "enterprises", "agrees"), CASES)
def test_a_number_agrees_within_its_rounding_or_in_proportion(
    part: str, published: str, value: str, enterprises: int, agrees: bool | None
) -> None:
    figure = FIGURES["rd_deduction"]
    declared = next(one for one in figure.parts if one.id == part)
    assert declared.published == Decimal(published)
    assert compare(figure, declared, kept(value, enterprises)).agrees is agrees


def kept(value: str, enterprises: int) -> SeedFigure:
    return SeedFigure(value=Decimal(value), known=enterprises, enterprises=enterprises)


def test_a_mean_is_the_same_in_a_city_of_any_size() -> None:
    figure: PublishedFigure = FIGURES["tech_loans"]
    mean: FigurePart = next(one for one in figure.parts if one.id == "mean")
    assert compare(figure, mean, kept("3600000", 20_000)).expected == mean.published
    assert compare(figure, mean, kept("3600000", 20_000)).agrees
    assert not compare(figure, mean, kept("103846", 20_000)).agrees
