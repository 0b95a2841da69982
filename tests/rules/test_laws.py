"""The two laws of unknown facts, and that text, nodes and the exported form mean the same."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.rules import UNKNOWN, Unknown, evaluate, export, format_node, parse
from chengban.rules.nodes import Node

from .strategies import facts, hidden, rules


def _partly(known: dict[str, Any], hidden_: set[str]) -> dict[str, Any]:
    return {name: UNKNOWN if name in hidden_ else value for name, value in known.items()}


@given(rules, facts, hidden)
@settings(max_examples=400, deadline=None)
def test_learning_a_fact_never_changes_an_answer(rule: Node, known: dict[str, Any], hidden_: set[str]) -> None:
    before, after = evaluate(rule, _partly(known, hidden_)), evaluate(rule, known)
    assert isinstance(before, Unknown) or before == after
    if isinstance(before, Unknown):
        assert before.facts <= hidden_ and before.facts


@given(rules, facts)
@settings(max_examples=200, deadline=None)
def test_with_every_fact_known_the_answer_is_standard(rule: Node, known: dict[str, Any]) -> None:
    assert evaluate(rule, known) in (True, False, None)


@given(rules)
@settings(max_examples=300, deadline=None)
def test_text_of_a_node_reads_back_as_the_node(rule: Node) -> None:
    assert parse(format_node(rule)) == rule


@given(rules, facts, hidden)
@settings(max_examples=400, deadline=None)
def test_the_exported_form_is_true_where_the_rule_is(rule: Node, known: dict[str, Any], hidden_: set[str]) -> None:
    here = evaluate(rule, _partly(known, hidden_))
    there = evaluate(export(rule), {name: None if name in hidden_ else value for name, value in known.items()})
    if there is True:
        assert here is True
    if not hidden_:
        assert (here is True) == (there is True)


def test_a_missing_record_does_not_pass_in_another_engine() -> None:
    rule = parse("not(dishonest = true)")
    assert evaluate(rule, {"dishonest": None}) is True
    assert evaluate(export(rule), {"dishonest": None}) is not True
    assert evaluate(export(rule), {"dishonest": False}) is True
    assert export(rule) == "dishonest != null and dishonest != true"


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_unknowns_name_the_facts_that_settle_them(data: st.DataObject) -> None:
    rule, known, hidden_ = data.draw(rules), data.draw(facts), data.draw(hidden)
    answer = evaluate(rule, _partly(known, hidden_))
    if isinstance(answer, Unknown):
        learned = evaluate(rule, _partly(known, hidden_ - answer.facts))
        assert not isinstance(learned, Unknown) or not answer.facts & learned.facts
