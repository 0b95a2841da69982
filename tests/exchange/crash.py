"""`python -m tests.exchange.crash`: a run of payments in which everything is killed at random, again and again.

Workers, the process that orders payments, the web server that hears the treasury's callbacks, and the whole database are ended by
SIGKILL; each is started again as a service manager would. The treasury stays, and misbehaves: answers are lost, callbacks come
twice, late, early and out of order, and some money is sent back. At the end every payment was made once, and both sides agree.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import click
import psycopg

from chengban.exchange.systems.treasury.caller import Caller
from chengban.exchange.systems.treasury.fake import Books, open_window
from chengban.lib.postgres import ensure

PAY = """
import os
from chengban.cli.setup import ready
ready()
from decimal import Decimal
from chengban.ledger import Actor
from chengban.policies.payments import Order, order_payments
orders = [Order(f"S{number:06d}", Decimal("100.00"), f"62{number:010d}") for number in range(int(os.environ["CRASH_PAYMENTS"]))]
for start in range(0, len(orders), 100):
    order_payments("P08", "2025", "2025", orders[start:start + 100], by=Actor.system("crash"))
"""
WORK = "from chengban.cli.main import main; main(['exchange', 'work'])"
WEB = """
import os
from chengban.cli.main import main
main(["serve", "--port", os.environ["CRASH_WEB"], "--workers", "1"])
"""
STATES = """
    SELECT DISTINCT ON (payment_id) 'payment-' || payment_id, state FROM policies_paymentstep ORDER BY payment_id, id DESC
"""
COUNTS = """
    SELECT (SELECT count(*) FROM policies_payment), (SELECT count(DISTINCT subject) FROM policies_payment),
           (SELECT count(DISTINCT payment_id) FROM policies_paymentstep WHERE state = 'paid'),
           (SELECT count(*) FROM exchange_message WHERE outcome = 'waiting'),
           (SELECT committed FROM policies_budget),
           (SELECT count(*) FROM ledger_entry WHERE act = 'exchange.delivered'),
           (SELECT count(*) FROM exchange_callback WHERE outcome IN ('applied', 'older')),
           (SELECT count(*) FROM exchange_callback),
           (SELECT count(*) FROM policies_paymentstep WHERE state = 'paid')
"""


FAULTS = {"late": 0.02, "lost": 0.02, "down": 0.02, "twice": 0.05, "shuffled": 0.2, "early": 0.02, "returned": 0.02}
KEY = "crash-test"


@dataclass
class Service:
    """A process that is started again whenever it is gone, until it has ended well by itself."""

    script: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    done: bool = False

    def keep(self) -> None:
        """Start it where it does not run."""
        if self.done or (self.process is not None and self.process.poll() is None):
            return
        self.done = self.process is not None and self.process.returncode == 0
        if not self.done:
            command = [sys.executable, "-c", self.script]
            quiet = subprocess.DEVNULL
            self.process = subprocess.Popen(command, env=self.environment, stdout=quiet, stderr=quiet, start_new_session=True)

    def kill(self) -> None:
        """End it with every process that it has."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass
