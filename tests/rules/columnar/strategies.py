"""Random typed conditions and tables to ask them of: values crowd around the constants of the conditions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from chengban.rules.nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    FunctionCall,
    If,
    In,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Path,
    UnaryComparison,
)
from chengban.rules.temporal import Date

COLUMNS = {
    "staff": pa.int32(),
    "patents": pa.int64(),
    "revenue": pa.decimal128(18, 2),
    "assets": pa.decimal128(38, 4),
    "share": pa.float64(),
    "region": pa.string(),
    "grade": pa.dictionary(pa.int32(), pa.string()),
    "listed": pa.bool_(),
    "exporter": pa.bool_(),
    "founded": pa.date32(),
    "changed": pa.date32(),
}
_NUMBERS = [Decimal(text) for text in ("-1", "0", "0.1", "0.3", "1", "2.50", "3", "10", "500")]
_DAYS = [date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 29), date(1969, 7, 20)]
_WORDS = ["A", "B", "371502", "工业", ""]

constants = st.sampled_from(_NUMBERS).map(Literal)
words = st.sampled_from(_WORDS).map(Literal)
days = st.sampled_from([Literal(Date(day.year, day.month, day.day)) for day in _DAYS])
numeric_columns = st.sampled_from(["staff", "patents", "revenue", "assets", "share"]).map(Name)
text_columns = st.sampled_from(["region", "grade"]).map(Name)
flags = st.sampled_from(["listed", "exporter"]).map(Name)
moments = st.sampled_from([Name("founded"), Name("changed")]) | days
spans = (
    st.builds(
        lambda first, last, unit: BinaryArithmetic("/", _months(first, last), _duration(unit)),
        moments,
        moments,
        st.sampled_from(["P1Y", "P1M", "P0M", "P1D"]),
    )
    | st.builds(
        lambda first, last, unit: BinaryArithmetic("/", BinaryArithmetic("-", first, last), _duration(unit)),
        moments,
        moments,
        st.sampled_from(["P1D", "PT36H", "P1M"]),
    )
    | st.builds(Path, moments, st.sampled_from(["year", "month", "day", "weekday", "hour"]))
)
starts = st.builds(
    lambda text, length: FunctionCall(Name("substring"), (text, Literal(Decimal(1)), Literal(Decimal(length)))),
    text_columns,
    st.integers(1, 4),
)
orders = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def _months(first: Node, last: Node) -> Node:
    return FunctionCall(Name("years and months duration"), (first, last))


def _duration(text: str) -> Node:
    return FunctionCall(Name("duration"), (Literal(text),))


def _numbers(conditions: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    def grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return (
            st.builds(BinaryArithmetic, st.sampled_from(["+", "-", "*", "/"]), inner, inner)
            | st.builds(Negate, inner)
            | st.builds(If, conditions, inner, inner | st.just(Literal(None)))
            | st.builds(
                lambda name, parts: FunctionCall(Name(name), tuple(parts)),
                st.sampled_from(["min", "max"]),
                st.lists(inner, min_size=2, max_size=3),
            )
            | st.builds(lambda name, part: FunctionCall(Name(name), (part,)), st.sampled_from(["abs", "floor", "ceiling"]), inner)
        )

    return st.recursive(numeric_columns | constants | spans, grow, max_leaves=4)


def _tests(values: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    interval = st.builds(Interval, values, st.booleans(), values, st.booleans())
    one = values | interval | st.builds(UnaryComparison, orders, values)
    lists = st.lists(values, max_size=4).map(lambda items: ListLiteral(tuple(items)))
    return st.lists(one | lists, min_size=1, max_size=3).map(tuple)


def _leaves() -> st.SearchStrategy[Node]:
    return (
        st.builds(Comparison, orders, numeric_columns, constants)
        | st.builds(Comparison, orders, constants, numeric_columns)
        | st.builds(Comparison, orders, text_columns, words)
        | st.builds(Comparison, orders, text_columns, text_columns)
        | st.builds(Comparison, orders, starts, words)
        | st.builds(In, starts, _tests(words))
        | st.builds(Comparison, orders, st.just(Name("founded")), days)
        | st.builds(Comparison, orders, flags, st.booleans().map(Literal))
        | st.builds(In, text_columns, _tests(words))
        | st.builds(In, numeric_columns, _tests(constants))
        | st.builds(In, st.just(Name("founded")), _tests(days))
        | st.builds(Between, numeric_columns, constants, constants)
        | st.builds(Comparison, orders, text_columns, constants)
        | st.builds(Comparison, st.sampled_from(["=", "!="]), numeric_columns, st.just(Literal(None)))
        | flags
        | st.sampled_from([Literal(True), Literal(False), Literal(None), Name("staff"), Name("nowhere")])
    )


def _grow(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    numbers = _numbers(inner)
    parts = st.lists(inner, min_size=2, max_size=4).map(tuple)
    return (
        st.builds(Conjunction, parts)
        | st.builds(Disjunction, parts)
        | st.builds(Not, inner)
        | st.builds(If, inner, inner, inner)
        | st.builds(Comparison, orders, numbers, constants)
        | st.builds(Comparison, orders, numbers, numbers)
        | st.builds(Between, numbers, constants, numbers)
        | st.builds(In, numbers, _tests(constants))
        | st.builds(Comparison, st.sampled_from(["=", "!="]), inner, inner)
    )


conditions = st.recursive(_leaves(), _grow, max_leaves=6)
amounts = _numbers(conditions)

_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "staff": st.sampled_from([-1, 0, 1, 2, 3, 9, 10, 11, 500]),
    "patents": st.sampled_from([0, 1, 3, 10, 2**53 + 1, -(2**62)]),
    "revenue": st.sampled_from([Decimal(text) for text in ("0.00", "0.10", "0.29", "0.30", "2.50", "500.00", "-1.00")]),
    "assets": st.sampled_from([Decimal(text) for text in ("0.0000", "0.3000", "2.5001", "99999999999999999999.5000")]),
    "share": st.sampled_from([0.0, 0.1, 0.3, 0.30000000000000004, 2.5, -1.0, 1e300, float("nan"), 1e-7]),
    "region": st.sampled_from(_WORDS),
    "grade": st.sampled_from(_WORDS),
    "listed": st.booleans(),
    "exporter": st.booleans(),
    "founded": st.sampled_from(_DAYS),
    "changed": st.sampled_from([*_DAYS, date(2024, 1, 31), date(2023, 2, 28), date(1600, 3, 1), date(9999, 12, 31)]),
}


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in COLUMNS.items()})


row_values = st.fixed_dictionaries({name: st.none() | values for name, values in _VALUES.items()})
tables = st.lists(row_values, max_size=8).map(_table)
