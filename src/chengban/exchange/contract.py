"""The contract of an adapter (适配器): what an outside system must be made to look like.

A key names one wish of ours. However often it is sent, the system acts on it once, and answers the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """The system acted. `reference` is its own number for it; `body` what else it said."""

    reference: str
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the system holds under one of our keys: the line of a statement (对账单)."""

    key: str
    reference: str
    body: Mapping[str, Any]


class Adapter(Protocol):
    """Speaks with one system. Its methods may be called from several threads at once."""

    def send(self, act: str, key: str, body: Mapping[str, Any]) -> Answer:
        """Have `act` done. Raises Refused, and Unavailable where the outcome is open."""

    def statement(self) -> Iterator[Known]:
        """Everything that the system did for us, in the order of the keys. Raises Unavailable."""