class Crash:
    """One run; `kills` of it are spread at random over services and database."""

    payments: int
    kills: int
    home: Path
    seed: int = 7
    powercuts: int = 0
    web_kills: int = 0
    books: Books = field(default_factory=lambda: Books(dict(FAULTS)))

    def run(self) -> dict[str, int]:
        """What was found at the end; raises AssertionError where anything was lost, doubled or differs."""
        chance = random.Random(self.seed)
        web = _free_port()
        caller = Caller(f"http://127.0.0.1:{web}/exchange/treasury/callbacks", KEY)
        self.books.caller = caller
        server = open_window(self.books)
        environment = self._environment(server.server_address[1], web)
        self._prepare(environment)
        services = [Service(PAY, environment), Service(WEB, environment), *(Service(WORK, environment) for _ in range(2))]
        caller.start()
        killed, limit = 0, time.monotonic() + 60 + self.payments / 10 + 3 * self.kills
        try:
            while killed < self.kills or not self._finished():
                assert time.monotonic() < limit, f"not finished in time: {killed} kills, {self._counts()}"
                for service in services:
                    service.keep()
                time.sleep(chance.uniform(0.1, 0.9))
                if killed < self.kills:
                    killed += self._kill(self._victim(chance, services, late=killed >= self.kills // 2))
        finally:
            for service in services:
                service.kill()
            caller.stop()
            server.shutdown()
        return self._check(killed)

    def _environment(self, port: int, web: int) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}  # the same day as the caller's
        return own | {
            "CHENGBAN_HOME": str(self.home),
            "CHENGBAN_TREASURY_URL": f"http://127.0.0.1:{port}",
            "CHENGBAN_EXCHANGE_LEASE": "2",
            "CHENGBAN_TREASURY_CALLBACK_SECRET": KEY,
            "CHENGBAN_LOG": "ERROR",
            "CRASH_PAYMENTS": str(self.payments),
            "CRASH_WEB": str(web),
        }

    def _prepare(self, environment: dict[str, str]) -> None:
        total = f"{self.payments * 100}.00"
        for command in (["migrate"], ["deliver", "budget", "P08", "--period", "2025", "--total", total]):
            script = f"from chengban.cli.main import main; main({command!r})"
            subprocess.run([sys.executable, "-c", script], env=environment, check=True, stdout=subprocess.DEVNULL)

    def _victim(self, chance: random.Random, services: Sequence[Service], *, late: bool) -> Service | None:
        """Any service, or none: the database. Late in a run, first what was not killed yet."""
        if late and not self.powercuts:
            return None
        if late and not self.web_kills:
            return next(service for service in services if service.script == WEB)
        return chance.choice([*services, *services, None])

    def _kill(self, victim: Service | None) -> int:
        if victim is None:
            cut = _kill_database(self.home)
            self.powercuts += cut
            return cut
        running = victim.process is not None and victim.process.poll() is None
        victim.kill()
        self.web_kills += running and victim.script == WEB
        return int(running)

    def _counts(self) -> tuple[int, int, int, int, Decimal, int, int, int, int] | None:
        try:
            with psycopg.connect(ensure(self.home / "postgres").url(), connect_timeout=5) as connection:
                return connection.execute(COUNTS).fetchone()  # type: ignore[return-value]
        except psycopg.Error:
            return None

    def _finished(self) -> bool:
        counts = self._counts()
        assert self.books.caller is not None
        return counts is not None and counts[0] == self.payments and counts[3] == 0 and self.books.caller.is_quiet

    def _check(self, killed: int) -> dict[str, int]:
        counts, caller, there = self._counts(), self.books.caller, self.books.payments
        assert counts is not None and caller is not None
        payments, subjects, paid, waiting, committed, entries, heard, kept, arrivals = counts
        assert payments == subjects == paid == arrivals == entries == len(there) == self.payments, (counts, len(there))
        assert waiting == 0 and committed == Decimal(100 * self.payments)
        assert {payment["amount"] for payment in there.values()} == {"100.00"}
        assert len({payment["account"] for payment in there.values()}) == self.payments
        assert heard == kept == len(caller.made), (counts, len(caller.made))
        with psycopg.connect(ensure(self.home / "postgres").url()) as connection:
            ours = dict(connection.execute(STATES).fetchall())
        assert ours == {key: payment["state"] for key, payment in there.items()}
        returned = sum(payment["state"] == "returned" for payment in there.values())
        kills = {"kills": killed, "powercuts": self.powercuts, "web": self.web_kills}
        tries = {"asked": self.books.asked, "callbacks": kept, "posted": caller.posted}
        return {"payments": payments, "returned": returned, **kills, **tries}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kill_database(home: Path) -> int:
    """Kill the server and every process it has, as a power cut would."""
    try:
        number = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    except (OSError, ValueError, IndexError):
        return 0
    for process in (number, *map(int, children)):
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return 1


@click.command()
@click.option("--payments", default=20_000, show_default=True)
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=7, show_default=True)
def main(payments: int, kills: int, seed: int) -> None:
    """Run it, and print what it came to."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        started = time.monotonic()
        found = Crash(payments, kills, Path(folder), seed).run()
        click.echo(f"{found} in {time.monotonic() - started:.0f} s: 0 lost, 0 doubled, both sides agree")


if __name__ == "__main__":
    main()
