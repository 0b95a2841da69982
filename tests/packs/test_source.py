"""Reading declarations: values, and where each stands; any text is a value or a mistake with a place."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chengban.packs.source import Document, PackMistake, Place, documents

VALUES: dict[str, Any] = {
    "a: 1": 1, "a: -7": -7, "a: 007": "007", "a: 0.1": Decimal("0.1"), "a: .5": ".5", "a: 1e3": "1e3", "a: 0x10": "0x10",
    "a: 2025-01-31": date(2025, 1, 31), "a: '2025-01-31'": "2025-01-31", "a: 12:30": "12:30", "a: 1_000": "1_000",
    "a: on": "on", "a: no": "no", "a: 否": "否", "a: true": True, "a: True": "True",
    "a: ~": None, "a:": None, "a: null": None, "a: ''": "",
    "a: 371502": 371502, 'a: "371502"': "371502", "a: !!str 5": 5, "a: [1, 甲, {b: 2}]": [1, "甲", {"b": 2}],
    "a: |\n  两行\n  文字\n": "两行\n文字\n", "a: >-\n  折\n  行\n": "折 行", "# only a word\na: 1": 1,
}  # fmt: skip


@pytest.mark.parametrize("text", VALUES)
def test_a_scalar_is_what_an_official_would_read(text: str) -> None:
    found = Document("f.yaml", text).value["a"]
    assert (found, type(found)) == (VALUES[text], type(VALUES[text]))


MISTAKES = {
    "a: [1, 2": (2, 1, "cannot be read"),
    "a: 1\n\tb: 2": (2, 1, "cannot be read"),
    "a: 1\nb: 2\na: 3": (3, 1, "a is written twice here"),
    "a:\n  - {b: 1, c: 2, b: 3}": (2, 18, "b is written twice here"),
    "a: 2025-02-30": (1, 1, "2025-02-30 is not a day of the calendar"),
    "a:\n  - 2025-13-01": (2, 5, "2025-13-01 is not a day"),
    "a: 1\n---\nb: 2": (2, 1, "cannot be read"),
    "a: &x [1]\nb: *x": (2, 4, "write the value out"),
    "a: &x [*x]": (1, 8, "write the value out"),
    "a: *nowhere": (1, 4, "write the value out"),
    "a: " + "9" * 5000: (1, 1, "more than 40 digits"),
    "a: 0." + "9" * 5000: (1, 1, "more than 40 digits"),
    "[" * 41 + "]" * 41: (1, 41, "nested more than 40 deep"),
    "[" * 200_000: (1, 41, "nested more than 40 deep"),
    "a: \x07": (1, 1, "cannot be read"),
    "a: 'open": (1, 9, "cannot be read"),
    "a: b: c": (1, 5, "cannot be read"),
}


@pytest.mark.parametrize("text", MISTAKES, ids=[text[:20].encode("unicode_escape").decode() for text in MISTAKES])
def test_a_mistake_has_its_line_its_column_and_a_sentence(text: str) -> None:
    line, column, words = MISTAKES[text]
    with pytest.raises(PackMistake, match=words) as refused:
        Document("f.yaml", text)
    (finding,) = refused.value.findings
    assert finding.place == Place("f.yaml", line, column)
    assert str(finding).startswith(f"f.yaml:{line}:{column}: ")


NOT_SURROGATES = st.characters(exclude_categories=["Cs"])
YAMLISH = st.text(st.sampled_from(list("ab:-[]{}&*!|>'\"#%@`,? \n\t019.~<=\\é诚\ufeff")), max_size=60)


@settings(max_examples=600, deadline=None)
@given(st.text(NOT_SURROGATES, max_size=200) | YAMLISH)
@example("\ufeffa: 1")
@example("? [a]\n: 1")
@example("<<: {a: 1}")
@example("a: ٢٠٢٥-٠١-٠١")
@example("%YAML 9.9\n---\na")
@example("a: !!python/object/apply:os.system [x]")
def test_any_text_is_a_value_or_a_mistake(text: str) -> None:
    try:
        document = Document("f.yaml", text)
    except PackMistake as mistake:
        assert all(finding.place.line >= 1 and finding.place.column >= 1 and finding.message for finding in mistake.findings)
    else:
        assert _plain(document.value)
        assert document.place(("nowhere", 3)).line >= 1


def _plain(value: Any) -> bool:
    """Only values that a declaration can hold."""
    if isinstance(value, dict):
        return all(isinstance(name, str) and _plain(part) for name, part in value.items())
    return all(map(_plain, value)) if isinstance(value, list) else isinstance(value, str | int | Decimal | date | None)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_file_is_a_document_or_a_mistake(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)
    try:
        Document.load(path, path.parent)
    except PackMistake as mistake:
        assert mistake.findings[0].place.file == "any.yaml"


def test_a_file_in_another_encoding_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "gb.yaml").write_bytes("名称: 聊城".encode("gb18030"))
    with pytest.raises(PackMistake, match=r"part/gb\.yaml:1:1: the file is not UTF-8") as refused:
        list(documents(tmp_path, tmp_path))
    assert len(refused.value.findings) == 1


TEXT = """\
first: 1
list:
  - {name: 甲, when: 人数 > 5}
  - name: 乙
    when: |
      人数 > 5
        and 年度 = 1
    quoted: "人数 > 5"
"""


def test_each_key_has_its_place_and_what_is_missing_has_that_of_what_is_around_it() -> None:
    document = Document("f.yaml", TEXT)
    places = {key: (place.line, place.column) for key in _KEYS if (place := document.place(key))}
    assert places == _KEYS


_KEYS: dict[tuple[str | int, ...], tuple[int, int]] = {
    ("first",): (1, 1), ("list",): (2, 1), ("list", 0): (3, 5), ("list", 0, "when"): (3, 15), ("list", 1, "name"): (4, 5),
    ("list", 1, "nothing"): (4, 5), ("list", 9): (2, 1), ("nothing", "at", "all"): (1, 1), (): (1, 1),
}  # fmt: skip


def test_a_place_within_an_expression() -> None:
    document = Document("f.yaml", TEXT)
    assert document.inside(("list", 0, "when"), 1, 4) == Place("f.yaml", 3, 24)
    assert document.inside(("list", 1, "when"), 1, 1) == Place("f.yaml", 6, 7)
    assert document.inside(("list", 1, "when"), 2, 3) == Place("f.yaml", 7, 9)
    assert document.inside(("list", 1, "quoted"), 1, 1) == Place("f.yaml", 8, 14)


@pytest.mark.parametrize(("column", "line", "found"), [(1, 2, 5), (4, 2, 8), (7, 3, 5), (9, 3, 7), (13, 4, 5)])
def test_a_place_within_a_folded_text_is_on_the_line_it_was_written_on(column: int, line: int, found: int) -> None:
    document = Document("f.yaml", "when: >-\n    甲 > 1\n    and 乙\n    or 丙\nnext: 1\n")
    assert document.inside(("when",), 1, column) == Place("f.yaml", line, found)
