"""Whether a value is of a type, and the conversions that the standard makes silently (DMN 10.3.2.9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..budget import budget
from ..nodes import TypeReference
from ..temporal import UTC, Date, midnight
from ..unknown import Unknown
from ..values import Function, Range, kind

Types = Mapping[str, TypeReference]
_SIMPLE = {
    *("number", "string", "boolean", "date", "time", "list", "context", "range", "function"),
    *("date and time", "years and months duration", "days and time duration"),
}
_SYNONYMS = {
    "dateTime": "date and time",
    "yearMonthDuration": "years and months duration",
    "year month duration": "years and months duration",
    "dayTimeDuration": "days and time duration",
    "days and time": "days and time duration",
}


def conforms(value: Any, type_: TypeReference, types: Types, depth: int = 0) -> bool:
    """Whether a value that is not null is of the type. Types of the model are looked up in `types` by name."""
    budget().spend()
    name = _SYNONYMS.get(type_.name, type_.name)
    if name == "Any" or depth > 50:
        return True
    if name in _SHAPES and (type_.arguments or type_.result):
        return kind(value) == name and _SHAPES[name](value, type_, types, depth + 1)
    if name in _SIMPLE:
        return kind(value) == name
    if name in types:
        return conforms(value, types[name], types, depth + 1)
    return False


def _or_null(value: Any, type_: TypeReference, types: Types, depth: int) -> bool:
    return value is None or isinstance(value, Unknown) or conforms(value, type_, types, depth)


def _is_list(value: list[Any], type_: TypeReference, types: Types, depth: int) -> bool:
    return all(_or_null(item, type_.arguments[0], types, depth) for item in value)


def _is_context(value: dict[str, Any], type_: TypeReference, types: Types, depth: int) -> bool:
    pairs = zip(type_.labels, type_.arguments, strict=True)
    return all(label in value and _or_null(value[label], inner, types, depth) for label, inner in pairs)


def _is_range(value: Range, type_: TypeReference, types: Types, depth: int) -> bool:
    return all(_or_null(bound, type_.arguments[0], types, depth) for bound in (value.lo, value.hi))


def _is_function(value: Function, type_: TypeReference, types: Types, depth: int) -> bool:
    return not type_.arguments or value.takes(len(type_.arguments))


_SHAPES: dict[str, Any] = {"list": _is_list, "context": _is_context, "range": _is_range, "function": _is_function}


def is_list_type(type_: TypeReference, types: Types) -> bool:
    """Whether the type is a list, here or where its name leads."""
    for _ in range(50):
        if type_.name == "list" or type_.name not in types:
            return type_.name == "list"
        type_ = types[type_.name]
    return False


def coerce(value: Any, type_: TypeReference | None, types: Types) -> Any:
    """The value as the type takes it: itself, its only item, a list of it, its midnight; else null."""
    if type_ is None or value is None or isinstance(value, Unknown) or conforms(value, type_, types):
        return value
    if isinstance(value, Date) and conforms(midnight(value, UTC), type_, types):
        return midnight(value, UTC)
    if isinstance(value, list):
        if len(value) == 1 and value[0] is not None and conforms(value[0], type_, types):
            return value[0]
        return None
    return [value] if is_list_type(type_, types) and conforms([value], type_, types) else None
