"""Reading declarations: YAML text → plain values, with the line and column each came from.

Scalars follow YAML 1.2's core schema, with two changes that a city's declarations need: a number is an exact `Decimal` or an
`int`, and `2025-01-01` is a date. So `on`, `no` and `否` are words, and 0.1 is one tenth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Key = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEEPEST = 40
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a file, a line and a column, both counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a pack, where, in a sentence."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class PackMistake(Exception):
    """A pack cannot be used. `findings` says everything that was found wrong with it."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("\n".join(map(str, findings)))


class Document:
    """One file's values, and the place of each by its key path."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._places: dict[Key, Place] = {}
        self._texts: dict[Key, tuple[Place, str]] = {}
        self._lines = text.split("\n")
        self.value: Any = self._read(text)

    @classmethod
    def load(cls, path: Path, root: Path) -> "Document":
        """Read `path`; its name in findings is relative to `root`. Raises `PackMistake`."""
        name = path.relative_to(root).as_posix()
        try:
            return cls(name, path.read_text(encoding="utf-8"))
        except UnicodeDecodeError as error:
            raise PackMistake([Finding(Place(name, 1, 1), f"the file is not UTF-8 text ({error.reason})")]) from error

    def place(self, key: Key = ()) -> Place:
        """Where `key` stands, or the nearest thing around it that has a place."""
        while key and key not in self._places:
            key = key[:-1]
        return self._places.get(key, Place(self.file, 1, 1))

    def inside(self, key: Key, line: int, column: int) -> Place:
        """The place of a line and column (from 1) within the text at `key`: exact for one-line and block texts."""
        start, style = self._texts.get(key, (self.place(key), ""))
        if style in ("|", ">"):
            return self._in_block(start, line, column, folded=style == ">")
        return Place(self.file, start.line + line - 1, start.column + column - 1 if line == 1 else column)

    def _in_block(self, start: Place, line: int, column: int, *, folded: bool) -> Place:
        """In a block text, whose lines stand below `start` with an indentation; folding joins lines with a space."""
        below = self._lines[start.line :]
        indent = next((len(text) - len(text.lstrip(" ")) for text in below if text.strip()), 0)
        at = line - 1
        while folded and at < len(below) - 1 and column > len(below[at][indent:].rstrip()) + 1:
            column -= len(below[at][indent:].rstrip()) + 1
            at += 1
        return Place(self.file, start.line + at + 1, indent + column)

    def _read(self, text: str) -> Any:
        try:
            self._refuse_traps(text)
            node = yaml.compose(text, Loader)
        except yaml.MarkedYAMLError as error:
            place = self._at(error.problem_mark or error.context_mark)
            raise PackMistake([Finding(place, f"the YAML cannot be read: {error.problem}")]) from error
        except yaml.YAMLError as error:
            raise PackMistake([Finding(Place(self.file, 1, 1), f"the YAML cannot be read: {error}")]) from error
        return None if node is None else self._value(node, ())

    def _refuse_traps(self, text: str) -> None:
        """Refuse what would exhaust the stack or the memory of whoever builds the values: deep nesting, and aliases."""
        depth = 0
        for event in yaml.parse(text, Loader):
            if isinstance(event, yaml.AliasEvent):
                raise PackMistake([Finding(self._at(event.start_mark), f"write the value out: *{event.anchor} is not used here")])
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise PackMistake([Finding(self._at(event.start_mark), f"nested more than {_DEEPEST} deep")])

    def _at(self, mark: Any) -> Place:
        return Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file, 1, 1)

    def _value(self, node: yaml.Node, key: Key) -> Any:
        self._places.setdefault(key, self._at(node.start_mark))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*key, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        return self._scalar(node, key)

    def _mapping(self, node: yaml.MappingNode, key: Key) -> dict[Any, Any]:
        values: dict[Any, Any] = {}
        for name_node, value_node in node.value:
            name = str(name_node.value)
            place = self._at(name_node.start_mark)
            if name in values:
                raise PackMistake([Finding(place, f"{name} is written twice here")])
            self._places[(*key, name)] = place
            values[name] = self._value(value_node, (*key, name))
        return values

    def _scalar(self, node: yaml.ScalarNode, key: Key) -> Any:
        place = self._at(node.start_mark)
        quoted = node.style in ("'", '"')
        self._texts[key] = (Place(place.file, place.line, place.column + quoted), node.style or "")
        return node.value if node.style else self._plain(node.value, key)

    def _plain(self, text: str, key: Key) -> Any:
        if text in _WORDS:
            return _WORDS[text]
        if len(text) > _LONGEST_NUMBER and (_INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text)):
            raise PackMistake([Finding(self.place(key), f"a number of more than {_LONGEST_NUMBER} digits")])
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if _DATE.fullmatch(text):
            return self._date(text, key)
        return text

    def _date(self, text: str, key: Key) -> date:
        try:
            return date.fromisoformat(text)
        except ValueError as error:
            raise PackMistake([Finding(self.place(key), f"{text} is not a day of the calendar")]) from error


def documents(folder: Path, root: Path) -> Iterator[Document]:
    """Every YAML file under `folder`, in the order of its name."""
    for path in sorted(folder.rglob("*.yaml")):
        yield Document.load(path, root)
