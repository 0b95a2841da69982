"""`bin/bench rules`: the matching engine and its peers over one synthetic city, in one run, with results compared.

Every time is the median of several runs; a peer that is slow is given fewer rows, and time per pair is what compares.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from ..rules.columnar import Program, compile, from_tree, save_codes, write_bitmaps
from ..rules.columnar.codes import Codes
from ..rules.columnar.running import run_tape
from ..rules.columnar.tape import LEAF16, ROOT, Tape
from ..rules.nodes import Node
from . import peers, workload
from .workload import Tree


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table; `ratio` compares with our matching where that says something."""

    what: str
    seconds: float
    pairs: int = 0
    target: str = ""
    found: str = ""
    equal: bool | None = None


@dataclass(frozen=True, slots=True)
class City:
    """The workload, coded once."""

    file: Path
    table: pa.Table
    trees: Sequence[Tree]
    program: Program
    codes: Codes

    @property
    def pairs(self) -> int:
        return int(self.table.num_rows) * len(self.trees)


def median(act: Callable[[], Any], runs: int = 5) -> float:
    """The median time of some runs, in seconds, after one that does not count."""
    act()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def once(act: Callable[[], Any]) -> tuple[float, Any]:
    """(seconds, result) of one run."""
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


def program_of(trees: Sequence[Tree]) -> Program:
    """The trees as policies "0", "1", …"""
    return compile({str(number): from_tree(tree) for number, tree in enumerate(trees)})


def found_in(city: City, rows: int | None = None, policies: int | None = None) -> list[int]:
    """Our counts, over the first rows and policies."""
    trees = city.trees[:policies]
    program = program_of(trees)
    counts = program.match(program.encode(city.table.slice(0, rows))).counts
    return [counts[str(number)] for number in range(len(trees))]


def ours(city: City) -> Iterator[Line]:
    """Matching, its bound, and what rides on it."""
    matching = median(lambda: city.program.match(city.codes))
    tape = city.program.match(city.codes).tape("eligible")
    bound = median(lambda: run_tape(_in_cache(tape), city.codes.encoded, keep=False))
    yield Line("matching, from codes", matching, city.pairs, "≤ 1.5 × the bound", f"{matching / bound:.2f} ×")
    yield Line("the tape's bound: the same folds within L1", bound, city.pairs)
    near = median(lambda: city.program.match(city.codes, near=True))
    yield Line("with near misses, the clause named", near, city.pairs, "≤ 2.2 × matching", f"{near / matching:.2f} ×")
    unknown = median(lambda: city.program.match(city.codes).unknown_counts)
    yield Line("unknown told from false", unknown, city.pairs, "≤ 3 × matching", f"{unknown / matching:.2f} ×")
    yield Line("encoding", median(lambda: city.program.encode(city.table), 3))


def _in_cache(tape: Tape) -> Tape:
    """The same leaves and folds, that read 48 registers and write 32 others, 20 KB; what they compute means nothing."""
    words, at = tape.words.copy(), 0
    while at < len(words):
        kind = words[at]
        if kind < ROOT:
            words[at + 1] = 48 + words[at + 1] % 32
        if kind <= LEAF16:
            at += 6
            continue
        count = int(words[at + 2])
        words[at + 3 : at + 3 + count] %= 48
        at += 3 + count
    return replace(tape, words=words, registers=82)


def one_at_a_time(city: City) -> Iterator[Line]:
    """One record with all policies, one policy with all records."""
    records = city.table.slice(0, 300).to_pylist()
    city.program.match_one(records[0], city.codes)
    times = [once(lambda record=record: city.program.match_one(record, city.codes))[0] for record in records]  # type: ignore[misc]
    yield Line("one record, all policies (p50)", statistics.median(times), 0, "< 150 µs", _spread(times))
    _drafts(city)
    first, again = _drafts(city), _drafts(city, 15)
    yield Line("publish, a policy never seen (p50)", statistics.median(first), 0, "", _spread(first))
    yield Line("publish, the same draft again (p50)", statistics.median(again), 0, "< 1 ms", _spread(again))
    spent = "spent" if "spent" in city.table.schema.names else "rd_spend"
    fresh = f"revenue >= 123456 and staff < 77 and {spent} / revenue > 0.033"
    yield Line("publish, columns coded again", median(lambda: city.program.publish("new", fresh, city.codes), 3), 0, "< 120 ms")


