"""Columns, the scalar evaluator and the explanation give one answer for every row, whatever the rule."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from chengban.rules.columnar import compile
from chengban.rules.evaluate import evaluate
from chengban.rules.explain import Clause, explain
from chengban.rules.nodes import Comparison, If, Literal, Name, Node, conjuncts
from chengban.rules.unknown import UNKNOWN, Unknown
from chengban.rules.vocabulary import Vocabulary

from .strategies import conditions, tables

NO_FACTS = Vocabulary()
pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")


def facts_of(table: pa.Table) -> list[dict[str, Any]]:
    """The rows as the scalar evaluator takes them."""

    def known(value: Any) -> Any:
        return UNKNOWN if value is None or (isinstance(value, float) and not math.isfinite(value)) else value

    return [{name: known(value) for name, value in row.items()} | {"nowhere": UNKNOWN} for row in table.to_pylist()]


def verdict(values: list[Any]) -> str:
    """The verdict of a policy from the values of its clauses."""
    if all(value is True for value in values):
        return "eligible"
    settled = [value for value in values if value is not True and not isinstance(value, Unknown)]
    return "ineligible" if settled else "unknown"


@settings(max_examples=150, deadline=None)
@given(policy=conditions, table=tables)
def test_columns_and_scalar_agree(policy: Node, table: pa.Table) -> None:
    program = compile({"policy": policy})
    matches = program.match(program.encode(table))
    clauses = [[evaluate(clause, facts) for clause in conjuncts(policy)] for facts in facts_of(table)]
    expected = [verdict(values) for values in clauses]
    assert matches.eligible("policy").tolist() == [one == "eligible" for one in expected]
    assert matches.unknown("policy").tolist() == [one == "unknown" for one in expected]
    assert matches.counts["policy"] == expected.count("eligible")
    assert matches.unknown_counts["policy"] == expected.count("unknown")
    assert [explained(policy, facts) for facts in facts_of(table)] == expected
    near = [misses[0] if len(misses) == 1 else -1 for misses in map(_misses, clauses)]
    assert matches.near("policy").tolist() == near
    assert matches.near_counts["policy"] == sum(index >= 0 for index in near)


@settings(max_examples=60, deadline=None)
@given(policy=conditions, table=tables)
def test_many_like_rows_have_the_answer_of_one(policy: Node, table: pa.Table) -> None:
    """What is computed once for each value of a code, as it is for a long table, is right for every row."""
    repeated = pa.concat_tables([table] * 50)
    matches = (program := compile({"policy": policy})).match(program.encode(repeated))
    expected = [verdict([evaluate(clause, facts) for clause in conjuncts(policy)]) for facts in facts_of(table)] * 50
    assert matches.eligible("policy").tolist() == [one == "eligible" for one in expected]
    assert matches.unknown("policy").tolist() == [one == "unknown" for one in expected]


def test_a_branch_that_is_a_boolean_where_the_other_is_a_number() -> None:
    policy = If(
        Comparison("!=", Literal(Decimal(0)), Name("assets")), Name("staff"), Comparison("!=", Name("assets"), Literal(None))
    )
    values = pa.array([Decimal("0.0000"), Decimal("1.0000"), None], pa.decimal128(38, 4))
    matches = (program := compile({"policy": policy})).match(program.encode(pa.table({"assets": values, "staff": [3, 3, 3]})))
    assert matches.eligible("policy").tolist() == [True, False, False]
    assert matches.unknown("policy").tolist() == [False, False, True]


def explained(policy: Node, facts: dict[str, Any]) -> str:
    """The verdict of the explanation of one row."""
    clauses = [Clause(str(number), clause) for number, clause in enumerate(conjuncts(policy))]
    return explain(clauses, facts, NO_FACTS).verdict


def _misses(values: list[Any]) -> list[int]:
    return [index for index, value in enumerate(values) if value is not True]
