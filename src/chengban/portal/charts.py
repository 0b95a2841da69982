"""Bars, drawn by the server: no script, a zero baseline, direct labels, and the table behind them."""

from collections.abc import Iterable, Sequence
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


COLUMN, HEIGHT = 60, 160
"""The width of a column with its gap, and the height of the longest, in the drawing's own units."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: where it stands in the drawing, its name below it and what it is worth above."""

    label: str
    said: str
    x: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """A titled row of columns from a zero baseline. `rows` are the same as a table: label and further cells, under `heads`."""

    title: str
    columns: tuple[Column, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def width(self) -> int:
        return len(self.columns) * COLUMN


def column_chart(
    title: str, values: Sequence[tuple[str, float, str]], heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> ColumnChart:
    """A chart of (label, value ≥ 0, the value in words) in the order given. A value above zero always shows at least a sliver."""
    longest = max((value for _label, value, _said in values), default=0)
    heights = [round(_length(value, longest) * HEIGHT / 100, 1) for _label, value, _said in values]
    columns = tuple(
        Column(label, said if value else "", number * COLUMN, round(HEIGHT - height, 1), height)
        for number, ((label, value, said), height) in enumerate(zip(values, heights, strict=True))
    )
    return ColumnChart(title, columns, tuple(heads), tuple(tuple(row) for row in rows))


@dataclass(frozen=True, slots=True)
class Span:
    """A bar of a timeline: where it begins and how long it is, in hundredths of the whole."""

    x: float
    length: float


def span(begins: float, ends: float, whole: float) -> Span:
    """From `begins` to `ends` of `whole`; what takes no time shows as a sliver, within the whole."""
    length = max(2.0, (ends - begins) / whole * 100 if whole else 100.0)
    return Span(round(min(begins / whole * 100 if whole else 0.0, 100 - length), 2), round(length, 2))
