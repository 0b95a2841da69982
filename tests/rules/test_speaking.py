"""Vocabulary, check, describe and explain, on the words of a small city."""

from decimal import Decimal

import pytest

from chengban.rules import (
    Clause,
    Fact,
    Unknown,
    Vocabulary,
    VocabularyError,
    bind,
    check,
    check_clauses,
    describe,
    evaluate_known,
    explain,
    parse,
)

WORDS = Vocabulary(
    [
        Fact("employees", ("职工总数", "在职人数"), "number", "人", name_en="Employees"),
        Fact("rd", ("研发费用",), "number", "万元", name_en="R&D expenses"),
        Fact("sales", ("销售收入",), "number", "万元", name_en="Sales"),
        Fact("tax", ("纳税额",), "number", "元"),
        Fact("rd_share", ("研发占比",), "number", "比例", formula=parse("研发费用 / 销售收入"), name_en="R&D share"),
        Fact("dishonest", ("失信",), "boolean"),
        Fact("size", ("规模",), "string", domain=frozenset({"小型", "中型", "大型"})),
        Fact("founded", ("成立日期",), "date"),
    ]
)


def clause(text: str, **parameters: object) -> Clause:
    return Clause("c", bind(WORDS.resolve(parse(text, (*WORDS.names, *parameters))), parameters))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("职工总数 <= 500", []),
        ('研发占比 >= 0.05 and 规模 in ("小型", "中型")', []),
        ('成立日期 >= date("2020-01-01")', []),
        ("研发费用 * 10000 > 纳税额", []),
        ("职工总水 > 3", ["职工总水 is not known; did you mean 职工总数?"]),
        ('职工总数 = "很多"', ["a number is compared with a string; that is never true"]),
        ("研发费用 > 纳税额", ["the units differ: 万元 and 元"]),
        ("研发费用 + 纳税额 > 3", ["the units differ: 万元 and 元"]),
        ('规模 = "微型"', ["“微型” is none of its codes (中型、大型、小型)"]),
        ("职工总数", ["it gives a number, and a boolean is wanted"]),
        ("职工总数 > 500 and 职工总数 <= 300", ["“职工总数 不超过 300 人” contradicts “职工总数 大于 500 人”"]),
        ("失信 = false and 失信 = false", ["“失信 为 否” stands there twice"]),
        ("not(失信 = true) and 失信 = true", ["“失信 为 是” contradicts “并非（失信 为 是）”"]),
        ("1 > 2", ["“1 大于 2” is never true"]),
        ("职工总数 in [10..5]", ["“职工总数 不低于 10 人，且不超过 5 人” is never true"]),
        ("职工总数 > null", ["nothing is > null; that is never true"]),
        ("失信 > false", ["yes and no have no order, so > is never true"]),
        ("sqr(职工总数) > 2", ["there is no function sqr; did you mean sqrt?"]),
        ("职工总数 >", ["the expression ends too early; expected a value"]),
    ],
)
def test_check_tells(text: str, told: list[str]) -> None:
    assert [finding.message for finding in check(text, WORDS)] == told


def test_findings_stand_at_their_place() -> None:
    (found,) = check("职工总数 > 5\n  and 研发费 > 3", WORDS)
    assert (found.line, found.column) == (2, 7)


def test_parameters_stand_for_their_values() -> None:
    assert check("职工总数 <= 人数上限", WORDS, parameters={"人数上限": 500}) == []
    assert check("职工总数 <= 人数上限", WORDS, parameters={"人数上限": "五百"})[0].message.startswith("a number is compared")


def test_clauses_of_a_policy_are_checked_against_each_other() -> None:
    found = check_clauses({"a": "职工总数 > 500", "b": '规模 = "小型"', "c": "在职人数 < 100"}, WORDS)
    assert [(one.clause, one.message) for one in found] == [("c", "“职工总数 小于 100 人” contradicts “职工总数 大于 500 人”")]


def test_vocabularies_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(VocabularyError, match="names both"):
        Vocabulary([Fact("a", ("名",)), Fact("b", ("名",))])
    with pytest.raises(VocabularyError, match="a → b → a"):
        Vocabulary([Fact("a", formula=parse("b + 1")), Fact("b", formula=parse("a + 1"))])


