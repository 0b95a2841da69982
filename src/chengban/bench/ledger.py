"""`bin/bench ledger`: acts with the ledger beside the same acts without it, entries in batches, the tree, the audit as it grows.

It works in a home and a database of its own, which it throws away: entries cannot be taken out of a ledger again.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles

import click
from django.db import connection, transaction

from chengban import ledger
from chengban.bench.ledger_writer import ACTS
from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready
from chengban.ledger import Actor
from chengban.lib import env

_BATCH = 500
HOW = ("with", "without")
Writer = subprocess.Popen[str]


@click.command()
@click.option("--writers", default=8, show_default=True)
@click.option("--acts", default=50, show_default=True, help="Acts of each writer in each round.")
@click.option("--rounds", default=20, show_default=True, help="With the ledger and without it in turn; 0 leaves this out.")
@click.option(
    "--entries", "counts", multiple=True, type=int, default=(1_000_000,), show_default=True, help="Several show how it grows."
)
@click.option("--hash", "hash_name", type=click.Choice(["sha256", "sm3"]), default="sha256", show_default=True)
def main(writers: int, acts: int, rounds: int, counts: tuple[int, ...], hash_name: str) -> None:
    """Measure the ledger."""
    if os.environ.get("DATABASE_URL"):
        raise click.UsageError("This measurement makes a database of its own; run it without DATABASE_URL.")
    with _own_home():
        ready()
        migrate_all()
        for number, act in enumerate(ACTS if rounds else ()):
            with _keeper(hash_name), _writers(act, writers, number * writers) as waiting:
                _beside(act, waiting, acts, rounds)
        for count in sorted(counts):
            _grow(count, hash_name)


@contextmanager
def _own_home() -> Iterator[None]:
    """A private server beside the home's own; its database is emptied again at the end."""
    from chengban.config import database

    os.environ["CHENGBAN_HOME"] = str(env.home() / "bench-ledger")
    database.recreate()
    try:
        yield
    finally:
        connection.close()
        database.recreate()


@contextmanager
def _keeper(hash_name: str) -> Iterator[None]:
    command = [sys.executable, "-m", "chengban.cli", "ledger", "keep"]
    with subprocess.Popen(command, env=os.environ | {"CHENGBAN_LEDGER_HASH": hash_name}) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _writers(act: str, count: int, first: int) -> Iterator[list[Writer]]:
    command = [sys.executable, "-m", "chengban.bench.ledger_writer", act]
    running = [
        subprocess.Popen([*command, str(first + number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(count)
    ]
    try:
        for process in running:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
        yield running
    finally:
        for process in running:
            process.communicate()


def _beside(act: str, writers: list[Writer], acts: int, rounds: int) -> None:
    """Short rounds with the ledger and without it in turn, so that whatever else the machine does is under both."""
    pairs = []
    for number in range(rounds):
        order = HOW if number % 2 else HOW[::-1]
        told = {how: _round(writers, how, acts) for how in order}
        pairs.append([told[how] for how in HOW])
    click.echo(f"{len(writers)} writers, each act in a transaction of its own: {ACTS[act]}")
    for how, rows in zip(HOW, zip(*pairs, strict=True), strict=True):
        rate, own, backend = (median(column) for column in zip(*rows, strict=True))
        cost = f"{own:6,.0f} µs of the process, {backend:6,.0f} µs of its backend"
        click.echo(f"  {how + ' the ledger':20}{rate:8,.0f} acts a second, {cost}")
    low, middle, high = quantiles([with_it[0] / without[0] for with_it, without in pairs], n=4)
    click.echo(f"  with it  {middle:.2f} × as many, half of the rounds {low:.2f}–{high:.2f} (aim: 0.80)")


def _round(writers: list[Writer], how: str, acts: int) -> tuple[float, float, float]:
    """Acts a second; the microseconds of processor time of an act, in the process and in its backend."""
    started = time.perf_counter()
    for process in writers:
        assert process.stdin is not None
        print(how, acts, file=process.stdin, flush=True)
    told = [[float(word) for word in process.stdout.readline().split()] for process in writers if process.stdout is not None]
    number, seconds = len(writers) * acts, time.perf_counter() - started
    return number / seconds, sum(own for own, _ in told) / number, sum(backend for _, backend in told) / number


def _grow(count: int, hash_name: str) -> None:
    """Fill the ledger up to so many entries in batches, put them into the tree, and audit everything."""
    from chengban.ledger import keys
    from chengban.ledger.auditing import audit
    from chengban.ledger.keeping import Keeper
    from chengban.ledger.merkle import HASHES
    from chengban.ledger.models import Entry
    from chengban.ledger.proving import forest, newest

    held = Entry.objects.count()
    started = time.perf_counter()
    for start in range(held, count, _BATCH):
        _append_batch(Actor.system("bench"), start, min(_BATCH, count - start))
    appended = time.perf_counter() - started
    keeper, started = Keeper(keys.signer(), keys.seal_key(), HASHES[hash_name]), time.perf_counter()
    added = 0
    while (turn := keeper.turn()) is not None and turn.added:
        added += turn.added
    kept = time.perf_counter() - started
    started = time.perf_counter()
    found = audit(keys.verifier(), keys.seal_key())
    audited = time.perf_counter() - started
    head = newest()
    assert head is not None and found.is_clean and found.size == head.size, found.findings
    started = time.perf_counter()
    for place in range(100):
        forest(head).inclusion(place * head.size // 100)
    proved = (time.perf_counter() - started) / 100
    fresh = max(count - held, 1)
    click.echo(f"{count:,} entries, {hash_name}, {_size():,.0f} bytes an entry in the database")
    click.echo(f"  appended, {_BATCH} a transaction  {fresh / appended:10,.0f} entries a second (aim: 5,000)")
    click.echo(f"  put into the tree, signed     {max(added, 1) / kept:10,.0f} entries a second")
    click.echo(f"  audited, all of it            {audited:10.1f} s   {found.size / audited:,.0f} a second (aim: 1,000,000 in 30 s)")
    click.echo(f"  one proof of inclusion        {proved * 1000:10.1f} ms")


def _append_batch(by: Actor, start: int, count: int) -> None:
    payload = {"fields": ["名称", "住所"], "purpose": "counter"}
    about = [(f"enterprise:9137150000{number:08d}", payload) for number in range(start, start + count)]
    with transaction.atomic():
        ledger.append_all(by, "facts.read", about)


def _size() -> float:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) / greatest((SELECT count(*) FROM ledger_entry), 1) "
            "FROM unnest(ARRAY['ledger_entry', 'ledger_leaf', 'ledger_tile']) AS name"
        )
        return float(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
