"""From a folder of declarations to a `Pack`, or to everything that is wrong with them."""

import csv
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from chengban.lib import env
from chengban.packs.certificates import CertificateType
from chengban.packs.clocks import Clock, ClockFile
from chengban.packs.items import Item, Scene, Synonyms
from chengban.packs.maps import CityMap
from chengban.packs.model import (
    City,
    CodeSet,
    DecisionTable,
    Department,
    Example,
    ExampleFile,
    FactDeclaration,
    FactFile,
    HolidayYear,
    Policy,
    Register,
)
from chengban.packs.published import PublishedFigure
from chengban.packs.purposes import Purpose
from chengban.packs.source import Document, Finding, PackMistake, Place, documents

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a declaration was read: its document and the key it stands under."""

    document: Document
    key: tuple[str | int, ...] = ()

    def place(self, *key: str | int) -> Place:
        return self.document.place((*self.key, *key))


@dataclass
class Pack:
    """Everything one city declares, by id. Read-only once loaded."""

    folder: Path
    city: City
    departments: dict[str, Department] = field(default_factory=dict)
    codes: dict[str, CodeSet] = field(default_factory=dict)
    holidays: dict[int, HolidayYear] = field(default_factory=dict)
    registers: dict[str, Register] = field(default_factory=dict)
    facts: dict[str, FactDeclaration] = field(default_factory=dict)
    topics: dict[str, FactFile] = field(default_factory=dict)
    tables: dict[str, DecisionTable] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    examples: dict[str, tuple[Example, ...]] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)
    certificates: dict[str, CertificateType] = field(default_factory=dict)
    synonyms: dict[str, Synonyms] = field(default_factory=dict)
    figures: dict[str, PublishedFigure] = field(default_factory=dict)
    purposes: dict[str, Purpose] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    map: CityMap | None = None
    origins: dict[tuple[str, str], Origin] = field(default_factory=dict)
    vocabulary: Any = field(default=None, repr=False)
    """Kept by `packs.vocabulary` once it is built."""
    publications: int = 0
    """The last line of the city's log of publications that is laid over the files; 0: the files alone."""

    @cached_property
    def items(self) -> dict[str, Item]:
        """Every service item of every scene, by id."""
        return {item.id: item for scene in self.scenes.values() for item in scene.items}

    @cached_property
    def code_names(self) -> dict[str, dict[str, str]]:
        """Code set id → code → Chinese name."""
        return {codes.id: {item.code: item.name for item in codes.items} for codes in self.codes.values()}

    @cached_property
    def topic_of(self) -> dict[str, str]:
        """Fact id → the heading it stands under."""
        return {fact.id: topic.topic for topic in self.topics.values() for fact in topic.facts}

    def clock(self, identifier: str) -> Clock:
        """The clock of that id, with what it takes from those that it extends. KeyError where there is none."""
        clock = self.clocks[identifier]
        return clock if clock.extends is None else clock.over(self.clock(clock.extends))

    @cached_property
    def clock_of_item(self) -> dict[str, str]:
        """Item id → the id of the clock that it follows."""
        return {item: clock.id for clock in self.clocks.values() for item in clock.items}

    def origin(self, kind: str, identifier: str) -> Origin:
        return self.origins[(kind, identifier)]


@lru_cache(maxsize=4)
def load(folder: Path) -> Pack:
    """Read the pack in `folder`. Raises `PackMistake` with every finding about form; meaning is `check`'s business."""
    pack, findings = read(folder)
    if pack is None or findings:
        raise PackMistake(findings)
    return pack


def current() -> Pack:
    """The pack this installation runs on."""
    return load(env.pack_folder())


def read(folder: Path) -> tuple[Pack | None, list[Finding]]:
    """Read what can be read: the pack (none without a city) and what is wrong with the form of the rest."""
    return _Reader(folder).read()


