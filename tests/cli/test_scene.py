"""`chengban scene plan`: the JSON that docs/commands.md promises, what the city holds, and sentences for what is wrong."""

import json
from pathlib import Path

import pytest

from tests import town
from tests.cli.conftest import Shell
from tests.cli.test_commands import DAY, city, home, promised, refused, same_keys

__all__ = ["city", "home"]


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps({"way": "普通注销", "有海关备案": "?"}), encoding="utf-8")
    return path


def test_scene_plan(shell: Shell, answers: Path) -> None:
    told = shell("scene", "plan", "S03", "--answers", answers, "--json", *DAY).json
    same_keys("scene plan", told)
    example = promised("scene plan")
    for key in ("items", "form", "documents"):
        assert list(told[key][0]) == list(example[key][0])
    assert list(told["form"][0]["asked_by"][0]) == list(example["form"][0]["asked_by"][0])
    assert list(told["items"][0]["limit"]) == list(example["items"][0]["limit"])
    assert told["promised"] == "2026-01-19" and told["settled"] is False and told["subject"] is None
    assert {item["id"]: item["needed"] for item in told["items"]}["S03.c"] == "unknown"


def test_scene_plan_for_somebody_the_city_knows(city: None, shell: Shell, answers: Path) -> None:
    told = shell("scene", "plan", "企业注销登记", "--answers", answers, "--subject", town.LOTUS, "--json", *DAY).json
    held = {one["id"]: one["held"] for one in told["form"] if one["origin"] == "held"}
    assert held["uscc"]["value"] == town.LOTUS and list(held["uscc"]) == list(promised("scene plan")["form"][0]["held"])
    assert told["subject"] == town.LOTUS


def test_scene_plan_in_words(shell: Shell, answers: Path) -> None:
    said = shell("scene", "plan", "S03", "--answers", answers, *DAY).out
    assert "第 1 批\n  ○ S03.a 税务注销(清税) · 税务 最迟 2025-12-15" in said
    assert "最迟 2026-01-19 全部办结。其中 6 项的时限未核实。" in said and "（看回答：有海关备案）" in said
    assert "不用填 1 项：注销方式" in said
    assert "办结日期还不知道：" in shell("scene", "plan", "S14", *DAY).out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "不是 JSON"),
        ("[]", "应是一个对象"),
        ('{"strange": true}', "没有叫 strange 的问题"),
        ('{"way": true}', "注销方式不能回答"),
    ],
)
def test_answers_that_cannot_be_read_are_refused(shell: Shell, tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "answers.json"
    path.write_text(text, encoding="utf-8")
    refused(shell("scene", "plan", "S03", "--answers", path), told)


def test_a_scene_and_a_subject_that_are_not_there(city: None, shell: Shell) -> None:
    refused(shell("scene", "plan", "S30"), "没有叫 S30 的一件事")
    refused(shell("scene", "plan", "S03", "--subject", "91371502MA3C00404X"), "本市没有登记这个主体。", code=1)
