"""The one verb of the ledger, singly and for many entries of one act."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from chengban.ledger import keys
from chengban.ledger.actor import Actor
from chengban.ledger.canonical import Content, canonical, seal, text_of
from chengban.ledger.errors import OutsideTransaction
from chengban.lib import clock

_INSERT = "INSERT INTO ledger_entry (at, actor, act, subject, payload, seal) VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
_INSERT_MANY = """INSERT INTO ledger_entry (at, actor, act, subject, payload, seal)
SELECT %s, %s, %s, each.* FROM unnest(%s::text[], %s::jsonb[], %s::bytea[]) AS each"""


def append(actor: Actor, act: str, subject: str, payload: Mapping[str, Any] | None = None) -> int:
    """Record that `actor` did `act` to `subject`, to be committed together with the act; the entry's number.

    `act` is `room.verb`, `subject` is `kind:identifier`; `payload` is JSON without floats and holds no personal datum beyond what
    the act is about. Raises `OutsideTransaction` when no transaction is open, `NotKept` for what has no exact form.
    """
    _need_transaction(act)
    content = Content(clock.now(), str(actor), act, subject, payload or {})
    written = canonical(content.payload)
    row: list[Any] = [*content[:4], written, seal(keys.seal_key(), text_of(content, written))]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)
        return int(cursor.fetchone()[0])


def append_all(actor: Actor, act: str, about: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Record one act on many subjects, each with its payload, in one statement; otherwise as `append`."""
    _need_transaction(act)
    at, by, key = clock.now(), str(actor), keys.seal_key()
    contents = [Content(at, by, act, subject, payload) for subject, payload in about]
    written = [canonical(content.payload) for content in contents]
    columns: list[Any] = [
        [content.subject for content in contents],
        written,
        [seal(key, text_of(content, payload)) for content, payload in zip(contents, written, strict=True)],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_MANY, [at, by, act, *columns])


def _need_transaction(act: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{act}: open a transaction around the act and its ledger entry")
