"""The peers, each in the best form that was found for it: how many rows every policy tree is true for."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from .workload import Tree

Counts = list[int]


# Polars: strings as Categorical, one select of all sums. --------------------------------------------------------


def polars_frame(source: Path | pa.Table) -> Any:
    """The table with its strings as categories."""
    import polars as pl

    frame: Any = pl.read_parquet(source) if isinstance(source, Path) else pl.from_arrow(source)
    return frame.with_columns(pl.col(pl.String).cast(pl.Categorical))


def polars_counts(frame: Any, trees: Sequence[Tree]) -> Counts:
    """One lazy query over all policies."""
    found = frame.lazy().select([_polars(tree).sum().alias(str(i)) for i, tree in enumerate(trees)]).collect()
    return [int(value) for value in found.row(0)]


def _polars(tree: Tree) -> Any:
    import polars as pl

    operator, first, *rest = tree
    if operator in ("and", "or"):
        parts = [_polars(part) for part in tree[1:]]
        return pl.all_horizontal(parts) if operator == "and" else pl.any_horizontal(parts)
    if operator == "not":
        return ~_polars(first)
    column = pl.col(first)
    if operator == "ratio_ge":
        divisor = pl.col(rest[0])
        return pl.when(divisor != 0).then(column / divisor >= rest[1])
    relations: dict[str, Callable[[Any], Any]] = {
        "ge": column.__ge__,
        "lt": column.__lt__,
        "is": column.__eq__,
        "in": column.is_in,
    }
    return relations[operator](rest[0])


# DuckDB: ENUM columns, one SELECT of sum(CASE …). ---------------------------------------------------------------


def duckdb_session(table: pa.Table) -> Any:
    """A session that holds the table with its strings as enums."""
    import duckdb

    session = duckdb.connect()
    session.register("source", table)
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    for name in texts:
        session.execute(f"create type {name}_code as enum (select distinct {name} from source where {name} is not null)")
    codes = ", ".join(f"{name}::{name}_code as {name}" for name in texts)
    session.execute(f"create table enterprises as select * replace ({codes}) from source")
    return session


def duckdb_counts(session: Any, trees: Sequence[Tree]) -> Counts:
    """One SELECT over all policies."""
    sums = ", ".join(f"sum(case when {_sql(tree)} then 1 else 0 end)" for tree in trees)
    row = session.execute(f"select {sums} from enterprises").fetchone()
    return [int(value) for value in row]


def _sql(tree: Tree) -> str:
    operator, first, *rest = tree
    if operator in ("and", "or"):
        return "(" + f" {operator} ".join(_sql(part) for part in tree[1:]) + ")"
    if operator == "not":
        return f"(not {_sql(first)})"
    if operator == "ratio_ge":
        return f"({first}::double / nullif({rest[0]}, 0) >= {rest[1]!r}::double)"
    if operator == "in":
        return f"({first} in ({', '.join(repr(value) for value in rest[0])}))"
    return f"({first} {_SIGNS[operator]} {str(rest[0]).lower()})"


_SIGNS = {"ge": ">=", "lt": "<", "is": "="}


# Plain Python: one generated function, three-valued with None. --------------------------------------------------


def python_counts(rows: Sequence[dict[str, Any]], trees: Sequence[Tree]) -> Counts:
    """Each row through one generated function per policy."""
    policies = [eval(f"lambda r: {_python(tree)}", {"both": _both, "either": _either}) for tree in trees]
    return [sum(policy(row) is True for row in rows) for policy in policies]


def _both(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _either(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def _python(tree: Tree) -> str:
    operator, first, *rest = tree
    if operator in ("and", "or"):
        return f"{'both' if operator == 'and' else 'either'}({', '.join(_python(part) for part in tree[1:])})"
    if operator == "not":
        return f"(None if (v := {_python(first)}) is None else not v)"
    if operator == "ratio_ge":
        return f"(None if (a := r[{first!r}]) is None or not (b := r[{rest[0]!r}]) else a / b >= {rest[1]!r})"
    relation = {"ge": ">=", "lt": "<", "is": "is", "in": "in"}[operator]
    constant = set(rest[0]) if operator == "in" else rest[0]
    return f"(None if (v := r[{first!r}]) is None else v {relation} {constant!r})"


# zen-engine: one decision a policy, nulls guarded, since it raises where null is compared. -----------------------


def zen_counts(rows: Sequence[dict[str, Any]], trees: Sequence[Tree]) -> Counts:
    """Each row through one compiled expression per policy."""
    import zen

    policies = [zen.compile_expression(_zen(tree)) for tree in trees]
    return [sum(policy.evaluate(row) is True for row in rows) for policy in policies]


def _zen(tree: Tree) -> str:
    """True only where the tree is true: negation goes to the leaves, and a leaf asks for its facts first."""
    operator, first, *rest = tree
    if operator in ("and", "or"):
        return "(" + f" {operator} ".join(_zen(part) for part in tree[1:]) + ")"
    if operator == "not":
        return _zen(_opposite(first))
    if operator == "ratio_ge":
        known = f"{first} != null and {rest[0]} != null and ({rest[0]} ?? 0) != 0"
        return f"(({known}) ? {first} / {rest[0]} >= {rest[1]} : false)"
    if operator == "in":
        return f"(({first} ?? '') in {json.dumps(rest[0])})"
    relation = {"ge": ">=", "lt": "<", "is": "=="}[operator]
    return f"({first} != null ? {first} {relation} {json.dumps(rest[0])} : false)"


def _opposite(tree: Tree) -> Tree:
    operator, first, *rest = tree
    if operator in ("and", "or"):
        return ["or" if operator == "and" else "and", *(_opposite(part) for part in tree[1:])]
    return ["is", first, not rest[0]] if operator == "is" else {"ge": ["lt", first, *rest], "lt": ["ge", first, *rest]}[operator]
