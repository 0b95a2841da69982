"""Sums of rounded amounts are those of the amounts one by one, to the last fen."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given, settings

from chengban.rules.columnar import rounded_total
from chengban.rules.evaluate import evaluate
from chengban.rules.nodes import Node
from chengban.rules.parser import parse

from .strategies import amounts, tables
from .test_same_answer import facts_of

pytestmark = pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")


def one_by_one(node: Node, table: pa.Table, factor: int) -> tuple[Decimal, int]:
    """The sum and the number of the amounts, each as it is shown to one firm."""
    values: list[Any] = [evaluate(node, facts) for facts in facts_of(table)]
    found = [shown(value * factor) for value in values if isinstance(value, Decimal)]
    with localcontext(prec=400):
        return sum(found, Decimal(0)), len(found)


def shown(value: Decimal) -> Decimal:
    with localcontext(prec=400):
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


@settings(max_examples=150, deadline=None)
@given(node=amounts, table=tables)
def test_any_amount(node: Node, table: pa.Table) -> None:
    for factor in (1, 10_000):
        try:
            expected = one_by_one(node, table, factor)
        except InvalidOperation:
            assume(False)
        found = rounded_total(node, table, np.ones(len(table), np.bool_), places=2, factor=factor)
        assert (found.total, found.known) == expected


@pytest.mark.parametrize(
    "text",
    [
        "tax * 0.5",
        "tax / 3",
        "tax / staff * 0.45",
        "if staff > 3 then tax / staff else 0 - tax / 8",
        "(staff * 0.015 - 1) * (tax / staff) * 0.5",
        "(staff * 0.015 - 1) * (if tax / staff <= 2 then tax / staff else 2) * (if staff <= 3 then 1 else 1 - 0.5)",
        "tax / (staff / 8)",
        "(tax / 3 - tax / 6) * 3",
        "tax / 7 * 7 / 8",
    ],
)
def test_halves_go_up(text: str) -> None:
    rows = 5000
    tax = pa.array([None if i % 97 == 0 else Decimal(i % 331 * 7 - 300).scaleb(-2) for i in range(rows)], pa.decimal128(22, 2))
    table = pa.table({"tax": tax, "staff": [i % 13 for i in range(rows)]})
    chosen = np.arange(rows) % 3 != 0
    found = rounded_total(parse(text), table, chosen, places=2)
    assert (found.total, found.known) == one_by_one(parse(text), table.filter(pa.array(chosen)), 1)


def test_what_has_no_number_is_left_out() -> None:
    table = pa.table({"staff": [1, None, 0]})
    found = rounded_total(parse("2 / staff"), table, np.array([True, True, True]), places=2)
    assert (found.total, found.known) == (Decimal(2), 1)
