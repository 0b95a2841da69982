"""What the pack of Liaocheng holds: how much of everything, and that all its parts know each other."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chengban.packs import loader
from chengban.packs.model import Citation, FactDeclaration, Register, RegisterField, Source
from chengban.rules.nodes import Name, walk
from chengban.rules.parser import parse

from .pack_policies import PACK, SHARED

CITY = loader.load(PACK)
GIVEN = {"业务日期", "业务年度"}
WORDS = {word for fact in CITY.facts.values() for word in (fact.id, fact.name, *fact.aliases)}

needs_policies = pytest.mark.skipif(not (SHARED / "policies.json").is_file(), reason="../shared/domain/policies.json is absent")
needs_laws = pytest.mark.skipif(not (SHARED / "laws").is_dir(), reason="../shared/domain/laws is absent")
needs_industries = pytest.mark.skipif(
    not (SHARED / "gbt4754_2017.csv").is_file(), reason="../shared/domain/gbt4754_2017.csv is absent"
)


def names(text: str, known: set[str]) -> set[str]:
    """The names an expression uses, those of called functions left out."""
    node = parse(text, names=tuple(known))
    called = {call.function.name for call in walk(node) if isinstance(getattr(call, "function", None), Name)}
    return {name.name for name in walk(node) if isinstance(name, Name)} - called


def words_of(register: Register) -> dict[str, RegisterField]:
    return {word: field for field in register.fields for word in (field.id, field.name)}


def sources() -> Iterator[tuple[FactDeclaration, str, Source, Register]]:
    for fact in CITY.facts.values():
        for kind, source in (("enterprise", fact.enterprise), ("person", fact.person)):
            if source is not None:
                yield fact, kind, source, CITY.registers[source.register_]


def test_the_pack_has_no_mistake_of_form() -> None:
    assert loader.read(PACK)[1] == []


def test_six_base_and_thirty_theme_registers() -> None:
    assert Counter(register.kind for register in CITY.registers.values()) == {"base": 6, "theme": 30}


def test_the_registers_that_the_city_names_are_marked_seed() -> None:
    seeds = {register.id for register in CITY.registers.values() if register.chosen == "seed"}
    assert seeds == {"population", "legal_persons", "real_estate_registration", "housing_fund", "internet_supervision"}


def test_at_least_six_registers_are_rich() -> None:
    assert sum(len(register.fields) >= 15 for register in CITY.registers.values()) >= 6


def test_regions_are_eight_counties_and_136_towns_and_one_code_of_the_past() -> None:
    regions = CITY.codes["region"].items
    kinds = Counter(region.kind for region in regions)
    assert (kinds["县市区"], kinds["乡镇街道"], kinds["历史县市区"]) == (8, 136, 1)
    past = next(region for region in regions if region.code == "371523")
    assert (past.now, past.until and past.until.year) == ("371503", 2019)


def test_every_town_stands_under_a_county_of_the_city() -> None:
    towns = [region for region in CITY.codes["region"].items if region.kind == "乡镇街道"]
    assert {town.parent for town in towns} == set(CITY.city.counties)
    assert all(town.code.startswith(town.parent or "-") for town in towns)


def test_industries_are_complete() -> None:
    industries = CITY.codes["industry"].items
    assert Counter(item.kind for item in industries) == {"门类": 20, "大类": 97, "中类": 473, "小类": 1381}
    codes = {item.code for item in industries}
    assert len(codes) == len(industries) == 1971
    assert all(item.parent in codes for item in industries if item.kind != "门类")


@needs_industries
def test_industries_are_those_of_the_standard() -> None:
    lines = (SHARED / "gbt4754_2017.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert {line.split(",", 1)[0] for line in lines} == {item.code for item in CITY.codes["industry"].items}


def test_fifty_six_ethnic_groups() -> None:
    assert len(CITY.codes["ethnic"].items) == 56


def test_holidays_reach_from_2004_to_2026() -> None:
    assert sorted(CITY.holidays) == list(range(2004, 2027))
    assert all(day.year == year.year and day.weekday() >= 5 for year in CITY.holidays.values() for day in year.worked)
    assert all(not set(year.off) & set(year.worked) for year in CITY.holidays.values())


def test_what_is_unsure_stays_marked() -> None:
    assert CITY.codes["id_type"].confidence == "?"


def test_twenty_eight_scenes_with_164_items() -> None:
    assert (len(CITY.scenes), len(CITY.items)) == (28, 164)


def test_items_know_their_scene_and_those_before_them() -> None:
    for scene in CITY.scenes.values():
        own = {item.id for item in scene.items}
        for item in scene.items:
            assert item.scene == scene.id and set(item.after) <= own - {item.id}, item.id


def test_every_item_can_be_found_by_everyday_words() -> None:
    assert [item.id for item in CITY.items.values() if not item.words] == []


def test_owners_and_code_sets_are_declared() -> None:
    for register in CITY.registers.values():
        assert register.department in CITY.departments, register.id
        assert {field.codes for field in register.fields if field.codes} <= CITY.codes.keys(), register.id
    assert {fact.codes for fact in CITY.facts.values() if fact.codes} <= CITY.codes.keys()


def test_codes_are_not_repeated() -> None:
    for codes in CITY.codes.values():
        assert len({item.code for item in codes.items}) == len(codes.items), codes.id


def test_names_of_facts_are_unique_and_usable_in_rules() -> None:
    counts = Counter(name for fact in CITY.facts.values() for name in (fact.name, *fact.aliases))
    assert [name for name, times in counts.items() if times > 1] == []
    assert [name for name in counts if re.search(r"[\s+\-*/(),.（）]|^\d", name)] == []


def test_row_rules_use_only_their_own_fields() -> None:
    for register in CITY.registers.values():
        known = set(words_of(register))
        for rule in register.rules:
            assert names(rule.rule, known) <= known, (register.id, rule.id)


def test_facts_read_fields_that_exist_of_registers_about_them() -> None:
    for fact, kind, source, register in sources():
        assert register.about == kind, fact.id
        fields = {field.id for field in register.fields}
        assert {name for name in (source.field, source.order) if name} <= fields, fact.id


def test_conditions_of_facts_use_only_their_registers_fields() -> None:
    for fact, _, source, register in sources():
        known = set(words_of(register)) | GIVEN
        assert names(source.where or "true", known) <= known, fact.id


def test_absence_means_something_only_where_the_owner_vouches() -> None:
    assert [fact.id for fact, _, source, register in sources() if source.absent is not None and not register.complete] == []


def test_formulas_and_tables_stand_on_facts() -> None:
    for fact in CITY.facts.values():
        assert names(fact.formula or "true", WORDS) <= WORDS, fact.id
        assert fact.table is None or fact.table in CITY.tables, fact.id
    for table in CITY.tables.values():
        assert set(table.inputs) <= WORDS, table.id


def test_facts_are_of_the_type_that_their_field_holds() -> None:
    numbers = {"integer", "decimal", "money", "year"}
    for fact, _, source, register in sources():
        if source.field:
            kind = register.field(source.field).type
            held = "number" if kind in numbers else kind if kind in ("date", "boolean") else "string"
            assert held == fact.type, fact.id


def test_consistency_rules_stand_on_facts_and_have_an_owner() -> None:
    for rule in CITY.city.consistency:
        assert names(rule.rule, WORDS) <= WORDS and rule.department in CITY.departments, rule.id


def collected_fields(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (node[key] for key in ("field", "tiered", "by") if isinstance(node.get(key), str))
        for part in node.values():
            yield from collected_fields(part)
    elif isinstance(node, list):
        for part in node:
            yield from collected_fields(part)


@needs_policies
def test_every_fact_of_the_collected_policies_is_declared() -> None:
    collected = json.loads((SHARED / "policies.json").read_text(encoding="utf-8"))
    wanted = {field for policy in collected for field in collected_fields([policy["all"], policy["any"], policy["none_of"]])}
    assert wanted - CITY.facts.keys() == set()
    without_origin = {name for name in wanted if not any(_origins(CITY.facts[name]))}
    assert without_origin == set()


def _origins(fact: FactDeclaration) -> tuple[object, ...]:
    return fact.enterprise, fact.person, fact.formula, fact.table


def citations() -> Iterator[tuple[str, Citation]]:
    for register in CITY.registers.values():
        if register.sharing.citation:
            yield register.id, register.sharing.citation
    yield from ((fact.id, fact.citation) for fact in CITY.facts.values() if fact.citation)
    yield from ((table.id, table.citation) for table in CITY.tables.values())


@needs_laws
def test_every_cited_article_is_in_the_law_text() -> None:
    laws = {path.stem.partition("(")[0]: path.read_text(encoding="utf-8") for path in (SHARED / "laws").glob("*.md")}
    cited = [(where, cite) for where, cite in citations() if cite.title in laws]
    assert len(cited) >= len(CITY.registers)
    for where, cite in cited:
        article = re.match(r"第[一二三四五六七八九十百]+条", cite.article or "")
        assert article is not None and re.search(rf"^\W*{article[0]}\s", laws[cite.title], re.MULTILINE), (where, cite)