def _drafts(city: City, runs: int = 1) -> list[float]:
    """Each of 200 policies as a draft, in seconds, the median of some runs in a row; what its text takes to parse is not in it."""
    nodes = [from_tree(tree) for tree in city.trees[:200]]
    return [statistics.median(_times(city, node, runs)) for node in nodes]


def _times(city: City, node: Node, runs: int) -> list[float]:
    return [once(lambda: city.program.publish("new", node, city.codes))[0] for _ in range(runs)]


def _spread(times: list[float]) -> str:
    return f"p99 {np.quantile(times, 0.99) * 1e6:,.0f} µs"


@dataclass(frozen=True, slots=True)
class Whole:
    """Seconds from a file to its result, in a process of its own and warm, and that process's greatest memory in bytes."""

    counted: float
    written: float
    mirrored: float
    peak: int
    equal: bool


def pipeline(file: Path, trees: Sequence[Tree], folder: Path) -> Whole:
    """From Parquet to counts and to bitmaps on disk, and from the coded mirror to counts."""
    program, mirror = program_of(trees), folder / "mirror.codes"
    first = program.match(program.encode_file(file))
    save_codes(first.codes, mirror)
    counted = median(lambda: program.match(program.encode_file(file)), 3)
    written = median(lambda: write_bitmaps(program.match(program.encode_file(file)), folder / "bitmaps.arrow"), 3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    mirrored = median(lambda: program.match(program.open(mirror)))
    return Whole(counted, written, mirrored, peak, program.match(program.open(mirror)).counts == first.counts)


def end_to_end(city: City, folder: Path) -> Iterator[Line]:
    """From Parquet and from the mirror, for us and for Polars."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        whole = pool.submit(pipeline, city.file, city.trees, folder).result()
    theirs = median(lambda: peers.polars_counts(peers.polars_frame(city.file), city.trees), 3)
    yield Line("Parquet to counts", whole.counted, city.pairs, "≥ 6 × Polars", f"{theirs / whole.counted:.1f} ×")
    yield Line(
        "coded mirror to counts", whole.mirrored, city.pairs, "≥ 40 × Polars", f"{theirs / whole.mirrored:.0f} ×", whole.equal
    )
    yield Line("Parquet to counts, Polars", theirs, city.pairs)
    size = (folder / "bitmaps.arrow").stat().st_size
    found = f"{whole.peak / 2**30:.2f} GB, file {size / 2**20:.0f} MB"
    yield Line("Parquet to bitmaps on disk", whole.written, city.pairs, "≤ 1.2 s, ≤ 1.5 GB", found)
    yield Line("a new process to its first match", _start(), 0, "< 2 s")


def _start() -> float:
    """Import, compile one policy, and match one row, with what numba compiled kept."""
    script = (
        "from chengban.rules import *; import pyarrow as pa; p = compile({'a': 'b > 1'}); p.match(p.encode(pa.table({'b': [2]})))"
    )
    return median(lambda: subprocess.run([sys.executable, "-c", script], check=True), 3)


def growth(folder: Path, policies: Sequence[int], rows: Sequence[int]) -> Iterator[Line]:
    """Matching as the policies grow over a million rows, and as the rows grow; the time per pair is what to look at."""
    for count in policies:
        yield from _grown(folder, 1_000_000, count)
    for count in rows:
        yield from _grown(folder, count, 2000)


def _grown(folder: Path, rows: int, policies: int) -> Iterator[Line]:
    file, trees = workload.make(folder, rows, policies)
    program = program_of(trees)
    codes = program.encode_file(file)
    pairs = rows * policies
    yield Line(f"{rows:,} rows × {policies:,} policies", median(lambda: program.match(codes)), pairs)
    reading, _ = once(lambda: program.encode_file(file))
    yield Line("    its Parquet into codes", reading, found=f"{reading / rows * 1e9:,.0f} ns a row")


def against_peers(city: City) -> Iterator[Line]:
    """Each peer over as many pairs as it can do in seconds."""
    matching = median(lambda: city.program.match(city.codes)) / city.pairs
    expected = found_in(city)

    def line(name: str, target: str, seconds: float, counts: list[int], truth: list[int], pairs: int) -> Line:
        return Line(name, seconds, pairs, target, f"{seconds / pairs / matching:,.0f} ×", counts == truth)

    frame = peers.polars_frame(city.table)
    peers.polars_counts(frame.head(1000), city.trees[:10])
    counts = peers.polars_counts(frame, city.trees)
    seconds = median(lambda: peers.polars_counts(frame, city.trees), 3)
    yield line("Polars, Categorical columns", "≥ 120 ×", seconds, counts, expected, city.pairs)
    session = peers.duckdb_session(city.table)
    seconds, counts = once(lambda: peers.duckdb_counts(session, city.trees))
    yield line("DuckDB, ENUM columns, one SELECT", "≥ 300 ×", seconds, counts, expected, city.pairs)
    for name, rows, policies, count in (
        ("plain Python", 5000, 100, peers.python_counts),
        ("zen-engine", 500, 40, peers.zen_counts),
    ):
        records = city.table.slice(0, rows).to_pylist()
        seconds, counts = once(lambda: count(records, city.trees[:policies]))  # noqa: B023 (called at once)
        yield line(name, "", seconds, counts, found_in(city, rows, policies), len(records) * len(city.trees[:policies]))


def show(lines: Iterator[Line]) -> bool:
    """Print the table; whether all results were equal."""
    table = Table("what", "seconds", "ns a pair", "target", "found", "equal", title="Rules")
    right = True
    for line in lines:
        pair = f"{line.seconds / line.pairs * 1e9:,.4f}" if line.pairs else ""
        table.add_row(
            line.what, f"{line.seconds:.6f}", pair, line.target, line.found, {None: "", True: "yes", False: "NO"}[line.equal]
        )
        right = right and line.equal is not False
    Console(width=150).print(table)
    return right


def _all(city: City, folder: Path) -> Iterator[Line]:
    yield from ours(city)
    yield from one_at_a_time(city)
    yield from end_to_end(city, folder)
    yield from against_peers(city)


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--policies", default=2000, show_default=True)
@click.option("--growth", "grow", is_flag=True, help="how matching grows, to 10,000 policies and 10 million rows, instead")
@click.option("--data", type=click.Path(exists=True, path_type=Path), help="a folder with ent_*.parquet and pol_*.json instead")
@click.option("--folder", default=Path("var/bench"), type=click.Path(path_type=Path), show_default=True)
def main(rows: int, policies: int, grow: bool, data: Path | None, folder: Path) -> None:
    """Measure the rules engine beside Polars, DuckDB, zen-engine and plain Python."""
    folder.mkdir(parents=True, exist_ok=True)
    if grow:
        sys.exit(0 if show(growth(folder, (500, 2000, 10_000), (100_000, 10_000_000))) else 1)
    file, trees = workload.load(data) if data else workload.make(folder, rows, policies)
    table, program = pq.read_table(file), program_of(trees)
    codes = program.encode(table)
    print(f"{table.num_rows:,} enterprises × {len(trees):,} policies, {sum(program.match(codes).counts.values()):,} matches")
    sys.exit(0 if show(_all(City(file, table, trees, program, codes), folder)) else 1)


if __name__ == "__main__":
    main()
