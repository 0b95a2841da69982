"""Work one step ahead: an iterator run in a thread of its own, so that making and using its items overlap."""

import threading
from collections.abc import Iterable, Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

Item = TypeVar("Item")
_END = object()


def ahead(items: Iterable[Item], depth: int = 2) -> Iterator[Item]:
    """The items in their order, up to `depth` of them made before they are asked for.

    An error in the making is raised where its item would have come. If the user leaves early, the thread ends too.
    """
    ready: Queue[object] = Queue(depth)
    left = threading.Event()
    failure: list[BaseException] = []

    def make() -> None:
        try:
            for item in items:
                if not _put(ready, item, left):
                    return
        except BaseException as error:
            failure.append(error)
        _put(ready, _END, left)

    worker = threading.Thread(target=make, daemon=True)
    worker.start()
    try:
        while (item := _get(ready, worker)) is not _END:
            yield item  # type: ignore[misc]
        if failure:
            raise failure[0]
    finally:
        left.set()
        worker.join()


def _put(ready: "Queue[object]", item: object, left: threading.Event) -> bool:
    """Put the item when there is room; False when the user has left."""
    while not left.is_set():
        try:
            ready.put(item, timeout=0.1)
            return True
        except Full:
            continue
    return False


def _get(ready: "Queue[object]", worker: threading.Thread) -> object:
    while True:
        try:
            return ready.get(timeout=0.5)
        except Empty:
            if not worker.is_alive() and ready.empty():
                return _END
