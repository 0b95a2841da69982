"""Working days around the holidays of 2025, which end with days worked instead."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.lib import workdays

DAYS = st.dates(date(2005, 1, 1), date(2026, 6, 30))


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2025-12-01", 5, "2025-12-08"),  # a Monday; the weekend does not count
        ("2025-09-26", 1, "2025-09-28"),  # a Sunday that is worked before the National Day
        ("2025-09-30", 1, "2025-10-09"),  # eight days off
        ("2025-09-30", 3, "2025-10-11"),  # a Saturday that is worked
        ("2025-12-01", 0, "2025-12-01"),
    ],
)
def test_known_days(day: str, count: int, last: str) -> None:
    assert workdays.after(date.fromisoformat(day), count) == date.fromisoformat(last)


def test_a_year_that_is_not_arranged_is_said() -> None:
    with pytest.raises(workdays.NoArrangement, match="2099"):
        workdays.is_workday(date(2099, 1, 4))


@given(DAYS, st.integers(1, 40))
def test_just_so_many_working_days_lie_between(day: date, count: int) -> None:
    last = workdays.after(day, count)
    between = [day + timedelta(days=step) for step in range(1, (last - day).days + 1)]
    assert sum(map(workdays.is_workday, between)) == count and workdays.is_workday(last)


@given(st.dates(date(2024, 1, 1), date(2025, 12, 31)), st.dates(date(2024, 1, 1), date(2025, 12, 31)))
def test_between_counts_each_working_day_once(start: date, end: date) -> None:
    days = [start + timedelta(number + 1) for number in range(max((end - start).days, 0))]
    assert workdays.between(start, end) == sum(workdays.is_workday(day) for day in days)


def test_between_says_that_a_year_is_not_arranged() -> None:
    with pytest.raises(workdays.NoArrangement):
        workdays.between(date(2025, 12, 1), date(2099, 1, 5))
