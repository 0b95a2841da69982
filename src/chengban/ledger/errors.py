"""What can go wrong in the ledger."""


class OutsideTransaction(RuntimeError):
    """An act tried to write its entry outside its own transaction; then the two could disagree."""
