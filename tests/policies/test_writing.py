"""A form becomes the declaration that it says, a declaration becomes a form again, and whatever is typed gets a sentence."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.packs.loader import load
from chengban.packs.model import Policy, PolicyVersion
from chengban.policies.rewriting import written_of
from chengban.policies.writing import NotDeclared, declared, scalar

PACK = load(Path(__file__).parents[2] / "packs" / "liaocheng")
VERSIONS = [(policy, version) for policy in PACK.policies.values() for version in policy.versions]


@pytest.mark.parametrize(("policy", "version"), VERSIONS, ids=lambda one: getattr(one, "id", getattr(one, "version", "")))
def test_a_declared_version_comes_back_from_its_form(policy: Policy, version: PolicyVersion) -> None:
    examples = PACK.examples[policy.id]
    made = declared(written_of(PACK, policy, version, examples))
    assert made.version == version
    assert made.policy == policy.model_copy(update={"versions": (version,)})
    mine = [example for example in examples if policy.in_force(example.on) is version]
    assert [(one.name, one.on, one.expect, one.amount) for one in made.examples] == [
        (one.name, one.on, one.expect, one.amount) for one in mine
    ]
    for read, declaration in zip(made.examples, mine, strict=True):
        assert list(read.facts.values()) == list(declaration.facts.values())


texts = st.one_of(
    st.text(max_size=12), st.sampled_from(["P40", "是", "2026-01-01", "1,000", "3.5", "eligible", "payment", "研发人员 = 3"])
)
anything: st.SearchStrategy[Any] = st.recursive(
    texts, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)), max_leaves=12
)
FIELDS = ("id", "name", "since", "until", "clauses", "parameters", "amount", "delivery", "sources", "when", "value", "on", "facts")
forms = st.fixed_dictionaries(
    {
        "policy": st.dictionaries(st.sampled_from(FIELDS), anything, max_size=6),
        "version": st.dictionaries(st.sampled_from(FIELDS), anything, max_size=8),
        "examples": st.lists(st.dictionaries(st.sampled_from(FIELDS), texts, max_size=5), max_size=3),
    }
)


@given(forms)
@settings(max_examples=300, deadline=None)
def test_whatever_is_filled_in_is_a_declaration_or_mistakes_in_chinese(written: dict[str, Any]) -> None:
    try:
        declared(written)
    except NotDeclared as error:
        assert error.mistakes
        assert all(mistake.field and mistake.message.endswith("。") for mistake in error.mistakes)


def test_an_empty_form_says_what_is_missing_and_where() -> None:
    with pytest.raises(NotDeclared) as refused:
        declared({})
    told = {mistake.field: mistake.message for mistake in refused.value.mistakes}
    assert told["policy.id"] == "请填写编号。"
    assert told["version.since"] == "请填写施行日期。"
    assert told["version.amount.kind"] == "请填写金额种类。"
    assert told["version.clauses"] == "条件至少写一条。"


@pytest.mark.parametrize(
    ("text", "value"),
    [("3", 3), ("1,500.50", "1500.50"), ("是", True), ("A、B", ("A", "B")), ("大型", "大型"), ("2026-13-01", "2026-13-01")],
)
def test_a_value_is_what_it_looks_like(text: str, value: object) -> None:
    read = scalar(text)
    assert (read == value and isinstance(read, type(value))) or str(read) == str(value)
