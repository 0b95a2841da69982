"""Values as text: what FEEL's `string()` gives, and literals that read back as the same value."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .budget import budget
from .temporal import Date, DateTime, MonthsDuration, Time, TimeDuration
from .unknown import Unknown
from .values import Function, Range

_TEMPORAL = (Date, Time, DateTime, MonthsDuration, TimeDuration)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def feel_text(value: Any) -> str:
    """`string(value)`: strings as they are at the top, quoted inside lists and contexts."""
    return value if isinstance(value, str) else literal_text(value, bare=True)


def literal_text(value: Any, bare: bool = False) -> str:
    """The value as FEEL writes it; temporal values as `@"…"`, or without the mark when `bare`."""
    budget().spend()
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, _TEMPORAL):
        return str(value) if bare else f'@"{value}"'
    return _compound_text(value, bare)


def _compound_text(value: Any, bare: bool) -> str:
    if isinstance(value, list):
        text = ", ".join(literal_text(item, bare) for item in value)
        budget().fits(len(text))
        return f"[{text}]"
    if isinstance(value, dict):
        text = ", ".join(f"{_key(key)}: {literal_text(entry, bare)}" for key, entry in value.items())
        budget().fits(len(text))
        return f"{{{text}}}"
    if isinstance(value, Range):
        return _range_text(value, bare)
    if isinstance(value, Unknown):
        return "unknown"
    assert isinstance(value, Function)
    return f"function({', '.join(value.parameters)})"


def _range_text(bounds: Range, bare: bool) -> str:
    if bounds.operator is not None:
        end = bounds.hi if bounds.operator[0] == "<" else bounds.lo
        return f"({bounds.operator} {literal_text(end, bare)})"
    opening, closing = "[" if bounds.lo_closed else "(", "]" if bounds.hi_closed else ")"
    return f"{opening}{literal_text(bounds.lo, bare)}..{literal_text(bounds.hi, bare)}{closing}"


def _key(key: str) -> str:
    return key if key.isidentifier() else quoted(key)


def quoted(text: str) -> str:
    """A string literal."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'


def number_text(number: Decimal) -> str:
    """Plain digits, no exponent, no zero of minus."""
    text = format(number, "f")
    return text[1:] if text.startswith("-") and not number else text
