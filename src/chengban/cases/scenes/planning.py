"""The plan of a scene (办理方案): what is to be done, in which order, by when, and what is asked for. Derived, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chengban.cases.scenes.choosing import Chosen, choose
from chengban.cases.scenes.forming import Filled, HeldValue, Origin, form_of
from chengban.cases.scenes.gathering import Gathered, documents_of
from chengban.cases.scenes.ordering import Order, order_of
from chengban.cases.scenes.timing import Timed, Timetable, end_of, timetable
from chengban.items.guiding import Answers, Outcome
from chengban.packs.forms import Consequence
from chengban.packs.items import Item, Question, Scene


@dataclass(frozen=True, slots=True)
class Planned:
    """An item of the scene under the answers; where it may be done: its batch from 0, and when it runs."""

    item: Item
    outcome: Outcome
    batch: int | None
    timed: Timed | None
    critical: bool
    refused: Consequence | None
    """What a refusal of it does to the rest; none: the scene does not say."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the answers make of a scene, on a day, for somebody of whom the city holds `held` or for anybody."""

    scene: Scene
    on: date
    subject: str | None
    settled: bool
    """Whether neither an item nor its time waits for an answer."""
    questions: tuple[Question, ...]
    items: tuple[Planned, ...]
    order: Order
    timetable: Timetable
    """As though everything that is not known yet were done."""
    form: tuple[Filled, ...]
    documents: tuple[Gathered, ...]

    @property
    def promised(self) -> date | None:
        """The day by which all is done, whatever is answered yet; None where an item has no time limit."""
        return None if self.timetable.without_limit else self.timetable.ends

    @property
    def joint_end(self) -> date | None:
        """The last day of the limit for handling all of it jointly, where the scene has one."""
        return None if self.scene.joint is None else end_of(self.scene.joint, self.on)

    def fields(self, *origins: Origin) -> tuple[Filled, ...]:
        """The fields of the form whose values come from there."""
        return tuple(one for one in self.form if one.origin in origins)

    def papers(self, *origins: Origin) -> tuple[Gathered, ...]:
        """The documents that come from there."""
        return tuple(one for one in self.documents if one.origin in origins)


def plan(
    scene: Scene, answers: Answers, *, on: date, subject: str | None = None, held: Mapping[str, HeldValue] | None = None
) -> Plan:
    """The plan that the answers make of a scene begun on a day. Raises `CircularScene`."""
    chosen = choose(scene, answers)
    kept = [item for item in scene.items if chosen.item(item.id).needed is not False]
    order = order_of(kept, (item.id for item in kept if chosen.item(item.id).needed))
    times = timetable(kept, order, on, {item.id: chosen.periods(item) for item in kept})
    return Plan(
        scene=scene,
        on=on,
        subject=subject,
        settled=chosen.settled,
        questions=chosen.questions,
        items=tuple(_planned(scene, item, chosen, order, times) for item in scene.items),
        order=order,
        timetable=times,
        form=form_of(scene, chosen, order, held or {}),
        documents=documents_of(kept, chosen, order),
    )


def _planned(scene: Scene, item: Item, chosen: Chosen, order: Order, times: Timetable) -> Planned:
    return Planned(
        item=item,
        outcome=chosen.item(item.id),
        batch=order.levels.get(item.id),
        timed=times.items.get(item.id),
        critical=item.id in times.path,
        refused=_consequence(scene, item),
    )


def _consequence(scene: Scene, item: Item) -> Consequence | None:
    if scene.refusal is None:
        return None
    return scene.refusal.trunk if item.trunk else scene.refusal.other
