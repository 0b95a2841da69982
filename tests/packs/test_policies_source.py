"""The pack's conditions against the collected conditions they were written from, judged by a separate small reader.

The collection is ../shared/domain/policies.json: `all`, `any` and `none_of` over fields, with words for the direct
conditions. Facts are drawn on, just below and just above every threshold, and some are left unknown.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from .pack_policies import SHARED, ids_by_word, policies, verdict, words

COLLECTED = SHARED / "policies.json"
pytestmark = pytest.mark.skipif(not COLLECTED.is_file(), reason="../shared/domain/policies.json is absent")

Truth = bool | None
Row = dict[str, Any]
Test = tuple[str, str, Any]

DIRECT: dict[str, Test] = {
    "有效期内高新技术企业证书": ("is_hitech_enterprise", "==", True),
    "近五年国家级科技奖励且单位排名前三": ("sci_award_national_top3_5y", "==", True),
    "经认定的省部级以上研发机构": ("rd_institution_provincial", "==", True),
    "近五年主导制定国际/国家/行业标准": ("standard_lead_5y", "==", True),
    "近三年国家级、省级科技奖励": ("sci_award_3y", "==", True),
    "近三年新增股权融资(合格机构实缴)>=500万元": ("equity_financing_wan_3y", ">=", 500),
    "近两年研发费用均值>=1000万元": ("rd_expense_wan_avg_2y", ">=", 1000),
    "近两年新增股权融资>=6000万元": ("equity_financing_wan_2y", ">=", 6000),
    "近三年创客中国全国500强企业组": ("maker_china_top500_3y", "==", True),
    "近三年国家级科技奖励单位前三": ("sci_award_national_top3_3y", "==", True),
    "近三年创客中国全国50强企业组": ("maker_china_top50_3y", "==", True),
}
EITHER: dict[str, tuple[Test, ...]] = {
    "高新技术企业/国家级技术创新示范/知识产权优势(示范)企业等荣誉(有效期内)": (
        ("is_hitech_enterprise", "==", True),
        ("innovation_honor_valid", "==", True),
    ),
    "近三年省级科技奖励单位前三或国家级前五": (
        ("sci_award_provincial_top3_3y", "==", True),
        ("sci_award_national_top5_3y", "==", True),
    ),
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "in": lambda a, b: a in b,
}
ADDED: dict[str, Row] = {
    "P16": {"innov_ability_score": 40, "innov_growth_score": 30, "innov_special_score": 30},
    "P18v2": {"little_giant_review": False},
    "P20": {"key_group_hires": 1},
    "P24": {"loan_year": 2024},
}
"""What the notes add to the conditions, set so that it does not decide."""
UNCONDITIONAL = {"P19"}
ALL_CODES: tuple[str, ...] = (
    "A0111",
    "B0610",
    "C1620",
    "C3411",
    "D4411",
    "E4710",
    "F5136",
    "F5211",
    "G5431",
    "G5320",
    "H6110",
    "H6210",
)
ALL_CODES += ("I6513", "K7010", "K7020", "K7030", "L7281", "M7320", "N7721", "O8010", "P8391", "Q8411", "Q8514", "R9011")


def collected() -> list[dict[str, Any]]:
    return json.loads(COLLECTED.read_text(encoding="utf-8"), parse_float=Decimal) if COLLECTED.is_file() else []


def every(parts: Iterator[Truth]) -> Truth:
    found = list(parts)
    return False if False in found else None if None in found else True


def some(parts: Iterator[Truth]) -> Truth:
    found = list(parts)
    return True if True in found else None if None in found else False


def compare(field: str, op: str, wanted: Any, row: Row) -> Truth:
    if row.get(field) is None:
        return None
    if field == "industry":
        return is_in(row[field], wanted if isinstance(wanted, list) else [wanted])
    return COMPARE[op](row[field], wanted)


def is_in(code: str, prefixes: list[str]) -> bool:
    railway = code.startswith("G53") and "G" in prefixes
    return not railway and any(code.startswith(prefix) for prefix in prefixes)


def direct(text: str, row: Row) -> Truth:
    tests = EITHER.get(text) or (DIRECT[text],)
    return some(compare(*test, row) for test in tests)


def condition(node: dict[str, Any], row: Row) -> Truth:
    """The Kleene truth of one condition of the collection."""
    for key, meaning in MEANINGS.items():
        if key in node:
            return meaning(node, row)
    raise ValueError(f"a condition nobody knows: {node}")


def choose(node: dict[str, Any], row: Row) -> Truth:
    asked, yes, no = (condition(node[key], row) for key in ("if", "then", "else"))
    if asked is None:
        return yes if yes == no else None
    return yes if asked else no


def tiered(node: dict[str, Any], row: Row) -> Truth:
    outcomes = [compare(node["tiered"], ">=", tier["min_ratio"], row) for tier in node["tiers"]]
    by = row.get(node["by"])
    if by is None:
        return outcomes[0] if len(set(outcomes)) == 1 else None
    return next(
        outcome for tier, outcome in zip(node["tiers"], outcomes, strict=True) if tier["max_incl"] is None or by <= tier["max_incl"]
    )


def by_revenue(node: dict[str, Any], row: Row) -> Truth:
    outcomes = [every(_tier(tier, row)) for tier in node["tiered_any"]]
    revenue = row.get("revenue_wan_last_year")
    if revenue is None:
        return outcomes[0] if len(set(outcomes)) == 1 else None
    return outcomes[0 if revenue >= 10000 else 1 if revenue >= 5000 else 2]


def _tier(tier: dict[str, Any], row: Row) -> Iterator[Truth]:
    for field, least in tier.items():
        if field not in ("rev_min_wan", "rev_max_wan"):
            yield compare("rd_expense_wan_last_year" if field == "rd_expense_wan" else field, ">=", least, row)


def negative_industry(node: dict[str, Any], row: Row) -> Truth:
    listed = node["negative_industry_main_business"]
    return every(iter((compare("industry", "in", listed, row), compare("main_activity_income_ratio", ">", Decimal("0.5"), row))))


MEANINGS: dict[str, Callable[[dict[str, Any], Row], Truth]] = {
    "field": lambda node, row: compare(node["field"], node["op"], node["value"], row),
    "if": choose,
    "tiered": tiered,
    "tiered_any": by_revenue,
    "negative_industry_main_business": negative_industry,
    "use_in": lambda node, row: compare("loan_use", "in", node["use_in"], row),
    "direct": lambda node, row: some(direct(text, row) for text in node["direct"]),
    "direct_any": lambda node, row: some(direct(text, row) for text in node["direct_any"]),
    "all": lambda node, row: every(condition(part, row) for part in node["all"]),
    "any": lambda node, row: some(condition(part, row) for part in node["any"]),
}


def expected(entry: dict[str, Any], row: Row) -> str:
    parts = [condition(part, row) for part in entry["all"]]
    if entry["any"]:
        parts.append(some(condition(part, row) for part in entry["any"]))
    for part in entry["none_of"]:
        held = condition(part, row)
        parts.append(None if held is None else not held)
    return {True: "eligible", False: "ineligible", None: "unknown"}[every(iter(parts))]


def thresholds(node: Any, found: dict[str, set[Any]]) -> dict[str, set[Any]]:
    """Every field of an entry with the values that its conditions name."""
    if isinstance(node, list):
        for part in node:
            thresholds(part, found)
    elif isinstance(node, dict):
        if "field" in node:
            wanted = node["value"]
            found.setdefault(node["field"], set()).update(wanted if isinstance(wanted, list) else [wanted])
        for part in node.values():
            thresholds(part, found)
    return found


def choices(entry: dict[str, Any]) -> dict[str, list[Any]]:
    """For each fact of a policy, values on both sides of everything that its conditions name, and unknown."""
    found = thresholds([entry["all"], entry["any"], entry["none_of"]], {})
    for field, _, wanted in [*DIRECT.values(), *(test for tests in EITHER.values() for test in tests)]:
        found.setdefault(field, set()).add(wanted)
    if "tiered" in str(entry):
        found["rd_ratio_3y"] = {Decimal("0.05"), Decimal("0.04"), Decimal("0.03")}
        found["last_year_sales_wan"] = {5000, 20000}
        found["revenue_wan_last_year"] = {5000, 10000}
        found["rd_ratio_each_2y"] = {Decimal("0.03"), Decimal("0.06")}
        found |= {"rd_expense_wan_last_year": {3000}, "rd_staff_ratio": {Decimal("0.5"), Decimal("0.1")}}
        found["equity_financing_wan_2y"] = {8000}
    found["main_activity_income_ratio"] = {Decimal("0.5")}
    found["loan_use"] = {"转贷", "委托贷款", "民间借贷", "投资资本市场", "个人消费"}
    table = {field: sides(values) for field, values in found.items()} | {"industry": [*ALL_CODES, None]}
    used = facts_used(entry)
    return {field: values for field, values in table.items() if field in used}


def facts_used(entry: dict[str, Any]) -> set[str]:
    """The ids of the facts in the policy's conditions in force."""
    version = policies()[entry["id"]].in_force(day(entry))
    assert version is not None
    return {ids_by_word().get(word, word) for clause in version.clauses for word in words(clause.when)}


