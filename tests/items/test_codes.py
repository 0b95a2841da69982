"""Codes of items: known answers, building and splitting, and every way to spoil one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.items.codes import CatalogueCode, HandlingCode, TaskCode, catalogue_code, handling_code, is_code, split, task_code
from chengban.items.errors import CodeMistake
from chengban.lib.identifiers import USCC_ALPHABET, USCC_WEIGHTS, is_uscc

BODY, CATALOGUE = "11320400014110315K", "322014325004"
TASK = f"{BODY}3{CATALOGUE}"


def sealed(head: str) -> str:
    """The social credit code that begins with 17 characters."""
    total = sum(USCC_ALPHABET.index(ord(letter)) * int(weight) for letter, weight in zip(head, USCC_WEIGHTS, strict=True))
    return head + chr(USCC_ALPHABET[(31 - total % 31) % 31])


digits = st.text("0123456789", min_size=12, max_size=12)
catalogues = digits.map(catalogue_code)
bodies = st.tuples(st.text("0123456789", min_size=7, max_size=7), st.text(USCC_ALPHABET.decode(), min_size=9, max_size=9)).map(
    lambda parts: sealed("1" + "".join(parts))
)
tasks = st.builds(TaskCode, bodies, st.sampled_from("123456"), catalogues)
handlings = st.builds(HandlingCode, tasks, st.text("0123456789", min_size=2, max_size=2))


def test_the_known_codes_are_split_into_their_parts() -> None:
    assert catalogue_code(CATALOGUE) == CatalogueCode("32", "20", "14", "325", "004")
    assert task_code(TASK) == TaskCode(BODY, "3", catalogue_code(CATALOGUE))
    assert handling_code(f"{TASK}01") == HandlingCode(task_code(TASK), "01")
    assert catalogue_code("440114004001").task_type == "01"


@settings(deadline=None)
@given(st.one_of(catalogues, tasks, handlings))
def test_what_is_built_is_split_again(code: CatalogueCode | TaskCode | HandlingCode) -> None:
    assert split(str(code)) == code
    assert len(str(code)) in (12, 31, 33)


@settings(deadline=None)
@given(tasks)
def test_the_body_and_the_level_stand_where_the_standard_says(code: TaskCode) -> None:
    text = str(code)
    assert (text[:18], text[18], text[19:]) == (code.body, code.level, str(code.catalogue))
    assert is_uscc(text[:18])


@settings(deadline=None)
@given(tasks, st.integers(0, 17), st.sampled_from(USCC_ALPHABET.decode()))
def test_one_wrong_character_in_the_body_is_found(code: TaskCode, place: int, letter: str) -> None:
    text = str(code)
    spoilt = text[:place] + letter + text[place + 1 :]
    assert is_code(spoilt) == (spoilt == text)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_a_code_or_a_sentence(text: str) -> None:
    try:
        assert str(split(text)) == text
    except CodeMistake as mistake:
        assert str(mistake).endswith("。")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("32201432500", "11 位"),
        (f"{BODY}7{CATALOGUE}", "行使层级"),
        (f"11320400014110315L3{CATALOGUE}", "统一社会信用代码"),
        (f"{TASK}a1", "序号"),
        (f"{BODY}33220143250０4", "基本编码"),
        (TASK.lower(), "统一社会信用代码"),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    with pytest.raises(CodeMistake, match=told):
        split(text)


def test_parts_of_another_length_make_no_code() -> None:
    with pytest.raises(CodeMistake):
        CatalogueCode("3", "220", "14", "325", "004")
    with pytest.raises(CodeMistake):
        task_code(f"{TASK}01")
    with pytest.raises(CodeMistake):
        handling_code(TASK)
