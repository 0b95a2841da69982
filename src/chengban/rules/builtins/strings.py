"""String functions (DMN 10.3.4.3). Positions count characters from 1, not bytes or UTF-16 units."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..budget import budget
from ..patterns import PatternError, compile_pattern


def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str | None:
    place = int(start)
    if place == 0 or abs(place) > len(text) or (length is not None and length < 1):
        return None if place == 0 or (length is not None and length < 1) else ""
    first = place - 1 if place > 0 else len(text) + place
    return text[first:] if length is None else text[first : first + int(length)]


def _before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


def _after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


def _matches(text: str, pattern: str, flags: str | None = None) -> bool | None:
    try:
        return compile_pattern(pattern, flags or "").search(text) is not None
    except PatternError:
        return None


def _replace(text: str, pattern: str, replacement: str, flags: str | None = None) -> str | None:
    try:
        return compile_pattern(pattern, flags or "").replace(text, replacement)
    except PatternError:
        return None


def _split(text: str, delimiter: str) -> list[str] | None:
    try:
        return compile_pattern(delimiter, "").split(text)
    except PatternError:
        return None


def _join(items: list[Any], delimiter: str | None = None) -> str | None:
    texts = [item for item in items if item is not None]
    if not all(isinstance(text, str) for text in texts):
        return None
    budget().fits(sum(map(len, texts)) + len(delimiter or "") * len(texts))
    return (delimiter or "").join(texts)


_MATCH = "string: string, match: string"
TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "substring": (("string: string, start position: number, length?: number", _substring),),
    "string length": (("string: string", lambda text: Decimal(len(text))),),
    "upper case": (("string: string", str.upper),),
    "lower case": (("string: string", str.lower),),
    "substring before": ((_MATCH, _before),),
    "substring after": ((_MATCH, _after),),
    "replace": (("input: string, pattern: string, replacement: string, flags?: string|null", _replace),),
    "contains": ((_MATCH, lambda text, match: match in text),),
    "starts with": ((_MATCH, str.startswith),),
    "ends with": ((_MATCH, str.endswith),),
    "matches": (("input: string, pattern: string, flags?: string|null", _matches),),
    "split": (("string: string, delimiter: string", _split),),
    "string join": (("list: list, delimiter?: string|null", _join),),
}
