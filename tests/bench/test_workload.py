"""The peers of the measurement and the engine count the same matches."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chengban.bench import peers, workload
from chengban.rules.columnar import compile, from_tree


def test_every_peer_counts_what_we_count(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("duckdb")
    pytest.importorskip("zen")
    file, trees = workload.make(tmp_path, 300, 25)
    table = pq.read_table(file)
    program = compile({str(number): from_tree(tree) for number, tree in enumerate(trees)})
    counts = list(program.match(program.encode(table)).counts.values())
    rows = table.to_pylist()
    assert sum(counts) > 0
    assert peers.polars_counts(peers.polars_frame(file), trees) == counts
    assert peers.duckdb_counts(peers.duckdb_session(table), trees) == counts
    assert peers.python_counts(rows, trees) == counts
    assert peers.zen_counts(rows, trees) == counts


def test_a_folder_made_elsewhere(tmp_path: Path) -> None:
    pq.write_table(workload.enterprises(5), tmp_path / "ent_5.parquet")
    (tmp_path / "pol_2.json").write_text(json.dumps(workload.policy_trees(2)))
    assert workload.load(tmp_path) == (tmp_path / "ent_5.parquet", workload.policy_trees(2))
