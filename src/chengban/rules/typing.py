"""The kind and unit of every part of a rule, inferred from the vocabulary; what does not fit is noted.

A kind of "Any" fits everything. A bare number has no unit and fits any; two facts must agree in theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from .builtins.registry import BUILTINS
from .names import nearest
from .nodes import (
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
    Span,
    UnaryComparison,
    children,
)
from .values import kind
from .vocabulary import Fact, Vocabulary


@dataclass(frozen=True, slots=True)
class Type:
    """A kind of value ("number", "string", …, "Any"), its unit, and its legal codes."""

    kind: str = "Any"
    unit: str | None = None
    domain: frozenset[str] | None = None
    item: Type | None = None

    def may_be(self, other: Type) -> bool:
        """Whether a value of this kind can be one of the other."""
        names = {self.kind, other.kind}
        return len(names) == 1 or bool(names & {"Any", "null"}) or names <= _DURATIONS or names <= _DAYS


_DURATIONS = {"duration", "years and months duration", "days and time duration"}
_DAYS = {"date", "date and time"}
_ANY, _BOOLEAN = Type(), Type("boolean")
_SAME_UNITS = ({"人", "名"}, {"年", "岁"}, {"个", "家", "件", "项", "次", "级"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where; `node` is the clause it is about, where several were compared."""

    span: Span
    message: str
    node: Node | None = None


class _Scope:
    def __init__(self, vocabulary: Vocabulary, problems: list[Problem], local: dict[str, Type]) -> None:
        self.vocabulary, self.problems, self.local = vocabulary, problems, local

    def inside(self, local: dict[str, Type]) -> _Scope:
        return _Scope(self.vocabulary, self.problems, {**self.local, **local})

    def note(self, node: Node, message: str) -> None:
        self.problems.append(Problem(node.span, message))


def infer(node: Node, vocabulary: Vocabulary, problems: list[Problem]) -> Type:
    """The type of a node over fact ids; problems are added to the list."""
    return _infer(node, _Scope(vocabulary, problems, {}))


@singledispatch
def _infer(node: Node, scope: _Scope) -> Type:
    for child in children(node):
        _infer(child, scope)
    return _ANY


@_infer.register
def _(node: Literal, scope: _Scope) -> Type:
    return Type(kind(node.value))


@_infer.register
def _(node: Name, scope: _Scope) -> Type:
    if node.name in scope.local:
        return scope.local[node.name]
    fact = scope.vocabulary.get(node.name)
    if fact is not None:
        return _of_fact(fact)
    if node.name not in BUILTINS and node.name not in ("?", "item", "partial"):
        near = nearest(node.name, (*scope.vocabulary.names, *scope.local, *BUILTINS))
        scope.note(node, f"{node.name} is not known" + (f"; did you mean {near}?" if near else ""))
    return _ANY


def _of_fact(fact: Fact) -> Type:
    return Type(fact.type, fact.unit, fact.domain)


@_infer.register
def _(node: BinaryArithmetic, scope: _Scope) -> Type:
    left, right = _infer(node.left, scope), _infer(node.right, scope)
    for side, found in ((node.left, left), (node.right, right)):
        if found.kind in ("boolean", "list", "context") or (found.kind == "string" and node.op != "+"):
            scope.note(side, f"a {found.kind} cannot be reckoned with {node.op}")
            return Type("number")
    if "Any" in (left.kind, right.kind):
        return _ANY
    if left.kind == right.kind == "number":
        return Type("number", _unit_of(node, left, right, scope))
    if left.kind == right.kind == "string":
        return Type("string")
    return _of_times(node, left, right)


def _unit_of(node: BinaryArithmetic, left: Type, right: Type, scope: _Scope) -> str | None:
    if node.op in "+-":
        _same_unit(node, left, right, scope)
        return left.unit or right.unit
    if node.op == "*" and not (left.unit and right.unit):
        return None if isinstance(node.left, Literal) or isinstance(node.right, Literal) else left.unit or right.unit
    if node.op == "/" and left.unit and left.unit == right.unit:
        return "比例"
    return None


def _of_times(node: BinaryArithmetic, left: Type, right: Type) -> Type:
    if node.op == "-" and left.kind in _DAYS and right.kind in _DAYS:
        return Type("days and time duration")
    if node.op == "/" and left.kind in _DURATIONS and right.kind in _DURATIONS:
        return Type("number")
    days = [side for side in (left, right) if side.kind in _DAYS or side.kind == "time"]
    return days[0] if days else Type("duration")


