"""Clauses of one policy that repeat each other, or that can never hold together."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from .describe import describe
from .evaluate import evaluate
from .names import names_in
from .nodes import Between, Comparison, In, Interval, ListLiteral, Literal, Name, Node, Not, UnaryComparison
from .temporal import Date
from .typing import Problem
from .unknown import Unknown
from .vocabulary import Vocabulary, evaluate_known


def clashes(clauses: Sequence[Node], vocabulary: Vocabulary) -> list[Problem]:
    """A problem for each clause that repeats an earlier one, contradicts others, or can never be true."""
    found: list[Problem] = []
    seen: set[Node] = set()
    for place, clause in enumerate(clauses):
        if clause in seen:
            found.append(Problem(clause.span, f"“{describe(clause, vocabulary)}” stands there twice", clause))
        seen.add(clause)
        if _never(clause):
            found.append(Problem(clause.span, f"“{describe(clause, vocabulary)}” is never true", clause))
        other = _contradicted(clause, clauses[:place], vocabulary)
        if other is not None:
            told = f"“{describe(clause, vocabulary)}” contradicts “{describe(other, vocabulary)}”"
            found.append(Problem(clause.span, told, clause))
    return found


def _never(clause: Node) -> bool:
    """Whether the clause is not true though nothing is known, or its own tests leave no value."""
    fact = _fact_of(clause)
    if fact is not None and not isinstance(clause, Not):
        candidates = _candidates([clause])
        return bool(candidates) and not any(_holds(clause, fact, value) for value in candidates)
    value = evaluate_known(clause, {})
    return value is not True and not isinstance(value, Unknown)


def _contradicted(clause: Node, earlier: Sequence[Node], vocabulary: Vocabulary) -> Node | None:
    """The earlier clause about the same fact that leaves no value to both, tried at and around every bound."""
    fact = _fact_of(clause)
    if fact is None:
        return None
    for other in earlier:
        if _fact_of(other) != fact:
            continue
        candidates = _candidates([clause, other]) | set(_domain(fact, vocabulary))
        if candidates and not any(_holds(clause, fact, value) and _holds(other, fact, value) for value in candidates):
            return other
    return None


def _domain(fact: str, vocabulary: Vocabulary) -> list[Any]:
    known = vocabulary.get(fact)
    if known is not None and known.type == "boolean":
        return [True, False]
    return [] if known is None or known.domain is None else sorted(known.domain)


def _fact_of(clause: Node) -> str | None:
    """The only fact of a clause that tests one fact against constants."""
    names = names_in(clause)
    inner = clause.operand if isinstance(clause, Not) else clause
    if len(names) != 1 or not isinstance(inner, (Comparison, In, Between)):
        return None
    tested = inner.left if isinstance(inner, Comparison) else inner.value
    return tested.name if isinstance(tested, Name) else None


def _holds(clause: Node, fact: str, value: Any) -> bool:
    return evaluate(clause, {fact: value}) is True


def _candidates(clauses: Sequence[Node]) -> set[Any]:
    """Values at, below and above every constant: enough to tell whether any value passes tests of one fact."""
    constants = [value for clause in clauses for value in _constants(clause)]
    found: set[Any] = set(constants)
    numbers = sorted(value for value in constants if isinstance(value, Decimal))
    if numbers:
        found |= {numbers[0] - 1, numbers[-1] + 1}
        found |= {(low + high) / 2 for low, high in pairwise(numbers)}
    days = sorted((value for value in constants if isinstance(value, Date)), key=lambda day: day.ordinal)
    found |= {Date(day.year + shift, day.month, min(day.day, 28)) for day in days for shift in (-1, 1)}
    if any(isinstance(value, str) for value in constants):
        found.add("\U0010fffd")
    if any(isinstance(value, bool) for value in constants):
        found |= {True, False}
    return found


def _constants(node: Node) -> list[Any]:
    if isinstance(node, Literal):
        return [] if node.value is None else [node.value]
    parts: tuple[Node, ...] = ()
    if isinstance(node, Comparison):
        parts = (node.right,)
    elif isinstance(node, In):
        parts = node.tests
    elif isinstance(node, Between):
        parts = (node.low, node.high)
    elif isinstance(node, Interval):
        parts = (node.lo, node.hi)
    elif isinstance(node, (Not, UnaryComparison)):
        parts = (node.operand,)
    elif isinstance(node, ListLiteral):
        parts = node.items
    return [value for part in parts for value in _constants(part)]
