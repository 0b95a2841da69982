"""Decision tables through DMN and back, the same answer in a DMN engine, and whatever is uploaded gets a sentence."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban import rules
from chengban.packs import tables_dmn
from chengban.packs.loader import current
from chengban.packs.model import DecisionTable
from chengban.packs.vocabulary import table_text
from chengban.rules import dmn

tests = st.sampled_from(["-", "< 10", ">= 10", "[5..20)", "3", "not(3)", "1, 2"])
lines = st.fixed_dictionaries({"when": st.tuples(tests, tests).map(list), "then": st.integers(0, 99).map(str)})


@given(st.lists(lines, min_size=1, max_size=6), st.integers(0, 25), st.integers(0, 25))
@settings(max_examples=200, deadline=None)
def test_a_table_is_the_same_after_a_journey_and_answers_the_same_in_a_dmn_engine(
    rows: list[dict[str, object]], a: int, b: int
) -> None:
    table = {"id": "steps", "name": "阶梯", "inputs": ["人数", "年数"], "rules": rows}
    written = tables_dmn.write(table)
    [read] = tables_dmn.read(written)
    assert (read["inputs"], read["rules"], read["name"]) == (table["inputs"], rows, "阶梯")
    declared = DecisionTable.model_validate(read)
    facts = {"人数": Decimal(a), "年数": Decimal(b)}
    ours = rules.evaluate(rules.parse(table_text(declared)), facts)
    assert dmn.loads(written).evaluate("阶梯", facts) == ours


def test_the_tables_of_the_pack_survive_the_journey() -> None:
    for table in current().tables.values():
        [read] = tables_dmn.read(tables_dmn.write(table.model_dump()))
        assert [tuple(row["when"]) for row in read["rules"]] == [rule.when for rule in table.rules]


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: f"<definitions><decision>{text}</decision></definitions>".encode())
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_uploaded_is_tables_or_a_sentence(raw: bytes) -> None:
    with pytest.raises(tables_dmn.NotATable, match="。"):
        tables_dmn.read(raw)


def test_what_a_first_hit_cannot_answer_is_refused() -> None:
    table = {"id": "t", "name": "t", "inputs": ["a"], "rules": [{"when": ["-"], "then": "1"}]}
    collecting = tables_dmn.write(table).replace(b'"FIRST"', b'"COLLECT"')
    with pytest.raises(tables_dmn.NotATable, match="命中规则"):
        tables_dmn.read(collecting)
