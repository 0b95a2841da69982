"""The meaning of each node: one `singledispatch`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import singledispatch
from typing import Any

from ..errors import RulesError
from ..nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    ContextLiteral,
    Disjunction,
    Filter,
    For,
    FunctionCall,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Path,
    Quantified,
    TypeReference,
    UnaryComparison,
    UnaryTests,
    walk,
)
from ..parser import parse
from ..temporal import Date, date_of_ordinal
from ..unknown import Unknown, merge, unknown_among
from ..values import Range
from .arithmetic import arithmetic, negative
from .calls import Closure, call
from .comparing import all_of, any_of, compare, negate, ordered, passes, range_of
from .environment import MISSING, Environment
from .properties import property_of
from .types import conforms


@singledispatch
def evaluate_node(node: Node, environment: Environment) -> Any:
    """The FEEL value of a node."""
    raise TypeError(f"no meaning for {type(node).__name__}")


def run(node: Node, environment: Environment) -> Any:
    """Count a step, and evaluate; the registry is looked up directly to keep the Python stack short."""
    environment.budget.spend()
    return _MEANINGS[type(node)](node, environment)


_MEANINGS: Any = evaluate_node.registry


@evaluate_node.register
def _(node: Literal, environment: Environment) -> Any:
    return node.value


@evaluate_node.register
def _(node: Name, environment: Environment) -> Any:
    value = environment.find(node.name)
    if value is not MISSING:
        return value
    found = _builtins().get(node.name, MISSING)
    return _taken_apart(node, environment) if found is MISSING else found


def _taken_apart(node: Name, environment: Environment) -> Any:
    """A name that holds marks, such as `a-b`, but is not known here: what it means as an expression."""
    if not _MARKS.intersection(node.name):
        return None
    try:
        parts = parse(node.name)
    except RulesError:
        return None
    return None if isinstance(parts, Name) else run(parts, environment)


_MARKS = frozenset("./-'+*")


def _builtins() -> dict[str, Any]:
    from ..builtins.registry import BUILTINS

    return BUILTINS


@evaluate_node.register
def _(node: BinaryArithmetic, environment: Environment) -> Any:
    return arithmetic(node.op, run(node.left, environment), run(node.right, environment))


@evaluate_node.register
def _(node: Negate, environment: Environment) -> Any:
    return negative(run(node.operand, environment))


@evaluate_node.register
def _(node: Comparison, environment: Environment) -> Any:
    return compare(node.op, run(node.left, environment), run(node.right, environment))


@evaluate_node.register
def _(node: Conjunction, environment: Environment) -> Any:
    return _fold(node.parts, environment, False, all_of)


@evaluate_node.register
def _(node: Disjunction, environment: Environment) -> Any:
    return _fold(node.parts, environment, True, any_of)


def _fold(parts: tuple[Node, ...], environment: Environment, decisive: bool, join: Callable[[list[Any]], Any]) -> Any:
    """Stop at the value that decides; anything that is neither boolean nor unknown counts as null."""
    values = []
    for part in parts:
        value = run(part, environment)
        if value is decisive:
            return value
        values.append(value)
    return join(values)


@evaluate_node.register
def _(node: Not, environment: Environment) -> Any:
    if environment.find("not") is not MISSING:
        return call(environment.find("not"), [run(node.operand, environment)], {})
    value = run(node.operand, environment)
    return negate(value[0] if isinstance(value, list) and len(value) == 1 else value)


@evaluate_node.register
def _(node: Between, environment: Environment) -> Any:
    value = run(node.value, environment)
    low, high = run(node.low, environment), run(node.high, environment)
    return all_of([compare(">=", value, low), compare("<=", value, high)])


@evaluate_node.register
def _(node: In, environment: Environment) -> Any:
    value = run(node.value, environment)
    found = []
    for test in node.tests:
        found.append(_passes(value, test, environment))
        if found[-1] is True:
            return True
    return any_of(found)


def _passes(value: Any, test: Node, environment: Environment) -> Any:
    if isinstance(test, UnaryComparison):
        return compare(test.op, value, run(test.operand, environment))
    return passes(value, run(test, environment))


@evaluate_node.register
def _(node: UnaryComparison, environment: Environment) -> Any:
    operand = run(node.operand, environment)
    return operand if isinstance(operand, Unknown) else range_of(node.op, operand)


@evaluate_node.register
def _(node: UnaryTests, environment: Environment) -> Any:
    if not node.tests:
        return True
    value = environment.find("?")
    found = any_of([_passes_cell(value, test, environment) for test in node.tests])
    return negate(found) if node.negated else found


def _passes_cell(value: Any, test: Node, environment: Environment) -> Any:
    """A cell's test holds when the value passes it, or when it is an expression (often of `?`) that is true."""
    if isinstance(test, UnaryComparison):
        return compare(test.op, value, run(test.operand, environment))
    result = run(test, environment)
    if isinstance(result, Unknown) or (isinstance(result, bool) and _INPUT in walk(test)):
        return result
    if isinstance(result, bool) and not isinstance(test, (Literal, Name, Path)) and not isinstance(value, bool):
        return unknown_among((value,)) if isinstance(value, Unknown) else result
    return passes(value, result)


