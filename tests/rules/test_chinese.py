"""Everything that the checks find is said in Chinese."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import rules
from chengban.packs.loader import load
from chengban.packs.vocabulary import vocabulary
from chengban.rules.chinese import in_chinese

WORDS = vocabulary(load(Path(__file__).parents[2] / "packs" / "liaocheng"))
ENGLISH = re.compile(r"\b(is|are|the|cannot|expected|mean|takes|than|wanted|never|nested)\b")
PIECES = (
    "上年度裁员率",
    "企业规模",
    "成立日期",
    "严重失信主体",
    "上年度参保人数",
    "没有这个",
    "<=",
    "=",
    "+",
    "and",
    "or",
    "not(",
    ")",
    "(",
    "[",
    "]",
    "..",
    "0.2",
    '"大型"',
    '"无"',
    '"开',
    "if",
    "then",
    "else",
    "in",
    "null",
    "true",
    "sum(",
    "summ(",
    ",",
    "for x in",
    "return",
    '@"x"',
    "between",
    "/*",
    "#",
    "{",
    "}",
    "9" * 40,
    "date(",
    "1",
    "instance of",
    "every",
    "satisfies",
)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=9).map(" ".join), st.sampled_from(["boolean", "number", None]))
@settings(max_examples=600, deadline=None)
def test_no_finding_stays_in_english(text: str, expected: str | None) -> None:
    for finding in rules.check(text, WORDS, expected=expected):
        told = in_chinese(finding.message)
        bare = re.sub(r"“.*?”|[A-Za-z]+\(", "", told)
        assert told.endswith(("。", "？")) and not ENGLISH.search(bare), (finding.message, told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("上年度裁员 <= 0.2", "没有叫“上年度裁员”的指标或参数。是不是 上年度裁员率？"),
        ("上年度裁员率 <= ", "没有写完，可以写一个值。"),
        ("上年度裁员率", "得出的是数字，应当得出是或否。"),
        ('企业规模 = "巨型"', "“巨型”不是它的代码（中型、大型、小型、微型）。"),
        ("上年度裁员率 <= 0.2 and 上年度裁员率 > 0.3", "互相矛盾"),
    ],
)
def test_some_of_them_word_for_word(text: str, told: str) -> None:
    assert told in " ".join(in_chinese(finding.message) for finding in rules.check(text, WORDS))
