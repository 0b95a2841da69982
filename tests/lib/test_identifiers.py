"""The column checks give the answers that python-stdnum gives one at a time."""

from datetime import date

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from chengban.lib import identifiers

GOOD_USCC = st.tuples(st.sampled_from("12359AN"), st.sampled_from("123"), st.sampled_from(["371502", "371523", "110108"])).flatmap(
    lambda head: st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9).map(
        lambda body: (stem := "".join(head) + body) + uscc.calc_check_digit(stem)
    )
)
BIRTHS = st.dates(min_value=date(1900, 1, 1), max_value=date(2024, 12, 31))
GOOD_RIC = st.tuples(BIRTHS, st.integers(0, 999)).map(
    lambda made: (stem := f"371502{made[0]:%Y%m%d}{made[1]:03}") + ric.calc_check_digit(stem + "0")
)
SPOILT = st.tuples(GOOD_USCC | GOOD_RIC, st.integers(0, 17), st.sampled_from("0123456789ABXIOSZ中 ")).map(
    lambda made: made[0][: made[1]] + made[2] + made[0][made[1] + 1 :]
)


@given(st.lists(GOOD_USCC, min_size=1, max_size=5))
def test_a_good_code_passes_both_ways(codes: list[str]) -> None:
    assert all(map(identifiers.is_uscc, codes))
    assert identifiers.uscc_mask(pa.array(codes)).all()


@given(st.lists(GOOD_RIC, min_size=1, max_size=5))
def test_a_good_citizen_number_passes_both_ways(numbers: list[str]) -> None:
    assert all(map(identifiers.is_citizen_id, numbers))
    assert identifiers.citizen_id_mask(pa.array(numbers)).all()


@given(st.lists(st.none() | GOOD_USCC | GOOD_RIC | SPOILT | st.text(max_size=20), max_size=20))
def test_columns_agree_with_single_checks(texts: list[str | None]) -> None:
    column = pa.array(texts, pa.string())
    assert identifiers.uscc_mask(column).tolist() == [bool(text) and identifiers.is_uscc(text) for text in texts]  # type: ignore[arg-type]


@given(st.lists(GOOD_RIC, min_size=3, max_size=3))
def test_a_sliced_column_is_checked_where_it_is(numbers: list[str]) -> None:
    column = pa.array(["bad", *numbers, None])
    assert identifiers.citizen_id_mask(column.slice(1, 3)).tolist() == [True, True, True]
    assert identifiers.citizen_id_mask(column).tolist() == [False, True, True, True, False]


def test_published_example_codes() -> None:
    assert identifiers.is_uscc("91110000600037341L")
    assert not identifiers.is_uscc("A1110000600037341L")
    assert identifiers.is_citizen_id("360426199101010071")
    assert not identifiers.is_citizen_id("360426199102300077")
