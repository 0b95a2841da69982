"""What a system tells us by itself (回执): kept as it came, once, and applied in the same transaction.

A system counts what it says about a key. The higher count is the later word, in whatever order the words arrive; an earlier one is
kept and changes nothing.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from chengban import ledger
from chengban.exchange.contract import Answer
from chengban.exchange.domain import settle_as_told
from chengban.exchange.errors import BadNotice, NumberTaken
from chengban.exchange.models import Callback, Message
from chengban.ledger import Actor
from chengban.lib import clock

Outcome = Callback.Outcome
PAID, RETURNED = "paid", "returned"
LARGEST = 8 * 1024
"""Bytes of a callback at most."""
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,120}", re.ASCII)
_HIGHEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Notice:
    """A callback as it was read: its own number, the key it is about, what became of it, and which word of the system's it is."""

    number: str
    key: str
    state: str
    sequence: int
    reference: str
    reason: str
    raw: bytes


def read(content: bytes) -> Notice:
    """A callback from its bytes, a JSON object. Raises BadNotice with what is wrong."""
    if len(content) > LARGEST:
        raise BadNotice(f"回执超过 {LARGEST} 字节。")
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadNotice("回执不是 JSON。") from error
    if not isinstance(said, dict):
        raise BadNotice("回执不是一个对象。")
    words = [_word(said, name) for name in ("id", "key", "reference")]
    return Notice(words[0], words[1], _state(said), _sequence(said), words[2], _reason(said), content)


def _word(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise BadNotice(f"回执的 {name} 应当是 1 至 120 个字母、数字或 . _ : -。")
    return value


def _state(said: dict[str, Any]) -> str:
    if said.get("state") not in (PAID, RETURNED):
        raise BadNotice(f"回执的 state 应当是 {PAID} 或 {RETURNED}。")
    return str(said["state"])


def _sequence(said: dict[str, Any]) -> int:
    value = said.get("sequence")
    if type(value) is not int or not 0 < value <= _HIGHEST:
        raise BadNotice("回执的 sequence 应当是正整数。")
    return value


def _reason(said: dict[str, Any]) -> str:
    value = said.get("reason", "")
    if not isinstance(value, str) or not value.isprintable():
        raise BadNotice("回执的 reason 应当是一行文字。")
    return value[:300]


Listener = Callable[[Callback], bool]
"""Applies a callback inside its transaction; says no where what it tells cannot be, after what we have done since."""
_LISTENERS: dict[tuple[str, str], Listener] = {}


def listen(system: str, act: str, listener: Listener) -> None:
    """`listener` applies what `system` tells about each `act`; one listener each."""
    _LISTENERS[system, act] = listener


def receive(system: str, notice: Notice, *, by: Actor) -> tuple[Callback, bool]:
    """Keep a callback and apply it, in one transaction: what is kept, and whether it is new. Raises NumberTaken."""
    told = {name: getattr(notice, name) for name in ("key", "state", "sequence", "reference", "reason", "raw")}
    with transaction.atomic():
        made = {**told, "at": clock.now(), "outcome": Outcome.UNMATCHED}
        kept, new = Callback.objects.get_or_create(system=system, number=notice.number, defaults=made)
        if not new and bytes(kept.raw) != notice.raw:
            raise NumberTaken(f"回执编号 {notice.number} 已用于另一份回执。")
        if new:
            kept.outcome = _apply(kept, by)
            kept.save(update_fields=["outcome"])
            payload = {"number": kept.number, "key": kept.key, "state": kept.state, "outcome": kept.outcome}
            ledger.append(by, "exchange.callback", f"system:{system}", payload)
    return kept, new


def _apply(callback: Callback, by: Actor) -> Outcome:
    message = Message.objects.select_for_update().filter(system=callback.system, key=callback.key).first()
    if message is None:
        return Outcome.UNMATCHED
    newest = _newest(callback)
    if newest is not None and callback.sequence <= newest.sequence:
        disagrees = callback.sequence == newest.sequence and callback.state != newest.state
        return Outcome.CONFLICT if disagrees else Outcome.OLDER
    if message.outcome == Message.Outcome.WITHDRAWN:
        return Outcome.CONFLICT
    settle_as_told(message, Answer(callback.reference), by=by)
    listener = _LISTENERS.get((message.system, message.act))
    return Outcome.APPLIED if listener is None or listener(callback) else Outcome.CONFLICT


def _newest(callback: Callback) -> Callback | None:
    """The system's latest word about the key that was applied."""
    applied = Callback.objects.filter(system=callback.system, key=callback.key, outcome=Outcome.APPLIED)
    return applied.order_by("-sequence").first()
