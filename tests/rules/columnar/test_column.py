"""Expressions over a table give the scalar evaluator's value in every row, and tell null from unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings

from chengban.rules.columnar import evaluate_column
from chengban.rules.evaluate import evaluate
from chengban.rules.nodes import Node
from chengban.rules.unknown import Unknown
from chengban.rules.values import to_feel

from .strategies import amounts, tables
from .test_same_answer import facts_of

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")


@settings(max_examples=100, deadline=None)
@given(node=amounts, table=tables)
def test_amounts_are_exact(node: Node, table: pa.Table) -> None:
    column = evaluate_column(node, table)
    expected = [evaluate(node, facts) for facts in facts_of(table)]
    assert column.unknown.tolist() == [isinstance(value, Unknown) for value in expected]
    assert [number(value) for value in column.values.to_pylist()] == [
        None if isinstance(value, Unknown) else value for value in expected
    ]


def number(value: Any) -> Any:
    """Decimals too long for Arrow come as text."""
    return Decimal(value) if isinstance(value, str) else value


@pytest.mark.parametrize(
    ("text", "kind", "values"),
    [
        ("min(invested * 0.1, 500000)", pa.decimal128(38, 3), [Decimal("10"), Decimal("500000"), None]),
        ("invested / 3 > 40", pa.bool_(), [False, True, None]),
        ('if invested > 100 then "large" else "small"', pa.string(), ["small", "large", None]),
        ("founded", pa.date32(), [date(2024, 2, 29), None, date(1969, 7, 20)]),
        ("null", pa.null(), [None, None, None]),
        ("string length(founded)", pa.null(), [None, None, None]),
    ],
)
def test_the_type_of_a_column(text: str, kind: pa.DataType, values: list[Any]) -> None:
    invested = pa.array([Decimal("100.00"), Decimal("9999999999.99"), None], pa.decimal128(18, 2))
    founded = pa.array([date(2024, 2, 29), None, date(1969, 7, 20)], pa.date32())
    column = evaluate_column(text, pa.table({"invested": invested, "founded": founded}))
    assert column.values.type == kind
    assert [to_feel(value) for value in column.values.to_pylist()] == [to_feel(value) for value in values]


def test_a_filter_keeps_what_is_true() -> None:
    table = pa.table({"listed": [True, False, None]})
    assert evaluate_column("listed", table).is_true().tolist() == [True, False, False]
    assert evaluate_column("1", table).is_true().tolist() == [False, False, False]
