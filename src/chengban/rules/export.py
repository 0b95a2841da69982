"""Rules for other DMN engines, where a missing fact is null: guarded so that it passes only where it passes here.

In standard FEEL `null = true` is false, so `not(dishonest = true)` holds for an enterprise whose record is missing.
The exported form has `not` pushed down to the comparisons and every test that a null could pass guarded by
`fact != null`. It is true exactly where this engine says true (with every fact known, or with the missing ones null).
"""

from __future__ import annotations

from decimal import Decimal
from functools import singledispatch

from .format import format_node
from .names import names_in
from .nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    If,
    In,
    Interval,
    ListLiteral,
    Literal,
    Name,
    Negate,
    Node,
    Not,
    UnaryComparison,
    walk,
)
from .vocabulary import Vocabulary

_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_BOOLEAN = (Conjunction, Disjunction, Not, Comparison, Between, In, If)
_PLAIN = (Name, Literal, BinaryArithmetic, Negate)
_MARKS = (*_PLAIN, Comparison, In, UnaryComparison, Interval, ListLiteral)


def export(node: Node, vocabulary: Vocabulary | None = None) -> str:
    """FEEL text, true in a standard engine exactly where the node is true here; formulas are written out."""
    inlined = node if vocabulary is None else vocabulary.inline(vocabulary.resolve(node))
    return format_node(_true(inlined, True))


def _join(shape: type[Conjunction] | type[Disjunction], parts: list[Node]) -> Node:
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, shape) else [part])
    unique = list(dict.fromkeys(flat))
    return shape(tuple(unique)) if len(unique) > 1 else unique[0]


def _guarded(test: Node, over: Node) -> Node:
    """The test, and that every fact of it is there."""
    guards: list[Node] = [Comparison("!=", Name(name), Literal(None)) for name in sorted(names_in(over))]
    return _join(Conjunction, [*guards, test])


@singledispatch
def _true(node: Node, wanted: bool) -> Node:
    """A node that is true exactly where `node` is `wanted`."""
    return _guarded(Comparison("=", node, Literal(wanted)), node)


@_true.register
def _(node: Literal, wanted: bool) -> Node:
    return Literal(node.value is wanted)


@_true.register
def _(node: Name, wanted: bool) -> Node:
    return Comparison("=", node, Literal(wanted))


@_true.register
def _(node: Not, wanted: bool) -> Node:
    return _true(node.operand, not wanted)


@_true.register
def _(node: Conjunction, wanted: bool) -> Node:
    return _join(Conjunction if wanted else Disjunction, [_true(part, wanted) for part in node.parts])


@_true.register
def _(node: Disjunction, wanted: bool) -> Node:
    return _join(Disjunction if wanted else Conjunction, [_true(part, wanted) for part in node.parts])


@_true.register
def _(node: If, wanted: bool) -> Node:
    yes, no = _true(node.yes, wanted), _true(node.no, wanted)
    taken = [
        _join(Conjunction, [_true(node.condition, True), yes]),
        _join(Conjunction, [_not_true(node.condition), no]),
    ]
    return _join(Disjunction, [*taken, _join(Conjunction, [yes, no])])


def _not_true(condition: Node) -> Node:
    """True where the condition is known and not true: the branch that FEEL takes for false and for null alike."""
    return _guarded(Not(Comparison("=", condition, Literal(True))), condition)


@_true.register
def _(node: Comparison, wanted: bool) -> Node:
    if wanted and node.op == "=" and isinstance(node.right, Literal) and isinstance(node.left, _BOOLEAN):
        return _true(node.left, node.right.value) if isinstance(node.right.value, bool) else _guarded(node, node)
    test = node if wanted else Comparison(_OPPOSITE[node.op], node.left, node.right)  # type: ignore[arg-type]
    plain = all(isinstance(part, _PLAIN) for part in walk(node) if part is not node)
    ordered = test.op in ("<", "<=", ">", ">=")
    equal = test.op == "=" and any(isinstance(side, Literal) and side.value is not None for side in (test.left, test.right))
    return test if plain and (ordered or equal) else _guarded(test, node)


@_true.register
def _(node: Between, wanted: bool) -> Node:
    return _true(Conjunction((Comparison(">=", node.value, node.low), Comparison("<=", node.value, node.high))), wanted)


@_true.register
def _(node: In, wanted: bool) -> Node:
    if not wanted:
        return _guarded(Not(node), node)
    constants = all(isinstance(part, _MARKS) and not _may_be_null(part) for part in walk(node) if part is not node)
    names = sum(isinstance(part, Name) for part in walk(node))
    simple = constants and isinstance(node.value, Name) and names == 1
    negative = any(isinstance(part, UnaryComparison) and part.op == "!=" for part in walk(node))
    return node if simple and not negative else _guarded(node, node)


def _may_be_null(part: Node) -> bool:
    """A null among what is listed: null itself, or a range that does not rise from one literal to another."""
    if not isinstance(part, Interval):
        return part == Literal(None)
    low, high = (side.value if isinstance(side, Literal) else None for side in (part.lo, part.hi))
    return not (isinstance(low, Decimal) and isinstance(high, Decimal) and low <= high)
