"""What one register says, others bear out."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.demo.city.cast_rows import CAST_ROWS
from chengban.demo.city.model import plan_city
from chengban.demo.city.published import BORROWERS, CLAIMING, DEDUCTED, LENT, LOANS, add_up
from chengban.demo.city.registers import business
from chengban.demo.city.research import HIGH_TECH, TECH_SME, scaled
from chengban.packs import Pack
from tests.demo.city.conftest import ON, Made

FIRMS = ("legal_persons", "uscc")
PEOPLE = ("population", "citizen_id")


@pytest.mark.parametrize(
    ("register", "field", "home"),
    [
        ("legal_persons", "legal_representative_id", PEOPLE),
        ("social_insurance_person", "citizen_id", PEOPLE),
        ("social_insurance_person", "employer", FIRMS),
        ("hires", "citizen_id", PEOPLE),
        ("hires", "uscc", FIRMS),
        ("key_groups", "citizen_id", PEOPLE),
        ("startups", "citizen_id", PEOPLE),
        ("startups", "uscc", FIRMS),
        ("housing_fund", "employer", FIRMS),
        ("science_programmes", "leader_id", PEOPLE),
        ("annual_reports", "uscc", FIRMS),
        ("tax_annual", "uscc", FIRMS),
        ("intellectual_property", "uscc", FIRMS),
        ("enterprise_titles", "uscc", FIRMS),
    ],
)
def test_whoever_is_named_exists(city: Made, register: str, field: str, home: tuple[str, str]) -> None:
    known = city[home[0]][home[1]].combine_chunks()
    assert pc.all(pc.is_in(city[register][field].drop_null(), value_set=known)).as_py()


def test_the_head_of_a_firm_is_of_age_and_bears_his_own_name(city: Made) -> None:
    firms, people = city["legal_persons"], city["population"]
    place = pc.index_in(firms["legal_representative_id"], value_set=people["citizen_id"].combine_chunks())
    assert people["name"].take(place).to_pylist() == firms["legal_representative"].to_pylist()
    assert all((ON - born).days > 21 * 365 for born in people["born_on"].take(place).to_pylist())


def test_a_person_s_number_says_his_birth_and_sex(city: Made) -> None:
    for row in city["population"].select(["citizen_id", "born_on", "sex"]).to_pylist():
        assert row["citizen_id"][6:14] == f"{row['born_on']:%Y%m%d}"
        assert row["sex"] == ("1" if int(row["citizen_id"][16]) % 2 else "2")


def test_firms_of_chiping_bear_the_code_of_their_day(city: Made) -> None:
    rows = city["legal_persons"].filter(pc.equal(city["legal_persons"]["county"], "371503"))
    codes = {(row["founded_on"].year < 2019, row["uscc"][2:8]) for row in rows.select(["founded_on", "uscc"]).to_pylist()}
    assert codes == {(True, "371523"), (False, "371503")}


def test_half_are_individual_businesses(city: Made) -> None:
    share = Counter(city["legal_persons"]["entity_type"].to_pylist())["个体工商户"] / 2000
    assert 0.48 < share < 0.56


def test_headcounts_agree(city: Made) -> None:
    reported = by_firm(city["annual_reports"], "employees")
    insured = by_firm(city["social_insurance_employer"], "insured_average")
    taxed = by_firm(city["tax_annual"], "average_employees")
    both = reported.keys() & insured.keys()
    assert len(both) > 300
    assert all(insured[firm] <= reported[firm] for firm in both)
    assert all(insured[firm] >= 0.6 * reported[firm] for firm in both if reported[firm] >= 50)
    returned = [(reported[firm], float(taxed[firm])) for firm in reported.keys() & taxed.keys() if taxed[firm] is not None]
    assert len(returned) > 500
    assert all(0.6 * staff - 1 <= average <= 1.4 * staff + 1 for staff, average in returned)


def by_firm(table: pa.Table, field: str, year: int = 2024) -> dict[str, int]:
    rows = table.filter(pc.equal(table["year"], year))
    return dict(zip(rows["uscc"].to_pylist(), rows[field].to_pylist(), strict=True))


def test_a_firm_insures_as_many_as_name_it(city: Made) -> None:
    told = by_firm(city["social_insurance_employer"], "insured_now", 2025)
    named = Counter(city["social_insurance_person"]["employer"].drop_null().to_pylist())
    assert told == dict(named)


def test_researchers_are_staff_and_their_expense_is_in_the_books(city: Made) -> None:
    staff, revenue = by_firm(city["annual_reports"], "employees"), by_firm(city["annual_reports"], "revenue")
    deducted = by_firm(city["tax_annual"], "rd_deduction")
    rows = city["rd_expenses"].filter(pc.equal(city["rd_expenses"]["year"], 2024)).to_pylist()
    assert len(rows) > 10
    for row in rows:
        assert row["rd_staff"] is None or row["rd_staff"] <= row["sci_tech_staff"]
        assert row["sci_tech_staff"] <= staff.get(row["uscc"], 10**6)
        assert row["rd_expense"] <= revenue.get(row["uscc"], 10**12) / 2
        assert deducted.get(row["uscc"], 0) <= row["rd_expense"]


def test_books_balance_and_stay_near_from_year_to_year(city: Made) -> None:
    rows = city["annual_reports"].to_pylist()
    for row in rows:
        assert row["total_assets"] is None or row["total_assets"] == row["total_liabilities"] + row["owners_equity"]
        assert row["total_profit"] <= row["revenue"]
    before, after = by_firm(city["annual_reports"], "revenue", 2023), by_firm(city["annual_reports"], "revenue")
    growth = [after[firm] / before[firm] for firm in before.keys() & after.keys() if before[firm] > 10_000]
    assert 0.9 < float(np.median(growth)) < 1.3


def test_recognised_firms_are_as_many_as_the_city_has(city: Made) -> None:
    assert (HIGH_TECH, TECH_SME) == (810, 1155)
    assert (scaled(HIGH_TECH, 700_000, 3), scaled(TECH_SME, 700_000, 5)) == (810, 1155)
    assert (scaled(HIGH_TECH, 20_000, 3), scaled(TECH_SME, 20_000, 5)) == (23, 33)
    for register, told in (("hitech_certificates", city.summary.high_tech), ("tech_sme", city.summary.tech_sme)):
        rows = city[register]
        force = rows.filter(pc.and_(pc.greater_equal(rows["valid_until"], ON), pc.equal(rows["status"], "有效")))
        assert len(set(force["uscc"].to_pylist())) == len(force) == told
    assert (city.summary.high_tech, city.summary.tech_sme) == (scaled(HIGH_TECH, 2000, 3), scaled(TECH_SME, 2000, 5))


def test_some_facts_are_not_known(city: Made) -> None:
    firms = len(city["legal_persons"])
    assert 0 < city["legal_persons"]["catalogue_class"].null_count < firms / 5
    assert 0 < city["annual_reports"]["total_assets"].null_count < len(city["annual_reports"]) / 4
    assert len(by_firm(city["annual_reports"], "employees")) < firms
    assert 0 < city["startups"]["other_loans"].null_count < len(city["startups"])


@pytest.mark.parametrize(("enterprises", "seed"), [(20_000, 1), (20_000, 4), (35_000, 2)])
def test_what_the_newspaper_counted_is_there_in_proportion(liaocheng: Pack, enterprises: int, seed: int) -> None:
    city = plan_city(liaocheng, enterprises=enterprises, seed=seed, on=ON)
    claims = city.claims[-1]
    assert (claims > 0).sum() == scaled(CLAIMING, enterprises, 2)
    assert claims.sum() == DEDUCTED * enterprises // 700_000
    assert (claims <= city.books.rd_expense[-1]).all()
    loans = next(business.enterprise_financing(city))
    named = [row for row in CAST_ROWS["enterprise_financing"] if row["kind"] == "科技成果转化贷款"]
    assert len(loans["uscc"]) + len(named) == scaled(LOANS, enterprises, 3)
    assert len(set(loans["uscc"].to_pylist())) + len(named) == scaled(BORROWERS, enterprises, 3)
    assert pc.sum(loans["amount"]).as_py() + sum(row["amount"] for row in named) == LENT * enterprises // 700_000


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50), st.integers(10, 10**6))
def test_amounts_are_made_to_add_up(amounts: list[int], tens: int) -> None:
    total = tens * 10 + 10 * len(amounts)
    made = add_up(np.array(amounts, np.float64), total, 10)
    assert made.sum() == total and (made % 10 == 0).all() and (made > 0).all()
    assert (add_up(np.array(amounts, np.float64), 0, 10) == amounts).all()
