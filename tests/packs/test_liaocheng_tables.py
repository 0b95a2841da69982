"""The decision tables and formulas of Liaocheng, computed from given facts, at the lines where their outcome turns."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chengban.packs.model import DecisionTable
from chengban.rules.evaluate import evaluate
from chengban.rules.nodes import Name, walk
from chengban.rules.parser import parse

from .test_liaocheng_content import CITY, WORDS

BY_WORD = {word: fact for fact in CITY.facts.values() for word in (fact.id, fact.name, *fact.aliases)}
TODAY = {"业务日期": date(2025, 12, 1), "业务年度": 2025}


def fact(word: str, given: Mapping[str, Any]) -> Any:
    """The value of a fact, derived by its formula or table from the facts given by Chinese name."""
    if word in given:
        return given[word]
    declared = BY_WORD[word]
    if declared.table is not None:
        return first_hit(CITY.tables[declared.table], given)
    assert declared.formula is not None, f"{word} is not given and not derived"
    return value(declared.formula, given)


def value(text: str, given: Mapping[str, Any]) -> Any:
    node = parse(text, names=tuple(WORDS))
    used = {name.name for name in walk(node) if isinstance(name, Name) and name.name in WORDS}
    return evaluate(node, {name: fact(name, given) for name in used})


def first_hit(table: DecisionTable, given: Mapping[str, Any]) -> Any:
    for rule in table.rules:
        tests = [pair for pair in zip(table.inputs, rule.when, strict=True) if pair[1] != "-"]
        if all(value(f"({name}) in ({test})", given) is True for name, test in tests):
            return value(rule.then, given)
    return None


def size(industry: str, employees: int, revenue: int, assets: int) -> Any:
    given = {"行业代码": industry, "职工总数": employees, "上年度营业收入": revenue, "资产总额": assets}
    return fact("企业规模", given)


@pytest.mark.parametrize(
    ("industry", "employees", "revenue", "assets", "expected"),
    [
        ("C3411", 1000, 40000, 1, "大型"),
        ("C3411", 999, 50000, 1, "中型"),
        ("C3411", 300, 1999, 1, "小型"),
        ("C3411", 19, 10000, 1, "微型"),
        ("C3411", 20, 300, 1, "小型"),
        ("A0111", 1, 50, 1, "小型"),
        ("A0111", 9000, 49, 1, "微型"),
        ("E4710", 1, 80000, 79000, "中型"),
        ("E4710", 1, 80000, 80000, "大型"),
        ("F5199", 19, 90000, 1, "小型"),
        ("F5299", 50, 500, 1, "中型"),
        ("G5310", 2000, 90000, 1, None),
        ("G5911", 100, 1000, 1, "中型"),
        ("I6510", 10, 50, 1, "小型"),
        ("K7010", 1, 1000, 5000, "中型"),
        ("K7020", 99, 5000, 1, "微型"),
        ("K7040", 300, 1, 1, None),
        ("L7211", 300, 1, 120000, "大型"),
        ("L7211", 300, 1, 7999, "小型"),
        ("P8310", 300, 1, 1, None),
        ("Q8412", 300, 1, 1, None),
        ("Q8512", 100, 1, 1, "中型"),
    ],
)
def test_size_falls_one_class_where_either_line_is_missed(
    industry: str, employees: int, revenue: int, assets: int, expected: str | None
) -> None:
    assert size(industry, employees, revenue, assets) == expected


def test_every_row_of_the_size_table_is_there() -> None:
    sectors = {rule.when[0] for rule in CITY.tables["size_class"].rules}
    assert len(sectors) == 16 and len(CITY.tables["size_class"].rules) == 64


FIRM = {"科技人员数": 30, "职工总数": 100, "上年度研发费用": 60, "年销售收入": 1000, "成本费用总额": 900}


def test_the_score_of_a_sci_tech_sme_takes_the_better_of_two_ways() -> None:
    marks = {"一类知识产权数": 0, "二类知识产权数": 3}
    assert fact("科技型中小企业评分", FIRM | marks) == 20 + 50 + 18
    assert fact("科技型中小企业评分", FIRM | marks | {"年销售收入": 10000, "成本费用总额": 200}) == 20 + 50 + 18
    assert fact("科技型中小企业评分", FIRM | marks | {"年销售收入": 2001, "成本费用总额": 601}) == 20 + 10 + 18


@pytest.mark.parametrize(("staff", "score"), [(30, 20), (29, 16), (25, 16), (20, 12), (15, 8), (10, 4), (9, 0)])
def test_staff_score_turns_at_the_lower_line(staff: int, score: int) -> None:
    assert fact("科技人员得分", FIRM | {"科技人员数": staff}) == score


@pytest.mark.parametrize(
    ("one", "two", "score"), [(1, 0, 30), (0, 9, 24), (0, 4, 24), (0, 3, 18), (0, 2, 12), (0, 1, 6), (0, 0, 0)]
)
def test_score_for_results(one: int, two: int, score: int) -> None:
    assert fact("科技成果得分", {"一类知识产权数": one, "二类知识产权数": two}) == score


def test_the_score_of_an_innovative_sme_adds_up_to_a_hundred_at_best() -> None:
    best = {
        "高价值一类知识产权数": 1,
        "自主研发一类知识产权数": 1,
        "一类知识产权数": 1,
        "二类知识产权数": 0,
        "上年度研发费用占比": Decimal("0.05"),
        "主营业务收入增长率": Decimal("0.15"),
        "资产负债率": Decimal("0.55"),
        "主导产品领域得分": 10,
        "主营业务收入占比": Decimal("0.7"),
    }
    assert fact("创新型中小企业评分", best) == 100
    assert fact("创新型中小企业评分", best | {"高价值一类知识产权数": 0, "资产负债率": Decimal("0.76")}) == 85


def test_days_and_years_run_to_the_business_date() -> None:
    assert fact("注册天数", TODAY | {"成立日期": date(2024, 12, 1)}) == 365
    assert fact("成立年数", TODAY | {"成立日期": date(2020, 12, 1)}) == 5
    assert fact("创业经营月数", TODAY | {"创业登记日期": date(2024, 12, 2)}) == 11
    assert fact("年龄", TODAY | {"出生日期": date(2000, 12, 2)}) == 24
    assert fact("从事细分市场年数", TODAY | {"细分市场起始年份": 2022}) == 3


def test_growth_over_two_years_is_compound() -> None:
    assert fact("近两年营业收入复合增长率", {"上年度营业收入": Decimal(1210), "大前年营业收入": Decimal(1000)}) == Decimal("0.1")


def test_a_share_of_nothing_is_no_number() -> None:
    assert fact("研发人员占比", {"研发人员数": 0, "职工总数": 0}) is None
