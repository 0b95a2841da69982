"""docs/law.md is true: the code and the tests that it names are there, and every clause that is cited has its row."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import BaseModel

from chengban.cases.clock import changes, events, forbidden, rules
from chengban.cases.clock.forbidden import Forbidden
from chengban.packs import current
from chengban.packs.model import Citation
from tests.cases.lives import lives

ROOT = Path(__file__).resolve().parents[2]
CLOCK = ROOT / "src" / "chengban" / "cases" / "clock"
LICENCE_LAW = forbidden.LICENCE_LAW


class Row(NamedTuple):
    clause: str
    asks: str
    code: str
    test: str


def rows() -> list[Row]:
    text = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\| (.+?) \| (.+?) \| `(.+?)` \| (.+?) \|$", text, re.M)
    return [Row(*line) for line in lines]


ROWS = rows()


def names_in(path: Path) -> set[str]:
    """The functions, classes and constants of a module."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.clause)
def test_the_code_and_the_test_of_a_row_are_there(row: Row) -> None:
    file, name = row.code.split("::")
    assert name in names_in(CLOCK / file), row.code
    if "::" in row.test:
        file, name = row.test.split("::")
        assert name in names_in(ROOT / "tests" / file), row.test
    else:
        assert tuple(row.test.split(": ", 1)) in {(life.file, life.name) for life in lives()}, row.test


def cited_by_the_code() -> Iterator[Citation]:
    for one in vars(forbidden).values():
        if isinstance(one, type) and issubclass(one, Forbidden) and one is not Forbidden:
            yield one.clause
    yield from (kind.paper for kind in events.EVENTS if kind.paper is not None)
    yield from (*changes.AT_ONCE.values(), changes.TOLD_AT_ONE_TIME)


def citations_in(value: object) -> Iterator[Citation]:
    if isinstance(value, Citation):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from citations_in(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from citations_in(one)


def as_clause(citation: Citation) -> str:
    """As the page writes it: the licence law by its article alone."""
    if citation.title == LICENCE_LAW:
        return citation.article or ""
    return f"{citation.title} {citation.article or ''}".strip()


def test_every_clause_that_the_code_or_the_pack_cites_has_its_row() -> None:
    pack = current()
    cited = {*cited_by_the_code(), *(one for clock in pack.clocks.values() for one in citations_in(clock))} - {rules.PROMISED}
    assert {as_clause(one) for one in cited} - {row.clause for row in ROWS} == set()


def test_no_row_is_of_a_clause_that_nobody_keeps() -> None:
    """第八十二条 is kept by the calendar itself, and cited by nothing."""
    pack = current()
    cited = {*cited_by_the_code(), *(one for clock in pack.clocks.values() for one in citations_in(clock))}
    assert {row.clause for row in ROWS} - {as_clause(one) for one in cited} == {"第八十二条"}


def test_the_clock_knows_no_web_and_no_database() -> None:
    """So that anybody can reckon with it: lib, rules and packs are all that it stands on."""
    for path in CLOCK.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None) or ""]
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name in names:
                    assert name.split(".")[0] not in ("django", "ninja"), f"{path.name}: {name}"
                    rooms = name.split(".")[:2]
                    assert rooms[0] != "chengban" or rooms[1] in ("cases", "lib", "packs", "rules"), f"{path.name}: {name}"


def test_the_clock_knows_no_figures_of_the_law() -> None:
    """No whole number above two stands in its code, but for a week's days, a year's months and what the language needs."""
    allowed_by_file = {"calendar.py": {5}, "reckon.py": {5, 12}}
    for path in CLOCK.glob("*.py"):
        numbers = {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 2
        }
        assert numbers <= allowed_by_file.get(path.name, set()), (path.name, numbers)
