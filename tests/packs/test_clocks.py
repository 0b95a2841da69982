"""The clocks of a pack: one thing spoiled at a time is found where it stands; the city's own cite each of their limits."""

# ruff: noqa: E501

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from chengban.packs import current, load
from chengban.packs.check import check
from chengban.packs.clocks import Bars, Clock, Limit, Receipt, Rule
from chengban.packs.loader import read
from chengban.packs.model import Citation
from tests.packs.small import FILES, write

CLOCKS = """\
clocks:
  - id: general
    name: 一般
    name_en: General
    items: [S01.a]
    receipt:
      notify: { count: 5, citation: { title: 样例法, article: 第一条 }, confidence: S }
      silence: accepted
      incomplete: corrected
      told_once: { citation: { title: 样例法, article: 第一条 }, confidence: S }
    decision:
      within: { count: 20, citation: { title: 样例法, article: 第二条 }, confidence: S }
      extension: { at_most: 10, approver: own_head, citation: { title: 样例法, article: 第二条 }, confidence: S }
    on_the_spot: { count: 1, citation: { title: 样例法, article: 第二条 }, confidence: S }
    tolerance:
      supply: { count: 10, citation: { title: 样例法, article: 第三条 }, confidence: S }
      citation: { title: 样例法, article: 第三条 }
      confidence: K
    pauses:
      - { kinds: [hearing], citation: { title: 样例法, article: 第四条 }, confidence: S }
      - { kinds: [testing], citation: { title: 样例法, article: 第四条 }, confidence: S }
  - id: joint
    name: 联合
    name_en: Joint
    extends: general
"""
SCENE = """\
id: S01
name: 开店
lead: 市监
subject: 法人
confidence: K
items:
  - id: S01.a
    name: 开店许可
    department: 市监
    scene: S01
    statutory: { number: 20, unit: "1", citation: { title: 样例法 } }
    promised: { number: 10, unit: "1" }
"""
GOOD = {**FILES, "clocks.yaml": CLOCKS, "scenes/S01.yaml": SCENE}


class Spoiled(NamedTuple):
    """In `file` the text `old` becomes `new`; the finding stands on the line of `at`, and says `says`."""

    old: str
    new: str
    at: str
    says: str
    file: str = "clocks.yaml"


SPOILED = {
    "a limit without its citation": Spoiled("count: 5, citation: { title: 样例法, article: 第一条 },", "count: 5,", "notify:", "citation is missing"),
    "a limit whose sureness is not said": Spoiled("article: 第二条 }, confidence: S }\n      extension", "article: 第二条 } }\n      extension", "within:", "confidence is missing"),
    "a base that is not there": Spoiled("extends: general", "extends: generall", "extends:", "did you mean general"),
    "a circle": Spoiled("    name: 一般\n", "    name: 一般\n    extends: joint\n", "extends:", "in a circle: general → joint → general"),
    "no limit for deciding": Spoiled(CLOCKS[CLOCKS.index("    decision:") : CLOCKS.index("    tolerance:")], "", "id: general", "clock general has no decision"),
    "nothing about receipt": Spoiled(CLOCKS[CLOCKS.index("    receipt:") : CLOCKS.index("    decision:")], "", "id: general", "clock general has no receipt"),
    "silence without its day": Spoiled("      notify: { count: 5, citation: { title: 样例法, article: 第一条 }, confidence: S }\n", "", "receipt:", "only after a time"),
    "on the spot longer than the law": Spoiled("on_the_spot: { count: 1,", "on_the_spot: { count: 21,", "on_the_spot", "longer than the 20"),
    "an extension in another unit": Spoiled("at_most: 10, approver", "at_most: 10, unit: month, approver", "extension:", "counted in month"),
    "what lacks may come after the decision": Spoiled("supply: { count: 10,", "supply: { count: 21,", "tolerance:", "later than the decision is due"),
    "two rules for one pause": Spoiled("kinds: [testing]", "kinds: [testing, hearing]", "kinds: [testing, hearing]", "hearing: there is a rule for it above"),
    "an approver that is none": Spoiled("approver: own_head", "approver: own_foot", "extension:", "it can be"),
    "a pause that is none": Spoiled("kinds: [testing]", "kinds: [holiday]", "holiday", "it can be"),
    "an item that is not there": Spoiled("items: [S01.a]", "items: [S01.b]", "items:", "there is no item S01.b"),
    "an item with two clocks": Spoiled("extends: general", "extends: general\n    items: [S01.a]", "extends: general\n    items", "follows clock general already"),
    "an item that promises too much": Spoiled("promised: { number: 10", "promised: { number: 21", "promised:", "promises 21, and the law gives no more than 20", "scenes/S01.yaml"),
    "an item with another law": Spoiled("statutory: { number: 20", "statutory: { number: 30", "statutory:", "says 30, and its clock general says 20", "scenes/S01.yaml"),
    "a clock twice": Spoiled("id: joint", "id: general", "name: 联合", "declared twice"),
}  # fmt: skip


