"""Search with the phrases that people type: names, pinyin, initials, homophones, slips, questions."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import packs
from chengban.items.words import plain, word
from chengban.portal.search import Entry, entries, find, search

PACK = packs.current()
ENTRIES = entries(PACK)


def titles(asked: str, first: int = 3) -> list[str]:
    return [found.entry.title for found in search(PACK, asked)[:first]]


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("高新技术企业认定", "高新技术企业认定"),
        ("高新", "高新技术企业认定"),
        ("gaoxinjishu", "高新技术企业认定"),
        ("gaoxin", "高新技术企业认定"),
        ("gxjs", "高新技术企业认定"),
        ("GXJSQY", "高新技术企业认定"),
        ("高薪技术企业", "高新技术企业认定"),
        ("高新计术", "高新技术企业认定"),
        ("gaoxinjisu", "高新技术企业认定"),
        ("gaoxinjihsu", "高新技术企业认定"),
        ("研发费用加计扣除", "研发费用加计扣除100%"),
        ("yffy", "研发费用加计扣除100%"),
        ("我想申请研发费用加计扣除怎么办理", "研发费用加计扣除100%"),
        ("加计扣除", "研发费用加计扣除100%"),
        ("稳岗返还", "失业保险稳岗返还"),
        ("wengang", "失业保险稳岗返还"),
        ("稳岗", "失业保险稳岗返还"),
        ("小薇企业 所得税", "小型微利企业所得税优惠"),
        ("小微企业所得税", "小型微利企业所得税优惠"),
        ("xxwl", "小型微利企业所得税优惠"),
        ("创新券", "山东省创新券（科学仪器设备共享）"),
        ("专精特新", "专精特新中小企业"),
        ("zjtx", "专精特新中小企业"),
        ("残疾人 保障金", "残疾人就业保障金分档减缴和免缴"),
        ("扩岗补助", "一次性扩岗补助"),
        ("P02", "科技型中小企业评价入库"),
        ("high-tech", "高新技术企业认定"),
        ("公积金业务", "住房公积金业务库"),
        ("刻公章", "公章刻制"),
        ("开公司", "企业设立登记"),
        ("怎么注册公司", "企业设立登记"),
        ("jiehun", "结婚登记"),
        ("生孩子", "生育登记"),
        ("spjy", "食品经营许可(新办)"),
        ("创业贷款", "创业担保贷款（个人）"),
    ],
)
def test_what_people_type_finds_what_they_mean(asked: str, wanted: str) -> None:
    assert wanted in titles(asked)


@pytest.mark.parametrize("asked", ["", "   ", "!!!", "、", "xyzzyqwq", "量子纠缠飞船"])
def test_what_means_nothing_here_finds_nothing(asked: str) -> None:
    assert titles(asked) == []


def test_a_full_title_comes_first() -> None:
    for entry in ENTRIES:
        if entry.kind == "policy":
            assert titles(entry.title, 1) == [entry.title]


@settings(deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_answered(asked: str) -> None:
    found = search(PACK, asked)
    assert len(found) <= 30
    assert all((60 if hit.entry.kind in ("policy", "register") else 14) <= hit.score <= 100.01 for hit in found)
    scores = [hit.score for hit in found if plain(hit.entry.title) != plain(asked)]
    assert scores == sorted(scores, reverse=True)


def test_a_long_question_is_answered_quickly() -> None:
    many = [Entry("policy", str(n), f"第{n}项研发补助", "", "", (word(f"第{n}项研发补助"),)) for n in range(2000)]
    started = time.perf_counter()
    find(many, "研发" * 60)
    assert time.perf_counter() - started < 1
