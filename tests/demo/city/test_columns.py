"""Columns without a Python object per value: the same values as with them."""

from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chengban.demo.city import columns as c

CENTS = st.lists(st.integers(-(10**15), 10**15), max_size=20)


@given(CENTS)
def test_decimals_are_exact(units: list[int]) -> None:
    assert c.decimal(np.array(units, np.int64)).to_pylist() == [Decimal(unit).scaleb(-2) for unit in units]


@given(st.lists(st.tuples(st.integers(-99, 99), st.booleans()), max_size=20))
def test_a_decimal_that_is_absent_is_null(rows: list[tuple[int, bool]]) -> None:
    units = np.array([unit for unit, _ in rows], np.int64)
    absent = np.array([gone for _, gone in rows], bool)
    assert c.decimal(units, scale=0, absent=absent).to_pylist() == [None if gone else Decimal(unit) for unit, gone in rows]


@given(st.lists(st.dates(date(1900, 1, 1), date(2100, 1, 1)), min_size=1, max_size=20))
def test_days_years_and_months_are_the_calendar_s(days: list[date]) -> None:
    number = np.array([c.day_number(day) for day in days])
    assert c.days(number).to_pylist() == days
    assert c.year_of(number).tolist() == [day.year for day in days]
    assert c.months(c.month_of(number)).to_pylist() == [f"{day:%Y-%m}" for day in days]
    assert c.days(c.month_start(c.month_of(number))).to_pylist() == [day.replace(day=1) for day in days]
    assert c.days(c.year_start(c.year_of(number))).to_pylist() == [day.replace(month=1, day=1) for day in days]
    assert c.month_of(number).tolist() == [c.month_number(day.year, day.month) for day in days]


def test_numbers_in_text_keep_their_zeros() -> None:
    assert c.number_text("JY", np.array([7, 12345]), 5).to_pylist() == ["JY00007", "JY12345"]
