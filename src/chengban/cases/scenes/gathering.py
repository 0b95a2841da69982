"""The documents of a scene (申请材料): each once, for all the items that use it, and what could stand for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chengban.cases.scenes.choosing import Chosen
from chengban.cases.scenes.forming import Origin
from chengban.cases.scenes.ordering import Order
from chengban.items.guiding import Outcome
from chengban.packs.items import Instead, Item, Material


@dataclass(frozen=True, slots=True)
class Use:
    """An item that uses a document, as it declares it."""

    item: str
    material: Material
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Gathered:
    """A document of the scene: who uses it, whether it is asked for or comes from an earlier item, and the ways instead."""

    name: str
    uses: tuple[Use, ...]
    origin: Origin
    makers: tuple[str, ...]
    """The items that make it, for some of its uses."""
    ways: tuple[Instead, ...]
    """What is declared to stand for it, besides the results of items."""

    @property
    def needed(self) -> bool | None:
        """Whether any item needs it; None: not known yet."""
        return any(one.outcome.needed for one in self.uses) or None


def documents_of(items: Iterable[Item], chosen: Chosen, order: Order) -> tuple[Gathered, ...]:
    """Every document that is needed or may be, by its name, in the items' order."""
    uses: dict[str, list[Use]] = {}
    for use in _uses(items, chosen):
        uses.setdefault(use.material.name, []).append(use)
    return tuple(_gathered(name, tuple(some), order) for name, some in uses.items())


def _uses(items: Iterable[Item], chosen: Chosen) -> Iterator[Use]:
    for item in items:
        for material in item.materials:
            outcome = chosen.outcomes[(item.id, material.name)]
            if outcome.needed is not False:
                yield Use(item.id, material, outcome)


def _gathered(name: str, uses: tuple[Use, ...], order: Order) -> Gathered:
    makers = {use.item: tuple(way.result_of for way in use.material.instead if way.result_of is not None) for use in uses}
    ways = dict.fromkeys(way for use in uses for way in use.material.instead if way.result_of is None)
    known = tuple(dict.fromkeys(maker for some in makers.values() for maker in some if maker in order.all_of))
    return Gathered(name, uses, order.made(makers), known, tuple(ways))
