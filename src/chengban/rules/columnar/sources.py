"""Where a test looks: a column of the table, an expression over several, and the kinds that columns have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

import pyarrow as pa

from ..nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    FunctionCall,
    If,
    In,
    InstanceOf,
    Name,
    Negate,
    Node,
    Not,
    Quantified,
)
from ..nodes import Literal as LiteralNode
from ..temporal import Date

Kind = Literal["number", "date", "string", "boolean", "other"]
SUBJECT = Name("?")
"""Stands in a test for the value of its source."""


@dataclass(frozen=True, slots=True)
class Source:
    """What is coded: `node` is a Name for a column, else an expression computed first.

    `coding` "rank" orders values among constants, "category" lists distinct values, "outcome" keeps the four
    outcomes of a condition that is computed row by row or vector by vector.
    """

    node: Node
    kind: Kind
    coding: Literal["rank", "category", "outcome"]


@dataclass(frozen=True, slots=True)
class Test:
    """A condition over one source; `predicate` names the source's value SUBJECT when the coding is "rank"."""

    __test__ = False

    source: Source
    predicate: Node

    def bind(self, value: Any) -> dict[str, Any]:
        """The context in which `predicate` is evaluated for one value of the source."""
        name = self.source.node.name if isinstance(self.source.node, Name) else SUBJECT.name
        return {SUBJECT.name: value, name: value}


def kinds_of(schema: pa.Schema) -> dict[str, Kind]:
    """The kind of every column of an Arrow schema."""
    return {field.name: kind_of_type(field.type) for field in schema}


def kind_of_type(kind: pa.DataType) -> Kind:
    """The kind of an Arrow type; "other" is read value by value."""
    if pa.types.is_dictionary(kind):
        inner = kind_of_type(kind.value_type)
        return inner if inner == "string" else "other"
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "number"
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return "string"
    return "date" if pa.types.is_date32(kind) else "other"


_NUMERIC_FUNCTIONS = frozenset(
    ("abs", "min", "max", "sum", "floor", "ceiling", "decimal", "round up", "round down", "round half up")
) | frozenset(("round half down", "modulo", "sqrt", "exp", "log", "count", "mean", "median", "string length"))


def static_kind(node: Node, kinds: Mapping[str, Kind]) -> Kind:
    """The kind that every known value of `node`, null apart, has as far as its form tells; else "other"."""
    match node:
        case Name(name=name):
            return kinds.get(name, "other")
        case LiteralNode(value=value):
            return kind_of_value(value)
        case Comparison() | Conjunction() | Disjunction() | Not() | Between() | In() | Quantified() | InstanceOf():
            return "boolean"
        case BinaryArithmetic(left=left, right=right):
            numeric = static_kind(left, kinds) == static_kind(right, kinds) == "number"
            return "number" if numeric else "other"
        case Negate(operand=operand):
            return "number" if static_kind(operand, kinds) == "number" else "other"
        case If(yes=yes, no=no):
            return _common_kind(yes, no, kinds)
        case FunctionCall(function=Name(name=name), positional=arguments) if name in _NUMERIC_FUNCTIONS:
            return "number" if all(static_kind(part, kinds) == "number" for part in arguments) else "other"
    return "other"


def kind_of_value(value: Any) -> Kind:
    """The kind of one FEEL value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    return "date" if isinstance(value, Date) else "other"


def _common_kind(yes: Node, no: Node, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of either branch; a branch that is the constant null takes the other's."""
    if is_null(yes) or is_null(no):
        return static_kind(no if is_null(yes) else yes, kinds)
    first, second = static_kind(yes, kinds), static_kind(no, kinds)
    return first if first == second else "other"


def is_null(node: Node) -> bool:
    """Whether `node` is the constant null."""
    return isinstance(node, LiteralNode) and node.value is None
