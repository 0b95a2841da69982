"""What can be wrong with the legal clocks of a pack: bases and items that are not there, figures that contradict each other."""

from collections.abc import Iterator

from chengban import rules
from chengban.packs.clocks import SECTIONS_THAT_RUN, Clock, Limit
from chengban.packs.items import Item, TimeLimit
from chengban.packs.loader import Origin, Pack
from chengban.packs.source import Finding

UNIT_OF_CODE = {"1": "working", "2": "calendar", "4": "month", "5": "year"}
"""Of the code set limit_unit (时限单位)."""


def clocks(pack: Pack) -> Iterator[Finding]:
    """Every finding about the clocks."""
    bases = [finding for clock in pack.clocks.values() for finding in _base(pack, clock, pack.origin("clocks", clock.id))]
    if bases:  # only clocks that hang together can be put together
        yield from bases
        return
    for clock in pack.clocks.values():
        yield from _whole(pack.clock(clock.id), pack.origin("clocks", clock.id))
    yield from _governed(pack)


def _base(pack: Pack, clock: Clock, origin: Origin) -> Iterator[Finding]:
    """The clock that this one extends is there, and no line of clocks leads back to itself."""
    seen, name = [clock.id], clock.extends
    while name is not None:
        if name in seen:
            yield Finding(origin.place("extends"), f"the clocks extend each other in a circle: {' → '.join([*seen, name])}")
            return
        if name not in pack.clocks:
            near = rules.nearest(name, pack.clocks)
            yield Finding(origin.place("extends"), f"there is no clock {name}" + (f"; did you mean {near}?" if near else ""))
            return
        seen.append(name)
        name = pack.clocks[name].extends


def _whole(clock: Clock, origin: Origin) -> Iterator[Finding]:
    for section in SECTIONS_THAT_RUN:
        if getattr(clock, section) is None:
            yield Finding(origin.place("id"), f"clock {clock.id} has no {section}, and no clock that it extends has one")
    if clock.decision is None:
        return
    within, extension = clock.decision.within, clock.decision.extension
    if clock.on_the_spot is not None and _longer(clock.on_the_spot, within):
        yield Finding(origin.place("on_the_spot"), f"on the spot is longer than the {within.count} that the law gives")
    if extension is not None and extension.unit != within.unit:
        told = f"the extension is counted in {extension.unit}, and what it extends in {within.unit}"
        yield Finding(origin.place("decision", "extension", "unit"), told)
    if clock.tolerance is not None and _longer(clock.tolerance.supply, within):
        yield Finding(origin.place("tolerance"), "what may come later may not come later than the decision is due")
    for number, pause in enumerate(clock.pauses):
        twice = {kind for other in clock.pauses[:number] for kind in other.kinds} & set(pause.kinds)
        if twice:
            yield Finding(origin.place("pauses", number, "kinds"), f"{', '.join(sorted(twice))}: there is a rule for it above")


def _governed(pack: Pack) -> Iterator[Finding]:
    """The items that follow a clock: each is there, follows one clock, and promises no more time than the law gives."""
    follows: dict[str, str] = {}
    for clock in pack.clocks.values():
        origin = pack.origin("clocks", clock.id)
        for number, name in enumerate(clock.items):
            first = follows.setdefault(name, clock.id)
            if first != clock.id:
                yield Finding(origin.place("items", number), f"item {name} follows clock {first} already")
            if name not in pack.items:
                yield Finding(origin.place("items", number), f"there is no item {name}")
            else:
                yield from _agrees(pack, pack.items[name], pack.clock(clock.id))


def _agrees(pack: Pack, item: Item, clock: Clock) -> Iterator[Finding]:
    origin = pack.origin("scenes", item.scene)
    number = next(at for at, one in enumerate(pack.scenes[item.scene].items) if one.id == item.id)
    within = clock.decision.within if clock.decision is not None else None
    statutory, promised = limit_of(item.statutory, within), limit_of(item.promised, within)
    if within is None:
        return
    if statutory is not None and statutory != within.count:
        told = f"item {item.id} says {statutory}, and its clock {clock.id} says {within.count}"
        yield Finding(origin.place("items", number, "statutory"), told)
    if promised is not None and promised > within.count:
        told = f"item {item.id} promises {promised}, and the law gives no more than {within.count} (clock {clock.id})"
        yield Finding(origin.place("items", number, "promised"), told)


def limit_of(said: TimeLimit | None, law: Limit | None) -> int | None:
    """The figure of an item's limit, where it is counted in the unit of the law's; else none, for they cannot be compared."""
    if said is None or law is None or UNIT_OF_CODE.get(said.unit) != law.unit:
        return None
    return said.number


def _longer(limit: Limit, other: Limit) -> bool:
    return limit.unit == other.unit and limit.count > other.count
