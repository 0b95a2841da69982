"""A synthetic city: enterprises with gaps in their records, and policies of three to eight clauses as JSON trees."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

Tree = list[Any]

_THRESHOLDS: dict[str, list[float]] = {
    "revenue": [1e5, 5e5, 1e6, 5e6, 2e7, 5e7, 2e8, 4e8],
    "assets": [5e5, 5e6, 5e7, 2e8],
    "profit": [0, 1e5, 1e6, 3e6],
    "spent": [1e5, 5e5, 2e6, 1e7],
    "tax": [1e4, 1e5, 1e6],
    "staff": [5, 10, 20, 50, 100, 300, 500],
    "researchers": [1, 3, 5, 10],
    "patents": [1, 3, 5, 10],
    "days": [180, 365, 730, 1095, 1825, 3650],
    "share": [0.3, 0.5, 0.6],
}
_FLAGS = [f"flag_{number:02d}" for number in range(16)]
_REGIONS = [f"3715{number:02d}" for number in (2, 3, 21, 22, 24, 25, 26, 81)]
_INDUSTRIES = [f"{letter}{number:02d}" for letter in "ABCDEFGHIJKLMNOPQ" for number in range(1, 6)]
_RATIOS = [("spent", "revenue", [0.03, 0.04, 0.05, 0.06]), ("researchers", "staff", [0.1, 0.2])]


def make(folder: Path, rows: int, policies: int) -> tuple[Path, list[Tree]]:
    """(Parquet file, policy trees); the file is written only once."""
    file = folder / f"enterprises_{rows}.parquet"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(enterprises(rows), file)
    return file, policy_trees(policies)


def load(folder: Path) -> tuple[Path, list[Tree]]:
    """The largest `ent_*.parquet` and `pol_*.json` of a folder made elsewhere."""
    file = max(folder.glob("ent_*.parquet"), key=lambda path: path.stat().st_size)
    trees = max(folder.glob("pol_*.json"), key=lambda path: path.stat().st_size)
    return file, json.loads(trees.read_text())


def enterprises(rows: int) -> pa.Table:
    """Nine figures, three categories, sixteen flags; a record is missing in 2 to 50 of 100 cases."""
    draw = np.random.default_rng(11)

    def gaps(values: Any, share: float) -> pa.Array:
        return pa.array(values, mask=draw.random(rows) < share)

    revenue = draw.lognormal(14, 2.2, rows)
    staff = np.maximum(1, draw.lognormal(2.2, 1.2, rows)).astype(np.int32)
    columns = {
        "region": pa.array(draw.choice(_REGIONS, rows)),
        "industry": pa.array(draw.choice(_INDUSTRIES, rows)),
        "grade": gaps(draw.choice(list("ABCD"), rows, p=[0.5, 0.3, 0.15, 0.05]), 0.1),
        "days": pa.array(draw.integers(0, 9000, rows, dtype=np.int32)),
        "revenue": gaps(revenue, 0.15),
        "assets": gaps(draw.lognormal(14.2, 2, rows), 0.15),
        "profit": gaps(revenue * draw.normal(0.05, 0.2, rows), 0.2),
        "spent": gaps(revenue * draw.beta(0.5, 12, rows), 0.4),
        "tax": gaps(revenue * draw.beta(1, 20, rows), 0.15),
        "staff": gaps(staff, 0.1),
        "researchers": gaps((staff * draw.beta(0.6, 6, rows)).astype(np.int32), 0.4),
        "patents": gaps(draw.poisson(0.5, rows).astype(np.int32), 0.1),
        "share": gaps(draw.beta(0.5, 3, rows), 0.5),
    }
    flags = {name: gaps(draw.random(rows) < draw.uniform(0.005, 0.2), 0.03) for name in _FLAGS}
    return pa.table({**columns, **flags})


def policy_trees(count: int) -> list[Tree]:
    """Conjunctions of atoms, of some disjunctions, and of `not` over two flags."""
    draw = random.Random(11)
    return [["and", *(_clause(draw) for _ in range(draw.randint(3, 8)))] for _ in range(count)]


def _clause(draw: random.Random) -> Tree:
    if draw.random() < 0.2:
        return ["or", *(_atom(draw) for _ in range(draw.randint(2, 4)))]
    if draw.random() < 0.15:
        return ["not", ["or", ["is", _FLAGS[0], True], ["is", _FLAGS[1], True]]]
    return _atom(draw)


def _atom(draw: random.Random) -> Tree:
    chance = draw.random()
    if chance < 0.45:
        column = draw.choice(list(_THRESHOLDS))
        return [draw.choice(["ge", "lt"]), column, draw.choice(_THRESHOLDS[column])]
    if chance < 0.6:
        return ["is", draw.choice(_FLAGS), draw.random() < 0.6]
    if chance < 0.75:
        return ["in", "industry", sorted(draw.sample(_INDUSTRIES, draw.choice([1, 3, 8, 20])))]
    if chance < 0.85:
        return ["in", "region", sorted(draw.sample(_REGIONS, draw.choice([1, 2, 4])))]
    if chance < 0.92:
        return ["in", "grade", draw.choice([["A"], ["A", "B"]])]
    numerator, denominator, constants = draw.choice(_RATIOS)
    return ["ratio_ge", numerator, denominator, draw.choice(constants)]
