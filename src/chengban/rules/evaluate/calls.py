"""Calling functions: built in, written in an expression, or of a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..budget import budget
from ..nodes import FunctionDefinition, Node, TypeReference
from ..unknown import Unknown, unknown_among
from ..values import Function
from .environment import Environment
from .types import coerce


class Closure(Function):
    """A function written in an expression, with the scope it was written in."""

    __slots__ = ("_body", "_environment", "_run", "_types", "parameters")

    def __init__(self, definition: FunctionDefinition, environment: Environment, run: Callable[[Node, Environment], Any]) -> None:
        self.parameters = tuple(parameter.name for parameter in definition.parameters)
        self._types: tuple[TypeReference | None, ...] = tuple(parameter.type for parameter in definition.parameters)
        self._body, self._environment, self._run = definition.body, environment, run

    def __call__(self, arguments: list[Any]) -> Any:
        values = {}
        for name, type_, given in zip(self.parameters, self._types, arguments, strict=True):
            values[name] = coerce(given, type_, self._environment.types)
            if values[name] is None and given is not None:
                return None
        return self._run(self._body, self._environment.child(values))


class Invocable(Function):
    """A function of a model (a business knowledge model, a decision service)."""

    __slots__ = ("_act", "parameters")

    def __init__(self, parameters: tuple[str, ...], act: Callable[[dict[str, Any]], Any]) -> None:
        self.parameters, self._act = parameters, act

    def __call__(self, arguments: list[Any]) -> Any:
        return self._act(dict(zip(self.parameters, arguments, strict=True)))


class Builtin(Function):
    """A built-in function: several signatures are tried in turn, by number, names and kinds of the arguments."""

    __slots__ = ("name", "open_items", "parameters", "signatures")

    def __init__(self, name: str, signatures: tuple[Any, ...], open_items: bool) -> None:
        self.name, self.signatures, self.open_items = name, signatures, open_items
        self.parameters = signatures[0].names

    def takes(self, count: int) -> bool:
        """Whether any signature takes so many arguments."""
        return any(way.variadic or way.required <= count <= len(way.names) for way in self.signatures)

    def call(self, positional: list[Any], named: Mapping[str, Any]) -> Any:
        """The result of the first signature that takes these arguments; null when none does.

        What is unknown among the arguments makes the result unknown; only functions that look at no more than the
        shape of a list (`open_items`) may be given lists with unknown items.
        """
        given = (*positional, *named.values())
        shallow = [value for value in given if isinstance(value, Unknown)]
        if shallow:
            return unknown_among(given)
        if not self.open_items and budget().unknowns and (unknown := unknown_among(given)) is not None:
            return unknown
        for signature in self.signatures:
            bound = signature.bind(positional, named)
            if bound is not None:
                return _or_null(signature.act, bound)
        return None


def _or_null(act: Callable[..., Any], arguments: list[Any]) -> Any:
    """A result beyond what numbers and dates can hold is null."""
    try:
        return act(*arguments)
    except (ArithmeticError, ValueError):
        return None


def call(function: Any, positional: list[Any], named: Mapping[str, Any]) -> Any:
    """The value of a call; null when `function` is none, or when the arguments do not fit."""
    if isinstance(function, Unknown):
        return function
    if isinstance(function, Builtin):
        return function.call(positional, named)
    if not isinstance(function, (Closure, Invocable)):
        return None
    if named:
        if set(named) != set(function.parameters):
            return None
        positional = [named[name] for name in function.parameters]
    return function(positional) if len(positional) == len(function.parameters) else None
