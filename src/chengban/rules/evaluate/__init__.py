"""Scalar evaluation: the reference meaning of every expression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..budget import CURRENT, DEFAULT_LIMITS, Budget, Limits
from ..errors import LimitError
from ..nodes import Node
from ..parser import parse
from . import loops
from .environment import Environment
from .evaluator import run

_NO_FACTS: Mapping[str, Any] = {}


def evaluate(expression: str | Node, context: Mapping[str, Any] = _NO_FACTS, *, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The FEEL value of an expression over the facts of `context`.

    A fact that is absent is null, as in standard FEEL; pass `Unknown` for one that is not known.
    Raises FeelSyntaxError, and LimitError for what is too deep, too long or too large.
    """
    node = parse(expression, spaced_names(context)) if isinstance(expression, str) else expression
    spent = Budget(limits)
    return evaluate_in(node, Environment({}, spent, facts=context))


def evaluate_in(node: Node, environment: Environment) -> Any:
    """The value of a node in an environment made by the caller."""
    token = CURRENT.set(environment.budget)
    try:
        return run(node, environment)
    except RecursionError:
        raise LimitError("the expression calls itself too deep") from None
    finally:
        CURRENT.reset(token)


def spaced_names(context: Mapping[str, Any]) -> Iterator[str]:
    """Names in a context, at any depth, that are more than one plain word."""
    yield from {name for name in _names(context, 0) if not name.isidentifier()}


def _names(value: Any, depth: int) -> Iterable[str]:
    if depth > 20:
        return
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield str(key)
            yield from _names(entry, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value[:1000]:
            yield from _names(item, depth + 1)


__all__ = ["Environment", "evaluate", "evaluate_in", "loops", "spaced_names"]
