"""The names that a node takes from its surroundings, and whether it is a constant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from ..nodes import (
    BinaryArithmetic,
    ContextLiteral,
    Filter,
    For,
    FunctionCall,
    FunctionDefinition,
    If,
    Iteration,
    Name,
    Negate,
    Node,
    Quantified,
)
from ..nodes import Literal as LiteralNode

_NONE: frozenset[str] = frozenset()
_PARTIAL = frozenset(("partial",))
_ITEM = frozenset(("item",))
_CLOCKS = frozenset(("now", "today"))
Names = frozenset[str]


def free_names(node: Node) -> Names:
    """Names that `node` takes from its surroundings; function names and names that it binds itself are left out.

    Inside a filter a name may be an entry of the item or come from outside: it counts as free.
    """
    return FreeNames()(node)


def is_constant(node: Node) -> bool:
    """Whether the node has one value, whatever the row and the time."""
    return FreeNames().is_constant(node)


@dataclass(frozen=True, slots=True)
class _Look:
    """What is known of a node; that it is kept here keeps its identity from going to another."""

    node: Node
    names: Names
    clock: bool
    divides: bool


_OF_LITERAL = _Look(LiteralNode(None), _NONE, False, False)


@dataclass(slots=True)
class FreeNames:
    """Free names of many nodes, of each found once.

    They are kept by the node's identity: to hash a deep node costs as much as to look through it.
    """

    _found: dict[int, _Look] = field(default_factory=dict)

    def __call__(self, node: Node) -> Names:
        """See `free_names`."""
        return self._look(node).names

    def is_constant(self, node: Node) -> bool:
        """See the function of this name."""
        look = self._look(node)
        return not look.names and not look.clock

    def asks_the_clock(self, node: Node) -> bool:
        """Whether the node means another moment whenever it is evaluated."""
        return self._look(node).clock

    def divides(self, node: Node) -> bool:
        """Whether the node's value is the outcome of a division; the conditions of an `if` only choose it."""
        return self._look(node).divides

    def _look(self, node: Node) -> _Look:
        if isinstance(node, LiteralNode):
            return _OF_LITERAL
        found = self._found.get(id(node))
        if found is None:
            clock = _asks_the_clock(node) or any(self._look(part).clock for part in _parts(node))
            divides = _is_division(node) or any(self._look(part).divides for part in _valued(node))
            found = self._found[id(node)] = _Look(node, self._free(node), clock, divides)
        return found

    def _free(self, node: Node) -> Names:
        match node:
            case Name(name=name):
                return frozenset((name,))
            case FunctionCall(function=Name(), positional=positional, named=named):
                return self._union((*positional, *(value for _, value in named)))
            case For(body=body):
                return self._of_iteration(node, body, _PARTIAL)
            case Quantified(condition=condition):
                return self._of_iteration(node, condition, _NONE)
            case FunctionDefinition(parameters=parameters, body=body):
                return self(body) - {parameter.name for parameter in parameters}
            case ContextLiteral(entries=entries):
                return self._of_context(entries)
            case Filter(source=source, predicate=predicate):
                return self(source) | (self(predicate) - _ITEM)
        return self._union(_parts(node))

    def _union(self, nodes: Iterable[Node]) -> Names:
        return _NONE.union(*(self(node) for node in nodes))

    def _of_iteration(self, node: For | Quantified, body: Node, bound: Names) -> Names:
        found = _NONE
        for iteration in node.iterations:
            parts = (iteration.source,) if iteration.end is None else (iteration.source, iteration.end)
            found |= self._union(parts) - bound
            bound |= {iteration.name}
        return found | (self(body) - bound)

    def _of_context(self, entries: Iterable[tuple[str, Node]]) -> Names:
        found, bound = _NONE, _NONE
        for key, value in entries:
            found |= self(value) - bound
            bound |= {key}
        return found


def _asks_the_clock(node: Node) -> bool:
    return isinstance(node, FunctionCall) and isinstance(node.function, Name) and node.function.name in _CLOCKS


def _is_division(node: Node) -> bool:
    return isinstance(node, BinaryArithmetic) and node.op == "/"


def _valued(node: Node) -> Iterable[Node]:
    """The parts that a number's value is made of."""
    match node:
        case If(yes=yes, no=no):
            return yes, no
        case BinaryArithmetic() | Negate() | FunctionCall():
            return _parts(node)
    return ()


def _parts(node: Node) -> list[Node]:
    """The nodes directly under `node`."""
    found: list[Node] = []
    kind: Any = type(node)
    for slot in _slots(kind):
        _collect(getattr(node, slot), found)
    return found


@cache
def _slots(kind: Any) -> tuple[str, ...]:
    return tuple(slot.name for slot in fields(kind) if slot.name != "span")


def _collect(value: object, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, Iteration):
        _collect((value.source, value.end), found)
    elif isinstance(value, tuple):
        for part in value:
            _collect(part, found)
