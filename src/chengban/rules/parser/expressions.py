"""The grammar of FEEL (DMN 10.3.1.2, level 3) by precedence climbing: no backtracking, bounded depth.

Loosest first: if, for, some, every, function · or · and · comparisons, between, in · + - · * / · ** · unary minus ·
instance of · path, filter, call · literals, lists, contexts, ranges, parentheses.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ..builtins.names import BUILTIN_NAMES
from ..errors import LimitError
from ..lexer import END, MARK, STRING, WORD
from ..nodes import (
    Between,
    BinaryArithmetic,
    Comparison,
    Conjunction,
    Disjunction,
    Filter,
    FunctionCall,
    In,
    InstanceOf,
    Name,
    Negate,
    Node,
    Not,
    Path,
    UnaryComparison,
    UnaryTests,
    children,
)
from . import primaries
from .cursor import Cursor
from .types import type_reference

MAX_NODE_DEPTH = 150
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_LEVELS: dict[str, int] = {
    **{"or": 1, "and": 2, "between": 3, "in": 3},
    **dict.fromkeys(_COMPARISONS, 3),
    **{"+": 4, "-": 4, "*": 5, "/": 5, "**": 6},
}
_ADDITIVE = 4


def parse(text: str, names: Iterable[str] = ()) -> Node:
    """The node of one FEEL expression.

    `names` are known names, which may hold spaces, Chinese and marks such as `-`; the longest match wins.
    Raises FeelSyntaxError with the place, LimitError for what is too long or too deep.
    """
    return _parse(text, frozenset(names), False)


def parse_unary_tests(text: str, names: Iterable[str] = ()) -> UnaryTests:
    """The node of a decision table's cell: `-`, `not(…)`, or tests of the value `?`. Raises like `parse`."""
    node = _parse(text, frozenset(names), True)
    assert isinstance(node, UnaryTests)
    return node


@lru_cache(maxsize=4096)
def _parse(text: str, names: frozenset[str], unary: bool) -> Node:
    cursor = Cursor(text, [*BUILTIN_NAMES, *names])
    try:
        node = _unary_tests(cursor) if unary else expression(cursor)
    except RecursionError:
        raise LimitError("the expression is nested too deep") from None
    if cursor.token.kind != END:
        raise cursor.error("an operator", "the end")
    _refuse_deep(node)
    return node


def _refuse_deep(node: Node) -> None:
    level, depth = [node], 0
    while level:
        depth += 1
        if depth > MAX_NODE_DEPTH:
            place = level[0].span
            raise LimitError(f"line {place.line}, column {place.column}: more than {MAX_NODE_DEPTH} operations deep")
        level = [child for parent in level for child in children(parent)]


def expression(cursor: Cursor) -> Node:
    """Any expression, one level deeper."""
    cursor.deeper()
    try:
        return _binary(cursor, 1)
    finally:
        cursor.shallower()


def _binary(cursor: Cursor, level: int) -> Node:
    return _climb(cursor, _unary(cursor), level)


def _climb(cursor: Cursor, left: Node, level: int) -> Node:
    while cursor.token.kind in (MARK, WORD):
        operator = cursor.token.text
        binding = _LEVELS.get(operator, 0)
        if binding < level:
            break
        cursor.take()
        left = _combine(cursor, operator, binding, left)
    return left


def _combine(cursor: Cursor, operator: str, binding: int, left: Node) -> Node:
    start = left.span.start
    if operator == "between":
        low = _binary(cursor, _ADDITIVE)
        cursor.expect("and")
        return Between(left, low, _binary(cursor, _ADDITIVE), span=cursor.span(start))
    if operator == "in":
        return In(left, _tests_after_in(cursor), span=cursor.span(start))
    right = _binary(cursor, binding + 1)
    span: Any = cursor.span(start)
    if operator == "or":
        return Disjunction(_flat(left, Disjunction) + _flat(right, Disjunction), span=span)
    if operator == "and":
        return Conjunction(_flat(left, Conjunction) + _flat(right, Conjunction), span=span)
    if operator in _COMPARISONS:
        return Comparison(operator, left, right, span=span)  # type: ignore[arg-type]
    return BinaryArithmetic(operator, left, right, span=span)  # type: ignore[arg-type]


def _flat(node: Node, shape: type[Conjunction] | type[Disjunction]) -> tuple[Node, ...]:
    return node.parts if isinstance(node, shape) else (node,)


def _tests_after_in(cursor: Cursor) -> tuple[Node, ...]:
    if cursor.at(*_COMPARISONS):
        return (one_test(cursor),)
    if not cursor.at("("):
        return (_binary(cursor, _ADDITIVE),)
    start = cursor.take().start
    tests = _several(cursor, one_test, ")", "..")
    if cursor.at(".."):
        return (_climb(cursor, _postfix(cursor, primaries.range_from(cursor, start, False, tests[-1])), _ADDITIVE),)
    cursor.expect(")")
    if len(tests) == 1 and not isinstance(tests[0], UnaryComparison):
        return (_climb(cursor, _postfix(cursor, tests[0]), _ADDITIVE),)
    return tests


