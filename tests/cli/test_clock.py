"""`chengban clock explain`: the JSON and the events that docs/commands.md tells, and a sentence for all that can be wrong."""

import json
import re
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from chengban.cases.clock.events import EVENTS, Event
from tests.cli.conftest import Shell
from tests.cli.test_commands import DOCS, promised, refused, same_keys

LIFE: dict[str, Any] = {
    "clock": "general",
    "promised": 10,
    "events": [
        {"event": "received", "on": "2026-02-13"},
        {"event": "paused", "on": "2026-03-02", "what": "expert_review", "days": 5, "document": "告字〔2026〕1号"},
    ],
}
ON = ("--on", "2026-03-13")


def life(folder: Path, said: Any) -> Path:
    path = folder / "life.json"
    path.write_text(said if isinstance(said, str) else json.dumps(said, ensure_ascii=False), encoding="utf-8")
    return path


def test_the_json_is_what_the_documentation_promises(shell: Shell, tmp_path: Path) -> None:
    told = shell("clock", "explain", life(tmp_path, LIFE), *ON, "--json").json
    example = promised("clock explain")
    same_keys("clock explain", told)
    for key in ("stops", "deadlines", "breaches", "allowed", "refused"):
        assert list(told[key][0]) == list(example[key][0]), key
    for key, value in example.items():
        if key not in ("deadlines", "allowed", "refused"):
            assert told[key] == value, key
    assert [one for one in told["refused"] if one["event"] == "granted"] == example["refused"]
    found = told["deadlines"][0]
    assert {**found, "steps": found["steps"][:2]} == example["deadlines"][0]


def test_it_is_told_in_words_and_in_english(shell: Shell, tmp_path: Path) -> None:
    chinese = shell("clock", "explain", life(tmp_path, LIFE), *ON).out
    assert "即为受理" in chinese and "作出决定（法定） 2026-03-26 绿灯" in chinese and "红灯，已超期" in chinese
    english = shell("clock", "explain", life(tmp_path, LIFE), *ON, "--language", "en").out
    assert "Deciding (statutory) 2026-03-26 green" in english and "the materials came" in english


def test_the_day_decides_what_is_seen(shell: Shell, tmp_path: Path) -> None:
    early = shell("clock", "explain", life(tmp_path, LIFE), "--on", "2026-02-27", "--json").json
    assert (early["state"], early["deemed"], early["stops"]) == ("received", False, [])


def test_an_item_brings_its_clock_and_its_promise(shell: Shell, tmp_path: Path) -> None:
    said = {"item": "S03.b", "events": [{"event": "received", "on": "2025-11-10"}]}
    told = shell("clock", "explain", life(tmp_path, said), "--on", "2025-11-10", "--json").json
    assert told["clock"] == "market_registration"
    assert {one["kind"]: one["due"] for one in told["deadlines"]} == {"decide": "2025-11-13", "promise": "2025-11-11"}


def test_an_act_that_the_law_forbids_is_named_with_its_clause(shell: Shell, tmp_path: Path) -> None:
    happened = [*LIFE["events"], {"event": "granted", "on": "2026-03-03", "document": "准1"}]
    said = shell("clock", "explain", life(tmp_path, {**LIFE, "events": happened}), *ON)
    refused(said, "2026-03-03（周二） 准予许可", "第四十五条", code=1)
    unreasoned = {"event": "refused", "on": "2026-03-03", "document": "否1"}
    said = shell("clock", "explain", life(tmp_path, {**LIFE, "events": [*LIFE["events"], unreasoned]}), *ON)
    refused(said, "第 3 件事（不予许可）", "第三十八条第二款", code=1)
    refused(shell("clock", "explain", life(tmp_path, {**LIFE, "promised": 21}), *ON), "第四十二条第一款", "20 个工作日", code=1)


def test_a_year_that_is_not_arranged_is_said(shell: Shell, tmp_path: Path) -> None:
    said = {"clock": "general", "events": [{"event": "received", "on": "2026-12-28"}]}
    refused(shell("clock", "explain", life(tmp_path, said), "--on", "2027-01-05"), "2027 年的节假日安排还没有公布", code=1)
    early = shell("clock", "explain", life(tmp_path, said), "--on", "2026-12-28")
    assert "一次告知补正 还不知道" in early.out and "2027 年的节假日安排还没有公布" in early.out


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("[]", ["应是一个对象"]),
        ({"clock": "general"}, ["events"]),
        ({**LIFE, "clok": 1}, ["clok 不是这里的词"]),
        ({"events": []}, ["clock", "item"]),
        ({**LIFE, "item": "S03.b"}, ["只写一个"]),
        ({**LIFE, "clock": "generall"}, ["没有叫 generall", "是不是 general"]),
        ({**LIFE, "promised": "ten"}, ["promised 应是"]),
        ({**LIFE, "promised": True}, ["promised 应是"]),
        ({**LIFE, "promised": -1}, ["promised 应是"]),
        ({**LIFE, "instant": 1}, ["instant 应是"]),
        ({"item": "S99.z", "events": []}, ["S99.z 没有配置时限规则"]),
        ({"item": "S03.b", "promised": 1, "events": []}, ["由实施清单定"]),
        ({**LIFE, "events": ["received"]}, ["第 1 件事没有写 event"]),
        ({**LIFE, "events": [{"event": "recieved"}]}, ["没有叫 recieved 的事", "是不是 received"]),
        ({**LIFE, "events": [{"event": "received"}]}, ["第 1 件事（收到申请材料）：on 没有写"]),
        ({**LIFE, "events": [{"event": "received", "on": "2025-02-30"}]}, ["on 写得不对"]),
        ({**LIFE, "events": [{"event": "received", "on": "2026-02-13", "who": "甲"}]}, ["who 不是它的词"]),
        ({**LIFE, "events": [{**LIFE["events"][1], "what": "holiday"}]}, ["what 写得不对"]),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(shell: Shell, tmp_path: Path, said: Any, words: list[str]) -> None:
    refused(shell("clock", "explain", life(tmp_path, said), *ON), *words, code=1)


def test_a_file_that_is_no_json(shell: Shell, tmp_path: Path) -> None:
    refused(shell("clock", "explain", life(tmp_path, "{"), *ON), "life.json 不是 JSON")
    refused(shell("clock", "explain", tmp_path / "none.json"), "none.json")


def carries(kind: type[Event]) -> str:
    words = [
        f"`{one.name}`" if one.default is MISSING or "refusal" in one.metadata else f"[`{one.name}`]"
        for one in fields(kind)
        if one.name != "on"
    ]
    return ", ".join(words) or "—"


def test_the_documentation_lists_every_event_and_what_it_carries() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^`|]+) \| (.+) \|$", DOCS.read_text(encoding="utf-8"), re.M)
    assert rows == [(kind.word, kind.name, carries(kind)) for kind in EVENTS]
