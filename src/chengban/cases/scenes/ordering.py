"""In which order the items of a scene are done: what each waits for, and what can run at the same time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal, TypeVar

from chengban.cases.scenes.errors import CircularScene
from chengban.packs.items import Item

Rank = TypeVar("Rank", bound=Any)


@dataclass(frozen=True)
class Order:
    """The items that are done or may be, and what each waits for among them.

    `sure`: those that are done for certain. Of `any_of` the first that is finished lets an item begin; where it is not certain
    that any of them is done, the slowest is waited for.
    """

    items: tuple[str, ...]
    sure: frozenset[str]
    all_of: Mapping[str, tuple[str, ...]]
    any_of: Mapping[str, tuple[str, ...]]

    @cached_property
    def sequence(self) -> tuple[str, ...]:
        """The items, each after everything that it may wait for."""
        return sequence_of({item: (*self.all_of[item], *self.any_of[item]) for item in self.items})

    @cached_property
    def levels(self) -> dict[str, int]:
        """Which batch each item is in, from 0."""
        found: dict[str, int] = {}
        for item in self.sequence:
            waited = self.waited(item, found.__getitem__)
            found[item] = 0 if waited is None else found[waited] + 1
        return found

    @cached_property
    def batches(self) -> tuple[tuple[str, ...], ...]:
        """What can run at the same time, batch by batch."""
        last = max(self.levels.values(), default=-1)
        return tuple(tuple(item for item in self.items if self.levels[item] == level) for level in range(last + 1))

    def waited(self, item: str, rank: Callable[[str], Rank]) -> str | None:
        """The item that decides when `item` can begin, by when each is finished; none where it waits for nothing."""
        alternatives = self.any_of[item]
        certain = [one for one in alternatives if one in self.sure]
        first = [min(certain, key=rank)] if certain else list(alternatives)
        return max((*self.all_of[item], *first), key=rank, default=None)

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """What is finished for certain when an item begins."""
        found: dict[str, frozenset[str]] = {}
        for item in self.sequence:
            surely = frozenset[str]().union(*(found[one] | {one} for one in self.all_of[item] if one in self.sure))
            ways = [(found[one] | {one}) if one in self.sure else frozenset[str]() for one in self.any_of[item]]
            found[item] = surely.union(frozenset.intersection(*ways)) if ways else surely
        return found

    @cached_property
    def perhaps_before(self) -> dict[str, frozenset[str]]:
        """What may be finished when an item begins."""
        found: dict[str, frozenset[str]] = {}
        for item in self.sequence:
            waits = (*self.all_of[item], *self.any_of[item])
            found[item] = frozenset[str]().union(*(found[one] | {one} for one in waits))
        return found

    def made(self, makers: Mapping[str, Sequence[str]]) -> Literal["asked", "made", "depends"]:
        """Whether what items use (item → the items that could make it) is made before each of them, or perhaps, or is asked for."""
        without = [item for item, some in makers.items() if self.before[item].isdisjoint(some)]
        if not without:
            return "made"
        return "asked" if any(self.perhaps_before[item].isdisjoint(makers[item]) for item in without) else "depends"


def order_of(items: Iterable[Item], sure: Iterable[str]) -> Order:
    """The order of the items that are kept; one that is not kept is waited for by nobody. Raises `CircularScene`."""
    kept = tuple(items)
    names = {item.id for item in kept}
    order = Order(
        items=tuple(item.id for item in kept),
        sure=frozenset(sure) & names,
        all_of={item.id: _kept(item.after, names) for item in kept},
        any_of={item.id: _kept(item.after_any, names) for item in kept},
    )
    _ = order.sequence
    return order


def _kept(waits: Sequence[str], names: set[str]) -> tuple[str, ...]:
    return tuple(one for one in waits if one in names)


def sequence_of(waits: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The names, each after those that it waits for. Raises `CircularScene`."""
    try:
        return tuple(TopologicalSorter(waits).static_order())
    except CycleError as error:
        raise CircularScene(f"{' → '.join(reversed(error.args[1]))} 互相等待，谁也开始不了。") from error
