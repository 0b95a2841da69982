"""To hold our book against a system's own (对账), walking both in the order of their keys: neither is ever in memory whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from chengban import ledger
from chengban.exchange import inbox
from chengban.exchange.contract import Adapter, Answer, Known
from chengban.exchange.domain import LEASE, settle_as_told
from chengban.exchange.errors import ExchangeError, Unavailable
from chengban.exchange.models import Callback, Message, Reconciliation
from chengban.ledger import Actor
from chengban.lib import clock

PAGE = 1000
KEPT = 100
"""Keys of a kind of difference that are named; the others are counted."""
Outcome = Message.Outcome
Pair = tuple[str, Message | None, list[Known]]


class Busy(ExchangeError):
    """Somebody else is holding these books together just now."""


def ask(system: str, *, by: Actor) -> Reconciliation:
    """Ask for a reconciliation, which the next idle worker makes; where one is asked for already, it is that one."""
    with transaction.atomic():
        asked, new = Reconciliation.objects.get_or_create(
            system=system, finished_at=None, defaults={"at": clock.now(), "by": str(by)}
        )
        if new:
            ledger.append(by, "exchange.ask_reconciliation", f"system:{system}")
    return asked


def reconcile(system: str, adapter: Adapter, *, by: Actor) -> Reconciliation:
    """Reconcile now. What the system says it did, and we still wait for, is settled and no difference.

    Raises Busy, and Unavailable where the statement could not be read to its end.
    """
    asked = ask(system, by=by)
    if not _claim(asked):
        raise Busy(f"{system} 正在对账，已比对 {asked.compared:,} 笔。请等它完成。")
    make(asked, adapter, by=by)
    if asked.failure:
        raise Unavailable(asked.failure)
    return asked


def claim_next(systems: list[str]) -> Reconciliation | None:
    """A reconciliation that was asked for and that nobody is making."""
    waiting = Reconciliation.objects.filter(_free(), system__in=systems, finished_at=None).order_by("pk").first()
    return waiting if waiting is not None and _claim(waiting) else None


def _free() -> Q:
    return Q(leased_until=None) | Q(leased_until__lte=clock.now())


def _claim(asked: Reconciliation) -> bool:
    until = clock.now() + LEASE
    taken = Reconciliation.objects.filter(_free(), pk=asked.pk, finished_at=None).update(leased_until=until)
    asked.leased_until = until
    return bool(taken)


def make(asked: Reconciliation, adapter: Adapter, *, by: Actor) -> None:
    """Make a reconciliation that was claimed, saying after each page how far it is. What went wrong is kept with it."""
    found = _Tally(asked.system, clock.now(), by)
    try:
        pairs = _pairs(_ours(asked.system), _theirs(adapter))
        while page := list(islice(pairs, PAGE)):
            for pair in page:
                found.take(pair)
            _progress(asked, found)
    except Busy:
        return
    except ExchangeError as error:
        asked.failure = str(error)[:300]
    _finish(asked, found, by)


def _progress(asked: Reconciliation, found: "_Tally") -> None:
    """Say how far it is, and keep the claim. Raises Busy where another worker has taken it over."""
    held, until = asked.leased_until, clock.now() + LEASE
    told = {"compared": found.compared, "leased_until": until}
    if not Reconciliation.objects.filter(pk=asked.pk, leased_until=held, finished_at=None).update(**told):
        raise Busy(f"{asked.system} 的对账已由别的进程接手。")
    asked.leased_until = until


def _finish(asked: Reconciliation, found: "_Tally", by: Actor) -> None:
    asked.compared, asked.agreed, asked.differences = found.compared, found.agreed, found.differences
    asked.finished_at, asked.leased_until = clock.now(), None
    with transaction.atomic():
        asked.save()
        payload = {"agreed": found.agreed, "clean": asked.is_clean}
        ledger.append(by, "exchange.reconcile", f"system:{asked.system}", payload)


def _ours(system: str) -> Iterator[Message]:
    """Our messages in the order of their keys, a page at a time."""
    last = ""
    while page := list(Message.objects.filter(system=system, key__gt=last).order_by("key")[:PAGE]):
        yield from page
        last = page[-1].key


def _theirs(adapter: Adapter) -> Iterator[tuple[str, list[Known]]]:
    """The lines of the statement by key. Raises Unavailable where they are not in the order of their keys."""
    last = ""
    for key, lines in groupby(adapter.statement(), lambda line: line.key):
        if key <= last:
            raise Unavailable("对方的对账单没有按幂等键排序，不能逐页比对。")
        last = key
        yield key, list(lines)


def _pairs(ours: Iterator[Message], theirs: Iterator[tuple[str, list[Known]]]) -> Iterator[Pair]:
    """Each key of either side, with what both hold under it."""
    mine, line = next(ours, None), next(theirs, None)
    while mine is not None or line is not None:
        if line is None or (mine is not None and mine.key < line[0]):
            assert mine is not None
            yield mine.key, mine, []
            mine = next(ours, None)
        elif mine is None or line[0] < mine.key:
            yield line[0], None, line[1]
            line = next(theirs, None)
        else:
            yield mine.key, mine, line[1]
            mine, line = next(ours, None), next(theirs, None)


@dataclass
class _Tally:
    """What was found so far."""

    system: str
    began: datetime
    by: Actor
    compared: int = 0
    agreed: int = 0
    differences: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, pair: Pair) -> None:
        key, mine, lines = pair
        self.compared += 1
        if len(lines) > 1:
            self._differ("twice", key)
        if not lines:
            if mine is not None and mine.outcome == Outcome.DELIVERED and (mine.settled_at or self.began) < self.began:
                self._differ("only_here", key)
            return
        if mine is None or mine.outcome != Outcome.DELIVERED:
            mine = self._settled(key, lines[0])
        if mine is None or mine.outcome != Outcome.DELIVERED:
            self._differ("only_there", key)
        elif mine.reference != lines[0].reference or not _same(mine, lines[0]):
            self._differ("differing", key)
        else:
            self.agreed += 1
            self._hear(lines[0])

    def _settled(self, key: str, line: Known) -> Message | None:
        """Our message as it stands now; one that waited, or was given up, is settled by what the system says."""
        mine = Message.objects.filter(system=self.system, key=key).first()
        if mine is None or mine.outcome not in (Outcome.WAITING, Outcome.GIVEN_UP):
            return mine
        with transaction.atomic():
            mine = Message.objects.select_for_update().get(pk=mine.pk)
            settle_as_told(mine, Answer(line.reference, line.body), by=self.by)
        return Message.objects.get(pk=mine.pk)

    def _hear(self, line: Known) -> None:
        """A return that the statement tells of and no callback did, as if a callback had."""
        sequence = line.body.get("sequence")
        if line.body.get("state") != inbox.RETURNED or not isinstance(sequence, int):
            return
        if not Callback.objects.filter(system=self.system, key=line.key, sequence__gte=sequence).exists():
            number, reason = f"statement:{line.key}:{sequence}", str(line.body.get("reason", ""))[:300]
            notice = inbox.Notice(number, line.key, inbox.RETURNED, sequence, line.reference, reason, b"")
            inbox.receive(self.system, notice, by=self.by)

    def _differ(self, kind: str, key: str) -> None:
        kept = self.differences.setdefault(kind, {"count": 0, "keys": []})
        kept["count"] += 1
        if len(kept["keys"]) < KEPT:
            kept["keys"].append(key)


def _same(ours: Message, theirs: Known) -> bool:
    """Whether the system did what it was told: each thing that both sides name is the same."""
    return all(theirs.body[name] == value for name, value in ours.body.items() if name in theirs.body)
