"""The worker: leases what is due, sends it over several threads, and settles a whole batch in one transaction.

When nothing is due it makes the reconciliations that were asked for.
"""

import os
import socket
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chengban.exchange import reconciling
from chengban.exchange.contract import Adapter, Answer
from chengban.exchange.domain import Result, lease, settle
from chengban.exchange.errors import ExchangeError, Unavailable
from chengban.exchange.models import Message
from chengban.ledger import Actor

BATCH = 100
_THREADS = 8
_PAUSE = 0.2


@dataclass
class Worker:
    """Delivers messages to the systems that it has an adapter for; what is for others waits.

    Any number of workers may run, on any number of machines.
    """

    adapters: Mapping[str, Adapter]
    name: str = field(default_factory=lambda: f"exchange@{socket.gethostname()}.{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, *, until_empty: bool = False) -> int:
        """Work until stopped, or until nothing is due; how many attempts were made."""
        made = 0
        with ThreadPoolExecutor(_THREADS) as pool:
            while not self.stopping.is_set():
                done = self.work_once(pool)
                made += done
                idle = not done and not self._reconcile()
                if idle and until_empty:
                    break
                if idle:
                    self.stopping.wait(_PAUSE)
        return made

    def work_once(self, pool: ThreadPoolExecutor) -> int:
        """One batch; how many messages were in it."""
        messages = lease(BATCH, self.adapters)
        if messages:
            results = list(pool.map(self._deliver, messages))
            settle(list(zip(messages, results, strict=True)), by=Actor.system(self.name))
        return len(messages)

    def _reconcile(self) -> bool:
        """A reconciliation that was asked for, when nothing is due; whether there was one."""
        asked = reconciling.claim_next(list(self.adapters))
        if asked is not None:
            reconciling.make(asked, self.adapters[asked.system], by=Actor.system(self.name))
        return asked is not None

    def _deliver(self, message: Message) -> Result:
        """The answer, or what went wrong; never an exception, since one message must not hold up the others."""
        try:
            answer: Answer = self.adapters[message.system].send(message.act, message.key, message.body)
        except ExchangeError as error:
            return error
        except Exception as error:  # a fault of an adapter is an attempt that settled nothing
            return Unavailable(f"适配器出错：{type(error).__name__}")
        return answer
