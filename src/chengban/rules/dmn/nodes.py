"""The nodes that models add to FEEL. All other boxed expressions become plain FEEL nodes when a model is read."""

from __future__ import annotations

from dataclasses import dataclass

from ..nodes import Node, TypeReference, UnaryTests


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """A value that must be of a type, converted to it where the standard does so, else null."""

    value: Node
    type: TypeReference


@dataclass(frozen=True, slots=True)
class Steps(Node):
    """A boxed context with a result: entries see earlier ones, and `result` is the value."""

    entries: tuple[tuple[str, Node], ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Match(Node):
    """A boxed filter: unlike `[…]` of FEEL it takes no position, and is null unless each match is true or false."""

    source: Node
    predicate: Node


@dataclass(frozen=True, slots=True)
class Broken(Node):
    """An expression that could not be read; its value is null."""

    reason: str


@dataclass(frozen=True, slots=True)
class Input(Node):
    """A column of tests; `allowed` are the values it may have, None for all."""

    value: Node
    allowed: UnaryTests | None


@dataclass(frozen=True, slots=True)
class Output(Node):
    """A column of results: its name in the result, its legal values in order of priority, and its default."""

    name: str
    type: TypeReference | None
    values: tuple[Node, ...]
    default: Node | None


@dataclass(frozen=True, slots=True)
class Rule(Node):
    """A row: one cell of tests an input, one result an output."""

    tests: tuple[UnaryTests, ...]
    results: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class DecisionTable(Node):
    """A decision table under a hit policy; `aggregation` is SUM, COUNT, MIN or MAX, for COLLECT."""

    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
