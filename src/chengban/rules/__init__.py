"""Rules: FEEL with unknown facts, checked against a vocabulary, explained, and matched over columns.

`parse`, `evaluate` and `evaluate_known` are the language; `Vocabulary`, `check`, `describe`, `explain` speak of facts;
`compile`, `evaluate_column` and `from_tree` work on columns and are imported when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .budget import Limits
from .check import Finding, check, check_clauses
from .describe import describe
from .errors import FeelSyntaxError, LimitError, ModelError, ParameterError, RulesError, VocabularyError
from .evaluate import evaluate
from .explain import Clause, ClauseResult, Explanation, explain, verdict_of
from .export import export
from .format import format_node
from .gaps import Gap
from .names import bind, conjunction, names_in, nearest, rename
from .nodes import Node, conjuncts
from .parser import parse, parse_unary_tests
from .unknown import UNKNOWN, Unknown
from .values import to_feel, to_python
from .vocabulary import Fact, Vocabulary, evaluate_known

if TYPE_CHECKING:
    from .columnar import Column, Program, compile, evaluate_column, from_tree

_COLUMNAR = ("Column", "Program", "compile", "evaluate_column", "from_tree")


def __getattr__(name: str) -> Any:
    """The columnar engine is loaded when it is first asked for: the language alone needs neither numba nor pyarrow."""
    if name in _COLUMNAR:
        return getattr(import_module(".columnar", __name__), name)
    raise AttributeError(f"chengban.rules has no {name}")


def is_unknown(value: object) -> bool:
    """Whether a value is one that is not known."""
    return isinstance(value, Unknown)


__all__ = [
    "UNKNOWN",
    "Clause",
    "ClauseResult",
    "Column",
    "Explanation",
    "Fact",
    "FeelSyntaxError",
    "Finding",
    "Gap",
    "LimitError",
    "Limits",
    "ModelError",
    "Node",
    "ParameterError",
    "Program",
    "RulesError",
    "Unknown",
    "Vocabulary",
    "VocabularyError",
    "bind",
    "check",
    "check_clauses",
    "compile",
    "conjunction",
    "conjuncts",
    "describe",
    "evaluate",
    "evaluate_column",
    "evaluate_known",
    "explain",
    "export",
    "format_node",
    "from_tree",
    "is_unknown",
    "names_in",
    "nearest",
    "parse",
    "parse_unary_tests",
    "rename",
    "to_feel",
    "to_python",
    "verdict_of",
]
