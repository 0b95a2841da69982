"""A gateway for short messages that is not one: a real HTTP server with real faults, for tests and the demo.

`python -m chengban.exchange.systems.sms.fake --port 8091 --fault down=0.2`. What it sent is kept in memory.
"""

import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import click

FAULTS = ("slow", "down", "late", "lost", "garbled")
"""Slow to answer; 503 without sending; 500 after having sent; the connection cut after having sent; an answer that is no JSON."""


@dataclass
class Phones:
    """What the gateway sent, and how it misbehaves: for each fault the share of requests that meet it."""

    faults: dict[str, float] = field(default_factory=dict)
    dead: frozenset[str] = frozenset()
    """Numbers that do not exist (空号)."""
    sent: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _chance: random.Random = field(default_factory=lambda: random.Random(7))

    def meets(self, fault: str) -> bool:
        """Whether this request meets the fault."""
        with self._lock:
            return self._chance.random() < self.faults.get(fault, 0)

    def send(self, key: str, body: Mapping[str, str]) -> tuple[int, dict[str, str]]:
        """(status, answer): 201 when sent now, 200 when sent before, 409 when the key meant something else, 422 refused."""
        with self._lock:
            self.asked += 1
            before = self.sent.get(key)
            if before is not None:
                same = all(before.get(name) == value for name, value in body.items())
                return (200, before) if same else (409, {"reason": "同一幂等键，内容不同"})
            if body["to"] in self.dead:
                return 422, {"reason": "空号"}
            self.sent[key] = {**body, "key": key, "reference": f"M{len(self.sent) + 1:09d}"}
            return 201, self.sent[key]


class _Window(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    phones: Phones

    def do_POST(self) -> None:
        """Send."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.phones.meets("slow"):
            time.sleep(0.2)
        if self.phones.meets("down"):
            return self._answer(503, {})
        status, answer = self.phones.send(self.headers["Idempotency-Key"], body)
        if self.phones.meets("late"):
            return self._answer(500, {})
        if self.phones.meets("lost"):
            self.close_connection = True
            return None
        if self.phones.meets("garbled"):
            return self._write(200, b"<html>")
        return self._answer(status, answer)

    def do_GET(self) -> None:
        """The statement."""
        if self.phones.meets("down"):
            return self._answer(503, {})
        return self._answer(200, {"messages": list(self.phones.sent.values()), "next": None})

    def _answer(self, status: int, said: Mapping[str, Any]) -> None:
        self._write(status, json.dumps(said, ensure_ascii=False).encode())

    def _write(self, status: int, content: bytes) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        self.wfile.write(head.encode() + content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: whose telephone rings belongs in no log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def open_gateway(phones: Phones, port: int = 0) -> ThreadingHTTPServer:
    """A gateway at a port of the loopback address (0: any), served by threads of its own until `shutdown`."""
    server = _Server(("127.0.0.1", port), type("Window", (_Window,), {"phones": phones}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@click.command()
@click.option("--port", default=8091, show_default=True)
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME=SHARE", help=f"One of {', '.join(FAULTS)}, for a share of requests."
)
def main(port: int, faults: tuple[str, ...]) -> None:
    """Serve the fake gateway until it is stopped; prints its address."""
    shares = {name: float(share) for name, share in (fault.split("=") for fault in faults)}
    server = open_gateway(Phones(shares), port)
    click.echo(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Event().wait()


if __name__ == "__main__":
    main()
