"""What is wrong with a draft is told at its field."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chengban.packs.loader import load
from chengban.policies.drafting import mistakes_in
from tests.policies.drafts import whole

PACK = load(Path(__file__).parents[2] / "packs" / "liaocheng")
Change = Callable[[dict[str, Any]], None]


def test_a_whole_draft_has_no_mistakes() -> None:
    assert mistakes_in(PACK, whole()) == []


MISTAKES: dict[str, tuple[Change, str, str]] = {
    "a fact that is none": (
        lambda d: _clause(d, "参保人头 >= 最低参保人数"),
        "version.clauses.0.when",
        "没有叫“参保人头”的指标或参数",
    ),
    "not FEEL": (lambda d: _clause(d, "上年度参保人数 >="), "version.clauses.0.when", "没有写完"),
    "a number and a day": (lambda d: _clause(d, "上年度参保人数 >= 成立日期"), "version.clauses.0.when", "永远不成立"),
    "an amount that is a text": (lambda d: d["version"]["amount"].update(formula='"多"'), "version.amount.formula", "应当得出数字"),
    "a clause's id twice": (lambda d: d["version"]["clauses"][1].update(id="insured"), "version.clauses", "用了不止一次"),
    "a parameter named as a fact": (
        lambda d: d["version"]["parameters"][0].update(name="成立日期"),
        "version.parameters.0.name",
        "已经是",
    ),
    "a department that is none": (lambda d: d["policy"].update(departments=["nobody"]), "policy.departments", "没有编号为 nobody"),
    "it excludes itself": (lambda d: d["policy"].update(excludes=["P40"]), "policy.excludes", "没有编号为 P40 的另一项政策"),
    "a day that is none": (lambda d: d["version"].update(since="2026-02-30"), "version.since", "施行日期写成"),
    "it ends before it begins": (lambda d: d["version"].update(until="2025-01-01"), "version", "截止日期早于施行日期"),
    "a score that does not go with the order": (
        lambda d: d["version"]["delivery"].update(score="上年度参保人数"),
        "version.delivery",
        "按受理先后时不写",
    ),
    "a version's name that is taken": (lambda d: _as(d, "P09", "2025"), "version.version", "已经公布过"),
    "it begins before the version in force": (
        lambda d: _as(d, "P09", "2026", since="2024-01-01"),
        "version.since",
        "新版本要晚于它",
    ),
    "another kind of subject": (lambda d: d["policy"].update(id="P25"), "policy.subject", "请换一个编号"),
    "too few examples": (lambda d: d["examples"].pop(), "examples", "至少写 3 个样例"),
    "an example that the rules contradict": (
        lambda d: d["examples"][1].update(expect="eligible"),
        "examples.1.facts",
        "规则算出来是不符合",
    ),
    "an example that wants a fact": (lambda d: d["examples"][2].update(expect="eligible"), "examples.2.facts", "缺 上年度参保人数"),
    "an example with another amount": (lambda d: d["examples"][0].update(amount="6001"), "examples.0.facts", "规则算出来是 6000"),
    "an example of other days": (lambda d: d["examples"][0].update(on="2025-06-01"), "examples.0.facts", "不在这个版本的有效期内"),
    "an example's line that says nothing": (
        lambda d: d["examples"][0].update(facts="参保很多"),
        "examples.0.facts",
        "第 1 行要写成",
    ),
    "an example of a fact that is none": (
        lambda d: d["examples"][0].update(facts="上年度参保人 = 3"),
        "examples.0.facts",
        "是不是 上年度参保人数",
    ),
}


def _clause(draft: dict[str, Any], text: str) -> None:
    draft["version"]["clauses"][0]["when"] = text


def _as(draft: dict[str, Any], policy: str, version: str, since: str = "2026-01-01") -> None:
    draft["policy"]["id"], draft["version"]["version"], draft["version"]["since"] = policy, version, since


@pytest.mark.parametrize(("change", "field", "told"), MISTAKES.values(), ids=list(MISTAKES))
def test_each_single_mistake_is_told_at_its_field(change: Change, field: str, told: str) -> None:
    draft = whole()
    change(draft)
    found = mistakes_in(PACK, draft)
    assert any(mistake.field == field and told in mistake.message for mistake in found), found


def test_expressions_are_checked_while_the_rest_is_not_filled_in() -> None:
    found = mistakes_in(PACK, {"version": {"clauses": [{"when": "上年度参保人数 >= 最低"}]}})
    place = next(mistake for mistake in found if mistake.field == "version.clauses.0.when" and mistake.line)
    assert (place.line, place.column) == (1, 12) and "最低" in place.message
