"""The one verb of the ledger, singly and for many entries of one act."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from chengban.ledger import direct, keys
from chengban.ledger.actor import Actor
from chengban.ledger.canonical import Content, seal, written
from chengban.ledger.errors import OutsideTransaction
from chengban.lib import clock

_APPEND_ALL = """INSERT INTO ledger_entry (at, actor, act, subject, payload, seal)
SELECT (text->>0)::timestamptz, text->>1, text->>2, text->>3, text->4, seal
FROM unnest(%s::jsonb[], %s::bytea[]) AS each (text, seal)"""


def append(actor: Actor, act: str, subject: str, payload: Mapping[str, Any] | None = None) -> int:
    """Record that `actor` did `act` to `subject`, to be committed together with the act; the entry's number.

    `act` is `room.verb`, `subject` is `kind:identifier`; `payload` is JSON without floats and holds no personal datum beyond what
    the act is about. Raises `OutsideTransaction` when no transaction is open, `NotKept` for what has no exact form.
    """
    _need_transaction(act)
    text = written(Content(clock.now(), str(actor), act, subject, payload or {}))
    return _insert(text, seal(keys.seal_key(), text))


def append_all(actor: Actor, act: str, about: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Record one act on many subjects, each with its payload, in one statement; otherwise as `append`."""
    _need_transaction(act)
    at, by, key = clock.now(), str(actor), keys.seal_key()
    texts = [written(Content(at, by, act, subject, payload)) for subject, payload in about]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND_ALL, [[text.decode() for text in texts], [seal(key, text) for text in texts]])


def _insert(text: bytes, sealed: bytes) -> int:
    if direct.is_possible():
        return direct.number_of(b"SELECT ledger_append($1, $2)", text, sealed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_append(%s, %s)", [text.decode(), sealed])
        return int(cursor.fetchone()[0])


def _need_transaction(act: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{act}: open a transaction around the act and its ledger entry")