class _Reader:
    """Collects declarations and findings while it walks the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.findings: list[Finding] = []

    def read(self) -> tuple[Pack | None, list[Finding]]:
        pack = self._city()
        if pack is None:
            return None, self.findings
        self._lists(pack)
        self._each(pack, "codes", CodeSet, pack.codes, after=self._with_csv, skip=("holidays.yaml",))
        self._each(pack, "registers", Register, pack.registers)
        self._each(pack, "tables", DecisionTable, pack.tables)
        self._each(pack, "policies", Policy, pack.policies)
        self._each(pack, "scenes", Scene, pack.scenes)
        self._each(pack, "certificates", CertificateType, pack.certificates)
        self._facts(pack)
        self._examples(pack)
        self._map(pack)
        return pack, self.findings

    def _city(self) -> Pack | None:
        path = self.folder / "pack.yaml"
        if not path.is_file():
            self.findings.append(Finding(Place(str(path), 1, 1), "there is no pack.yaml: this folder is not a pack"))
            return None
        document = self._document(path)
        city = None if document is None else self._fit(City, document.value, document, ())
        if document is None or city is None:
            return None
        return Pack(self.folder, city, origins={("city", city.id): Origin(document)})

    def _document(self, path: Path) -> Document | None:
        try:
            return Document.load(path, self.folder)
        except PackMistake as mistake:
            self.findings += mistake.findings
            return None

    def _documents(self, name: str, skip: tuple[str, ...] = ()) -> Iterator[Document]:
        for path in sorted((self.folder / name).rglob("*.yaml")):
            if path.name in skip:
                continue
            document = self._document(path)
            if document is not None:
                yield document

    def _fit(self, model: type[Model], value: Any, document: Document, key: tuple[str | int, ...]) -> Model | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                self.findings.append(Finding(document.place((*key, *problem["loc"])), _sentence(problem)))
            return None

    def _keep(self, pack: Pack, kind: str, made: Any, into: dict[Any, Any], identifier: Any, origin: Origin) -> None:
        if identifier in into:
            first = pack.origin(kind, str(identifier)).place()
            self.findings.append(Finding(origin.place("id"), f"{kind} {identifier} is declared twice; first at {first}"))
            return
        into[identifier] = made
        pack.origins[(kind, str(identifier))] = origin

    def _each(
        self,
        pack: Pack,
        kind: str,
        model: type[Model],
        into: dict[str, Model],
        after: Callable[[Any, Document], Any] = lambda made, document: made,
        skip: tuple[str, ...] = (),
    ) -> None:
        for document in self._documents(kind, skip):
            made = self._fit(model, document.value, document, ())
            if made is not None:
                made = after(made, document)
                self._keep(pack, kind, made, into, getattr(made, "id"), Origin(document))

    def _lists(self, pack: Pack) -> None:
        self._list(pack, "departments.yaml", "departments", Department, pack.departments, "id")
        self._list(pack, "codes/holidays.yaml", "years", HolidayYear, pack.holidays, "year")
        self._list(pack, "purposes.yaml", "purposes", Purpose, pack.purposes, "id")
        self._list(pack, "figures.yaml", "figures", PublishedFigure, pack.figures, "id")
        self._list(pack, "synonyms.yaml", "synonyms", Synonyms, pack.synonyms, "word")
        self._list(pack, "clocks.yaml", "clocks", Clock, pack.clocks, "id")

    def _list(self, pack: Pack, name: str, key: str, model: type[Model], into: dict[Any, Model], identity: str) -> None:
        document = self._document(self.folder / name) if (self.folder / name).is_file() else None
        if document is None:
            return
        values = document.value.get(key) if isinstance(document.value, dict) else None
        if not isinstance(values, list):
            self.findings.append(Finding(document.place((key,)), f"this file holds a list under the heading {key}"))
            return
        for number, value in enumerate(values):
            made = self._fit(model, value, document, (key, number))
            if made is not None:
                self._keep(pack, key, made, into, getattr(made, identity), Origin(document, (key, number)))

    def _with_csv(self, codes: CodeSet, document: Document) -> CodeSet:
        if codes.file is None:
            return codes
        path = (self.folder / document.file).parent / codes.file
        if not path.is_file():
            self.findings.append(Finding(document.place(("file",)), f"there is no file {codes.file} beside this one"))
            return codes
        name = (Path(document.file).parent / codes.file).as_posix()
        return self._with_rows(codes, path, name) or codes

    def _with_rows(self, codes: CodeSet, path: Path, name: str) -> CodeSet | None:
        try:
            with path.open(encoding="utf-8-sig", newline="") as lines:
                rows = [{key or "": text for key, text in row.items() if text} for row in csv.DictReader(lines)]
            return CodeSet.model_validate({**codes.model_dump(), "items": rows})
        except (UnicodeDecodeError, csv.Error) as error:
            self.findings.append(Finding(Place(name, 1, 1), f"the file is not a CSV in UTF-8 ({error})"))
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                number = problem["loc"][1] if len(problem["loc"]) > 1 else -1
                self.findings.append(Finding(Place(name, int(number) + 2, 1), _sentence(problem)))
        return None

    def _facts(self, pack: Pack) -> None:
        for document in self._documents("facts"):
            topic = self._fit(FactFile, document.value, document, ())
            if topic is None:
                continue
            pack.topics[topic.topic] = topic
            for number, fact in enumerate(topic.facts):
                self._keep(pack, "facts", fact, pack.facts, fact.id, Origin(document, ("facts", number)))

    def _examples(self, pack: Pack) -> None:
        for document in self._documents("cases-tests"):
            made = self._fit(ExampleFile, document.value, document, ())
            if made is not None:
                self._keep(pack, "examples", made.examples, pack.examples, made.policy, Origin(document))

    def _map(self, pack: Pack) -> None:
        if pack.city.map is None:
            return
        path = self.folder / pack.city.map
        if not path.is_file():
            self.findings.append(Finding(pack.origin("city", pack.city.id).place("map"), f"there is no file {pack.city.map}"))
            return
        document = self._document(path)
        pack.map = None if document is None else self._fit(CityMap, document.value, document, ())
        if document is not None:
            pack.origins[("map", pack.city.map)] = Origin(document)


_SENTENCES = {
    "missing": "{field} is missing",
    "extra_forbidden": "{field} is not a word of this declaration",
    "literal_error": "{field} is {input!r}; it can be {expected}",
    "string_type": "{field} must be text; put quotes around it",
}


def _sentence(problem: Any) -> str:
    """What pydantic found, as a sentence that names the field."""
    name = next((part for part in reversed(problem["loc"]) if isinstance(part, str)), "the file")
    template = _SENTENCES.get(problem["type"])
    if template is None:
        return f"{name}: {problem['msg'].removeprefix('Value error, ')}"
    expected = problem.get("ctx", {}).get("expected", "")
    return template.format(field=name, input=problem.get("input"), expected=expected)


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schemas for editors, by the folder or file they are for."""
    kinds: Iterable[tuple[str, type[BaseModel]]] = (
        ("pack", City),
        ("codes", CodeSet),
        ("registers", Register),
        ("facts", FactFile),
        ("tables", DecisionTable),
        ("policies", Policy),
        ("cases-tests", ExampleFile),
        ("scenes", Scene),
        ("certificates", CertificateType),
        ("clocks", ClockFile),
    )
    return {name: model.model_json_schema(by_alias=True) for name, model in kinds}


__all__ = ["Origin", "Pack", "current", "documents", "load", "read", "schemas"]
