"""One form for all (共享表单): each field once, for all the items that ask for it, or not at all where the city has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chengban.cases.scenes.choosing import Chosen
from chengban.cases.scenes.ordering import Order
from chengban.items.guiding import Outcome, Value
from chengban.packs.forms import Ask, FormField, Section
from chengban.packs.items import Scene

Origin = Literal["asked", "answered", "held", "made", "depends"]
"""Asked of whoever applies; answered among the questions; held by the city; made by an earlier item; by one that may be done."""


@dataclass(frozen=True, slots=True)
class HeldValue:
    """A value that the city holds: in which register, which batch brought it, and when.

    No batch: a register that is complete has no row of the subject, and so says that there is nothing.
    """

    value: Any
    register: str
    batch: int | None
    learned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asking:
    """An item that asks for the field, under which clause, and whether it needs it for certain."""

    item: str
    ask: Ask
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Filled:
    """A field of the form that some item needs or may need, and where its value comes from."""

    section: Section
    field: FormField
    askings: tuple[Asking, ...]
    origin: Origin
    held: HeldValue | None
    answer: Value | None
    """To the question that asks for it; none: nobody has answered it yet."""

    @property
    def needed(self) -> bool | None:
        """Whether any item needs it; None: not known yet."""
        return any(one.outcome.needed for one in self.askings) or None


def form_of(scene: Scene, chosen: Chosen, order: Order, held: Mapping[str, HeldValue]) -> tuple[Filled, ...]:
    """Every field that is needed or may be, in the form's order."""
    needed = ((section, field, tuple(_askings(field, chosen))) for section in scene.form for field in section.fields)
    return tuple(_filled(*one, chosen, order, held) for one in needed if one[2])


def _filled(
    section: Section,
    field: FormField,
    askings: tuple[Asking, ...],
    chosen: Chosen,
    order: Order,
    held: Mapping[str, HeldValue],
) -> Filled:
    if field.question is not None and (field.question in chosen.known or chosen.still_asks(field.question)):
        return Filled(section, field, askings, "answered", None, chosen.known.get(field.question))
    if field.id in held:
        return Filled(section, field, askings, "held", held[field.id], None)
    return Filled(section, field, askings, _made(field, askings, order), None, None)


def _made(field: FormField, askings: tuple[Asking, ...], order: Order) -> Origin:
    return order.made({one.item: field.produced_by for one in askings})


def _askings(field: FormField, chosen: Chosen) -> Iterator[Asking]:
    for ask in field.asked_by:
        for item in ask.items:
            outcome = chosen.outcomes[(field.id, item)]
            if outcome.needed is not False:
                yield Asking(item, ask, outcome)
