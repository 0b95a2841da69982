"""The one place that knows what time it is. Tests and the demo set it; every verb takes its date as an argument."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta, timezone

from chengban.lib.env import EnvironmentMistake

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")

_pinned: ContextVar[datetime | None] = ContextVar("pinned", default=None)


def now() -> datetime:
    """The instant, in China's time zone. `CHENGBAN_TODAY` (YYYY-MM-DD) moves the day and keeps the time of day."""
    pinned = _pinned.get()
    if pinned is not None:
        return pinned
    real = datetime.now(CHINA)
    today = os.environ.get("CHENGBAN_TODAY")
    if not today:
        return real
    try:
        return datetime.combine(date.fromisoformat(today), real.timetz())
    except ValueError as error:
        raise EnvironmentMistake(f"CHENGBAN_TODAY is {today!r}: write a day as 2025-12-01") from error


def today() -> date:
    """The business date (业务日期): the calendar day in China at `now()`."""
    return now().date()


@contextmanager
def pinned(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block."""
    token = _pinned.set(moment)
    try:
        yield
    finally:
        _pinned.reset(token)
