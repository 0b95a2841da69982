"""Context functions (DMN 10.3.4.10)."""

from __future__ import annotations

from typing import Any


def _get_value(context: dict[str, Any], key: str) -> Any:
    return context.get(key)


def _get_path(context: Any, keys: list[Any]) -> Any:
    for key in keys:
        if not isinstance(context, dict) or not isinstance(key, str):
            return None
        context = context.get(key)
    return context if keys else None


def _entries(context: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context.items()]


def _context(entries: list[Any]) -> dict[str, Any] | None:
    made: dict[str, Any] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            return None
        if not isinstance(entry["key"], str) or entry["key"] in made:
            return None
        made[entry["key"]] = entry["value"]
    return made


def _put(context: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**context, key: value}


def _put_deep(context: dict[str, Any], keys: list[Any], value: Any) -> dict[str, Any] | None:
    if not keys or not isinstance(keys[0], str):
        return None
    if len(keys) == 1:
        return _put(context, keys[0], value)
    inner = context.get(keys[0], {})
    changed = _put_deep(inner, keys[1:], value) if isinstance(inner, dict) and len(keys) < 50 else None
    return None if changed is None else _put(context, keys[0], changed)


def _merge(contexts: list[Any]) -> dict[str, Any] | None:
    if not all(isinstance(context, dict) for context in contexts):
        return None
    merged: dict[str, Any] = {}
    for context in contexts:
        merged.update(context)
    return merged


TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "get value": (("m: context, key: string", _get_value), ("m: context, keys: list", _get_path)),
    "get entries": (("m: context", _entries),),
    "context": (("entries: list", _context),),
    "context put": (
        ("context: context, key: string, value: any", _put),
        ("context: context, keys: list, value: any", _put_deep),
    ),
    "context merge": (("contexts: list", _merge),),
}
