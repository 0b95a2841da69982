"""Where an application stands on a day: its life folded from its events, its deadlines, and what may come next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from chengban.cases.clock.calendar import Calendar
from chengban.cases.clock.changes import changed
from chengban.cases.clock.contents import look_into
from chengban.cases.clock.deadlines import Deadline, deadlines
from chengban.cases.clock.events import EVENTS, Event
from chengban.cases.clock.forbidden import Forbidden
from chengban.cases.clock.life import Breach, Life, State, passed
from chengban.cases.clock.reckon import Stop
from chengban.cases.clock.rules import RuleSet
from chengban.cases.clock.turns import turn
from chengban.cases.clock.wording import Told, day_word


@dataclass(frozen=True)
class Act:
    """A kind of event that may come next, or why it may not (下一步)."""

    kind: type[Event]
    refusal: Forbidden | None = None

    @property
    def allowed(self) -> bool:
        return self.refusal is None


@dataclass(frozen=True)
class Standing:
    """What can be said of a life on `on` (某日的办理状态). Everything is derived; nothing of it is kept."""

    on: date
    life: Life
    deadlines: tuple[Deadline, ...]

    @cached_property
    def acts(self) -> tuple[Act, ...]:
        """What may come next, and why the rest may not."""
        return allowed(self.life)

    @property
    def state(self) -> State:
        return self.life.state

    @property
    def accepted_on(self) -> date | None:
        return self.life.accepted_on

    @property
    def deemed(self) -> bool:
        """Whether nobody accepted it but the law (视为受理)."""
        return self.life.deemed

    @property
    def stops(self) -> tuple[Stop, ...]:
        return self.life.stops

    @property
    def told(self) -> tuple[Told, ...]:
        """What the passing of days did, a sentence each."""
        return self.life.told

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What was not done as the law asks, or in time; what was only promised is marked."""
        late = (deadline.breach(self.on) for deadline in self.deadlines)
        return (*self.life.breaches, *(breach for breach in late if breach is not None))

    def deadline(self, kind: str) -> Deadline | None:
        return next((deadline for deadline in self.deadlines if deadline.kind == kind), None)


def standing(events: Iterable[Event], rules: RuleSet, calendar: Calendar, *, on: date) -> Standing:
    """Where a life stands at the end of `on`. Later events are not looked at. Raises Forbidden, NoArrangement."""
    life = fold([event for event in events if event.on <= on], rules, calendar)
    life = replace(passed(life, on), day=on)
    return Standing(on, life, deadlines(life))


def fold(events: Iterable[Event], rules: RuleSet, calendar: Calendar) -> Life:
    """The life after all `events`, in the order of their days; those of one day in the order given. Raises Forbidden."""
    life = Life(rules, calendar)
    for event in sorted(events, key=lambda event: event.on):
        life = step(life, event)
    return life


def step(life: Life, event: Event) -> Life:
    """The life after one more event, whose day is no earlier than the life's. Raises Forbidden."""
    life = passed(life, event.on)
    try:
        turn(type(event), life)
        look_into(event, life)
    except Forbidden as refusal:
        refusal.at = f"{day_word(event.on)} {event.name}"
        raise
    return replace(changed(event, life), events=(*life.events, event))


def admit(events: Sequence[Event], event: Event, rules: RuleSet, calendar: Calendar) -> tuple[Event, ...]:
    """The events with one more, in the order of their days, where the law lets it happen. Raises Forbidden.

    One that is written down late takes its place by its day, and all that came after it must still hold.
    """
    together = tuple(sorted((*events, event), key=lambda one: one.on))
    fold(together, rules, calendar)
    return together


def allowed(life: Life) -> tuple[Act, ...]:
    """For each kind of event, whether it may come next on the life's day, or the refusal that it would meet."""
    return tuple(Act(kind, _refusal(kind, life)) for kind in EVENTS)


def _refusal(kind: type[Event], life: Life) -> Forbidden | None:
    try:
        turn(kind, life)
    except Forbidden as refusal:
        return refusal
    return None
