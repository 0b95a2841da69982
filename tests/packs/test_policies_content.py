"""What the 38 policies say: every example holds, versions keep apart, citations stand, the unsure stays unsure."""

import csv
import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

import pytest

from chengban.packs.model import Citation, CodeSet, Example, FactDeclaration, Policy, PolicyVersion
from chengban.packs.source import Document
from chengban.rules.unknown import Unknown

from .pack_policies import (
    PACK,
    SHARED,
    Facts,
    example_files,
    ids_by_word,
    parameters,
    policies,
    value,
    verdict,
    vocabulary,
    words,
)

IDS = {f"P{number:02}" for number in range(1, 37)} - {"P11", "P18"} | {"P11a", "P11b", "P18v1", "P18v2"}
PERSONS = {"P11a", "P25", "P36"}
EXAMPLES = [(policy, example) for policy, file in sorted(example_files().items()) for example in file.examples]
VERSIONS = [(policy, version) for policy in policies().values() for version in policy.versions]


def label(case: object) -> str:
    if isinstance(case, Policy):
        return case.id
    return case.name if isinstance(case, Example) else getattr(case, "version", str(case))


@pytest.mark.parametrize(("policy", "example"), EXAMPLES, ids=label)
def test_an_example_comes_out_as_it_says(policy: str, example: Example) -> None:
    assert verdict(policies()[policy], example.on, example.facts) == example.expect


@pytest.mark.parametrize(("policy", "example"), [case for case in EXAMPLES if case[1].amount is not None], ids=label)
def test_an_example_is_worth_what_it_says(policy: str, example: Example) -> None:
    version = policies()[policy].in_force(example.on)
    assert version is not None and version.amount.formula is not None
    assert value(version.amount.formula, version, example.facts) == Decimal(example.amount or 0)


@pytest.mark.parametrize(("policy", "example"), [case for case in EXAMPLES if case[1].missing is not None], ids=label)
def test_an_example_is_unknown_for_want_of_what_it_says(policy: str, example: Example) -> None:
    version = policies()[policy].in_force(example.on)
    assert version is not None and example.missing is not None
    values = [value(clause.when, version, example.facts) for clause in version.clauses]
    wanted = {fact for item in values if isinstance(item, Unknown) for fact in item.facts}
    assert wanted == set(example.missing)


def test_the_pack_declares_exactly_the_policies_of_the_city() -> None:
    assert set(policies()) == IDS
    assert set(example_files()) == IDS
    assert {policy.id for policy in policies().values() if policy.subject == "person"} == PERSONS


def test_a_file_is_named_after_its_policy() -> None:
    for folder in ("policies", "cases-tests"):
        assert {path.stem for path in (PACK / folder).glob("*.yaml")} == IDS


@pytest.mark.parametrize("policy", policies().values(), ids=label)
def test_a_policy_has_an_example_of_each_verdict_in_force(policy: Policy) -> None:
    in_force = [case for case in example_files()[policy.id].examples if policy.in_force(case.on)]
    assert {case.expect for case in in_force} == {"eligible", "ineligible", "unknown"}


@pytest.mark.parametrize(("policy", "version"), VERSIONS, ids=label)
def test_a_version_has_an_eligible_example(policy: Policy, version: PolicyVersion) -> None:
    cases = [case for case in example_files()[policy.id].examples if policy.in_force(case.on) == version]
    assert any(case.expect == "eligible" for case in cases)


@pytest.mark.parametrize("policy", policies().values(), ids=label)
def test_versions_follow_each_other_without_overlap(policy: Policy) -> None:
    for earlier, later in zip(policy.versions, policy.versions[1:], strict=False):
        assert earlier.until is not None and earlier.until < later.since


def test_a_successor_begins_the_day_after_what_it_succeeds() -> None:
    for policy in policies().values():
        if policy.succeeds:
            until = policies()[policy.succeeds].versions[-1].until
            assert until is not None and (policy.versions[0].since - until).days == 1


def test_exclusion_is_mutual() -> None:
    for policy in policies().values():
        assert all(policy.id in policies()[other].excludes for other in policy.excludes)