def _several(cursor: Cursor, read: Any, *ends: str) -> tuple[Node, ...]:
    found = [read(cursor)]
    while cursor.accept(","):
        found.append(read(cursor))
    if not cursor.at(*ends):
        raise cursor.error(",", *ends)
    return tuple(found)


def one_test(cursor: Cursor) -> Node:
    """A comparison with nothing on its left, or an expression."""
    if not cursor.at(*_COMPARISONS):
        return expression(cursor)
    start = cursor.token.start
    operator: Any = cursor.take().text
    operand = _binary(cursor, _ADDITIVE)
    return UnaryComparison(operator, operand, span=cursor.span(start))


def _unary_tests(cursor: Cursor) -> UnaryTests:
    if cursor.at("-") and cursor.peek().kind == END:
        cursor.take()
        return UnaryTests((), span=cursor.span(0))
    if cursor.at("not") and cursor.peek().text == "(" and _closes_at_end(cursor):
        cursor.take()
        cursor.take()
        tests = _several(cursor, one_test, ")")
        cursor.expect(")")
        return UnaryTests(tests, negated=True, span=cursor.span(0))
    found = [one_test(cursor)]
    while cursor.accept(","):
        found.append(one_test(cursor))
    return UnaryTests(tuple(found), span=cursor.span(0))


def _closes_at_end(cursor: Cursor) -> bool:
    depth = 0
    for place in range(cursor.index + 1, len(cursor.tokens)):
        token = cursor.tokens[place]
        if token.kind == MARK:
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return cursor.tokens[place + 1].kind == END
    return False


def _unary(cursor: Cursor) -> Node:
    if not cursor.at("-"):
        return _instance(cursor, _postfix(cursor, primaries.primary(cursor)))
    start = cursor.take().start
    cursor.deeper()
    operand = _unary(cursor)
    cursor.shallower()
    return Negate(operand, span=cursor.span(start))


def _instance(cursor: Cursor, value: Node) -> Node:
    while cursor.at("instance"):
        cursor.take()
        cursor.expect("of")
        value = InstanceOf(value, type_reference(cursor), span=cursor.span(value.span.start))
    return value


def _postfix(cursor: Cursor, node: Node) -> Node:
    while cursor.token.kind == MARK:
        start = node.span.start
        if cursor.at(".") and cursor.peek().kind == WORD:
            cursor.take()
            name = _member(cursor)
            node = Path(node, name, span=cursor.span(start))
        elif cursor.at("[") and _opens_filter(cursor):
            cursor.take()
            predicate = expression(cursor)
            cursor.expect("]")
            node = Filter(node, predicate, span=cursor.span(start))
        elif cursor.at("("):
            node = _call(cursor, node)
        else:
            break
    return node


def _member(cursor: Cursor) -> str:
    """The name after a dot, where a keyword may stand too, as in `range.end included`."""
    token = cursor.token
    if token.kind == WORD and token.text in ("end", "in", "for", "if", "some", "every", "function", "external"):
        cursor.take()
        return f"{token.text} {cursor.name()}" if cursor.token.kind == WORD and cursor.at("included") else token.text
    return cursor.name()


def _opens_filter(cursor: Cursor) -> bool:
    """Whether `[` opens a filter; after the end of a range it may close the range instead, as in `[1..3[`."""
    if (cursor.peek().text in (",", ")", "]", ".", "}") and cursor.peek().kind == MARK) or cursor.peek().kind == END:
        return False
    if cursor.peek().kind == WORD and cursor.peek().text in ("and", "or", "then", "else", "return", "satisfies", "in"):
        return False
    depth = 0
    for token in cursor.tokens[cursor.index : cursor.index + 5000]:
        if token.kind == MARK:
            depth += (token.text in "[(") - (token.text in ")]")
        if depth == 0:
            return True
    return False


def _call(cursor: Cursor, function: Node) -> Node:
    start = function.span.start
    cursor.take()
    positional: list[Node] = []
    named: list[tuple[str, Node]] = []
    by_name = cursor.looking_at_label()
    while not cursor.at(")"):
        if by_name:
            named.append(labelled(cursor))
        else:
            positional.append(expression(cursor))
        if not cursor.accept(","):
            break
    if not cursor.at(")"):
        raise cursor.error(",", ")")
    cursor.take()
    span = cursor.span(start)
    if function == Name("not") and len(positional) == 1:
        return Not(positional[0], span=span)
    return FunctionCall(function, tuple(positional), tuple(named), span=span)


def labelled(cursor: Cursor) -> tuple[str, Node]:
    """`name: expression`."""
    label = cursor.take().value if cursor.token.kind == STRING else cursor.declared_name(":")
    cursor.expect(":")
    return label, expression(cursor)
