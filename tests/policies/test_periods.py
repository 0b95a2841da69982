"""Which periods share a day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.packs.model import Delivery
from chengban.policies.periods import days_of, overlap

KINDS = ("once", "year", "quarter", "month")
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def named(kind: str, on: date) -> str:
    return Delivery(period=kind, confidence="K").period_of(on)  # type: ignore[arg-type]


@given(st.sampled_from(KINDS), DAYS)
def test_a_day_is_in_the_period_that_a_version_names_by_it(kind: str, on: date) -> None:
    first, last = days_of(named(kind, on)) or pytest.fail("the name is read back")
    assert first <= on <= last
    assert kind == "once" or (named(kind, first), named(kind, last)) == (named(kind, on),) * 2
    assert kind == "once" or named(kind, last + timedelta(days=1)) != named(kind, on)


@given(st.sampled_from(KINDS), DAYS, st.sampled_from(KINDS), DAYS)
def test_two_periods_overlap_where_a_first_day_of_one_is_in_the_other(kind: str, on: date, other: str, then: date) -> None:
    one, two = named(kind, on), named(other, then)
    (first, _), (start, _) = days_of(one) or pytest.fail(one), days_of(two) or pytest.fail(two)
    shared = named(other, first) == two or named(kind, start) == one
    assert overlap(one, two) == overlap(two, one) == (shared or "once" in (one, two))


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [("2025Q4", "2025", True), ("2025Q4", "2025-12", True), ("2025Q4", "2025-09", False), ("2025", "2026", False),
     ("once", "1999", True), ("上半年", "上半年", True), ("上半年", "下半年", False), ("上半年", "2025", False),
     ("2025-13", "2025", False)],
)  # fmt: skip
def test_by_example(one: str, other: str, shared: bool) -> None:
    assert overlap(one, other) is shared