def sides(values: set[Any]) -> list[Any]:
    if values & {True, False} and all(isinstance(value, bool) for value in values):
        return [True, True, False, None]
    if any(isinstance(value, str) for value in values):
        return [*sorted(values), "别的", None]
    near = [value + step for value in values for step in (Decimal("-0.001"), 0, Decimal("0.001"), 1, -1)]
    return [*near, max(values) * 10, 0, None]


def day(entry: dict[str, Any]) -> date:
    since = policies()[entry["id"]].versions[-1].since
    return max(since, date(2025, 12, 1))


def rows(entry: dict[str, Any], count: int) -> Iterator[Row]:
    """Rows that pass and rows with nothing to show for themselves, each with up to two facts drawn anew."""
    draw = random.Random(entry["id"])
    table = choices(entry)
    for number in range(count):
        row = _mended(entry, table, draw) if number % 3 else {field: _bare(values) for field, values in table.items()}
        for field in draw.sample(sorted(table), k=min(draw.randrange(3), len(table))):
            row[field] = draw.choice(table[field])
        yield row | ADDED.get(entry["id"], {})


def _mended(entry: dict[str, Any], table: dict[str, list[Any]], draw: random.Random) -> Row:
    row = {field: draw.choice(values) for field, values in table.items()}
    for field in draw.sample(sorted(table), k=len(table)):
        if expected(entry, row) != "eligible":
            row[field] = _better(entry, row, field, table[field])
    return row


