"""The record every act writes to, inside the act's own transaction (留痕)."""

from chengban.ledger.actor import Actor
from chengban.ledger.domain import append

__all__ = ["Actor", "append"]
