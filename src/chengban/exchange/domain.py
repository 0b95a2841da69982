"""The verbs of exchange: put wishes in the outbox, lease what is due, settle what was answered, send again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from chengban import ledger
from chengban.exchange import settling
from chengban.exchange.backoff import PATIENCE, next_try
from chengban.exchange.contract import Answer
from chengban.exchange.errors import ExchangeError, KeyTaken, NotDead, Refused
from chengban.exchange.models import Failure, Message
from chengban.ledger import Actor
from chengban.lib import clock, env

LEASE = timedelta(seconds=env.number("CHENGBAN_EXCHANGE_LEASE", 60))
"""A worker that dies is waited for no longer than this; longer than a batch takes to send."""
Outcome = Message.Outcome
Result = Answer | ExchangeError
DEAD = (Outcome.REFUSED, Outcome.GIVEN_UP)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a system: under which key, the contents, and the business it belongs to (`kind:identifier`)."""

    key: str
    body: Mapping[str, Any]
    subject: str


def put_all(system: str, act: str, wishes: Sequence[Wish], *, by: Actor) -> None:
    """Put wishes in the outbox, to be committed with the act that has them. The same wish put again changes nothing.

    Raises KeyTaken where a key stands for another wish, and OutsideTransaction where no transaction is open.
    """
    if not connection.in_atomic_block:
        raise ledger.OutsideTransaction(f"{system}.{act}: open a transaction around the act and its messages")
    now = clock.now()
    shared = {"system": system, "act": act, "at": now, "due_at": now, "by": str(by)}
    made = [Message(key=wish.key, body=dict(wish.body), subject=wish.subject, **shared) for wish in wishes]
    Message.objects.bulk_create(made, ignore_conflicts=True)
    kept = {message.key: message for message in Message.objects.filter(system=system, key__in=[wish.key for wish in wishes])}
    for wish in wishes:
        if (kept[wish.key].act, kept[wish.key].body) != (act, dict(wish.body)):
            raise KeyTaken(f"{system} 的幂等键 {wish.key} 已用于另一件事。")


_LEASE = """
    WITH due AS MATERIALIZED (
        SELECT id FROM exchange_message
        WHERE outcome = 'waiting' AND due_at <= %(now)s AND (%(to)s::text[] IS NULL OR system = ANY(%(to)s))
            AND (leased_until IS NULL OR leased_until <= %(now)s)
        ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    UPDATE exchange_message message SET leased_until = %(until)s, attempts = attempts + 1
    FROM due WHERE message.id = due.id
    RETURNING message.*
"""
"""The choice is made once, apart: as a mere `IN` it may be made again for each row, and take more than the limit."""


def lease(limit: int, to: Collection[str] | None = None) -> list[Message]:
    """Up to `limit` messages that are due, the oldest first, for one worker alone until its lease ends; only `to` these systems.

    What is for another system is not touched: it has not been tried, and no time runs against it.
    """
    now = clock.now()
    leased = Message.objects.raw(_LEASE, {"now": now, "until": now + LEASE, "limit": limit, "to": None if to is None else list(to)})
    return sorted(leased, key=lambda message: message.pk)


def settle(results: Sequence[tuple[Message, Result]], *, by: Actor) -> None:
    """Keep what came of some attempts, in one transaction. What another worker settled meanwhile stays as it is."""
    with transaction.atomic():
        numbers = sorted(message.pk for message, _ in results)
        locked = Message.objects.select_for_update().filter(pk__in=numbers, outcome=Outcome.WAITING).order_by("pk")
        waiting = {message.pk: message for message in locked}
        open_ones = [(waiting[message.pk], result) for message, result in results if message.pk in waiting]
        for message, result in open_ones:
            _take(message, result)
        fields = ["outcome", "settled_at", "due_at", "leased_until", "reference", "answer"]
        Message.objects.bulk_update([message for message, _ in open_ones], fields)
        failed = [(message, result) for message, result in open_ones if isinstance(result, ExchangeError)]
        Failure.objects.bulk_create(_failure(message, result, by) for message, result in failed)
        _close([message for message, _ in open_ones if message.outcome != Outcome.WAITING], by)


def _take(message: Message, result: Result) -> None:
    now = clock.now()
    message.leased_until = None
    if isinstance(result, Answer):
        message.outcome, message.reference, message.answer = Outcome.DELIVERED, result.reference, dict(result.body)
    elif isinstance(result, Refused):
        message.outcome, message.answer = Outcome.REFUSED, {"reason": str(result)}
    elif _was_tried_before(message, now - PATIENCE):
        message.outcome, message.answer = Outcome.GIVEN_UP, {"reason": str(result)}
    else:
        message.due_at = next_try(now, message.attempts, message.key)
        return
    message.settled_at = now


def _was_tried_before(message: Message, day: datetime) -> bool:
    """Whether it failed before a day, of what was tried since somebody sent it again: waiting for an address is no failure."""
    since = message.replayed_at or message.at
    return since < day and message.failures.filter(at__gte=since, at__lt=day).exists()


def _failure(message: Message, error: ExchangeError, by: Actor) -> Failure:
    return Failure(message=message, at=clock.now(), by=str(by), reason=str(error)[:300])


def _close(settled: Sequence[Message], by: Actor) -> None:
    for message in settled:
        entry = {"system": message.system, "act": message.act, "key": message.key, "reference": message.reference}
        ledger.append(by, f"exchange.{message.outcome}", message.subject, entry)
    settling.tell(settled)


def replay(messages: Iterable[Message], *, by: Actor) -> int:
    """Send dead letters again, under the same keys; how many there were."""
    with transaction.atomic():
        numbers = [message.pk for message in messages]
        chosen = list(Message.objects.select_for_update().filter(pk__in=numbers, outcome__in=DEAD).order_by("pk"))
        now = clock.now()
        for message in chosen:
            message.outcome, message.settled_at, message.answer = Outcome.WAITING, None, {}
            message.due_at = message.replayed_at = now
            ledger.append(by, "exchange.replay", message.subject, {"system": message.system, "key": message.key})
        Message.objects.bulk_update(chosen, ["outcome", "settled_at", "answer", "due_at", "replayed_at"])
        settling.tell(chosen)
    return len(chosen)


def settle_as_told(message: Message, answer: Answer, *, by: Actor) -> None:
    """The system itself says that it acted, whatever our own attempts came to. Call it with the message locked."""
    if message.outcome in DEAD:
        Message.objects.filter(pk=message.pk).update(outcome=Outcome.WAITING, settled_at=None)
    settle([(message, answer)], by=by)


def hold(subject: str) -> list[Message]:
    """Every message of one business, locked until the transaction ends. Messages are always locked before what they are about."""
    return list(Message.objects.select_for_update().filter(subject=subject).order_by("pk"))


def withdraw(message: Message, *, by: Actor, reason: str) -> None:
    """What the system refused is not to be sent again: another message takes its place, or none. Call it with the message locked.

    Raises NotDead where the outcome is open, since the system may have acted.
    """
    if message.outcome != Outcome.REFUSED:
        raise NotDead(f"{message.key} 没有被 {message.system} 拒绝，不能撤回。")
    message.outcome = Outcome.WITHDRAWN
    message.save(update_fields=["outcome"])
    ledger.append(by, "exchange.withdraw", message.subject, {"system": message.system, "key": message.key, "reason": reason})
