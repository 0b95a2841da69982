"""Figures, money and days as they are said."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation

from chengban.portal import words


@pytest.mark.parametrize(
    ("yuan", "chinese", "english"),
    [
        (0, "0 元", "¥0"),
        (Decimal("9999.99"), "9,999.99 元", "¥9,999.99"),
        (360_000, "36 万元", "¥360,000"),
        (Decimal("12345.678"), "1.23 万元", "¥12,345.68"),
        (36_000_000, "3,600 万元", "¥36 million"),
        (250_000_000, "2.5 亿元", "¥250 million"),
        (-20_000, "-2 万元", "¥-20,000"),
    ],
)
def test_money(yuan: Decimal | int, chinese: str, english: str) -> None:
    with translation.override("zh-hans"):
        assert words.money(yuan) == chinese
    with translation.override("en"):
        assert words.money(yuan) == english


@pytest.mark.parametrize(
    ("number", "said"),
    [(None, "—"), (0, "0"), (1234567, "1,234,567"), (Decimal("1234.50"), "1,234.5"), (Decimal("1E+6"), "1,000,000"), (0.1, "0.1")],
)
def test_figures(number: int | float | Decimal | None, said: str) -> None:
    assert words.figure(number) == said


def test_days() -> None:
    with translation.override("zh-hans"):
        assert words.day(date(2026, 3, 6)) == "2026年3月6日(周五)"
    with translation.override("en"):
        assert words.day(date(2026, 3, 6)) == "6 March 2026 (Fri)"


@pytest.mark.parametrize(
    ("given", "unit", "said"),
    [
        (None, "人", "还不知道"), (True, None, "是"), (False, None, "否"), (0, "人", "0 人"), (Decimal("0.105"), "比例", "10.5%"),
        (2024, "年", "2024"), (3, "年", "3 年"), (date(2025, 1, 1), None, "2025年1月1日(周三)"), ("A", None, "农业"),
        (("A", "B"), None, "农业、B"), (Decimal("0.33333333"), "万元", "0.3333 万元"), ("", None, ""),
    ],
)  # fmt: skip
def test_values_with_their_unit_or_code(given: object, unit: str | None, said: str) -> None:
    with translation.override("zh-hans"):
        assert words.value(given, unit, {"A": "农业"}) == said


@pytest.mark.parametrize(
    ("given", "unit", "said"),
    [(12, "月", "12 months"), (860, "万元", "¥8.6 million"), (36000, "元", "¥36,000"), (5, "斤", "5 斤"), (True, None, "Yes")],
)
def test_values_in_english(given: object, unit: str | None, said: str) -> None:
    with translation.override("en"):
        assert words.value(given, unit) == said
