"""The record every act writes to, inside the act's own transaction (留痕), and the tree that proves that it was not changed."""

from collections.abc import Iterable, Mapping
from typing import Any

from chengban.ledger.actor import Actor
from chengban.ledger.errors import LedgerError, NotANote, NotKept, OutsideTransaction

__all__ = ["Actor", "LedgerError", "NotANote", "NotKept", "OutsideTransaction", "append", "append_all"]


def append(actor: Actor, act: str, subject: str, payload: Mapping[str, Any] | None = None) -> int:
    """See `ledger.domain.append`; imported late, because Django imports this package before its models can be."""
    from chengban.ledger import domain

    return domain.append(actor, act, subject, payload)


def append_all(actor: Actor, act: str, about: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """See `ledger.domain.append_all`."""
    from chengban.ledger import domain

    domain.append_all(actor, act, about)
