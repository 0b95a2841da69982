"""What a decision table decides (DMN 8.2.11), and the other nodes of models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..builtins.registry import BUILTINS
from ..evaluate.comparing import all_of, equal
from ..evaluate.environment import Environment
from ..evaluate.evaluator import evaluate_node, run
from ..evaluate.loops import scope_of
from ..evaluate.types import coerce
from ..unknown import Unknown, merge, unknown_among
from .nodes import Broken, DecisionTable, Match, Output, Rule, Steps, Typed

Hits = list[tuple[Any, ...]]


@evaluate_node.register
def _(node: Typed, environment: Environment) -> Any:
    return coerce(run(node.value, environment), node.type, environment.types)


@evaluate_node.register
def _(node: Match, environment: Environment) -> Any:
    source = run(node.source, environment)
    if source is None or isinstance(source, Unknown):
        return source
    items = source if isinstance(source, list) else [source]
    verdicts = [item if isinstance(item, Unknown) else run(node.predicate, scope_of(item, environment)) for item in items]
    unknown = unknown_among(verdicts)
    if unknown is not None:
        return unknown
    if not all(isinstance(verdict, bool) for verdict in verdicts):
        return None
    return [item for item, verdict in zip(items, verdicts, strict=True) if verdict]


@evaluate_node.register
def _(node: Broken, environment: Environment) -> Any:
    return None


@evaluate_node.register
def _(node: Steps, environment: Environment) -> Any:
    scope = environment.child({})
    for name, entry in node.entries:
        scope.values[name] = run(entry, scope)
    return run(node.result, scope)


@evaluate_node.register
def _(node: DecisionTable, environment: Environment) -> Any:
    scopes = [environment.child({"?": run(column.value, environment)}) for column in node.inputs]
    for column, scope in zip(node.inputs, scopes, strict=True):
        if column.allowed is not None and run(column.allowed, scope) is False:
            return None
    verdicts = [(_hit(rule, scopes), rule) for rule in node.rules]
    unknowns = [verdict for verdict, _ in verdicts if isinstance(verdict, Unknown)]
    if unknowns:
        return _if_all_agree(node, verdicts, environment, merge(unknowns))
    hits = [_results(rule, node.outputs, environment) for verdict, rule in verdicts if verdict is True]
    return _decide(node, hits, environment)


def _hit(rule: Rule, scopes: list[Environment]) -> Any:
    found: list[Any] = []
    for test, scope in zip(rule.tests, scopes, strict=True):
        value = run(test, scope)
        if value is not True and not isinstance(value, Unknown):
            return False
        found.append(value)
    return all_of(found)


def _if_all_agree(node: DecisionTable, verdicts: list[tuple[Any, Rule]], environment: Environment, open_: Unknown) -> Any:
    """With rules that may or may not hit: known only under FIRST, where the sure hit stands before any open one."""
    first = next((verdict for verdict in verdicts if verdict[0] is not False), None)
    if node.hit_policy == "FIRST" and first is not None and first[0] is True:
        return _shape(_results(first[1], node.outputs, environment), node.outputs)
    return open_


def _results(rule: Rule, outputs: tuple[Output, ...], environment: Environment) -> tuple[Any, ...]:
    pairs = zip(rule.results, outputs, strict=True)
    return tuple(coerce(run(result, environment), output.type, environment.types) for result, output in pairs)


def _shape(results: tuple[Any, ...], outputs: tuple[Output, ...]) -> Any:
    if len(outputs) == 1:
        return results[0]
    return {output.name: result for output, result in zip(outputs, results, strict=True)}


def _decide(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    if not hits:
        return _default(node, environment)
    if node.hit_policy == "COLLECT" and node.aggregation:
        return _aggregate(node, hits)
    return _POLICIES[node.hit_policy](node, hits, environment)


def _default(node: DecisionTable, environment: Environment) -> Any:
    if all(output.default is None for output in node.outputs):
        return None
    results = tuple(None if output.default is None else run(output.default, environment) for output in node.outputs)
    return _shape(results, node.outputs)


def _unique(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    return _shape(hits[0], node.outputs) if len(hits) == 1 else None


def _any(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    first = list(hits[0])
    return _shape(hits[0], node.outputs) if all(equal(list(hit), first) is True for hit in hits) else None


def _first(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    return _shape(hits[0], node.outputs)


def _priority(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    return _shape(_by_priority(node, hits, environment)[0], node.outputs)


def _output_order(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    return [_shape(hit, node.outputs) for hit in _by_priority(node, hits, environment)]


def _rule_order(node: DecisionTable, hits: Hits, environment: Environment) -> Any:
    return [_shape(hit, node.outputs) for hit in hits]


def _by_priority(node: DecisionTable, hits: Hits, environment: Environment) -> Hits:
    orders = [[run(value, environment) for value in output.values] for output in node.outputs]
    return sorted(hits, key=lambda hit: [_rank(value, order) for value, order in zip(hit, orders, strict=True)])


def _rank(value: Any, order: list[Any]) -> int:
    return next((place for place, other in enumerate(order) if equal(value, other) is True), len(order))


_POLICIES: dict[str, Callable[[DecisionTable, Hits, Environment], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _rule_order,
    "COLLECT": _rule_order,
}


def _aggregate(node: DecisionTable, hits: Hits) -> Any:
    function = BUILTINS[str(node.aggregation).lower()]
    totals = []
    for place in range(len(node.outputs)):
        column = [hit[place] for hit in hits]
        unknown = unknown_among(column)
        totals.append(function.call([column], {}) if unknown is None else unknown)
    return _shape(tuple(totals), node.outputs)