def test_inline_and_computed_formulas_agree() -> None:
    node = WORDS.resolve(parse("研发占比 >= 0.05"))
    facts = {"研发费用": 100, "sales": 2000}
    assert evaluate_known(node, facts, WORDS) is evaluate_known(WORDS.inline(node), {"rd": 100, "sales": 2000}) is True


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("职工总数 <= 500", "职工总数 不超过 500 人", "Employees is at most 500 people"),
        ("研发占比 >= 0.05", "研发占比 不低于 5%", "R&D share is at least 5%"),
        ('规模 in ("小型", "中型")', "规模 为 小型、中型 之一", "size is one of 小型, 中型"),
        ("not(失信 = true)", "并非（失信 为 是）", "not (dishonest is yes)"),
        ("if 失信 then false else true", "如果 失信，则 否，否则 是", "if dishonest, then no, else yes"),
    ],
)
def test_sentences(text: str, zh: str, en: str) -> None:
    assert describe(clause(text).node, WORDS) == zh
    assert describe(clause(text).node, WORDS, "en") == en


HELD = {"employees": 520, "rd": 100, "sales": 4000, "dishonest": True, "size": "大型"}


@pytest.mark.parametrize(
    ("text", "sentence", "needed", "unit"),
    [
        ("职工总数 <= 500", "职工总数超出 20 人（现为 520 人，要求不超过 500 人）", Decimal(-20), "人"),
        ("研发占比 >= 0.05", "研发占比还差 2.5 个百分点（现为 2.5%，要求不低于 5%）", Decimal("0.025"), "比例"),
        (
            "研发费用 / 销售收入 >= 0.05",
            "研发费用还差 100 万元（现为 100 万元，要求不低于 200 万元）",
            Decimal("100.00"),
            "万元",
        ),
        ("not(失信 = true)", "失信须为 否（现为 是）", False, None),
        ('规模 in ("小型", "中型")', "规模须为 小型、中型 之一（现为 大型）", ("小型", "中型"), None),
        ("职工总数 > 520", "职工总数须大于 520 人（现正为 520 人）", Decimal(0), "人"),
        (
            "职工总数 > 1000 or 研发费用 >= 101",
            "研发费用还差 1 万元（现为 100 万元，要求不低于 101 万元）",
            Decimal(1),
            "万元",
        ),
    ],
)
def test_gaps(text: str, sentence: str, needed: object, unit: str | None) -> None:
    explained = explain([clause(text)], HELD, WORDS)
    gap = explained.clauses[0].gap
    assert explained.verdict == "ineligible" and gap is not None
    assert (gap.sentence, gap.needed, gap.unit) == (sentence, needed, unit)
    assert explained.changes == (gap,)


def test_gaps_in_english() -> None:
    gap = explain([clause("employees <= 500")], HELD, WORDS, "en").clauses[0].gap
    assert gap is not None
    assert gap.sentence == "Employees is over by 20 people (now 520 people; at most 500 people)"


def test_verdicts_and_what_is_missing() -> None:
    clauses = [clause("职工总数 <= 600"), clause("研发占比 >= 0.05"), clause("not(失信 = true)")]
    unsettled = explain(clauses, {"employees": 520, "rd": 300}, WORDS)
    assert unsettled.verdict == "unknown" and unsettled.missing == ("sales", "dishonest")
    assert unsettled.clauses[1].verdict == Unknown(frozenset({"sales"}))
    assert unsettled.clauses[1].facts == {"rd_share": None}
    failed = explain(clauses, {"employees": 700}, WORDS)
    assert failed.verdict == "ineligible" and failed.missing == ()
    settled = explain(clauses, {"employees": 520, "rd": 300, "sales": 4000, "dishonest": False}, WORDS)
    assert settled.verdict == "eligible" and settled.clauses[1].facts == {"rd_share": Decimal("0.075")}


def test_a_share_of_nothing_is_not_true() -> None:
    explained = explain([clause("研发占比 >= 0.05")], {"rd": 100, "sales": 0}, WORDS)
    assert explained.verdict == "ineligible" and explained.clauses[0].gap is None
