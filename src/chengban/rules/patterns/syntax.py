"""Text of a pattern to a tree: alternatives of sequences of repeated atoms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .characters import CharacterSet, Test, category, escape_class, exactly, from_to
from .errors import PatternError

MAX_PATTERN, MAX_NESTING, MAX_REPEAT = 5_000, 30, 1_000
_ESCAPED = frozenset("\\|.-^?*+{}()[]$")
_WHITE = {"n": "\n", "r": "\r", "t": "\t"}
_QUANTIFIERS = {"?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True, slots=True)
class One:
    """One character of a set; `any` is the dot."""

    characters: CharacterSet | None


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    mark: str


@dataclass(frozen=True, slots=True)
class Back:
    """What group `number` matched."""

    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `number` is None when it captures nothing."""

    number: int | None
    inner: Alternatives


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `least` to `most` times (None: without end)."""

    inner: One | Anchor | Back | Group
    least: int
    most: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Any of the sequences."""

    sequences: tuple[tuple[Any, ...], ...]


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.place, self.groups = text, 0, 0
        self.open_groups: list[int] = []

    @property
    def next(self) -> str:
        return self.text[self.place : self.place + 1]

    def take(self) -> str:
        character = self.next
        if not character:
            raise PatternError("the pattern ends too early")
        self.place += 1
        return character

    def accept(self, text: str) -> bool:
        found = self.text.startswith(text, self.place)
        self.place += len(text) if found else 0
        return found


def parse_pattern(pattern: str, flags: str) -> Alternatives:
    """The tree of a pattern. Raises PatternError."""
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"the pattern has more than {MAX_PATTERN} characters")
    if "q" in flags:
        return Alternatives((tuple(One(CharacterSet((exactly(character),))) for character in pattern),))
    reader = _Reader(_without_space(pattern) if "x" in flags else pattern)
    tree = _alternatives(reader, 0)
    if reader.next:
        raise PatternError("a closing bracket has no opening one")
    return tree


def _without_space(pattern: str) -> str:
    """Flag x: white space outside of brackets means nothing."""
    kept, depth, escaped = [], 0, False
    for character in pattern:
        if depth == 0 and character in " \t\n\r":
            continue
        kept.append(character)
        if not escaped:
            depth += (character == "[") - (character == "]" and depth > 0)
        escaped = character == "\\" and not escaped
    return "".join(kept)


def _alternatives(reader: _Reader, depth: int) -> Alternatives:
    if depth > MAX_NESTING:
        raise PatternError(f"groups are nested more than {MAX_NESTING} deep")
    sequences = [_sequence(reader, depth)]
    while reader.accept("|"):
        sequences.append(_sequence(reader, depth))
    return Alternatives(tuple(sequences))


def _sequence(reader: _Reader, depth: int) -> tuple[Any, ...]:
    parts = []
    while reader.next not in ("", "|", ")"):
        parts.append(_repeated(reader, _atom(reader, depth)))
    return tuple(parts)


def _repeated(reader: _Reader, atom: Any) -> Any:
    bounds = _QUANTIFIERS.get(reader.next)
    if bounds is not None:
        reader.take()
    elif reader.accept("{"):
        bounds = _counts(reader)
    if bounds is None:
        return atom
    lazy = reader.accept("?")
    if reader.next in _QUANTIFIERS or reader.next == "{":
        raise PatternError("a repetition cannot be repeated")
    return Repeat(atom, bounds[0], bounds[1], lazy)


def _counts(reader: _Reader) -> tuple[int, int | None]:
    text = ""
    while reader.next not in ("}", ""):
        text += reader.take()
    reader.take()
    low, comma, high = text.partition(",")
    if not low.isdigit() or (high and not high.isdigit()):
        raise PatternError(f"{{{text}}} is no count")
    least, most = int(low), (int(high) if high else None if comma else int(low))
    if least > MAX_REPEAT or (most is not None and (most < least or most > MAX_REPEAT)):
        raise PatternError(f"{{{text}}} is no count up to {MAX_REPEAT}")
    return least, most


def _atom(reader: _Reader, depth: int) -> Any:
    character = reader.take()
    if character == "(":
        return _group(reader, depth)
    if character == "[":
        return One(_bracketed(reader, depth))
    if character == ".":
        return One(None)
    if character in "^$":
        return Anchor(character)
    if character == "\\":
        return _escaped(reader)
    if character in "?*+{}]":
        raise PatternError(f"{character} cannot stand there")
    return One(CharacterSet((exactly(character),)))


def _group(reader: _Reader, depth: int) -> Group:
    number = None
    if not reader.accept("?:"):
        reader.groups += 1
        number = reader.groups
        reader.open_groups.append(number)
    inner = _alternatives(reader, depth + 1)
    if not reader.accept(")"):
        raise PatternError("a group is not closed")
    if number is not None:
        reader.open_groups.remove(number)
    return Group(number, inner)


def _escaped(reader: _Reader) -> One | Back:
    if reader.next in tuple("123456789"):
        return _back(reader)
    return One(CharacterSet((_escape(reader),)))


def _back(reader: _Reader) -> Back:
    number = int(reader.take())
    while reader.next in tuple("0123456789") and number * 10 + int(reader.next) <= reader.groups:
        number = number * 10 + int(reader.take())
    if number > reader.groups or number in reader.open_groups:
        raise PatternError(f"there is no group {number} before this")
    return Back(number)


def _escape(reader: _Reader) -> Test:
    letter = reader.take()
    if letter in _WHITE:
        return exactly(_WHITE[letter])
    if letter in _ESCAPED:
        return exactly(letter)
    if letter in "pP" and reader.accept("{"):
        name = ""
        while reader.next not in ("}", ""):
            name += reader.take()
        reader.take()
        return category(name, letter == "p")
    test = escape_class(letter)
    if test is None:
        raise PatternError(f"\\{letter} means nothing")
    return test


def _bracketed(reader: _Reader, depth: int) -> CharacterSet:
    if depth > MAX_NESTING:
        raise PatternError("brackets are nested too deep")
    negated = reader.accept("^")
    tests: list[Test] = []
    without = None
    while not reader.accept("]"):
        if tests and reader.accept("-["):
            without = _bracketed(reader, depth + 1)
            if reader.next != "]":
                raise PatternError("nothing may follow what a class leaves out")
        else:
            tests.append(_member(reader))
    if not tests:
        raise PatternError("a class of characters is empty")
    return CharacterSet(tuple(tests), negated, without)


def _member(reader: _Reader) -> Test:
    first, test = _single(reader)
    following = reader.text[reader.place + 1 : reader.place + 2]
    if first is None or reader.next != "-" or following in ("]", "["):
        return test
    reader.take()
    last, _ = _single(reader)
    if last is None:
        raise PatternError("a range ends in a class")
    return from_to(first, last)


def _single(reader: _Reader) -> tuple[str | None, Test]:
    character = reader.take()
    if character == "[":
        raise PatternError("[ stands in a class without a backslash")
    if character != "\\":
        return character, exactly(character)
    if reader.next in _WHITE or reader.next in _ESCAPED:
        character = reader.take()
        character = _WHITE.get(character, character)
        return character, exactly(character)
    return None, _escape(reader)
