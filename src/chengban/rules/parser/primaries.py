"""What expressions are made of: constants, names, lists, contexts, ranges, and the forms that begin with a word."""

from __future__ import annotations

from typing import Any

from ..lexer import END, MARK, NUMBER, STRING, WORD
from ..nodes import (
    ContextLiteral,
    For,
    FunctionDefinition,
    If,
    Interval,
    Iteration,
    ListLiteral,
    Literal,
    Name,
    Node,
    Parameter,
    Quantified,
)
from ..temporal import parse_temporal
from . import expressions as grammar
from .cursor import Cursor
from .types import type_reference


def primary(cursor: Cursor) -> Node:
    """What an expression begins with."""
    token = cursor.token
    if token.kind in (NUMBER, STRING):
        cursor.take()
        return Literal(token.value, span=cursor.span(token.start))
    if token.kind == MARK:
        read = _BY_MARK.get(token.text)
        if read is None:
            raise cursor.error("a value")
        return read(cursor)
    if token.kind == END:
        raise cursor.error("a value")
    return _word(cursor)


def _word(cursor: Cursor) -> Node:
    start = cursor.token.start
    known = cursor.names.match(cursor.tokens, cursor.index)
    read = _BY_WORD.get(cursor.token.text)
    if known is None and read is not None:
        return read(cursor)
    name = cursor.name()
    return Name(name, span=cursor.span(start))


def _constant(cursor: Cursor) -> Node:
    token = cursor.take()
    return Literal({"true": True, "false": False, "null": None}[token.text], span=cursor.span(token.start))


def _if(cursor: Cursor) -> Node:
    start = cursor.take().start
    condition = grammar.expression(cursor)
    cursor.expect("then")
    yes = grammar.expression(cursor)
    cursor.expect("else")
    no = grammar.expression(cursor)
    return If(condition, yes, no, span=cursor.span(start))


def _iterations(cursor: Cursor) -> tuple[Iteration, ...]:
    found = []
    while True:
        start = cursor.token.start
        name = cursor.declared_name("in")
        cursor.expect("in")
        source = grammar.expression(cursor)
        end = grammar.expression(cursor) if cursor.accept("..") else None
        found.append(Iteration(name, source, end, span=cursor.span(start)))
        if not cursor.accept(","):
            return tuple(found)


def _for(cursor: Cursor) -> Node:
    start = cursor.take().start
    iterations = _iterations(cursor)
    cursor.expect("return")
    body = grammar.expression(cursor)
    return For(iterations, body, span=cursor.span(start))


def _quantified(cursor: Cursor) -> Node:
    token = cursor.take()
    kind: Any = token.text
    iterations = _iterations(cursor)
    cursor.expect("satisfies")
    condition = grammar.expression(cursor)
    return Quantified(kind, iterations, condition, span=cursor.span(token.start))


def _function(cursor: Cursor) -> Node:
    start = cursor.take().start
    cursor.expect("(")
    parameters: list[Parameter] = []
    while not cursor.at(")"):
        name = cursor.declared_name(":", ",", ")")
        parameters.append(Parameter(name, type_reference(cursor) if cursor.accept(":") else None))
        if not cursor.accept(","):
            break
    cursor.expect(")")
    external = cursor.at("external") and cursor.peek().text == "{" and cursor.accept("external")
    body = grammar.expression(cursor)
    return FunctionDefinition(tuple(parameters), body, external, span=cursor.span(start))


def _parenthesised(cursor: Cursor) -> Node:
    start = cursor.take().start
    inner = grammar.one_test(cursor)
    if cursor.at(".."):
        return range_from(cursor, start, False, inner)
    cursor.expect(")")
    return inner


def _bracketed(cursor: Cursor) -> Node:
    start = cursor.take().start
    if cursor.accept("]"):
        return ListLiteral((), span=cursor.span(start))
    items = [grammar.expression(cursor)]
    if cursor.at(".."):
        return range_from(cursor, start, True, items[0])
    while cursor.accept(","):
        items.append(grammar.expression(cursor))
    if not cursor.at("]"):
        raise cursor.error(",", "]")
    cursor.take()
    return ListLiteral(tuple(items), span=cursor.span(start))


def _open_range(cursor: Cursor) -> Node:
    start = cursor.take().start
    low = grammar.expression(cursor)
    return range_from(cursor, start, False, low)


def range_from(cursor: Cursor, start: int, closed: bool, low: Node) -> Node:
    """The rest of a range, from its two dots on."""
    cursor.expect("..")
    high = grammar.expression(cursor)
    end = cursor.expect("]", ")", "[")
    return Interval(low, closed, high, end.text == "]", span=cursor.span(start))


def _context(cursor: Cursor) -> Node:
    start = cursor.take().start
    entries: list[tuple[str, Node]] = []
    while not cursor.at("}"):
        if cursor.token.kind not in (WORD, STRING):
            raise cursor.error("a name", "}")
        entries.append(grammar.labelled(cursor))
        if not cursor.accept(","):
            break
    cursor.expect("}")
    return ContextLiteral(tuple(entries), span=cursor.span(start))


def _temporal(cursor: Cursor) -> Node:
    start = cursor.take().start
    token = cursor.token
    if token.kind != STRING:
        raise cursor.error("a string with a date, a time or a duration")
    value = parse_temporal(token.value)
    if value is None:
        raise cursor.places.error(token.start, f"{token.text} is no date, time or duration")
    cursor.take()
    return Literal(value, span=cursor.span(start))


_BY_MARK = {"(": _parenthesised, "[": _bracketed, "]": _open_range, "{": _context, "@": _temporal}
_BY_WORD = {
    **dict.fromkeys(("true", "false", "null"), _constant),
    **{"if": _if, "for": _for, "some": _quantified, "every": _quantified, "function": _function},
}
