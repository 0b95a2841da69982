"""Text to tokens: numbers, strings, name parts and marks, each with its place (DMN 10.3.1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, DecimalException
from typing import Any

from .errors import FeelSyntaxError, LimitError
from .nodes import Span
from .values import decimals

MAX_TEXT = 200_000
NUMBER, STRING, WORD, MARK, END = "number", "string", "word", "mark", "end"

_NAME_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_PART = _NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\t\n\v\f\r \u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(
    rf"""(?P<space>(?:[{_SPACE}]+|//[^\n\r]*|/\*.*?\*/)+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<word>[{_NAME_START}][{_NAME_PART}]*)
    |(?P<mark>\.\.|\*\*|<=|>=|!=|[-+*/<>=()\[\]{{}},:.@'])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|[nrt\"'\\])")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `value` is the Decimal of a number or the str of a string."""

    kind: str
    text: str
    start: int
    end: int
    value: Any = None


class Places:
    """Lines and columns of offsets in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]

    def at(self, offset: int) -> tuple[int, int]:
        """(line, column) from 1."""
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= offset else (low, middle)
        return low + 1, offset - self._starts[low] + 1

    def span(self, start: int, end: int) -> Span:
        """The span of [start, end)."""
        return Span(start, end, *self.at(start))

    def error(self, offset: int, message: str, *expected: str, nearest: str | None = None) -> FeelSyntaxError:
        """A syntax error at an offset."""
        return FeelSyntaxError(*self.at(offset), message, expected, nearest)


def tokenize(places: Places) -> list[Token]:
    """All tokens of the text, the last of kind END. Raises FeelSyntaxError, LimitError."""
    text, position, tokens = places.text, 0, []
    if len(text) > MAX_TEXT:
        raise LimitError(f"the expression has {len(text)} characters; {MAX_TEXT} are allowed")
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _stray(places, position)
        if match.lastgroup != "space":
            tokens.append(_token(match, places))
        position = match.end()
    return [*tokens, Token(END, "", position, position)]


def _stray(places: Places, position: int) -> FeelSyntaxError:
    if places.text[position] == '"':
        return places.error(position, "the string is not closed", '"')
    if places.text.startswith("/*", position):
        return places.error(position, "the comment is not closed", "*/")
    return places.error(position, f"the character {places.text[position]!r} has no place here")


def _token(match: re.Match[str], places: Places) -> Token:
    kind, text = str(match.lastgroup), match.group()
    if kind == NUMBER:
        return Token(kind, text, match.start(), match.end(), _number(text, match.start(), places))
    if kind == STRING:
        return Token(kind, text, match.start(), match.end(), unescape(text[1:-1]))
    return Token(kind, text, match.start(), match.end())


def _number(text: str, offset: int, places: Places) -> Decimal:
    try:
        return decimals().create_decimal(text)
    except DecimalException:
        raise places.error(offset, "the number is too large") from None


def unescape(text: str) -> str:
    """The characters that the inside of a string literal stands for; surrogate pairs become one character."""
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(_character, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uU":
        return chr(number) if (number := int(code[1:], 16)) < 0x110000 else "\ufffd"
    return _SIMPLE[code]


def words(name: str) -> tuple[str, ...]:
    """The token texts of a name that may hold spaces and marks; empty when it could never be read as a name."""
    parts: list[str] = []
    position = 0
    while position < len(name):
        match = _TOKEN.match(name, position)
        if match is None:
            return ()
        if match.lastgroup != "space":
            parts.append(match.group())
        position = match.end()
    return tuple(parts) if parts and re.match(f"[{_NAME_START}]", parts[0]) else ()
