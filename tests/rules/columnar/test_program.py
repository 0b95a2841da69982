"""What a program answers at the edges: thresholds, nothing, one row, many blocks, odd types, expressions without a form."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from chengban.rules.columnar import compile, evaluate_column, open_bitmaps, write_bitmaps
from chengban.rules.columnar.rows import RowByRowWarning
from chengban.rules.nodes import Node
from chengban.rules.parser import parse
from chengban.rules.vocabulary import Fact, Vocabulary


def eligible(policy: str | Node, **columns: pa.Array) -> list[bool]:
    program = compile({"policy": policy})
    found: list[bool] = program.match(program.encode(pa.table(columns))).eligible("policy").tolist()
    return found


def numbers(*values: str | None, scale: int = 2) -> pa.Array:
    return pa.array([None if value is None else Decimal(value) for value in values], pa.decimal128(18, scale))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("revenue >= 0.30", [False, True, True, False]),
        ("revenue > 0.30", [False, False, True, False]),
        ("revenue < 0.3000000000000000000001", [True, True, False, False]),
        ("revenue = 0.3", [False, True, False, False]),
        ("revenue in (0.29, [0.305..1])", [True, False, True, False]),
        ("not(revenue >= 0.30)", [True, False, False, False]),
        ("revenue between 0.30 and 0.30", [False, True, False, False]),
        ("30 >= revenue * 100", [True, True, False, False]),
    ],
)
def test_decimals_at_a_threshold(rule: str, expected: list[bool]) -> None:
    assert eligible(rule, revenue=numbers("0.29", "0.30", "0.31", None)) == expected


def test_a_float_means_its_shortest_text() -> None:
    share = pa.array([0.1, 0.1 + 0.2, 0.3, float("nan"), float("inf"), None])
    assert eligible("share > 0.3", share=share) == [False, True, False, False, False, False]
    assert eligible("share + 0.2 = 0.3", share=share)[0]


def test_a_quotient_at_the_threshold_and_over_zero() -> None:
    columns = {"spent": numbers("5", "4.99", "5", "0", None), "revenue": numbers("100", "100", "0", "0", "100")}
    program = compile({"at": "spent / revenue >= 0.05", "none": "spent / revenue = null", "not": "not(spent / revenue >= 0.05)"})
    matches = program.match(program.encode(pa.table(columns)))
    assert matches.eligible("at").tolist() == [True, False, False, False, False]
    assert matches.eligible("none").tolist() == [False, False, True, True, False]
    assert matches.eligible("not").tolist() == [False, True, False, False, False]
    assert matches.unknown("at").tolist() == [False, False, False, False, True]


def test_no_rows_and_no_policies() -> None:
    empty = pa.table({"staff": pa.array([], pa.int32())})
    program = compile({"policy": "staff > 3"})
    matches = program.match(program.encode(empty))
    assert matches.counts == {"policy": 0} and matches.near("policy").size == 0
    nothing = compile({})
    assert nothing.match(nothing.encode(empty)).counts == {}


@pytest.mark.parametrize("rows", [1, 63, 2048, 65_537])
def test_any_number_of_rows(rows: int) -> None:
    staff = np.arange(rows) % 1000
    program = compile({"small": "staff < 10 and staff >= 2", "all": "true", "none": "false"})
    matches = program.match(program.encode(pa.table({"staff": staff})))
    expected = (staff < 10) & (staff >= 2)
    assert matches.counts == {"small": int(expected.sum()), "all": rows, "none": 0}
    assert (matches.eligible("small") == expected).all()
    assert matches.near_counts["small"] == int((~expected).sum())
    together = program.match(matches.codes, near=True)
    assert together.counts == matches.counts and together.near_counts == matches.near_counts
    assert matches.near_clause_counts["small"].tolist() == [int((staff >= 10).sum()), int((staff < 2).sum())]


def test_more_than_255_thresholds() -> None:
    policies = {f"from {limit}": f"staff >= {limit}" for limit in range(0, 900, 3)}
    program = compile(policies)
    matches = program.match(program.encode(pa.table({"staff": np.arange(1000)})))
    assert matches.counts == {name: 1000 - int(name.split()[1]) for name in policies}


def test_chunks_slices_and_dictionaries() -> None:
    region = pa.chunked_array([["A", None, "B"], ["C"]]).dictionary_encode()
    table = pa.table({"region": region, "staff": pa.chunked_array([[1, 2, None, 4], []])}).slice(1)
    program = compile({"policy": 'region in ("B", "C") and staff > 1'})
    matches = program.match(program.encode(table))
    assert matches.eligible("policy").tolist() == [False, False, True]
    assert matches.unknown("policy").tolist() == [True, True, False]


def test_a_fact_without_a_column_is_unknown() -> None:
    program = compile({"policy": 'grade = "A" and staff > 1'})
    matches = program.match(program.encode(pa.table({"staff": [1, 2]})))
    assert matches.unknown("policy").tolist() == [False, True]


def test_names_and_formulas_of_a_vocabulary() -> None:
    vocabulary = Vocabulary(
        [
            Fact("spent", ("研发费用",), "number", unit="元"),
            Fact("revenue", ("营业收入",), "number", unit="元"),
            Fact("intensity", ("研发强度",), "number", formula=parse("spent / revenue")),
        ]
    )
    program = compile({"高企": "研发强度 >= 0.05 and 营业收入 > 0"}, vocabulary)
    table = pa.table({"spent": numbers("5", "1"), "revenue": numbers("100", "100")})
    assert program.match(program.encode(table)).eligible("高企").tolist() == [True, False]
    assert evaluate_column("研发强度 * 100", table, vocabulary).values.to_pylist() == [5, 1]


def test_today_is_the_day_of_the_match() -> None:
    program = compile({"policy": "founded <= today()"}, on=date(2024, 2, 29))
    table = pa.table({"founded": [date(2024, 2, 29), date(2024, 3, 1)]})
    assert program.match(program.encode(table)).eligible("policy").tolist() == [True, False]


def test_what_has_no_columnar_form_is_named_and_asked_only_where_it_matters() -> None:
    rows = 500
    table = pa.table(
        {"name": [f"企业{i}" for i in range(rows)], "other": [f"业{i % 7}" for i in range(rows)], "staff": np.arange(rows)}
    )
    program = compile({"policy": "contains(name, other) and staff < 20"})
    with pytest.warns(RowByRowWarning, match=r"contains\(name, other\)") as caught:
        codes = program.encode(table)
    evaluations = [int(str(one.message).split("(")[1].split()[0]) for one in caught]
    assert sum(evaluations) <= 21
    expected = [f"业{i % 7}" in f"企业{i}" and i < 20 for i in range(rows)]
    matches = program.match(codes)
    assert matches.eligible("policy").tolist() == expected
    with pytest.warns(RowByRowWarning):
        near = matches.near("policy")
    assert near.tolist() == [(1 if i >= 20 else -1) if f"业{i % 7}" in f"企业{i}" else 0 if i < 20 else -1 for i in range(rows)]


@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
def test_a_condition_that_is_sometimes_a_number() -> None:
    columns = {"staff": pa.array([3, 3, None]), "listed": pa.array([True, False, True])}
    assert eligible("if listed then staff else true", **columns) == [False, True, False]


def test_columnar_forms_do_not_warn() -> None:
    table = pa.table({"staff": [1, 2], "share": [0.5, 0.1], "region": ["A", "B"], "listed": [True, None]})
    rules = ["staff / share > 3", "(if listed then staff else 7) >= 2", 'starts with(region, "A")', "min(staff, 2) = 2"]
    with warnings.catch_warnings():
        warnings.simplefilter("error", RowByRowWarning)
        program = compile({rule: rule for rule in rules})
        matches = program.match(program.encode(table))
    assert [matches.counts[rule] for rule in rules] == [1, 0, 1, 1]


@pytest.mark.parametrize("rows", [0, 5, 70_000])
def test_bitmaps_come_back_from_disk(rows: int, tmp_path: Path) -> None:
    program = compile({"小": "staff < 10", "大": "staff >= 300", "all": "true"})
    matches = program.match(program.encode(pa.table({"staff": np.arange(rows) % 1000})))
    write_bitmaps(matches, tmp_path / "bitmaps.arrow")
    stored = open_bitmaps(tmp_path / "bitmaps.arrow")
    assert stored.rows == rows and stored.names == ("小", "大", "all")
    for name in stored.names:
        assert (stored.eligible(name) == matches.eligible(name)).all()


RECORDS: list[dict[str, Any]] = [
    {"staff": 5, "share": 0.3, "region": "A", "listed": True, "revenue": Decimal("0.30")},
    {"staff": None, "share": float("nan"), "region": "Z", "listed": None, "revenue": Decimal("9")},
    {"staff": 50, "share": 2.5, "region": None, "listed": False, "revenue": None},
]
POLICIES = {
    "small": "staff < 10 and listed",
    "share": "share >= 0.3 or revenue / staff > 0.1",
    "region": 'starts with(region, "Z") and not(listed)',
    "score": "(if listed then 3 else 1) + staff >= 8",
    "set": 'region in ("A", "B") and revenue = 0.3 and share < 1',
}


def table_of(records: list[dict[str, Any]]) -> pa.Table:
    schema = {"staff": pa.int64(), "share": pa.float64(), "region": pa.string(), "listed": pa.bool_()}
    kinds = {**schema, "revenue": pa.decimal128(18, 2)}
    return pa.table({name: pa.array([record[name] for record in records], kind) for name, kind in kinds.items()})


def test_one_record_has_the_verdicts_of_its_row() -> None:
    program = compile(POLICIES)
    codes = program.encode(table_of(RECORDS[:2]))
    matches = program.match(program.encode(table_of(RECORDS)))
    for row, record in enumerate(RECORDS):
        one = program.match_one(record, codes)
        assert one.eligible == [name for name in POLICIES if matches.eligible(name)[row]]
        assert one.unknown == [name for name in POLICIES if matches.unknown(name)[row]]
        assert one.near == [name for name in POLICIES if matches.near(name)[row] >= 0]
    assert program.match_one(RECORDS[0]).verdict("set") == "eligible"
    assert program.match_one({}).unknown == list(POLICIES)


@pytest.mark.parametrize(
    "rule",
    [
        "staff >= 10",
        "staff >= 11",
        'region = "A"',
        'region = "Q"',
        'ends with(region, "Z")',
        "listed",
        "staff * 2 > 9",
        "share != 0.3",
    ],
)
def test_a_policy_published_on_codes_that_are_there(rule: str) -> None:
    program, table = compile(POLICIES), table_of(RECORDS)
    fresh = compile({"new": rule})
    expected = fresh.match(fresh.encode(table))
    found = program.publish("new", rule, program.encode(table))
    assert found.counts == expected.counts
    assert found.eligible("new").tolist() == expected.eligible("new").tolist()
    assert found.unknown("new").tolist() == expected.unknown("new").tolist()


@pytest.mark.parametrize(
    ("kind", "values", "rule", "expected"),
    [
        (pa.uint64(), [2**64 - 1, 1, None], "x > 18446744073709551614", [True, False, False]),
        (pa.int64(), [2**63 - 1, -(2**63), None], "x >= 9223372036854775807", [True, False, False]),
        (pa.int8(), [127, -128, None], "x > 1000 or x > -1000", [True, True, False]),
        (pa.decimal256(60, 2), [Decimal("1.00"), Decimal("99999999999999999999999.99"), None], "x > 1", [False, True, False]),
        (pa.decimal128(38, 0), [Decimal(10**33), Decimal(-(10**33)), None], "x > 0", [True, False, False]),
        (pa.float32(), [0.5, 0.1, None], "x = 0.5", [True, False, False]),
        (pa.large_string(), ["A", "B", None], 'x = "A"', [True, False, False]),
        (pa.null(), [None, None, None], "x > 1", [False, False, False]),
        (pa.date32(), [date(2024, 1, 1), date(2023, 12, 31), None], 'x >= date("2024-01-01")', [True, False, False]),
        (pa.list_(pa.int64()), [[1, 5], [2], None], "some y in x satisfies y > 4", [True, False, False]),
    ],
)
@pytest.mark.filterwarnings("ignore::chengban.rules.columnar.rows.RowByRowWarning")
def test_every_type_of_column(kind: pa.DataType, values: list[Any], rule: str, expected: list[bool]) -> None:
    assert eligible(rule, x=pa.array(values, kind)) == expected


def test_loading_the_rules_does_not_load_the_compiler() -> None:
    code = "import sys, chengban.rules.columnar; sys.exit('numba' in sys.modules)"
    assert (
        subprocess.run(
            [sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        ).returncode
        == 0
    )
