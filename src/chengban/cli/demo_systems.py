"""The demo's outside systems: a treasury and a gateway for short messages that are none, each a process on this machine alone."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from chengban.lib import env
from chengban.lib.lifeline import die_with_parent

_FOLDER = "demo-treasury"


@contextmanager
def pretended() -> Iterator[None]:
    """Inside the block the treasury and the short messages have an address, in this process and those it starts.

    What the city itself may have set is passed over: nothing of a demo leaves the machine by them.
    """
    with ExitStack() as stack:
        book = treasury_book()
        book.parent.mkdir(exist_ok=True)
        stack.enter_context(_served("treasury", "--journal", str(book)))
        stack.enter_context(_served("sms"))
        yield


def treasury_book() -> Path:
    """Where the fake treasury keeps what it paid: a book for each database, since numbers of payments begin anew in a new one."""
    return env.home() / _FOLDER / f"{_begun():%Y%m%dT%H%M%S%f}.jsonl"


def _begun() -> datetime:
    """When the database began: its ledger's first entry is never taken away."""
    from chengban.ledger.models import Entry

    begun: datetime = Entry.objects.order_by("pk").values_list("at", flat=True)[0]
    return begun


@contextmanager
def _served(system: str, *words: str) -> Iterator[None]:
    port, name = _free_port(), f"CHENGBAN_{system.upper()}_URL"
    command = [sys.executable, "-m", f"chengban.exchange.systems.{system}.fake", "--port", str(port), *words]
    # A session of its own: Ctrl-C is for the portal, which then ends this one.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=die_with_parent, start_new_session=True)
    before, os.environ[name] = os.environ.get(name), f"http://127.0.0.1:{port}"
    try:
        yield
    finally:
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
