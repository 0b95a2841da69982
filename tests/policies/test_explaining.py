"""One policy for one subject: what is in force, what is missing, the one step that is left, the amount to the fen."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chengban.packs import Pack
from chengban.packs.model import City, FactFile, Policy
from chengban.policies.errors import NotInForce, PolicyError
from chengban.policies.explaining import clause_verdict, explain

ON = date(2025, 12, 1)


def _clause(name: str, when: str) -> dict[str, Any]:
    return {"id": name, "text": when, "when": when, "citation": {"title": "样例办法", "article": "第一条"}, "confidence": "K"}


def _version(name: str, since: str, until: str | None, amount: dict[str, Any], *clauses: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": name, "since": since, "until": until, "dates_confidence": "K", "confidence": "K",
        "sources": [{"title": "样例办法"}], "clauses": list(clauses), "amount": amount,
    }  # fmt: skip


def _payment(formula: str, unit: str = "元") -> dict[str, Any]:
    return {"kind": "payment", "formula": formula, "unit": unit, "text": "补贴", "confidence": "K"}


POLICY = Policy.model_validate(
    {
        "id": "T1", "name": "样例补贴", "name_en": "Sample", "level": "市", "subject": "enterprise", "departments": ["science"],
        "mode": "申报",
        "versions": [
            _version("1", "2024-01-01", "2024-12-31", _payment("100"), _clause("staff", "人数 >= 5")),
            _version(
                "2", "2025-01-01", None, _payment("销售额 / 3", "万元"),
                _clause("staff", "人数 >= 10"), _clause("sales", "销售额 > 0"), _clause("founded", "成立日期 <= 业务日期"),
            ),
        ],
    }
)  # fmt: skip
WORDS = FactFile.model_validate(
    {
        "topic": "样例", "topic_en": "Sample",
        "facts": [
            {"id": "staff", "name": "人数", "name_en": "Staff", "type": "number"},
            {"id": "sales", "name": "销售额", "name_en": "Sales", "type": "number"},
            {"id": "founded", "name": "成立日期", "name_en": "Founded", "type": "date"},
            {"id": "business_date", "name": "业务日期", "name_en": "Business date", "type": "date"},
        ],
    }
)  # fmt: skip


@pytest.fixture
def pack() -> Pack:
    subjects = {"register": "firms", "name": "name"}
    city = City.model_validate(
        {
            "id": "small", "name": "小城", "name_en": "Small", "region": "371500", "counties": [], "county_names": [],
            "short_county_names": [], "county_fact": "staff", "industry_fact": "staff", "enterprises": subjects, "people": subjects,
        }
    )  # fmt: skip
    return Pack(Path("."), city, facts={fact.id: fact for fact in WORDS.facts}, policies={"T1": POLICY})


GOOD = {"staff": 10, "sales": Decimal(100), "founded": date(2020, 1, 1)}


@pytest.mark.parametrize(("day", "version"), [("2024-01-01", "1"), ("2024-12-31", "1"), ("2025-01-01", "2"), ("2030-06-01", "2")])
def test_the_version_of_the_day_is_asked_its_first_and_last_day_included(pack: Pack, day: str, version: str) -> None:
    assert explain(pack, POLICY, GOOD, on=date.fromisoformat(day)).version.version == version


def test_before_the_first_version_there_is_a_sentence_with_the_days(pack: Pack) -> None:
    with pytest.raises(NotInForce, match="2024-01-01 至 2024-12-31") as refused:
        explain(pack, POLICY, GOOD, on=date(2023, 12, 31))
    assert isinstance(refused.value, PolicyError)
    assert "样例补贴" in str(refused.value) and "2025-01-01 至 今" in str(refused.value)


def test_who_qualifies_gets_the_amount_in_yuan_to_the_fen(pack: Pack) -> None:
    made = explain(pack, POLICY, GOOD, on=ON)
    assert (made.verdict, made.amount, made.missing, made.near) == ("eligible", Decimal("333333.33"), (), None)


def test_the_only_clause_that_is_false_is_the_one_step(pack: Pack) -> None:
    made = explain(pack, POLICY, {**GOOD, "staff": 9}, on=ON)
    assert made.verdict == "ineligible" and made.amount is None
    assert made.near is not None and made.near.id == "staff"
    assert [clause_verdict(result) for result in made.explanation.clauses] == ["ineligible", "eligible", "eligible"]
    gap = made.explanation.clauses[0].gap
    assert gap is not None and (gap.fact, gap.value, gap.needed) == ("staff", 9, 1)


def test_two_false_clauses_or_one_unknown_are_no_single_step(pack: Pack) -> None:
    assert explain(pack, POLICY, {**GOOD, "staff": 9, "sales": Decimal(0)}, on=ON).near is None
    assert explain(pack, POLICY, {"staff": 9, "founded": GOOD["founded"]}, on=ON).near is None
    assert explain(pack, POLICY, {"staff": 10, "founded": GOOD["founded"]}, on=ON).near is None


def test_what_is_not_known_is_unknown_and_named_never_false(pack: Pack) -> None:
    made = explain(pack, POLICY, {"staff": 10, "founded": None}, on=ON)
    assert (made.verdict, made.missing) == ("unknown", ("sales", "founded"))
    assert made.amount is None


def test_a_false_clause_settles_it_whatever_is_not_known(pack: Pack) -> None:
    made = explain(pack, POLICY, {"staff": 9}, on=ON)
    assert (made.verdict, made.missing) == ("ineligible", ())


def test_the_business_date_is_the_day_that_is_asked_about(pack: Pack) -> None:
    later = {**GOOD, "founded": date(2025, 12, 1)}
    assert explain(pack, POLICY, later, on=ON).verdict == "eligible"
    assert explain(pack, POLICY, later, on=date(2025, 11, 30)).verdict == "ineligible"
