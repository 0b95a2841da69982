"""One writer of `bin/bench ledger`: told how many acts to do, with the ledger or without, it does them and tells what they cost."""

import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import count
from pathlib import Path

from chengban import ledger
from chengban.cli.setup import ready
from chengban.ledger import Actor

_PERIOD = "2025"
ACTS = {"draft": "a draft begun (two rows)", "order": "a payment ordered (nine statements)"}


def main(act: str, writer: int) -> None:
    """Lines such as `with 50` come in; microseconds of processor time, of this process and of its backend, go out."""
    ready()
    appends = {"with": (ledger.append, ledger.append_all), "without": (lambda *_: 0, lambda *_: None)}
    acts = _orders(writer) if act == "order" else _drafts()
    next(acts)()
    print("ready", flush=True)
    for line in sys.stdin:
        how, number = line.split()
        ledger.append, ledger.append_all = appends[how]
        own, backend = time.process_time(), _backend_seconds()
        for _ in range(int(number)):
            next(acts)()
        print((time.process_time() - own) * 1e6, (_backend_seconds() - backend) * 1e6, flush=True)


def _drafts() -> Iterator[Callable[[], object]]:
    from chengban.policies.editions import begin

    by = Actor.system("bench")
    for number in count():
        yield lambda number=number: begin({"policy": {"id": f"B{number}"}}, by=by)  # type: ignore[misc]


def _orders(writer: int) -> Iterator[Callable[[], object]]:
    """Of a policy of the writer's own, so that no writer waits for another's budget."""
    from chengban.policies.payments import Order, order_payments, set_budget

    policy, by = f"B{writer}", Actor.system("bench")
    set_budget(policy, _PERIOD, Decimal(10**9), by=by)
    for number in count():
        order = Order(f"S{writer:04d}{number:09d}", Decimal("100.00"), f"62{number:010d}")
        yield lambda order=order: order_payments(policy, "1", _PERIOD, [order], by=by)  # type: ignore[misc]


def _backend_seconds() -> float:
    """Processor time of the database's process behind this connection; 0 where the system does not tell."""
    from django.db import connection

    told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
