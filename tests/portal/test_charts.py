"""Bars start at zero, keep their order, and never hide a small value."""

from hypothesis import given
from hypothesis import strategies as st

from chengban.portal.charts import bar_chart

ROWS = st.lists(st.tuples(st.text(max_size=5), st.integers(0, 10**9)), max_size=12)


@given(ROWS)
def test_lengths_follow_values(rows: list[tuple[str, int]]) -> None:
    chart = bar_chart("t", "户", rows)
    assert [(bar.label, bar.value) for bar in chart.bars] == rows
    for bar in chart.bars:
        assert 0 <= bar.length <= 100 and (bar.length > 0) == (bar.value > 0)
    lengths = [bar.length for bar in sorted(chart.bars, key=lambda bar: bar.value)]
    assert lengths == sorted(lengths)
    assert not rows or chart.total == 0 or max(lengths) == 100


def test_shares_are_of_the_whole_and_none_of_nothing() -> None:
    assert [bar.share for bar in bar_chart("t", "户", [("a", 1), ("b", 3)]).bars] == [0.25, 0.75]
    assert [bar.share for bar in bar_chart("t", "户", [("a", 0)]).bars] == [None]
