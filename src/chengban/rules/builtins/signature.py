"""What a built-in function takes, written as text: `"string: string, start position: number, length?: number"`.

A parameter with `?` may be left out; one with `...` takes one list, or any number of values. Kinds are joined by
`|`; `any` takes null too. Values are converted as the standard says: an only item for its list, a list for an item,
a date for its midnight.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..temporal import UTC, Date, midnight
from ..values import kind

_DURATIONS = frozenset({"years and months duration", "days and time duration"})
_KINDS = {
    "duration": _DURATIONS,
    "point": frozenset({"number", "string", "date", "time", "date and time", *_DURATIONS}),
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function."""

    names: tuple[str, ...]
    kinds: tuple[frozenset[str], ...]
    required: int
    variadic: bool
    act: Callable[..., Any]

    def bind(self, positional: list[Any], named: Mapping[str, Any]) -> list[Any] | None:
        """The converted arguments in order, or None when they do not fit."""
        given = self._by_name(named) if named else self._by_place(positional)
        if given is None or len(given) > len(self.names):
            return None
        values = []
        for place, value in enumerate(given):
            value = value if value is _LEFT_OUT else convert(value, self.kinds[place])
            if value is _UNFIT:
                return None
            values.append(None if value is _LEFT_OUT else value)
        return values

    def _by_place(self, positional: list[Any]) -> list[Any] | None:
        if self.variadic:
            fixed = len(self.names) - 1
            rest = positional[fixed:]
            if len(positional) <= fixed:
                return None
            one_list = fixed == 0 and len(rest) == 1 and isinstance(rest[0], list)
            return [*positional[:fixed], rest[0] if one_list else rest]
        return positional if self.required <= len(positional) <= len(self.names) else None

    def _by_name(self, named: Mapping[str, Any]) -> list[Any] | None:
        if not set(self.names[: self.required]) <= named.keys() <= set(self.names):
            return None
        return [named.get(name, _LEFT_OUT) for name in self.names]


_UNFIT: Any = object()
_LEFT_OUT: Any = object()


def convert(value: Any, kinds: frozenset[str]) -> Any:
    """The value as one of the kinds, or a mark that it is none."""
    if "any" in kinds or kind(value) in kinds:
        return value
    if isinstance(value, Date) and "date and time" in kinds:
        return midnight(value, UTC)
    if isinstance(value, list) and len(value) == 1 and kind(value[0]) in kinds:
        return value[0]
    if "list" in kinds and value is not None:
        return [value]
    return _UNFIT


def signature(text: str, act: Callable[..., Any]) -> Signature:
    """A signature from its text."""
    names, kinds, required, variadic = [], [], 0, False
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, wanted = part.partition(":")
        variadic = variadic or name.endswith("...")
        required += not name.endswith("?")
        names.append(name.rstrip("?."))
        kinds.append(_kinds(wanted))
    return Signature(tuple(names), tuple(kinds), required, variadic, act)


def _kinds(wanted: str) -> frozenset[str]:
    found: set[str] = set()
    for one in wanted.split("|"):
        found |= _KINDS.get(one.strip(), {one.strip()})
    return frozenset(found)
