"""The one verb of the ledger."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from chengban.ledger.actor import Actor
from chengban.ledger.errors import OutsideTransaction
from chengban.ledger.models import Entry
from chengban.lib import clock


def append(actor: Actor, act: str, subject: str, payload: Mapping[str, Any] | None = None) -> Entry:
    """Record that `actor` did `act` to `subject`, to be committed together with the act.

    `act` is `room.verb`, `subject` is `kind:identifier`; `payload` is JSON and holds no personal datum beyond what the act
    is about. Raises `OutsideTransaction` when no transaction is open.
    """
    if not transaction.get_connection().in_atomic_block:
        raise OutsideTransaction(f"{act}: open a transaction around the act and its ledger entry")
    return Entry.objects.create(at=clock.now(), actor=str(actor), act=act, subject=subject, payload=dict(payload or {}))
