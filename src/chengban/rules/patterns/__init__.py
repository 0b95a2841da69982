"""Regular expressions of XPath (F&O 3.1, section 5.6), which `matches`, `replace` and `split` speak.

They are run by a machine of our own, because Python's `re` differs in syntax and cannot be stopped: here every step
is counted, so a pattern that would backtrack for ever ends in a LimitError.
"""

from __future__ import annotations

from functools import lru_cache

from ..budget import budget
from .errors import PatternError
from .machine import Program, assemble, find
from .syntax import parse_pattern

_FLAGS = frozenset("smixq")


class Pattern:
    """A compiled pattern."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def search(self, text: str, start: int = 0) -> list[int] | None:
        """Offsets [start, end, start of group 1, end of group 1, …] of the first match (−1: not set), or None."""
        return find(self._program, text, start)

    def _matches(self, text: str) -> list[list[int]]:
        if self.search("") is not None:
            raise PatternError("the pattern matches the empty text")
        found, place = [], 0
        while (match := self.search(text, place)) is not None:
            found.append(match)
            place = match[1] if match[1] > match[0] else match[1] + 1
        return found

    def replace(self, text: str, replacement: str) -> str:
        """Every match replaced; `$1` stands for a group, `$0` for the match, `\\$` and `\\\\` for themselves."""
        parts, place = [], 0
        template = _template(replacement, self._program.groups)
        for match in self._matches(text):
            parts.append(text[place : match[0]])
            for piece in template:
                parts.append(piece if isinstance(piece, str) else _group(text, match, piece))
            place = match[1]
            budget().fits(sum(map(len, parts[-len(template) - 1 :])))
        result = "".join([*parts, text[place:]])
        budget().fits(len(result))
        return result

    def split(self, text: str) -> list[str]:
        """The texts between the matches."""
        parts, place = [], 0
        for match in self._matches(text):
            parts.append(text[place : match[0]])
            place = match[1]
        return [*parts, text[place:]]


def _group(text: str, match: list[int], number: int) -> str:
    start, end = match[2 * number : 2 * number + 2]
    return text[start:end] if start >= 0 else ""


def _template(replacement: str, groups: int) -> list[str | int]:
    pieces: list[str | int] = []
    place = 0
    while place < len(replacement):
        character = replacement[place]
        following = replacement[place + 1 : place + 2]
        if character == "\\" and following not in ("\\", "$"):
            raise PatternError("a backslash in the replacement stands before a backslash or a dollar sign")
        if character == "\\":
            pieces.append(following)
            place += 2
        elif character == "$":
            number, place = _reference(replacement, place + 1, groups)
            pieces.append(number if number <= groups else "")
        else:
            pieces.append(character)
            place += 1
    return pieces


def _reference(replacement: str, place: int, groups: int) -> tuple[int, int]:
    if not replacement[place : place + 1].isascii() or not replacement[place : place + 1].isdigit():
        raise PatternError("a dollar sign in the replacement stands before a digit")
    end = place + 1
    while replacement[end : end + 1] in tuple("0123456789") and int(replacement[place : end + 1]) <= groups:
        end += 1
    return int(replacement[place:end]), end


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, flags: str) -> Pattern:
    """The pattern under flags of s, m, i, x, q. Raises PatternError."""
    if not _FLAGS.issuperset(flags):
        raise PatternError(f"flags are s, m, i, x, q; not {flags!r}")
    return Pattern(assemble(parse_pattern(pattern, flags), flags))


__all__ = ["Pattern", "PatternError", "compile_pattern"]
