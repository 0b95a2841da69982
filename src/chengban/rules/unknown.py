"""A fact that is not known, and how it spreads.

Unknown is neither null nor false. It spreads by Kleene's strong tables (S. C. Kleene, Introduction to
Metamathematics, 1952, §64): an answer is given only where every value that the fact could have gives the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not known; `facts` are the ids of the facts that would settle it."""

    facts: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN = Unknown()


def holds_unknown(value: Any) -> bool:
    """Whether `value` is unknown or holds something unknown at any depth."""
    return bool(_find(value))


def unknown_among(values: Iterable[Any]) -> Unknown | None:
    """The union of all that is unknown in `values`, at any depth; None when all is known."""
    found = [unknown for value in values for unknown in _find(value)]
    return merge(found) if found else None


def merge(unknowns: Iterable[Unknown]) -> Unknown:
    """One Unknown that names the facts of all."""
    return Unknown(frozenset().union(*(unknown.facts for unknown in unknowns)))


def _find(value: Any) -> list[Unknown]:
    found, stack, seen = [], [value], set()
    while stack:
        current = stack.pop()
        if isinstance(current, Unknown):
            found.append(current)
        elif isinstance(current, (list, dict)) and id(current) not in seen:
            seen.add(id(current))
            stack.extend(current.values() if isinstance(current, dict) else current)
    return found
