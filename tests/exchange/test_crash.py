"""The crash run with few payments and few kills; `python -m tests.exchange.crash` makes it as large as you like."""

from pathlib import Path

import pytest

from tests.exchange.crash import Crash


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    found = Crash(payments=600, kills=12, home=tmp_path).run()
    assert found["kills"] == 12 and found["powercuts"] > 0 and found["web"] > 0 and found["asked"] >= 600