def _same_unit(node: Node, left: Type, right: Type, scope: _Scope) -> None:
    if left.unit is None or right.unit is None or left.unit == right.unit:
        return
    if not any({left.unit, right.unit} <= same for same in _SAME_UNITS):
        scope.note(node, f"the units differ: {left.unit} and {right.unit}")


@_infer.register
def _(node: Comparison, scope: _Scope) -> Type:
    left, right = _infer(node.left, scope), _infer(node.right, scope)
    _comparable(node, node.op, (node.left, left), (node.right, right), scope)
    return _BOOLEAN


Side = tuple[Node, Type]


def _comparable(node: Node, operator: str, left: Side, right: Side, scope: _Scope) -> None:
    if not left[1].may_be(right[1]):
        scope.note(node, f"a {left[1].kind} is compared with a {right[1].kind}; that is never true")
        return
    if operator not in ("=", "!=") and "null" in (left[1].kind, right[1].kind):
        scope.note(node, f"nothing is {operator} null; that is never true")
    if operator not in ("=", "!=") and "boolean" in (left[1].kind, right[1].kind):
        scope.note(node, f"yes and no have no order, so {operator} is never true")
    _same_unit(node, left[1], right[1], scope)
    for (_, known), (other, _) in ((left, right), (right, left)):
        _in_domain(known, other, scope)


def _in_domain(known: Type, node: Node, scope: _Scope) -> None:
    if known.domain is None or not isinstance(node, Literal) or not isinstance(node.value, str):
        return
    if node.value not in known.domain:
        near = nearest(node.value, known.domain)
        some = "、".join(sorted(known.domain)[:12])
        scope.note(node, f"“{node.value}” is none of its codes ({some})" + (f"; did you mean {near}?" if near else ""))


@_infer.register(Conjunction)
@_infer.register(Disjunction)
def _joined(node: Conjunction | Disjunction, scope: _Scope) -> Type:
    for part in node.parts:
        _wants_boolean(part, scope)
    return _BOOLEAN


def _wants_boolean(node: Node, scope: _Scope) -> None:
    found = _infer(node, scope)
    if not found.may_be(_BOOLEAN):
        scope.note(node, f"a {found.kind} stands where yes or no is wanted")


@_infer.register
def _(node: Not, scope: _Scope) -> Type:
    _wants_boolean(node.operand, scope)
    return _BOOLEAN


@_infer.register
def _(node: Between, scope: _Scope) -> Type:
    value = _infer(node.value, scope)
    for bound in (node.low, node.high):
        _comparable(bound, "<=", (node.value, value), (bound, _infer(bound, scope)), scope)
    return _BOOLEAN


@_infer.register
def _(node: In, scope: _Scope) -> Type:
    value = node.value, _infer(node.value, scope)
    for test in node.tests:
        _test(value, test, scope)
    return _BOOLEAN


def _test(value: Side, test: Node, scope: _Scope) -> None:
    if isinstance(test, UnaryComparison):
        _comparable(test, test.op, value, (test.operand, _infer(test.operand, scope)), scope)
    elif isinstance(test, Interval):
        for bound in (test.lo, test.hi):
            _comparable(bound, "<=", value, (bound, _infer(bound, scope)), scope)
    elif isinstance(test, ListLiteral):
        for item in test.items:
            _test(value, item, scope)
    else:
        found = _infer(test, scope)
        if found.kind not in ("list", "range"):
            _comparable(test, "=", value, (test, found), scope)


@_infer.register
def _(node: If, scope: _Scope) -> Type:
    _wants_boolean(node.condition, scope)
    yes, no = _infer(node.yes, scope), _infer(node.no, scope)
    if not yes.may_be(no):
        scope.note(node, f"it gives a {yes.kind} or a {no.kind}")
        return _ANY
    _same_unit(node, yes, no, scope)
    return no if yes.kind in ("null", "Any") else yes


@_infer.register
def _(node: Negate, scope: _Scope) -> Type:
    return _infer(node.operand, scope)


@_infer.register
def _(node: ListLiteral, scope: _Scope) -> Type:
    items = [_infer(item, scope) for item in node.items]
    same = bool(items) and all(item.kind == items[0].kind for item in items)
    return Type("list", item=items[0] if same else _ANY)


@_infer.register
def _(node: ContextLiteral, scope: _Scope) -> Type:
    local: dict[str, Type] = {}
    for key, entry in node.entries:
        local[key] = _infer(entry, scope.inside(local))
    return Type("context")


@_infer.register
def _(node: Interval, scope: _Scope) -> Type:
    item = _infer(node.lo, scope)
    _comparable(node, "<=", (node.lo, item), (node.hi, _infer(node.hi, scope)), scope)
    return Type("range", item=item)


