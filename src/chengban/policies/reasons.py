"""Reasons as they are kept: a person's words, and the facts that a clause stood on."""

from typing import Any

from chengban import rules
from chengban.policies.errors import PolicyError

LONGEST = 300
"""Characters of a reason that are kept."""


def said(text: str, what: str = "原因") -> str:
    """A text that must be there, as it is kept. Raises PolicyError where there is none."""
    if not text.strip():
        raise PolicyError(f"请写明{what}。")
    return text.strip()[:LONGEST]


def facts_of(result: rules.ClauseResult) -> dict[str, Any]:
    """The facts of one clause as JSON; null, true and false stay themselves, everything else is a text."""
    return {name: value if value is None or isinstance(value, bool) else str(value) for name, value in result.facts.items()}
