"""Types as FEEL writes them: `number`, `list<string>`, `context<a: number>`, `function<date> -> boolean`."""

from __future__ import annotations

from ..nodes import TypeReference
from .cursor import Cursor

_SPACED = ("date and time", "years and months duration", "days and time duration", "year month duration")


def type_reference(cursor: Cursor) -> TypeReference:
    """A type; any name that is not built in names a type of the model."""
    cursor.deeper()
    try:
        for shape, read in _SHAPES.items():
            if cursor.at(shape) and (cursor.peek().text == "<" or shape == "function"):
                cursor.take()
                return read(cursor, shape)
        return TypeReference(_type_name(cursor))
    finally:
        cursor.shallower()


def _type_name(cursor: Cursor) -> str:
    for spaced in _SPACED:
        parts = spaced.split()
        if [token.text for token in cursor.tokens[cursor.index : cursor.index + len(parts)]] == parts:
            cursor.index += len(parts)
            return spaced
    if cursor.at("null"):
        return cursor.take().text
    name = cursor.name()
    while cursor.at(".") and cursor.peek().kind == "word":
        cursor.take()
        name = f"{name}.{cursor.name()}"
    return name


def _one_argument(cursor: Cursor, shape: str) -> TypeReference:
    cursor.expect("<")
    inner = type_reference(cursor)
    cursor.expect(">")
    return TypeReference(shape, (inner,))


def _context(cursor: Cursor, shape: str) -> TypeReference:
    labels, types = [], []
    cursor.expect("<")
    while not cursor.at(">"):
        labels.append(cursor.declared_name(":"))
        cursor.expect(":")
        types.append(type_reference(cursor))
        if not cursor.accept(","):
            break
    cursor.expect(">")
    return TypeReference(shape, tuple(types), tuple(labels))


def _function(cursor: Cursor, shape: str) -> TypeReference:
    types, result = [], None
    if cursor.accept("<"):
        while not cursor.at(">"):
            types.append(type_reference(cursor))
            if not cursor.accept(","):
                break
        cursor.expect(">")
    if cursor.at("-") and cursor.peek().text == ">":
        cursor.take()
        cursor.take()
        result = type_reference(cursor)
    return TypeReference(shape, tuple(types), (), result)


_SHAPES = {"list": _one_argument, "range": _one_argument, "context": _context, "function": _function}
