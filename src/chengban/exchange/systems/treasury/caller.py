"""The fake treasury's other half: it tells the city by signed callbacks what became of payments, until it is heard."""

import heapq
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

import requests

from chengban.exchange.signing import SIGNATURE, TIMESTAMP, sign
from chengban.lib import clock

_LONGEST = 2.0


@dataclass
class Caller:
    """Posts callbacks to `address`, over a few threads; each again and again until the answer is 2xx."""

    address: str
    secret: str
    now: Callable[[], datetime] = clock.now
    threads: int = 4
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Every callback, by its number."""
    posted: int = 0
    _due: list[tuple[float, int, str, int]] = field(default_factory=list)
    _open: int = 0
    _serial: "count[int]" = field(default_factory=count)
    _stopped: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def start(self) -> None:
        """Begin to call."""
        for _ in range(self.threads):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        """Call no more."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def tell(self, payment: Mapping[str, Any], *, delays: tuple[float, ...] = (0.0,)) -> None:
        """Call about a payment as it stands now, once for each of `delays` in seconds, always with the same number."""
        number = f"C{payment['reference']}-{payment['sequence']}"
        words = ("key", "state", "sequence", "reference", "reason")
        with self._changed:
            self.made[number] = {"id": number, **{name: payment[name] for name in words if name in payment}}
            for delay in delays:
                self._put(delay, number, 0)

    def tell_now(self, payment: Mapping[str, Any]) -> None:
        """Call before anything else is done; where it was not heard, it is said again later."""
        self.tell(payment, delays=())
        number = next(reversed(self.made))
        if not self._post(number):
            with self._changed:
                self._put(0.2, number, 1)

    @property
    def is_quiet(self) -> bool:
        """Whether everything was heard."""
        with self._changed:
            return self._open == 0

    def _put(self, delay: float, number: str, tries: int) -> None:
        heapq.heappush(self._due, (time.monotonic() + delay, next(self._serial), number, tries))
        self._open += 1
        self._changed.notify()

    def _work(self) -> None:
        while (taken := self._take()) is not None:
            number, tries = taken
            heard = self._post(number)
            with self._changed:
                self._open -= 1
                if not heard:
                    self._put(min(_LONGEST, 0.1 * 2**tries), number, min(tries + 1, 8))

    def _take(self) -> tuple[str, int] | None:
        with self._changed:
            while not self._stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else 1.0
                if self._due and wait <= 0:
                    _, _, number, tries = heapq.heappop(self._due)
                    return number, tries
                self._changed.wait(wait)
        return None

    def _post(self, number: str) -> bool:
        body = json.dumps(self.made[number], ensure_ascii=False).encode()
        timestamp = str(int(self.now().timestamp()))
        headers = {TIMESTAMP: timestamp, SIGNATURE: sign(self.secret, timestamp, body), "Content-Type": "application/json"}
        self.posted += 1
        try:
            return requests.post(self.address, data=body, headers=headers, timeout=5).ok
        except requests.RequestException:
            return False
