"""`bin/bench follow`: how soon a changed fact, and a changed policy, are seen in the figures; held against a full run at the end.

It corrects rows of the home's own city through the real door, and puts them back. What it loaded stays in the history.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import click

from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready
from chengban.lib import clock, env

REGISTER, FIELD = "social_insurance_employer", "unemployment_months"
_REACHED = ("P09", "P06", "P13", "P16", "P19")


@click.command()
@click.option("--subjects", "counts", multiple=True, type=int, default=(1, 100, 10_000), show_default=True)
@click.option("--verify/--no-verify", default=True, show_default=True, help="The nightly check at the end.")
def main(counts: tuple[int, ...], verify: bool) -> None:
    """Correct the rows of so many SUBJECTS, put them back, and follow; reach everybody with a policy; check."""
    ready()
    migrate_all()
    from chengban import packs
    from chengban.ledger import Actor
    from chengban.policies.domain import latest_run
    from chengban.policies.following import follow
    from chengban.policies.verifying import verify as check

    pack, by, on = packs.current(), Actor.system("bench"), clock.today()
    made = follow(pack, by=by, on=on)
    run = latest_run()
    if made.run is None or run is None:
        raise click.ClickException("There is no city in this home; make one with bin/demo.")
    click.echo(f"{run.enterprises:,} enterprises, {run.people:,} people")
    for count in counts:
        for word, months in (("corrected", 3), ("put back", None)):
            _load(pack, count, months)
            made = follow(pack, by=by, on=on)
            click.echo(
                f"  {count:>8,} {word:<10} followed in {made.seconds:6.2f} s   {made.changes:,} standings changed {made.full}"
            )
    with _follower():
        seen = [_end_to_end(pack, months) for months in (3, None, 3, None)]
    click.echo(f"  one row, from before its loading to the figures, by the follower: {', '.join(f'{one:.2f}' for one in seen)} s")
    _reach(pack, by, on)
    if verify:
        found = check(pack, by=by, on=on)
        assert found is not None
        click.echo(f"  nightly check {found.seconds:.1f} s   equal: {found.is_clean}")


def _load(pack: Any, count: int, months: int | None) -> int:
    """The newest rows of the first so many firms, with other months; without, as they were. The batch's number."""
    from chengban.facts.ingest import load_file
    from chengban.ledger import Actor

    register = pack.registers[REGISTER]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [field.id for field in register.fields])
            writer.writeheader()
            writer.writerows(_rows(register, count, months))
        return load_file(pack, register, path, by=Actor.system("bench"), on=clock.today()).batch


_KEPT: dict[int, list[dict[str, Any]]] = {}


def _rows(register: Any, count: int, months: int | None) -> list[dict[str, Any]]:
    from psycopg import sql

    from chengban.facts import store

    if count not in _KEPT:
        names = [field.id for field in register.fields]
        statement = sql.SQL("SELECT DISTINCT ON (uscc) {} FROM {} WHERE ended IS NULL ORDER BY uscc, year DESC LIMIT {}").format(
            store.names(names), store.table(register), sql.Literal(count)
        )
        _KEPT[count] = [dict(zip(names, row, strict=True)) for row in store.raw().execute(statement).fetchall()]
    return [row if months is None else row | {FIELD: months} for row in _KEPT[count]]


@contextmanager
def _follower() -> Iterator[None]:
    command = [sys.executable, "-m", "chengban.cli", "match", "follow"]
    with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL) as process:
        time.sleep(5)
        try:
            yield
        finally:
            process.terminate()


def _end_to_end(pack: Any, months: int | None) -> float:
    from chengban.policies.domain import latest_run

    _rows(pack.registers[REGISTER], 1, months)
    started = time.perf_counter()
    batch = _load(pack, 1, months)
    while True:
        run = latest_run()
        if run is not None and (run.followed_to or 0) >= batch:
            return time.perf_counter() - started
        time.sleep(0.02)


def _reach(pack: Any, by: Any, on: Any) -> None:
    from chengban.policies.following import reach_everyone

    def seconds(name: str) -> float:
        started = time.perf_counter()
        reach_everyone(pack, pack.policies[name], by=by, on=on)
        return time.perf_counter() - started

    shutil.rmtree(env.home() / "frames", ignore_errors=True)
    chosen = [name for name in _REACHED if name in pack.policies]
    cold, warm = [seconds(name) for name in chosen], [seconds(name) for name in chosen]
    click.echo(f"  a policy to everybody, columns read from the registers: at most {max(cold):.1f} s ({', '.join(chosen)})")
    click.echo(f"  the same with columns on the shelf: median {median(warm):.1f} s, at most {max(warm):.1f} s")


if __name__ == "__main__":
    main()
