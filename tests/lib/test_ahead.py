"""Items made ahead come in order, errors come in their place, and nobody is left working."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.lib.ahead import ahead


@given(st.lists(st.integers() | st.none(), max_size=20), st.integers(1, 3))
def test_the_same_items_in_the_same_order(items: list[int | None], depth: int) -> None:
    assert list(ahead(items, depth)) == items


def test_an_error_comes_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield from (1, 2)
        raise ValueError("third")

    seen = []
    with pytest.raises(ValueError, match="third"):
        for item in ahead(failing()):
            seen.append(item)
    assert seen == [1, 2]


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    made = ahead(iter(range(1_000_000)))
    assert next(made) == 0
    made.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
