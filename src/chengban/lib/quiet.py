"""Warnings of the engine as lines of the log: they are for the engineer who tunes, not for the person at the keyboard."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import structlog


@contextmanager
def to_log(name: str, **about: object) -> Iterator[None]:
    """Inside the block, warnings go to the logger `name` at level debug."""
    log = structlog.get_logger(name)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        yield
    for warning in told:
        log.debug("warned", told=str(warning.message), **about)