@pytest.mark.parametrize(("policy", "version"), VERSIONS, ids=label)
def test_ids_and_parameters_are_unique_within_a_version(policy: Policy, version: PolicyVersion) -> None:
    clauses = [clause.id for clause in version.clauses]
    assert len(set(clauses)) == len(clauses)
    assert len(parameters(version)) == 2 * len(version.parameters)
    assert not set(parameters(version)) & set(ids_by_word())


@pytest.mark.skipif(not vocabulary(), reason="the pack declares no facts yet")
@pytest.mark.parametrize(("policy", "version"), VERSIONS, ids=label)
def test_every_word_of_a_rule_is_a_fact_or_a_parameter(policy: Policy, version: PolicyVersion) -> None:
    texts = [clause.when for clause in version.clauses] + [version.amount.formula or "0"]
    used = set().union(*(words(text) for text in texts)) - parameters(version).keys()
    assert used <= ids_by_word().keys()


@pytest.mark.skipif(not vocabulary(), reason="the pack declares no facts yet")
def test_every_fact_of_an_example_is_declared_and_legal() -> None:
    for policy, example in EXAMPLES:
        for fact, given in example.facts.items():
            legal = legal_values(vocabulary()[fact])
            assert not legal or given in legal, (policy, example.name, fact)


def legal_values(fact: FactDeclaration) -> frozenset[str]:
    """The values or codes that a fact may have; empty when anything goes."""
    return code_values(fact.codes) if fact.codes else frozenset(fact.values)


@lru_cache
def code_values(name: str) -> frozenset[str]:
    folder = PACK / "codes"
    codes = CodeSet.model_validate(Document.load(folder / f"{name}.yaml", PACK).value)
    if codes.file is None:
        return frozenset(item.code for item in codes.items)
    with (folder / codes.file).open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


def test_every_clause_speaks_both_languages_and_cites() -> None:
    for policy, version in VERSIONS:
        for clause in version.clauses:
            assert clause.text_en and clause.citation.title, (policy.id, clause.id)


def test_what_is_not_known_of_the_citys_talent_policies_is_no_figure() -> None:
    version = policies()["P36"].versions[0]
    assert {(item.value, item.confidence) for item in version.parameters} == {(0, "?")}
    assert (version.confidence, version.dates_confidence, version.amount.confidence) == ("?", "?", "?")


def test_the_better_of_two_income_tax_reliefs_is_the_small_enterprise_one() -> None:
    facts = {"taxable_income_wan": 300}
    worth = [_worth(policy, date(2025, 12, 1), facts) for policy in ("P05", "P30")]
    assert worth == [Decimal(60), Decimal(30)]


def test_the_citys_own_figures_agree_with_the_deduction() -> None:
    """1,200 enterprises that deducted 4.2 billion yuan paid over 1 billion less (聊城日报, 2024-01-28)."""
    assert _worth("P03", date(2025, 12, 1), {"rd_expense_eligible": Decimal("4200000000")}) == Decimal("1050000000")


def _worth(policy: str, on: date, facts: Facts) -> object:
    version = policies()[policy].in_force(on)
    assert version is not None and version.amount.formula is not None
    return value(version.amount.formula, version, facts)


def citations() -> list[tuple[str, Citation]]:
    found = []
    for policy, version in VERSIONS:
        found += [(policy.id, source) for source in version.sources]
        found += [(policy.id, clause.citation) for clause in version.clauses]
        found += [(policy.id, item.citation) for item in version.parameters if item.citation]
    return found


@pytest.mark.skipif(not (SHARED / "laws").is_dir(), reason="../shared/domain/laws is absent")
def test_every_cited_article_is_in_the_law_text() -> None:
    laws = {path.stem.partition("(")[0]: path.read_text(encoding="utf-8") for path in (SHARED / "laws").glob("*.md")}
    cited = [(policy, cite) for policy, cite in citations() if cite.title in laws]
    assert len({cite.title for _, cite in cited}) >= 4
    for policy, cite in cited:
        for article in re.findall(r"第[一二三四五六七八九十百]+条", cite.article or ""):
            assert re.search(rf"^\W*{article}\s", laws[cite.title], re.MULTILINE), (policy, cite)
