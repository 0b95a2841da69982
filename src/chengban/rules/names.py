"""Free names of a node, and their replacement; names bound by `for`, `some`, functions, contexts stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import singledispatch
from typing import Any

from .errors import LimitError, ParameterError
from .nodes import (
    Conjunction,
    ContextLiteral,
    Filter,
    For,
    FunctionDefinition,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Node,
    Quantified,
    rebuild,
)
from .values import Range, to_feel

Change = Callable[[Name], Node]
_NOTHING: frozenset[str] = frozenset()


def replace_names(node: Node, change: Change, bound: frozenset[str] = _NOTHING) -> Node:
    """`node` with every free name given to `change`."""
    return _replace(node, change, bound)


@singledispatch
def _replace(node: Node, change: Change, bound: frozenset[str]) -> Node:
    return rebuild(node, lambda part: _replace(part, change, bound))


@_replace.register
def _(node: Name, change: Change, bound: frozenset[str]) -> Node:
    return node if node.name in bound else change(node)


def _iterations(
    iterations: tuple[Iteration, ...], change: Change, bound: frozenset[str]
) -> tuple[tuple[Iteration, ...], frozenset[str]]:
    changed: list[Iteration] = []
    for iteration in iterations:
        end = None if iteration.end is None else _replace(iteration.end, change, bound)
        source = _replace(iteration.source, change, bound)
        changed.append(Iteration(iteration.name, source, end, span=iteration.span))
        bound = bound | {iteration.name}
    return tuple(changed), bound


@_replace.register
def _(node: For, change: Change, bound: frozenset[str]) -> Node:
    iterations, inner = _iterations(node.iterations, change, bound)
    return For(iterations, _replace(node.body, change, inner | {"partial"}), span=node.span)


@_replace.register
def _(node: Quantified, change: Change, bound: frozenset[str]) -> Node:
    iterations, inner = _iterations(node.iterations, change, bound)
    return Quantified(node.kind, iterations, _replace(node.condition, change, inner), span=node.span)


@_replace.register
def _(node: FunctionDefinition, change: Change, bound: frozenset[str]) -> Node:
    inner = bound | {parameter.name for parameter in node.parameters}
    body = _replace(node.body, change, inner)
    return FunctionDefinition(node.parameters, body, node.external, span=node.span)


@_replace.register
def _(node: ContextLiteral, change: Change, bound: frozenset[str]) -> Node:
    entries = []
    for key, entry in node.entries:
        entries.append((key, _replace(entry, change, bound)))
        bound = bound | {key}
    return ContextLiteral(tuple(entries), span=node.span)


@_replace.register
def _(node: Filter, change: Change, bound: frozenset[str]) -> Node:
    source = _replace(node.source, change, bound)
    return Filter(source, _replace(node.predicate, change, bound | {"item"}), span=node.span)


def names_in(node: Node) -> frozenset[str]:
    """The free names of a node that are not built-in functions."""
    from .builtins.registry import BUILTINS

    found: set[str] = set()

    def note(name: Name) -> Node:
        found.add(name.name)
        return name

    replace_names(node, note)
    return frozenset(found - BUILTINS.keys() - {"?"})


def rename(node: Node, names: Mapping[str, str]) -> Node:
    """`node` with free names replaced by other names."""
    return replace_names(node, lambda name: Name(names.get(name.name, name.name), span=name.span))


def bind(node: Node, parameters: Mapping[str, Any]) -> Node:
    """`node` with parameters replaced by their values, or the nodes they stand for. Raises ParameterError for what is neither."""
    literals = {name: _literal(name, value) for name, value in parameters.items()}
    return replace_names(node, lambda name: literals.get(name.name, name))


def _literal(name: str, value: Any) -> Node:
    if isinstance(value, Node):
        return value
    try:
        return as_literal(to_feel(value))
    except TypeError as problem:
        raise ParameterError(f"the parameter {name}: {problem}") from None


def as_literal(value: Any) -> Node:
    """The node that writes a FEEL value. Raises TypeError for functions and what is unknown."""
    if isinstance(value, list):
        return ListLiteral(tuple(as_literal(item) for item in value))
    if isinstance(value, dict):
        return ContextLiteral(tuple((key, as_literal(entry)) for key, entry in value.items()))
    if isinstance(value, Range) and value.operator is None:
        return Interval(as_literal(value.lo), value.lo_closed, as_literal(value.hi), value.hi_closed)
    if callable(value) or type(value).__name__ in ("Unknown", "Range", "Builtin"):
        raise TypeError(f"a {type(value).__name__} cannot be written in a rule")
    return Literal(value)


def conjunction(nodes: Iterable[Node]) -> Node:
    """All nodes joined by `and`; `true` for none."""
    parts: list[Node] = []
    for node in nodes:
        parts.extend(node.parts if isinstance(node, Conjunction) else [node])
    if len(parts) > 5_000:
        raise LimitError("a policy of more than 5000 conditions")
    return Conjunction(tuple(parts)) if len(parts) > 1 else parts[0] if parts else Literal(True)


def nearest(name: str, among: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when none is alike."""
    found = get_close_matches(name, sorted(set(among) - {name}), 1, 0.6)
    return found[0] if found else None
