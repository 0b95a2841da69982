"""Rules: FEEL with unknown facts, checked against a vocabulary, explained, and matched over columns."""

from __future__ import annotations

from .budget import Limits
from .errors import FeelSyntaxError, LimitError, RulesError
from .evaluate import evaluate
from .nodes import Node
from .parser import parse
from .unknown import UNKNOWN, Unknown

__all__ = [
    "UNKNOWN",
    "FeelSyntaxError",
    "LimitError",
    "Limits",
    "Node",
    "RulesError",
    "Unknown",
    "evaluate",
    "parse",
]
