"""`bin/bench delivery`: offers through their life, and payments through the outbox to a treasury that is a real HTTP server.

Payments stand beside a bare peer that asks the same treasury in the same way and commits one row a payment: fast, and it loses or
doubles payments when anything dies. The results of both are compared with what the treasury paid. Offers need a city in the home;
what they wrote is rolled back.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import click
from django.db import connection, transaction

from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready

POLICY, PERIOD = "BENCH", "2025"
_CITY_POLICY, _PAST = "P09", "1999"
_CHUNK = 500


@contextmanager
def treasury() -> Iterator[str]:
    """The address of a fake treasury in a process of its own."""
    command = [sys.executable, "-m", "chengban.exchange.systems.treasury.fake", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@click.command()
@click.option(
    "--payments", "counts", multiple=True, type=int, default=(10_000,), show_default=True, help="Several show how it grows."
)
@click.option(
    "--offers", "offered", multiple=True, type=int, help="Offers of the home's own city to take from the match to the order."
)
@click.option("--workers", default=2, show_default=True)
def main(counts: tuple[int, ...], offered: tuple[int, ...], workers: int) -> None:
    """Order PAYMENTS and have them paid; the same number sent bare. Take OFFERS through their life."""
    ready()
    migrate_all()
    for count in offered:
        _live(count)
    for count in counts:
        _clean()
        with treasury() as address:
            ordered = _order(count)
            paid = _deliver(address, workers)
            equal = _agrees(address, count)
        with treasury() as address:
            bare = _bare(address, min(count, 10_000))
        click.echo(f"{count:,} payments, {workers} workers")
        click.echo(f"  ordered, within the budget    {count / ordered:10,.0f} a second")
        click.echo(f"  paid, through the outbox      {count / paid:10,.0f} a second   (aim: 250 at least, 400)   agrees: {equal}")
        rate = min(count, 10_000) / bare
        click.echo(f"  sent bare, a commit each      {rate:10,.0f} a second   {count / paid / rate:.2f} × of it through the outbox")
    _clean()


_LIFE = ("proposed, judged by their facts", "confirmed", "noticed", "accepted", "ordered")


def _live(count: int) -> None:
    """Offers a second at each step of their life, in a period long past, and through all of it."""
    from chengban.ledger import Actor
    from chengban.policies import catalogue

    with transaction.atomic():
        seconds, reached = _steps_of_life(catalogue.current(), count, Actor.system("bench"))
        transaction.set_rollback(True)
    click.echo(f"{reached:,} offers of {_CITY_POLICY}, in lists")
    for step, spent in zip(_LIFE, seconds, strict=True):
        click.echo(f"  {step:<34}{reached / spent:8,.0f} a second")
    click.echo(f"  {'from the match to the order':<34}{reached / sum(seconds):8,.0f} a second")


def _steps_of_life(pack: Any, count: int, by: Any) -> tuple[list[float], int]:
    """Seconds of each step, and how many offers came to the last."""
    from chengban.lib import clock
    from chengban.policies import offering, offers
    from chengban.policies.models import Offer
    from chengban.policies.payments import set_budget

    policy, on = pack.policies[_CITY_POLICY], clock.today()
    set_budget(policy.id, _PAST, Decimal(10**12), by=by)
    chosen = Offer.objects.filter(policy=policy.id, period=_PAST)
    acts: tuple[Callable[[], object], ...] = (
        lambda: offering.propose_all(pack, policy, _PAST, on=on, by=by, most=count),
        lambda: offering.each(chosen, lambda offer: offers.confirm(offer, by=by), "confirmed", by=by),
        lambda: offering.each(chosen, lambda offer: offering.begin_notice(pack, offer, on=on, by=by, days=5), "noticed", by=by),
        lambda: offering.each(chosen, lambda offer: offers.accept(offer, account="6201", by=by), "accepted", by=by),
        lambda: offering.order_all_due(pack, policy, _PAST, on=on + timedelta(days=20), by=by),
    )
    return [_timed(act) for act in acts], chosen.exclude(payment=None).count()


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _order(count: int) -> float:
    from chengban.ledger import Actor
    from chengban.policies.payments import Order, order_payments, set_budget

    by = Actor.system("bench")
    set_budget(POLICY, PERIOD, Decimal(count * 100), by=by)
    orders = [Order(f"B{number:09d}", Decimal("100.00"), f"62{number:010d}") for number in range(count)]
    started = time.perf_counter()
    for start in range(0, count, _CHUNK):
        order_payments(POLICY, "1", PERIOD, orders[start : start + _CHUNK], by=by)
    return time.perf_counter() - started


def _deliver(address: str, workers: int) -> float:
    """Seconds from the first worker's start to the last payment; starting the processes is in it."""
    environment = os.environ | {"CHENGBAN_TREASURY_URL": address}
    command = [sys.executable, "-m", "chengban.cli", "exchange", "work", "--until-empty"]
    started = time.perf_counter()
    running = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) for _ in range(workers)]
    for process in running:
        process.wait()
    return time.perf_counter() - started


def _agrees(address: str, count: int) -> bool:
    from chengban.exchange.reconciling import reconcile
    from chengban.exchange.systems.treasury.adapter import Treasury
    from chengban.ledger import Actor

    found = reconcile("treasury", Treasury(address), by=Actor.system("bench"))
    return found.is_clean and found.agreed == count


def _bare(address: str, count: int) -> float:
    """As many payments, each a request and a committed row, over eight threads."""
    from chengban.exchange.systems.treasury.adapter import Treasury

    adapter = Treasury(address)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_paid (number integer PRIMARY KEY, reference text)")

    def pay(numbers: range) -> None:
        for number in numbers:
            answer = adapter.send("pay", f"bare-{number}", {"account": f"62{number}", "amount": "100.00", "purpose": "bench"})
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO bench_paid VALUES (%s, %s)", [number, answer.reference])
        connection.close()

    started = time.perf_counter()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(pay, [range(first, count, 8) for first in range(8)]))
    return time.perf_counter() - started


_OURS = "policy = 'BENCH'"
_MESSAGES = "body->>'purpose' = 'BENCH/2025'"
_CLEANING = (
    "DROP TABLE IF EXISTS bench_paid",
    f"DELETE FROM exchange_failure WHERE message_id IN (SELECT id FROM exchange_message WHERE {_MESSAGES})",
    f"DELETE FROM exchange_message WHERE {_MESSAGES}",
    f"DELETE FROM reach_letter WHERE about IN (SELECT 'payment:' || id FROM policies_payment WHERE {_OURS})",
    f"DELETE FROM policies_paymentstep WHERE payment_id IN (SELECT id FROM policies_payment WHERE {_OURS})",
    f"DELETE FROM policies_payment WHERE {_OURS}",
    f"DELETE FROM policies_budget WHERE {_OURS}",
)


def _clean() -> None:
    """Take away what the measurement wrote; the ledger's entries stay, as they must."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _CLEANING:
            cursor.execute(statement)


if __name__ == "__main__":
    main()
