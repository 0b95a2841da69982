"""The record every act writes to, inside the act's own transaction (留痕)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chengban.ledger.actor import Actor
from chengban.ledger.errors import OutsideTransaction

if TYPE_CHECKING:
    from chengban.ledger.models import Entry

__all__ = ["Actor", "OutsideTransaction", "append"]


def append(actor: Actor, act: str, subject: str, payload: Mapping[str, Any] | None = None) -> "Entry":
    """See `ledger.domain.append`; imported late, because Django imports this package before its models can be."""
    from chengban.ledger import domain

    return domain.append(actor, act, subject, payload)
