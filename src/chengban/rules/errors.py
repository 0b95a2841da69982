"""Everything that the rules engine can refuse, under one base."""

from __future__ import annotations


class RulesError(Exception):
    """A rule, a model or a fact table that the engine refuses; the message is a plain sentence."""


class FeelSyntaxError(RulesError):
    """Text that is not FEEL.

    `line` and `column` count from 1; `expected` names what could have stood there; `nearest` is the known name
    closest to the one that was written, or None.
    """

    def __init__(self, line: int, column: int, message: str, expected: tuple[str, ...] = (), nearest: str | None = None) -> None:
        super().__init__(line, column, message, expected, nearest)
        self.line, self.column, self.message = line, column, message
        self.expected, self.nearest = expected, nearest

    def __str__(self) -> str:
        text = f"line {self.line}, column {self.column}: {self.message}"
        if self.expected:
            text += f"; expected {' or '.join(self.expected)}"
        return f"{text}; did you mean {self.nearest}?" if self.nearest else text


class LimitError(RulesError):
    """An expression that is too deep, too large, or takes too long."""


class VocabularyError(RulesError):
    """A vocabulary that contradicts itself: a name used twice, formulas in a circle."""


class ModelError(RulesError):
    """A DMN model that cannot be read or does not hold what was asked of it."""


class ParameterError(RulesError):
    """A parameter whose value cannot stand in a rule."""


class MatchError(RulesError):
    """A match over files that cannot be begun, finished or read."""


class StorageError(MatchError):
    """A file or folder that cannot be read or written; the message names it."""


class NoSuchFile(StorageError):
    """A file or folder that is not there."""


class SparkError(MatchError):
    """Spark is not there, did not start, or gave a match up."""
