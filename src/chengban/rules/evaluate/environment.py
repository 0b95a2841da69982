"""Where names are looked up while an expression is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..budget import Budget
from ..nodes import TypeReference
from ..unknown import UNKNOWN, Unknown, holds_unknown
from ..values import to_feel

MISSING: Any = object()


class Environment:
    """A chain of scopes: the nearest binding of a name wins; built-in functions stand behind the last."""

    __slots__ = ("budget", "facts", "parent", "types", "values")

    def __init__(
        self,
        values: dict[str, Any],
        budget: Budget,
        parent: Environment | None = None,
        facts: Mapping[str, Any] | None = None,
        types: Mapping[str, TypeReference] | None = None,
    ) -> None:
        self.values, self.budget, self.parent, self.facts = values, budget, parent, facts
        inherited: Mapping[str, TypeReference] = {} if parent is None else parent.types
        self.types: Mapping[str, TypeReference] = inherited if types is None else types

    def child(self, values: dict[str, Any]) -> Environment:
        """A scope inside this one."""
        return Environment(values, self.budget, self)

    def find(self, name: str) -> Any:
        """The value of a name, or MISSING."""
        scope: Environment | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            if scope.facts is not None and name in scope.facts:
                return scope.convert(name)
            scope = scope.parent
        return MISSING

    def convert(self, name: str) -> Any:
        """A fact from outside, made a FEEL value once."""
        assert self.facts is not None
        value = to_feel(self.facts[name])
        value = Unknown(frozenset({name})) if value == UNKNOWN else value
        self.budget.unknowns = self.budget.unknowns or holds_unknown(value)
        self.values[name] = value
        return value
