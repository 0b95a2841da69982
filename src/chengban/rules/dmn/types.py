"""Item definitions as types, and the values that they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from ..budget import budget
from ..errors import RulesError
from ..evaluate.environment import Environment
from ..evaluate.evaluator import run
from ..evaluate.types import is_list_type
from ..nodes import TypeReference, UnaryTests
from ..parser import parse_unary_tests
from .xml import each, first, text_of, type_named

if TYPE_CHECKING:
    from .model import Model

ANY = TypeReference("Any")


@dataclass(frozen=True, slots=True)
class Constrained(TypeReference):
    """A type whose values must pass tests; `allowed` of each item, where the type is a list."""

    allowed: UnaryTests | None = None


Types = dict[str, TypeReference]


def read_types(root: Element, imports: Mapping[str, Model]) -> Types:
    """The item definitions of a model by name; those of an import under `import.name`."""
    types: Types = {}
    for name, other in imports.items():
        for inner, type_ in other.types.items():
            types[f"{name}.{inner}" if name else inner] = _qualified(type_, name, other.types)
    for element in each(root, "itemDefinition"):
        types[element.get("name", "")] = _type(element)
    return types


def _qualified(type_: TypeReference, prefix: str, types: Types) -> TypeReference:
    """A type of an imported model, with the names of that model's types under the import's name."""
    name = f"{prefix}.{type_.name}" if prefix and type_.name in types else type_.name
    arguments = tuple(_qualified(argument, prefix, types) for argument in type_.arguments)
    result = None if type_.result is None else _qualified(type_.result, prefix, types)
    allowed = type_.allowed if isinstance(type_, Constrained) else None
    return Constrained(name, arguments, type_.labels, result, allowed)


def _type(element: Element) -> TypeReference:
    base = _base(element)
    allowed = _allowed(element)
    if element.get("isCollection") == "true":
        return Constrained("list", (base,), (), None, allowed)
    if allowed is None:
        return base
    return Constrained(base.name, base.arguments, base.labels, base.result, allowed)


def _base(element: Element) -> TypeReference:
    components = list(each(element, "itemComponent"))
    item = first(element, "functionItem")
    if components:
        labels = tuple(component.get("name", "") for component in components)
        return TypeReference("context", tuple(_type(component) for component in components), labels)
    if item is not None:
        parameters = tuple(type_named(one.get("typeRef")) or ANY for one in each(item, "parameters"))
        return TypeReference("function", parameters, (), type_named(item.get("outputTypeRef")) or ANY)
    reference = first(element, "typeRef")
    return (type_named("".join(reference.itertext())) if reference is not None else None) or ANY


def _allowed(element: Element) -> UnaryTests | None:
    text = text_of(first(element, "typeConstraint")) or text_of(first(element, "allowedValues"))
    if not text:
        return None
    try:
        return parse_unary_tests(text)
    except RulesError:
        return None


def fits(value: Any, type_: TypeReference | None, model: Model, depth: int = 0) -> bool:
    """Whether a value of the type is among the values that the type and its parts allow."""
    if type_ is None or value is None or depth > 30:
        return True
    named = model.types.get(type_.name)
    if named is not None and not fits(value, named, model, depth + 1):
        return False
    if isinstance(type_, Constrained) and type_.allowed is not None and not _passes(value, type_, model):
        return False
    if isinstance(value, list) and type_.arguments:
        return all(fits(item, type_.arguments[0], model, depth + 1) for item in value)
    if isinstance(value, dict) and type_.labels:
        pairs = zip(type_.labels, type_.arguments, strict=True)
        return all(fits(value.get(label), inner, model, depth + 1) for label, inner in pairs)
    return True


def _passes(value: Any, type_: Constrained, model: Model) -> bool:
    assert type_.allowed is not None
    items = value if isinstance(value, list) and is_list_type(type_, model.types) else [value]
    tests = type_.allowed
    scopes = [Environment({"?": item, "item": item}, budget(), types=model.types) for item in items]
    return all(run(tests, scope) is not False and run(tests, scope) is not None for scope in scopes)