def test_the_small_pack_is_right(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert check(tmp_path) == []


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_wrong_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    spoiled = SPOILED[name]
    text = GOOD[spoiled.file]
    assert text.count(spoiled.old) == 1, "what is spoiled must be unique"
    text = text.replace(spoiled.old, spoiled.new)
    write(tmp_path, {**GOOD, spoiled.file: text})
    (finding, *_) = check(tmp_path)
    assert spoiled.says in finding.message
    assert finding.place.file == spoiled.file
    lines = text.splitlines()
    near = "\n".join(lines[finding.place.line - 2 : finding.place.line + 1])
    assert spoiled.at.splitlines()[-1].strip() in near, (finding, near)


def rules_in(value: object) -> Iterator[Rule]:
    if isinstance(value, Rule):
        yield value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from rules_in(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from rules_in(one)


def test_each_limit_of_the_city_cites_an_article_or_a_document() -> None:
    pack = current()
    found = [rule for clock in pack.clocks.values() for rule in rules_in(clock)]
    assert len(found) > 40
    article = re.compile(r"^第[一二三四五六七八九十百]+条(第[一二三四五六七八九十]+款)?(第[一二三四五六七八九十]+项)?$")
    wrong = [rule for rule in found if rule.citation.article is not None and not article.match(rule.citation.article)]
    assert wrong == []
    unsure = [rule for rule in found if isinstance(rule, Limit) and not rule.sure]
    assert unsure and all(rule.note or rule.citation.note for rule in unsure), "what is unsure says why"


def test_a_clock_takes_from_its_base_what_it_does_not_say_itself() -> None:
    pack = current()
    fire, general = pack.clock("fire_inspection"), pack.clock("general")
    assert fire.decision is not None and fire.decision.within.count == 10 and fire.decision.extension is None
    assert fire.receipt == general.receipt and fire.hearing == general.hearing
    assert isinstance(fire.bars, Bars) and general.bars is None
    assert pack.clock("market_registration").renewal is None and general.renewal is not None


def test_the_items_of_a_base_do_not_follow_what_extends_it() -> None:
    pack = current()
    assert pack.clock("fire_inspection").items == ("S04.d", "S23.f") and pack.clock_of_item["S28.b"] == "safety"


def test_silence_that_accepts_has_its_day() -> None:
    with pytest.raises(ValueError, match="only after a time"):
        told_once = Rule(citation=Citation(title="样例法"), confidence="S")
        Receipt(silence="accepted", incomplete="corrected", told_once=told_once)


def test_the_clocks_that_the_documentation_writes_are_right(tmp_path: Path) -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "pack.md").read_text(encoding="utf-8")
    for name, body in re.findall(r"^```\w*\n# (\S+)\n(.*?)^```", text, re.S | re.M):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(body, encoding="utf-8")
    pack, findings = read(tmp_path)
    assert pack is not None and [str(one) for one in [*findings, *check(tmp_path)] if one.place.file == "clocks.yaml"] == []
    joint = load(tmp_path).clock("joint")
    assert joint.decision is not None and joint.decision.within.count == 45 and joint.receipt is not None
    assert set(Clock.model_fields) - {"id", "name", "name_en", "extends", "items"} <= set(re.findall(r"\b[a-z_]+\b", text))
