"""A treasury with faults to choose, at a port of its own, and the adapter that speaks with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from chengban.exchange.systems.treasury.adapter import Treasury
from chengban.exchange.systems.treasury.fake import Books, open_window


@contextmanager
def treasury(books: Books) -> Iterator[Treasury]:
    """The adapter of a fake treasury that keeps `books`."""
    server = open_window(books)
    try:
        yield Treasury(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