_INPUT = Name("?")


@evaluate_node.register
def _(node: If, environment: Environment) -> Any:
    condition = run(node.condition, environment)
    if not isinstance(condition, Unknown):
        return run(node.yes if condition is True else node.no, environment)
    yes, no = run(node.yes, environment), run(node.no, environment)
    if not isinstance(yes, Unknown) and not isinstance(no, Unknown) and same(yes, no):
        return yes
    return unknown_among((condition, yes, no))


def same(left: Any, right: Any) -> bool:
    """Whether two known values are one and the same for every later use."""
    if left is right:
        return True
    return type(left) is type(right) and str(left) == str(right) and compare("=", left, right) is True


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
def _(node: FunctionCall, environment: Environment) -> Any:
    function = run(node.function, environment)
    positional = [run(argument, environment) for argument in node.positional]
    named = {name: run(argument, environment) for name, argument in node.named}
    return call(function, positional, named)


@evaluate_node.register
def _(node: FunctionDefinition, environment: Environment) -> Any:
    return None if node.external else Closure(node, environment, run)


@evaluate_node.register
def _(node: Path, environment: Environment) -> Any:
    return property_of(run(node.source, environment), node.name)


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


@evaluate_node.register
def _(node: ListLiteral, environment: Environment) -> Any:
    return [run(item, environment) for item in node.items]


@evaluate_node.register
def _(node: ContextLiteral, environment: Environment) -> Any:
    scope = environment.child({})
    for key, entry in node.entries:
        if key in scope.values:
            return None
        scope.values[key] = run(entry, scope)
    return dict(scope.values)


@evaluate_node.register
def _(node: Interval, environment: Environment) -> Any:
    lo, hi = run(node.lo, environment), run(node.hi, environment)
    return make_range(lo, node.lo_closed, hi, node.hi_closed)


def make_range(lo: Any, lo_closed: bool, hi: Any, hi_closed: bool) -> Range | Unknown | None:
    """The range; null when its ends have no order, or run downward."""
    if isinstance(lo, Unknown) or isinstance(hi, Unknown) or lo is None or hi is None:
        return Range(lo, lo_closed, hi, hi_closed)
    return Range(lo, lo_closed, hi, hi_closed) if ordered(lo, hi) in (-1, 0) else None


@evaluate_node.register
def _(node: InstanceOf, environment: Environment) -> Any:
    value = run(node.value, environment)
    if value is None or isinstance(value, Unknown):
        return False if value is None else value
    fits = conforms(value, node.type, environment.types)
    if not fits or node.type in _OPEN_TYPES:
        return fits
    unknown = unknown_among((value,))
    return True if unknown is None else unknown


_OPEN_TYPES = (TypeReference("Any"), TypeReference("list"), TypeReference("context"))
