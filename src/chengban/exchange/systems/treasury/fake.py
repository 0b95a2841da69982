"""A treasury that is not one: a real HTTP server with real faults, for tests, the demo and measurements.

`python -m chengban.exchange.systems.treasury.fake --port 8090 --fault late=0.02`. What it paid is kept in memory, and in a file
where one is named, line by line before it answers, so that a killed treasury knows afterwards what it paid. With `--callback` it
also tells the city what became of each payment, signed with `CHENGBAN_TREASURY_CALLBACK_SECRET`.
"""

import json
import os
import random
import sys
import threading
import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import click

from chengban.exchange.systems.treasury.caller import Caller

FAULTS = ("slow", "down", "late", "lost", "garbled")
"""Slow to answer; 503 without paying; 500 after having paid; the connection cut after having paid; an answer that is no JSON."""
CALLS = ("twice", "shuffled", "early", "returned")
"""Callbacks: each said twice; late, so that they overtake each other; before the answer; the money sent back after it was paid."""
_PAGE = 5000
_LATER = 0.5
"""Seconds at most that a shuffled callback, or a return, comes later."""


@dataclass
class Books:
    """What the treasury paid, and how it misbehaves: for each fault the share of requests that meet it."""

    faults: dict[str, float] = field(default_factory=dict)
    journal: Path | None = None
    closed_accounts: frozenset[str] = frozenset()
    caller: Caller | None = None
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: int = 0
    _keys: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chance: random.Random = field(default_factory=lambda: random.Random(7))

    def __post_init__(self) -> None:
        if self.journal is not None and self.journal.exists():
            for line in self.journal.read_text(encoding="utf-8").splitlines():
                payment = json.loads(line)
                self.payments[payment["key"]] = payment

    def meets(self, fault: str) -> bool:
        """Whether this request meets the fault."""
        with self._lock:
            return self._chance.random() < self.faults.get(fault, 0)

    def pay(self, key: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """(status, answer): 201 when paid now, 200 when paid before, 409 when the key meant something else, 422 refused."""
        with self._lock:
            self.asked += 1
            before = self.payments.get(key)
            if before is not None:
                same = all(before.get(name) == value for name, value in body.items())
                return (200, before) if same else (409, {"reason": "同一幂等键，内容不同"})
            if body.get("account") in self.closed_accounts:
                return 422, {"reason": "收款账户已销户"}
            paid = {**body, "key": key, "reference": f"T{len(self.payments) + 1:09d}", "state": "paid", "sequence": 1}
            self._keep(paid)
            return 201, paid

    def give_back(self, key: str, reason: str = "收款账户已销户") -> dict[str, Any]:
        """The bank sent the money of a payment back; the payment as it stands now."""
        with self._lock:
            before = self.payments[key]
            back = {**before, "state": "returned", "sequence": before["sequence"] + 1, "reason": reason}
            self._keep(back)
        return back

    def _keep(self, payment: dict[str, Any]) -> None:
        self.payments[payment["key"]] = payment
        if self.journal is not None:
            with self.journal.open("a", encoding="utf-8") as file:
                file.write(json.dumps(payment, ensure_ascii=False) + "\n")

    def call(self, payment: Mapping[str, Any]) -> None:
        """Tell the city of a payment just made, and of its return where it meets one."""
        if self.caller is None:
            return
        if self.meets("early"):
            self.caller.tell_now(payment)
        self.caller.tell(payment, delays=self._delays())
        if self.meets("returned"):
            self.caller.tell(self.give_back(payment["key"]), delays=self._delays())

    def _delays(self) -> tuple[float, ...]:
        times = 2 if self.meets("twice") else 1
        return tuple(self._chance.uniform(0, _LATER) if self.meets("shuffled") else 0.0 for _ in range(times))

    def page(self, after: str) -> dict[str, Any]:
        """Some lines of the statement in the order of their keys, and where the next ones are."""
        with self._lock:
            if len(self._keys) != len(self.payments):
                self._keys = sorted(self.payments)
            start = bisect_right(self._keys, after)
            keys = self._keys[start : start + _PAGE]
            more = start + _PAGE < len(self._keys)
            lines = [self.payments[key] for key in keys]
        return {"payments": lines, "next": f"payments?{urlencode({'after': keys[-1]})}" if more else None}


class _Window(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    books: Books

    def do_PUT(self) -> None:
        """Pay."""
        length, books = int(self.headers["Content-Length"]), self.books
        content = self.rfile.read(length)
        if len(content) < length:  # whoever asked is gone
            self.close_connection = True
            return None
        body = json.loads(content)
        if books.meets("slow"):
            time.sleep(0.2)
        if books.meets("down"):
            return self._answer(503, {})
        status, answer = books.pay(self.path.removeprefix("/payments/"), body)
        if status == 201:
            books.call(answer)
        if books.meets("late"):
            return self._answer(500, {})
        if books.meets("lost"):
            self.close_connection = True
            return None
        if books.meets("garbled"):
            return self._send(200, b"<html>")
        return self._answer(status, answer)

    def do_GET(self) -> None:
        """The statement."""
        if self.books.meets("down"):
            return self._answer(503, {})
        after = parse_qs(urlsplit(self.path).query).get("after", [""])[0]
        return self._answer(200, self.books.page(after))

    def _answer(self, status: int, said: Mapping[str, Any]) -> None:
        self._send(status, json.dumps(said, ensure_ascii=False).encode())

    def _send(self, status: int, content: bytes) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.wfile.write(head.encode() + content)  # one write: two of them wait for each other's acknowledgement

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is paid to whom belongs in no log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked is gone; the others do not care."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def open_window(books: Books, port: int = 0) -> ThreadingHTTPServer:
    """A treasury at a port of the loopback address (0: any), served by threads of its own until `shutdown`."""
    window = type("Window", (_Window,), {"books": books})
    server = _Server(("127.0.0.1", port), window)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@click.command()
@click.option("--port", default=8090, show_default=True)
@click.option("--journal", type=click.Path(path_type=Path), help="A file that keeps what was paid.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME=SHARE",
    help=f"One of {', '.join((*FAULTS, *CALLS))}, for a share of requests.",
)
@click.option("--callback", help="The city's address for callbacks: …/exchange/treasury/callbacks")
def main(port: int, journal: Path | None, faults: tuple[str, ...], callback: str | None) -> None:
    """Serve the fake treasury until it is stopped; prints its address."""
    shares = {name: float(share) for name, share in (fault.split("=") for fault in faults)}
    caller = Caller(callback, os.environ["CHENGBAN_TREASURY_CALLBACK_SECRET"]) if callback else None
    server = open_window(Books(shares, journal, caller=caller), port)
    if caller is not None:
        caller.start()
    click.echo(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Event().wait()


if __name__ == "__main__":
    main()
