"""`bin/bench ingest`: loading a file into a register beside a bare COPY of the same rows, in one run, with the rows compared.

The bare COPY sends the same file, unread, into a table of the same columns: once without an index, and once with the unique
index on the key that a register has.
"""

import resource
import statistics
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import transaction
from psycopg import sql

from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready
from chengban.lib import identifiers
from chengban.packs.model import Register

_COLUMNS: tuple[tuple[str, str], ...] = (
    ("uscc", "uscc"), ("name", "text"), ("staff", "integer"), ("insured", "integer"),
    ("sales", "money"), ("founded", "date"), ("county", "code"), ("exporter", "boolean"),
)  # fmt: skip


def _register(name: str) -> Register:
    fields = [
        {"id": key, "name": key, "name_en": key, "type": kind, **({"codes": "region"} if kind == "code" else {})}
        for key, kind in _COLUMNS
    ]
    return Register.model_validate(
        {
            "id": name, "name": name, "name_en": name, "kind": "theme", "chosen": "ours", "department": "none",
            "about": "enterprise", "subject": "uscc", "key": ["uscc"], "refresh_days": 1,
            "sharing": {"type": "unconditional"}, "confidence": "K", "fields": fields,
        }
    )  # fmt: skip


def make_rows(rows: int) -> pa.Table:
    """`rows` firms with valid, distinct codes."""
    random = np.random.default_rng(7)
    body = random.integers(0, 31, (rows, 9))
    head = np.tile(np.array([9, 1, 3, 7, 1, 5, 0, 2]), (rows, 1))
    body[:, :5] = (np.arange(rows)[:, None] // 31 ** np.arange(5)) % 31  # distinct
    letters = np.concatenate([head, body], axis=1)
    check = (31 - (letters * identifiers.USCC_WEIGHTS).sum(axis=1) % 31) % 31
    alphabet = np.frombuffer(identifiers.USCC_ALPHABET, dtype=np.uint8)
    codes = alphabet[np.concatenate([letters, check[:, None]], axis=1)].view("S18").ravel().astype(str)
    staff = random.integers(1, 500, rows)
    days = np.datetime64("2000-01-01") + random.integers(0, 9000, rows)
    return pa.table(
        {
            "uscc": codes, "name": [f"临湖{number}公司" for number in range(rows)], "staff": staff, "insured": staff - 1,
            "sales": [f"{number}.25" for number in random.integers(1, 10**8, rows)], "founded": days.astype("datetime64[D]"),
            "county": ["371502"] * rows, "exporter": ["false"] * rows,
        }
    )  # fmt: skip


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--runs", default=3, show_default=True)
def main(rows: int, runs: int) -> None:
    """Load ROWS rows, RUNS times each way; medians."""
    ready()
    migrate_all()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "firms.csv"
        pacsv.write_csv(make_rows(rows), path)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        bare = _median(runs, lambda: _bare(path, index=False))
        keyed = _median(runs, lambda: _bare(path, index=True))
        ours = _median(runs, lambda: _ours(path))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        equal = _equal()
    click.echo(f"{rows:,} rows, {runs} runs, medians")
    click.echo(f"  bare COPY, no index        {bare:7.2f} s   1.00 ×")
    click.echo(f"  bare COPY, key's index     {keyed:7.2f} s   {keyed / bare:.2f} ×")
    click.echo(f"  load: validate, hold       {ours:7.2f} s   {ours / bare:.2f} ×  (aim: 3.00 × at most)   rows equal: {equal}")
    click.echo(f"  memory: {before / 1000:,.0f} MB before, {peak / 1000:,.0f} MB at the peak")
    _clean()


def _median(runs: int, act: Callable[[], float]) -> float:
    return statistics.median(act() for _ in range(runs))


def _bare(path: Path, *, index: bool) -> float:
    from chengban.facts import store
    from chengban.facts.columns import COLUMNS

    kinds: dict[str, Any] = {kind: COLUMNS[kind].sql for _, kind in _COLUMNS}  # type: ignore[index]
    columns = ", ".join(f"{name} {kinds[kind]}" for name, kind in _COLUMNS)
    with transaction.atomic():
        store.raw().execute("DROP TABLE IF EXISTS bench_bare")
        store.raw().execute(sql.SQL(f"CREATE TABLE bench_bare ({columns})"))
        if index:
            store.raw().execute("CREATE UNIQUE INDEX ON bench_bare (uscc)")
    started = time.perf_counter()
    statement = "COPY bench_bare FROM STDIN (FORMAT csv, HEADER)"
    with path.open("rb") as file, transaction.atomic(), store.raw().cursor().copy(statement) as copy:
        while piece := file.read(1 << 16):
            copy.write(piece)
    return time.perf_counter() - started


def _ours(path: Path) -> float:
    from chengban.facts import store
    from chengban.facts.ingest import load_file
    from chengban.facts.models import Batch
    from chengban.ledger import Actor
    from chengban.packs import current

    register = _register("bench_firms")
    with transaction.atomic():
        store.raw().execute("DROP TABLE IF EXISTS register_bench_firms")
        store.make_tables([register])
    Batch.objects.filter(register=register.id).delete()
    started = time.perf_counter()
    load_file(current(), register, path, by=Actor.system("bench"), on=date(2025, 12, 1))
    return time.perf_counter() - started


def _equal() -> bool:
    """Whether both tables hold the same rows."""
    from chengban.facts import store

    names = ", ".join(name for name, _ in _COLUMNS)
    query = f"SELECT count(*) FROM (SELECT {names} FROM bench_bare EXCEPT SELECT {names} FROM register_bench_firms) AS difference"
    row = store.raw().execute(sql.SQL(query)).fetchone()
    return row is not None and row[0] == 0


def _clean() -> None:
    from chengban.facts import store
    from chengban.facts.models import Batch

    store.raw().execute("DROP TABLE bench_bare, register_bench_firms")
    Batch.objects.filter(register="bench_firms").delete()


if __name__ == "__main__":
    main()
