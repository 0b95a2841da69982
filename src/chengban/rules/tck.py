"""Runs the technology compatibility kit of DMN: test cases beside models, results counted by folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from .dmn import Model, load
from .dmn.xml import each, first, local
from .errors import RulesError
from .evaluate.comparing import equal
from .temporal import parse_date, parse_datetime, parse_duration, parse_time
from .text import literal_text
from .unknown import Unknown

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_CLOSE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expected result: where it is written, what was wanted, what came."""

    folder: str
    case: str
    result: str
    passed: bool
    expects_null: bool
    told: str

    @property
    def name(self) -> str:
        """`folder/case/result`, unique in the kit."""
        return f"{self.folder}/{self.case}/{self.result}"


def run_kit(directory: Path) -> Iterator[Outcome]:
    """An outcome for each expected result in the folders below `directory`."""
    for path in sorted(directory.rglob("*.xml")):
        root = ElementTree.parse(path).getroot()
        if local(root) == "testCases":
            yield from _cases(path, root)


def _cases(path: Path, root: Element) -> Iterator[Outcome]:
    named = first(root, "modelName")
    file = path.parent / ("".join(named.itertext()).strip() if named is not None else "")
    model: Model | RulesError
    try:
        model = load(file)
    except (RulesError, OSError) as problem:
        model = RulesError(str(problem))
    for case in each(root, "testCase"):
        yield from _results(path.parent.name, case, model)


def _results(folder: str, case: Element, model: Model | RulesError) -> Iterator[Outcome]:
    inputs = {node.get("name", ""): _value(node) for node in each(case, "inputNode")}
    for node in each(case, "resultNode"):
        expected = first(node, "expected")
        if expected is None:
            continue
        wanted = _value(expected)
        found = _found(model, case, node.get("name", ""), inputs)
        told = f"expected {_say(wanted)}, found {_say(found)}"
        identity, name = case.get("id", ""), node.get("name", "")
        yield Outcome(folder, identity, name, _same(found, wanted), wanted is None, told)


def _found(model: Model | RulesError, case: Element, name: str, inputs: dict[str, Any]) -> Any:
    if isinstance(model, RulesError):
        return model
    try:
        if case.get("type") in ("decisionService", "bkm") or case.get("invocableName"):
            value = model.invoke(case.get("invocableName", name), inputs)
            several = isinstance(value, dict) and len(list(each(case, "resultNode"))) > 1
            return value.get(name) if several else value
        return model.evaluate(name, inputs)
    except RulesError as problem:
        return problem


def _value(element: Element) -> Any:
    """The value that `value`, `list` or `component` children write."""
    components = list(each(element, "component"))
    if components:
        return {component.get("name", ""): _value(component) for component in components}
    listed, plain = first(element, "list"), first(element, "value")
    if listed is not None and listed.get(_NIL) != "true":
        return [_value(item) for item in each(listed, "item")]
    if plain is None or plain.get(_NIL) == "true":
        return None
    return _typed("".join(plain.itertext()), plain.get(_TYPE, "").rpartition(":")[2])


def _typed(text: str, kind: str) -> Any:
    readers: dict[str, Any] = {
        "date": parse_date,
        "time": parse_time,
        "dateTime": parse_datetime,
        "duration": parse_duration,
        "dayTimeDuration": parse_duration,
        "yearMonthDuration": parse_duration,
        "boolean": lambda word: word in ("true", "1"),
    }
    if kind in readers:
        return readers[kind](text.strip())
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        try:
            return Decimal(text.strip())
        except InvalidOperation:
            return None
    return text


def _same(found: Any, wanted: Any) -> bool:
    """Equal, numbers to eight places after the point, as the kit's own runners compare."""
    if isinstance(found, RulesError):
        return wanted is None
    if isinstance(found, Decimal) and isinstance(wanted, Decimal):
        return abs(found - wanted) <= _CLOSE
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(_same(a, b) for a, b in zip(found, wanted, strict=True))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_same(found[key], wanted[key]) for key in wanted)
    return not isinstance(found, Unknown) and equal(found, wanted) is True


def _say(value: Any) -> str:
    return f"the error “{value}”" if isinstance(value, RulesError) else literal_text(value)


def table(outcomes: list[Outcome]) -> str:
    """`N passed, M failed` for each folder and in all; results that are not null apart."""
    folders = dict.fromkeys(outcome.folder for outcome in outcomes)
    lines = [f"{folder}: {_count([one for one in outcomes if one.folder == folder])}" for folder in folders]
    valued = [outcome for outcome in outcomes if not outcome.expects_null]
    nulls = [outcome for outcome in outcomes if outcome.expects_null]
    return "\n".join([*lines, f"null expected: {_count(nulls)}", f"a value expected: {_count(valued)}", _count(outcomes)])


def _count(outcomes: list[Outcome]) -> str:
    passed = sum(outcome.passed for outcome in outcomes)
    return f"{passed} passed, {len(outcomes) - passed} failed"
