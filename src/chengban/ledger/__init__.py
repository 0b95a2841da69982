"""The record every act writes to, inside the act's own transaction (留痕), and the tree that proves that it was not changed."""

from chengban.ledger.actor import Actor
from chengban.ledger.domain import append, append_all
from chengban.ledger.errors import LedgerError, NotANote, NotKept, OutsideTransaction

__all__ = ["Actor", "LedgerError", "NotANote", "NotKept", "OutsideTransaction", "append", "append_all"]