@_infer.register
def _(node: InstanceOf, scope: _Scope) -> Type:
    _infer(node.value, scope)
    return _BOOLEAN


@_infer.register
def _(node: Path, scope: _Scope) -> Type:
    source = _infer(node.source, scope)
    return Type("number") if source.kind in _DAYS | _DURATIONS | {"time"} and node.name != "timezone" else _ANY


@_infer.register
def _(node: Filter, scope: _Scope) -> Type:
    source = _infer(node.source, scope)
    quiet = _Scope(scope.vocabulary, [], {**scope.local, "item": source.item or _ANY})
    _infer(node.predicate, quiet)
    scope.problems += [problem for problem in quiet.problems if not problem.message.endswith("is not known")]
    return _ANY


def _iterate(iterations: Iterable[Iteration], scope: _Scope) -> _Scope:
    for iteration in iterations:
        source = _infer(iteration.source, scope)
        item = source.item if iteration.end is None else source
        if iteration.end is not None:
            _infer(iteration.end, scope)
        scope = scope.inside({iteration.name: item or _ANY})
    return scope


@_infer.register
def _(node: For, scope: _Scope) -> Type:
    return Type("list", item=_infer(node.body, _iterate(node.iterations, scope).inside({"partial": Type("list")})))


@_infer.register
def _(node: Quantified, scope: _Scope) -> Type:
    _wants_boolean(node.condition, _iterate(node.iterations, scope))
    return _BOOLEAN


@_infer.register
def _(node: FunctionDefinition, scope: _Scope) -> Type:
    _infer(node.body, scope.inside({parameter.name: _ANY for parameter in node.parameters}))
    return Type("function")


@_infer.register
def _(node: FunctionCall, scope: _Scope) -> Type:
    found = [_infer(argument, scope) for argument in (*node.positional, *(value for _, value in node.named))]
    if not isinstance(node.function, Name) or node.function.name in scope.local:
        _infer(node.function, scope)
        return _ANY
    name = node.function.name
    if name not in BUILTINS:
        near = nearest(name, BUILTINS)
        scope.note(node.function, f"there is no function {name}" + (f"; did you mean {near}?" if near else ""))
        return _ANY
    _arguments(node, found, scope)
    result = _RESULTS.get(name, "Any")
    keeps = name in _KEEP_UNIT and found and found[0].kind == "number"
    return Type(result, found[0].unit if keeps else None)


def _arguments(node: FunctionCall, found: list[Type], scope: _Scope) -> None:
    assert isinstance(node.function, Name)
    ways: Any = BUILTINS[node.function.name].signatures
    if node.named or any(way.variadic for way in ways):
        return
    fitting = [way for way in ways if way.required <= len(found) <= len(way.names)]
    if not fitting:
        scope.note(node, f"{node.function.name} takes {ways[0].required} values, not {len(found)}")
        return
    for place, argument in enumerate(found):
        kinds = {one for way in fitting for one in way.kinds[place]}
        if not kinds & {"any", "list", argument.kind} and argument.kind not in ("Any", "list", "duration"):
            scope.note(node.positional[place], f"{node.function.name} does not take a {argument.kind} there")


_KEEP_UNIT = {
    *("abs", "floor", "ceiling", "decimal", "round up", "round down", "round half up", "round half down"),
    *("min", "max", "sum", "mean"),
}
_RESULTS: dict[str, str] = {
    **dict.fromkeys(("decimal", "floor", "ceiling", "modulo", "sqrt", "log", "exp", "count", "number"), "number"),
    **dict.fromkeys(("round up", "round down", "round half up", "round half down", "string length"), "number"),
    **dict.fromkeys(("day of year", "week of year", "product", "median", "stddev"), "number"),
    **dict.fromkeys(("odd", "even", "contains", "starts with", "ends with", "matches", "list contains"), "boolean"),
    **dict.fromkeys(("not", "is", "before", "after", "includes", "during", "coincides", "all", "any"), "boolean"),
    **dict.fromkeys(("substring", "upper case", "lower case", "replace", "string", "string join"), "string"),
    **dict.fromkeys(("substring before", "substring after", "day of week", "month of year"), "string"),
    **dict.fromkeys(("append", "concatenate", "union", "flatten", "sublist", "split", "sort"), "list"),
    **{"date": "date", "today": "date", "time": "time", "date and time": "date and time", "now": "date and time"},
    **{"duration": "duration", "years and months duration": "years and months duration"},
}
