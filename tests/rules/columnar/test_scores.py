"""Sums of points: each value has its code, so that another threshold needs no other codes; and the answers stay the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban import rules
from chengban.rules.columnar.scores import MOST, possible_values
from chengban.rules.parser import parse

SCORE = "(if a >= 3 then 20 else if a >= 1 then 10.5 else 0) + (if b / a > 0.5 then 5 else null) - (if c then 1 else 0)"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("if a > 1 then 2 else 1", "1 2"),
        ("if a > 1 then 2 else null", None),
        ("(if a > 1 then 2 else 1) + (if b > 1 then 2 else 1)", "2 3 4"),
        ("-(if a > 1 then 2 else 1) * 0.5", "-1.0 -0.5"),
        (SCORE, "4 5 14.5 15.5 24 25"),
        ("if a > 1 then a else 1", None),
        ("a", None),
        ("7", None),
        (" + ".join(f"(if a > {n} then {3**n} else 0)" for n in range(8)), None),
    ],
)
def test_which_values_an_expression_can_take(text: str, values: str | None) -> None:
    expected = None if values is None else tuple(map(Decimal, values.split()))
    assert possible_values(parse(text)) == expected
    assert expected is None or len(expected) <= MOST


ROWS = st.fixed_dictionaries(
    {"a": st.none() | st.integers(0, 4), "b": st.none() | st.integers(0, 4), "c": st.none() | st.booleans()}
)


@given(st.lists(ROWS, min_size=1, max_size=40), st.lists(st.decimals(-2, 30, places=1), min_size=1, max_size=5))
def test_any_threshold_is_told_by_the_codes_of_the_first(rows: list[dict[str, object]], thresholds: list[Decimal]) -> None:
    schema = pa.schema([("a", pa.int64()), ("b", pa.int64()), ("c", pa.bool_())])
    table = pa.Table.from_pylist(rows, schema=schema)
    program = rules.compile({"p": parse(f"{SCORE} >= 15")}, on=date(2025, 12, 1))
    codes = program.encode(table)
    for threshold in thresholds:
        for operator in (">=", ">", "<", "<=", "="):
            condition = parse(f"{SCORE} {operator} {threshold}")
            found = program.publish("p", condition, codes)
            facts = [{name: value for name, value in row.items() if value is not None} for row in rows]
            expected = [rules.evaluate_known(condition, known) for known in facts]
            assert np.array_equal(found.eligible("p"), [value is True for value in expected])
            assert np.array_equal(found.unknown("p"), [rules.is_unknown(value) for value in expected])
