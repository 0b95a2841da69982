"""`bin/bench ledger`: acts with the ledger beside the same acts without it, entries in batches, the tree, the audit as it grows.

It works in a home and a database of its own, which it throws away: entries cannot be taken out of a ledger again.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import click
from django.db import connection, transaction

from chengban import ledger
from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready
from chengban.ledger import Actor
from chengban.lib import env

_PERIOD, _BATCH = "2025", 500
_FLAG = "CHENGBAN_BENCH_WITHOUT_LEDGER"


@click.command()
@click.option("--writers", default=8, show_default=True)
@click.option("--acts", default=500, show_default=True, help="Acts of each writer.")
@click.option(
    "--entries", "counts", multiple=True, type=int, default=(1_000_000,), show_default=True, help="Several show how it grows."
)
@click.option("--hash", "hash_name", type=click.Choice(["sha256", "sm3"]), default="sha256", show_default=True)
@click.option("--writer", hidden=True, type=int)
@click.option("--act", type=click.Choice(["draft", "order"]), hidden=True)
@click.option("--rounds", default=3, show_default=True)
def main(
    writers: int, acts: int, counts: tuple[int, ...], hash_name: str, writer: int | None, act: str | None, rounds: int
) -> None:
    """Measure the ledger."""
    if writer is not None:
        return _write(writer, acts, act)
    if os.environ.get("DATABASE_URL"):
        raise click.UsageError("This measurement makes a database of its own; run it without DATABASE_URL.")
    with _own_home():
        ready()
        migrate_all()
        _beside(writers, acts, rounds, hash_name)
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


_ACTS = {"draft": "a draft begun (two rows)", "order": "a payment ordered (nine statements)"}


def _beside(writers: int, acts: int, rounds: int, hash_name: str) -> None:
    """Each act by several writers, with and without the ledger in turn; the best of each."""
    number = 0
    for act, told in _ACTS.items():
        rates: dict[str, list[float]] = {"": [], "1": []}
        for _ in range(rounds):
            for without in rates:
                with _keeper(hash_name):
                    rates[without].append(_race(writers, acts, number, act, without))
                number += writers
        with_it, without_it = max(rates[""]), max(rates["1"])
        click.echo(f"{writers} writers, each act in a transaction of its own: {told}")
        click.echo(f"  without the ledger            {without_it:10,.0f} acts a second")
        click.echo(f"  with it, the keeper beside    {with_it:10,.0f} acts a second   {with_it / without_it:.2f} × (aim: 0.80)")


@contextmanager
def _keeper(hash_name: str) -> Iterator[None]:
    command = [sys.executable, "-m", "chengban.cli", "ledger", "keep"]
    with subprocess.Popen(command, env=os.environ | {"CHENGBAN_LEDGER_HASH": hash_name}) as process:
        try:
            yield
        finally:
            process.terminate()


def _race(writers: int, acts: int, first: int, act: str, without: str) -> float:
    """Acts a second, from when every writer is ready to when the last has done."""
    command = [sys.executable, "-m", "chengban.bench.ledger", "--acts", str(acts), "--act", act, "--writer"]
    environment = os.environ | {_FLAG: without}
    running = [
        subprocess.Popen([*command, str(first + number)], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(writers)
    ]
    for process in running:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
    started = time.perf_counter()
    for process in running:
        process.communicate("go\n")
    return writers * acts / (time.perf_counter() - started)


def _write(writer: int, acts: int, act: str | None) -> None:
    """One writer: does its acts, each in its own transaction."""
    ready()
    by = Actor.system("bench")
    if os.environ.get(_FLAG):
        ledger.append = lambda *_args, **_more: 0
        ledger.append_all = lambda *_args, **_more: None
    work = _orders(writer, acts, by) if act == "order" else _drafts(acts, by)
    print("ready", flush=True)
    sys.stdin.readline()
    for do in work:
        do()


def _drafts(acts: int, by: Actor) -> list[Callable[[], object]]:
    from chengban.policies.editions import begin

    return [partial(begin, {"policy": {"id": f"B{number}"}}, by=by) for number in range(acts)]


def _orders(writer: int, acts: int, by: Actor) -> list[Callable[[], object]]:
    """Of a policy of the writer's own, so that no writer waits for another's budget."""
    from chengban.policies.payments import Order, order_payments, set_budget

    policy = f"B{writer}"
    set_budget(policy, _PERIOD, Decimal(acts * 100), by=by)
    orders = [Order(f"S{writer:04d}{number:09d}", Decimal("100.00"), f"62{number:010d}") for number in range(acts)]
    return [partial(order_payments, policy, "1", _PERIOD, [order], by=by) for order in orders]


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
