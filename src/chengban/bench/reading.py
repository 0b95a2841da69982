"""`bin/bench reading`: what a reading under law costs, at the verb and over HTTP, beside a Django view that reads the same row.

Over HTTP both are served by the same server with as many workers, and asked by the same clients. The answers are compared.
"""

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

import click

from chengban.cli.operate import migrate_all
from chengban.cli.setup import ready
from chengban.facts.reading.guarding import WEB_ROLE

FACT, REGISTER, FIELD = "vat_type", "tax_registration", "vat_type"
LOGIN = "bench-reader"


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="For each measurement.")
@click.option("--rounds", default=3, show_default=True, help="Times that each server is asked, in turns.")
@click.option("--clients", default=8, show_default=True)
def main(seconds: float, rounds: int, clients: int) -> None:
    """Read one fact, a whole file and an answer at the verb; then one fact over HTTP."""
    ready()
    migrate_all()
    subject, account = _prepared()
    for what in ("one fact", "an answer", "the whole file"):
        click.echo(f"  {what:<44}{_at_the_verb(what, subject, account, seconds):>10,.0f} a second, two processes")
    _listed(subject, seconds)
    for line in _over_http(subject, account, seconds, rounds, clients):
        click.echo(line)


def _prepared() -> tuple[str, int]:
    """An enterprise that the tax register knows, and an account that acts for it."""
    from chengban.accounts.domain import give_mandate, grant_role, open_account
    from chengban.accounts.models import Account, MandateKind
    from chengban.accounts.roles import Role
    from chengban.facts import store
    from chengban.ledger import Actor

    by = Actor.system("bench")
    found = (
        store.raw().execute(f"SELECT uscc FROM register_{REGISTER} WHERE ended IS NULL AND {FIELD} IS NOT NULL LIMIT 1").fetchone()
    )
    if found is None:
        raise click.ClickException("没有数据：先用 bin/demo 建一座城市。")
    account = Account.objects.filter(login=LOGIN).first() or open_account(LOGIN, display_name="测", password=None, by=by)
    grant_role(account, Role.AGENT, by=by)
    give_mandate(account, str(found[0]), kind=MandateKind.ENTERPRISE, by=by)
    return str(found[0]), account.pk


# At the verb -----------------------------------------------------------------------------------------------------------


def _at_the_verb(what: str, subject: str, account: int, seconds: float) -> float:
    """Readings a second of two processes that work as the web's role."""
    context = get_context("spawn")
    gate, results = context.Barrier(2), context.Queue()
    workers = [context.Process(target=_reader, args=(what, subject, account, seconds, gate, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    rates = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    return float(sum(rates))


def _reader(what: str, subject: str, account: int, seconds: float, gate: Any, results: Any) -> None:
    os.environ["CHENGBAN_DATABASE_ROLE"] = WEB_ROLE
    ready()
    read = _act(what, subject, account)
    read()
    gate.wait()
    count, started = 0, time.perf_counter()
    while (passed := time.perf_counter() - started) < seconds:
        read()
        count += 1
    results.put(count / passed)


def _act(what: str, subject: str, account: int) -> Callable[[], object]:
    from chengban import packs
    from chengban.facts.profile import open_file
    from chengban.facts.reading.answers import ask
    from chengban.facts.reading.grounds import OWN, Ground
    from chengban.ledger import Actor
    from chengban.lib import clock

    pack, on = packs.current(), clock.today()
    under, by = Ground(OWN, f"mandate:{account}"), Actor.account(account)
    if what == "an answer":
        asked = {"q": f'{FACT} = "小规模"'}
        return lambda: ask(pack, "enterprise", subject, asked, under=under, by=by, on=on)
    facts = [FACT] if what == "one fact" else None
    return lambda: open_file(pack, "enterprise", subject, under=under, by=by, on=on, facts=facts)


def _listed(subject: str, seconds: float) -> None:
    """How long a subject waits for the list of who read its data."""
    from chengban import packs
    from chengban.ledger.models import Entry
    from chengban.portal.readings import readings_of

    taken = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        started = time.perf_counter()
        readings_of(packs.current(), "enterprise", subject)
        taken.append(time.perf_counter() - started)
    held = Entry.objects.filter(subject=f"enterprise:{subject}", act="facts.read").count()
    click.echo(
        f"  who read my data, of {held:,} readings: {statistics.median(taken) * 1000:.1f} ms, most {max(taken) * 1000:.1f} ms"
    )


# Over HTTP -------------------------------------------------------------------------------------------------------------


def _over_http(subject: str, account: int, seconds: float, rounds: int, clients: int) -> Iterator[str]:
    cookie = _session(account)
    peers = {
        "bare view": ("chengban.bench.bare:application", {"BENCH_BARE": "plain"}, f"/rows/{subject}"),
        "bare view, signed in": ("chengban.bench.bare:application", {"BENCH_BARE": "signed-in"}, f"/rows/{subject}"),
        "a reading under law": ("chengban.config.wsgi:application", {}, f"/api/enterprises/{subject}?facts={FACT}"),
    }
    rates: dict[str, list[float]] = {name: [] for name in peers}
    values = set()
    for _round in range(rounds):
        for name, (application, extra, path) in peers.items():
            with _served(application, {"BENCH_TABLE": f"register_{REGISTER}", "BENCH_FIELD": FIELD, **extra}) as port:
                values.add(_value(_get(port, path, cookie)))
                _asked(port, path, cookie, max(seconds / 2, 2), clients)  # each worker has answered before it counts
                rates[name].append(_asked(port, path, cookie, seconds, clients))
    if len(values) != 1:
        raise click.ClickException(f"the answers differ: {values}")
    middle = {name: statistics.median(some) for name, some in rates.items()}
    for name, some in rates.items():
        share = "" if name != "a reading under law" else "".join(
            f"   {middle[name] / middle[peer]:.2f} × {peer}" for peer in peers if peer != name
        )  # fmt: skip
        yield f"  {name:<44}{middle[name]:>10,.0f} a second ({min(some):,.0f} to {max(some):,.0f}){share}"


def _value(answer: bytes) -> str:
    """The fact's value in either answer."""
    given = json.loads(answer)
    return str(given["value"] if "value" in given else next(fact["value"] for fact in given["facts"] if fact["id"] == FACT))


def _session(account: int) -> str:
    """A session cookie of the account."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from chengban.accounts.models import Account

    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(account), "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = Account.objects.get(pk=account).get_session_auth_hash()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


@contextmanager
def _served(application: str, extra: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-access-log", "--no-log", application]
    server = subprocess.Popen(command, env={**os.environ, **extra}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait(port: int) -> None:
    for _try in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("the server did not come up")


def _get(port: int, path: str, cookie: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise click.ClickException(f"{path}: {answer.status} {body[:200]!r}")
    return body


def _asked(port: int, path: str, cookie: str, seconds: float, clients: int) -> float:
    """Answers a second to so many clients that ask one question after another on a connection that stays open."""
    counts, until = [0] * clients, time.perf_counter() + seconds

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while time.perf_counter() < until:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 200:
                counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


if __name__ == "__main__":
    main()
