"""Policies written as JSON trees: `["and", …]`, `["ge", column, constant]`, and so on, as the matching workload has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from ..errors import RulesError
from ..nodes import BinaryArithmetic, Comparison, Conjunction, Disjunction, In, Literal, Name, Node, Not


class TreeError(RulesError):
    """A JSON tree that is not a policy."""


def from_tree(tree: Sequence[Any]) -> Node:
    """The node of a JSON tree; raises TreeError where the tree has another shape.

    `["and"|"or", tree, …]`, `["not", tree]`, `["ge"|"gt"|"le"|"lt"|"eq"|"ne", column, constant]`,
    `["is", column, bool]`, `["in", column, [constant, …]]`, `["ratio_ge", numerator, denominator, constant]`.
    """
    try:
        operator, *operands = tree
        return _BUILDERS[operator](*operands)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise TreeError(f"not a policy tree: {tree!r}") from error


def _group(kind: type[Conjunction] | type[Disjunction]) -> Callable[..., Node]:
    def build(*trees: Sequence[Any]) -> Node:
        parts = [from_tree(tree) for tree in trees]
        flat = [piece for part in parts for piece in (part.parts if isinstance(part, kind) else (part,))]
        return flat[0] if len(flat) == 1 else kind(tuple(flat)) if flat else Literal(kind is Conjunction)

    return build


def _comparison(op: Any) -> Callable[..., Node]:
    return lambda column, constant: Comparison(op, Name(column), _constant(constant))


def _member(column: str, constants: Sequence[Any]) -> Node:
    return In(Name(column), tuple(_constant(constant) for constant in constants)) if constants else Literal(False)


def _ratio(numerator: str, denominator: str, constant: Any) -> Node:
    return Comparison(">=", BinaryArithmetic("/", Name(numerator), Name(denominator)), _constant(constant))


def _constant(value: Any) -> Literal:
    if value is None or isinstance(value, (bool, str)):
        return Literal(value)
    return Literal(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))


_BUILDERS: dict[str, Callable[..., Node]] = {
    "and": _group(Conjunction),
    "or": _group(Disjunction),
    "not": lambda tree: Not(from_tree(tree)),
    "ge": _comparison(">="),
    "gt": _comparison(">"),
    "le": _comparison("<="),
    "lt": _comparison("<"),
    "eq": _comparison("="),
    "ne": _comparison("!="),
    "is": _comparison("="),
    "in": _member,
    "ratio_ge": _ratio,
}
