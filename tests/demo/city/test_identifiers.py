"""Identifiers made by the column, against the rules that read them one at a time."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengban.demo.city.columns import fixed_text
from chengban.demo.city.identifiers import citizen_numbers, mobile_phones, rank_within, uscc_codes
from chengban.lib.identifiers import is_citizen_id, is_uscc, uscc_mask

COUNTIES = [371502, 371503, 371521, 371522, 371523, 371524, 371525, 371526, 371581]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 31**6 - 1), st.integers(1, 3), st.sampled_from(COUNTIES)), min_size=1, max_size=30))
def test_a_credit_code_is_valid_and_says_what_it_was_made_of(rows: list[tuple[int, int, int]]) -> None:
    serial, category, region = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    for code, (_serial, kind, county) in zip(fixed_text(uscc_codes(serial, category, region)).to_pylist(), rows, strict=True):
        assert is_uscc(code)
        assert code.startswith(f"9{kind}{county}MX")
        assert organisation_check(code[8:16]) == code[16]


def organisation_check(body: str) -> str:
    """The check character of GB 11714, written out."""
    total = sum(int(letter, 36) * weight for letter, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return "0123456789X"[11 - total % 11] if total % 11 else "0"


def test_different_serials_make_different_codes() -> None:
    serial = np.arange(40_000)
    codes = uscc_codes(serial, np.ones_like(serial), np.full_like(serial, 371502))
    assert len(pa.compute.unique(fixed_text(codes))) == 40_000
    assert uscc_mask(fixed_text(codes)).all()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(COUNTIES), st.integers(-20_000, 20_000), st.booleans()), min_size=1, max_size=40))
def test_a_citizen_number_is_valid_and_its_own(rows: list[tuple[int, int, bool]]) -> None:
    region, born, male = (np.array(column) for column in zip(*rows, strict=True))
    numbers = fixed_text(citizen_numbers(region, born, male)).to_pylist()
    assert len(set(numbers)) == len(numbers)
    for number, (county, day, man) in zip(numbers, rows, strict=True):
        assert is_citizen_id(number)
        assert number[:6] == str(county)
        assert number[6:14] == str(np.datetime64(day, "D")).replace("-", "")
        assert int(number[16]) % 2 == man


def test_a_day_that_is_full_is_refused() -> None:
    with pytest.raises(ValueError, match="more people were born"):
        citizen_numbers(np.full(49, 371502), np.zeros(49, np.int64), np.ones(49, bool))


def test_phones_have_a_prefix_that_nobody_holds() -> None:
    phones = fixed_text(mobile_phones(np.arange(5000))).to_pylist()
    assert len(set(phones)) == 5000
    assert {phone[:3] for phone in phones} == {"154"}
    assert {len(phone) for phone in phones} == {11}


@given(st.lists(st.integers(0, 5), max_size=50))
def test_rank_within_counts_those_of_the_group_before(groups: list[int]) -> None:
    expected = [groups[:place].count(group) for place, group in enumerate(groups)]
    assert rank_within(np.array(groups, np.int64)).tolist() == expected
