"""All built-in functions by name."""

from __future__ import annotations

from ..evaluate.calls import Builtin
from . import contexts, conversions, lists, numbers, ranges, strings, times
from .signature import signature

_OPEN_ITEMS = {
    *("count", "list contains", "all", "any", "append", "concatenate", "insert before", "remove", "reverse"),
    *("sublist", "get value", "get entries", "context put", "context merge"),
}
_GROUPS = (conversions, numbers, strings, lists, contexts, ranges, times)

BUILTINS: dict[str, Builtin] = {
    name: Builtin(name, tuple(signature(text, act) for text, act in ways), name in _OPEN_ITEMS)
    for group in _GROUPS
    for name, ways in group.TABLE.items()
}
