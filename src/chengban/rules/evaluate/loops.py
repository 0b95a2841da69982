"""Nodes that go over items: for, some, every, and filters."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..nodes import Filter, For, Iteration, Literal, Negate, Node, Quantified
from ..temporal import Date, date_of_ordinal
from ..unknown import Unknown, merge, unknown_among
from ..values import Range
from .comparing import all_of, any_of
from .environment import Environment
from .evaluator import evaluate_node, run


def items_of(iteration: Iteration, environment: Environment) -> Iterator[Any] | Unknown | None:
    """What an iteration goes over; null when it is nothing that has items."""
    source = run(iteration.source, environment)
    if iteration.end is None:
        return items_of_value(source)
    end = run(iteration.end, environment)
    if isinstance(source, Unknown) or isinstance(end, Unknown):
        return unknown_among((source, end))
    return steps(source, end, True)


def items_of_value(source: Any) -> Iterator[Any] | Unknown | None:
    """The items of a list, the members of a range of whole numbers or days, or the value alone."""
    if isinstance(source, Range):
        unknown = unknown_among((source.lo, source.hi))
        return members(source) if unknown is None else unknown
    if isinstance(source, Unknown) or source is None:
        return source
    return iter(source if isinstance(source, list) else [source])


def members(bounds: Range) -> Iterator[Any] | None:
    """The members of a bounded range of whole numbers or days, up or down."""
    lo, hi = bounds.lo, bounds.hi
    found = steps(lo, hi, True)
    if found is None:
        return None
    drop = ([] if bounds.lo_closed else [lo]) + ([] if bounds.hi_closed else [hi])
    return (item for item in found if item not in drop)


def steps(start: Any, end: Any, down: bool) -> Iterator[Any] | None:
    """From `start` to `end`, both included; null unless both are whole numbers, or both days."""
    if isinstance(start, Date) and isinstance(end, Date):
        return (date_of_ordinal(day) for day in _count(start.ordinal, end.ordinal))
    if isinstance(start, Decimal) and isinstance(end, Decimal) and start == int(start) and end == int(end):
        return (Decimal(number) for number in _count(int(start), int(end)))
    return None


def _count(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


@evaluate_node.register
def _(node: For, environment: Environment) -> Any:
    results: list[Any] = []
    for scope in _scopes(node.iterations, 0, environment, results):
        if not isinstance(scope, Environment):
            return scope
        results.append(run(node.body, scope))
        environment.budget.fits(len(results))
    return results


def _scopes(
    iterations: tuple[Iteration, ...], place: int, environment: Environment, results: list[Any] | None = None
) -> Iterator[Any]:
    """A scope for each combination of items; or one Unknown or None in place of them all."""
    iteration = iterations[place]
    items = items_of(iteration, environment)
    if items is None or isinstance(items, Unknown):
        yield items
        return
    for item in items:
        environment.budget.spend()
        scope = environment.child({iteration.name: item})
        if results is not None and place == 0:
            scope.values["partial"] = results
        if place + 1 == len(iterations):
            yield scope
        else:
            yield from _scopes(iterations, place + 1, scope)


@evaluate_node.register
def _(node: Quantified, environment: Environment) -> Any:
    decisive = node.kind == "some"
    found: list[Any] = []
    for scope in _scopes(node.iterations, 0, environment):
        value = run(node.condition, scope) if isinstance(scope, Environment) else scope
        if value is decisive and isinstance(scope, Environment):
            return decisive
        found.append(value)
    return any_of(found) if decisive else all_of(found)


@evaluate_node.register
def _(node: Filter, environment: Environment) -> Any:
    source = run(node.source, environment)
    if isinstance(source, Unknown):
        return source
    items = source if isinstance(source, list) else [] if source is None else [source]
    if isinstance(node.predicate, Literal) or not items:
        index = run(node.predicate, environment) if isinstance(node.predicate, (Literal, Negate)) else None
        if isinstance(index, Decimal):
            return _at(items, index)
    return _filtered(items, node.predicate, environment)


def _filtered(items: list[Any], predicate: Node, environment: Environment) -> Any:
    kept: list[Any] = []
    unknowns: list[Unknown] = []
    for item in items:
        value = item if isinstance(item, Unknown) else run(predicate, scope_of(item, environment))
        if isinstance(value, Decimal):
            return merge(unknowns) if unknowns else _at(items, value)
        if isinstance(value, Unknown):
            unknowns.append(value)
        elif value is True:
            kept.append(item)
    return merge(unknowns) if unknowns else kept


def scope_of(item: Any, environment: Environment) -> Environment:
    """The scope of a filter for one item: `item`, and its entries by name."""
    if isinstance(item, dict):
        return environment.child({"item": item, **item})
    return environment.child({"item": item})


def _at(items: list[Any], index: Decimal) -> Any:
    if index != index.to_integral_value() or abs(index) > len(items) or not index:
        return None
    place = int(index)
    return items[place - 1 if place > 0 else place]
