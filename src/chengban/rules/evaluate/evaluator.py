"""The meaning of each node: one `singledispatch`."""

from __future__ import annotations

from collections.abc import Callable
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
    FunctionCall,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    Path,
    TypeReference,
    UnaryComparison,
    UnaryTests,
    walk,
)
from ..parser import parse
from ..unknown import Unknown, unknown_among
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
