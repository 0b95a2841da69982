"""When to try again: soon at first, then ever later, and not all at once."""

import zlib
from datetime import datetime, timedelta

_FIRST, _LONGEST = 1.0, 600.0
PATIENCE = timedelta(days=3)
"""A message that could not be delivered for so long is a dead letter."""


def next_try(now: datetime, attempts: int, key: str) -> datetime:
    """The time of the next attempt after `attempts` of them: 1 s, doubled each time up to ten minutes, spread by the key."""
    seconds = min(_FIRST * 2 ** min(attempts - 1, 20), _LONGEST)
    spread = 1 + zlib.crc32(key.encode()) % 256 / 1024  # up to a quarter later
    return now + timedelta(seconds=seconds * spread)
