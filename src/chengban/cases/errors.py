"""The base of what this room refuses. Each message is a sentence for the person who must act."""


class CasesError(Exception):
    """The base of this room's errors."""
