"""What can go wrong in the ledger."""


class LedgerError(Exception):
    """The ledger cannot do what was asked."""


class OutsideTransaction(LedgerError, RuntimeError):
    """An act tried to write its entry outside its own transaction; then the two could disagree."""


class NotKept(LedgerError, ValueError):
    """What an entry was to hold has no exact form."""


class NotANote(LedgerError, ValueError):
    """A signed note, a key or a tile that cannot be read, or that is not signed by whom it should be."""
