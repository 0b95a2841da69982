"""Drafts tried on the whole city while they are written (政策仿真): the frame is opened once in the background, and then held.

Each process of the server holds a few. What is held is thrown away when the data, the day or the city's policies have changed.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.db import connection, transaction

from chengban.facts import frame, shelf
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import begin_whole
from chengban.ledger import Actor
from chengban.lib import quiet
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.policies.domain import last_batch
from chengban.policies.matching import wanted_facts
from chengban.policies.simulating import Simulation, Simulator, simulated_by
from chengban.policies.writing import Declared

BY, UNDER = Actor.system("trials"), Ground("simulation", "process:trial")
HELD = 3
"""Frames that one process holds at most."""
_Key = tuple[object, ...]
log = logging.getLogger("chengban.policies")


@dataclass
class Opening:
    """A frame that is being read: how far it is. `failed` says why it will not come."""

    done: int = 0
    total: int = 0
    failed: str = ""
    ready: threading.Event = field(default_factory=threading.Event)
    simulator: Simulator | None = None
    asking: threading.Lock = field(default_factory=threading.Lock)

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def in_background(work: Callable[[], None]) -> None:
    """Do the work in a thread of its own, with a connection of its own."""

    def alone() -> None:
        try:
            work()
        finally:
            connection.close()

    threading.Thread(target=alone, daemon=True).start()


class Trials:
    """The frames that this process holds for drafts. `start` is how a frame's reading is begun."""

    def __init__(self, start: Callable[[Callable[[], None]], None] = in_background) -> None:
        self.start = start
        self._held: OrderedDict[_Key, Opening] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, pack: Pack, made: Declared, *, on: date, patience: float) -> Simulation | Opening:
        """What the draft comes to; while the frame is still being read after `patience` seconds, how far that is."""
        opening = self._opening(pack, made, on)
        opening.ready.wait(patience)
        if opening.simulator is None:
            return opening
        with opening.asking:
            return opening.simulator.beside(made.version)

    def _opening(self, pack: Pack, made: Declared, on: date) -> Opening:
        policy = pack.policies.get(made.policy.id, made.policy)
        wanted = _wanted(pack, policy, made.version, on)
        batch = last_batch()
        key = (pack.folder, pack.publications, policy.id, on, batch, tuple(wanted))
        with self._lock:
            found = self._held.get(key)
            if found is None or found.failed:
                found = self._held[key] = Opening()
                self.start(partial(_open, found, pack, policy, made.version, wanted, on, batch))
            self._held.move_to_end(key)
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return found


def _wanted(pack: Pack, policy: Policy, drafted: PolicyVersion, on: date) -> list[str]:
    """The base facts that the draft and the version in force stand on, and those that outcomes are broken down by."""
    beside = policy.in_force(on)
    return wanted_facts(pack, [drafted, *([beside] if beside else [])], on, simulated_by(pack).values())


def _open(opening: Opening, pack: Pack, policy: Policy, drafted: PolicyVersion, wanted: list[str], on: date, batch: int) -> None:
    """Read the frame and hold it."""

    def tell(done: int, total: int) -> None:
        opening.done, opening.total = done, total

    try:
        with quiet.to_log("chengban.policies", policy=policy.id):
            with transaction.atomic():
                begin_whole(pack, frame.registers_for(pack, policy.subject, wanted), under=UNDER, by=BY, on=on)
                table = shelf.frame_of(pack, policy.subject, on=on, known_by=batch, wanted=wanted, progress=tell)
            opening.simulator = Simulator(pack, policy, table, on=on, drafted=drafted)
    except Exception:
        log.exception("a draft could not be tried")
        opening.failed = "全市数据没有读成。草稿已保存，请过一会儿再试。"
    finally:
        opening.ready.set()


trials = Trials()