def _bare(values: list[Any]) -> Any:
    known = [value for value in values if value is not None]
    return known[-1] if isinstance(known[0], str) else min(known)


def _better(entry: dict[str, Any], row: Row, field: str, values: list[Any]) -> Any:
    return max(values, key=lambda value: _passed(entry, {**row, field: value}))


def _passed(entry: dict[str, Any], row: Row) -> int:
    parts = [condition(part, row) is True for part in entry["all"]]
    parts += [condition(part, row) is False for part in entry["none_of"]]
    parts += [some(condition(part, row) for part in entry["any"]) is True] if entry["any"] else []
    return sum(parts)


def test_the_collection_and_the_pack_name_the_same_policies() -> None:
    assert {entry["id"] for entry in collected()} == set(policies())


@pytest.mark.parametrize("entry", collected(), ids=lambda entry: entry["id"])
def test_the_dates_are_those_of_the_collection(entry: dict[str, Any]) -> None:
    policy = policies()[entry["id"]]
    if entry["effective_from"]:
        assert any(version.since.isoformat() == entry["effective_from"] for version in policy.versions)
    if entry["effective_to"]:
        assert policy.versions[-1].until == date.fromisoformat(entry["effective_to"])
    else:
        assert policy.versions[-1].until is None or policy.versions[-1].dates_confidence == "?"


@pytest.mark.parametrize("entry", collected(), ids=lambda entry: entry["id"])
def test_the_conditions_say_what_the_collection_says(entry: dict[str, Any]) -> None:
    if entry["id"] in UNCONDITIONAL:
        assert not entry["all"] and not entry["any"] and not entry["none_of"]
        return
    policy, on = policies()[entry["id"]], day(entry)
    found = set()
    for row in rows(entry, 150):
        wanted = expected(entry, row)
        assert verdict(policy, on, row) == wanted, row
        found.add(wanted)
    assert found == {"eligible", "ineligible", "unknown"}


@pytest.mark.parametrize("entry", collected(), ids=lambda entry: entry["id"])
def test_no_fact_of_the_collection_is_dropped(entry: dict[str, Any]) -> None:
    assert set(thresholds([entry["all"], entry["any"], entry["none_of"]], {})) <= facts_used(entry)
