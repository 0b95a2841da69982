"""Bars, drawn by the server: no script, a zero baseline, direct labels, and the table behind them."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `length` is 0…100 of the longest; `share` is of the whole, 0…1, None where there is no whole."""

    label: str
    value: float
    length: float
    share: float | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A titled row of bars with one unit."""

    title: str
    unit: str
    bars: tuple[Bar, ...]

    @property
    def total(self) -> float:
        return sum(bar.value for bar in self.bars)


def bar_chart(title: str, unit: str, rows: Iterable[tuple[str, float]]) -> Chart:
    """A chart of (label, value ≥ 0) rows in the order given. A value above zero always shows at least a sliver."""
    given = list(rows)
    longest = max((value for _label, value in given), default=0)
    whole = sum(value for _label, value in given)
    return Chart(title, unit, tuple(Bar(label, v, _length(v, longest), v / whole if whole else None) for label, v in given))


def _length(value: float, longest: float) -> float:
    return 0 if not value else max(0.6, round(value / longest * 100, 2))
