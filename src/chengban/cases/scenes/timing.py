"""By when a scene is done: each item's time limit from the day it can begin, and the longest chain of them (关键路径)."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from chengban.cases.scenes.ordering import Order
from chengban.lib import workdays
from chengban.packs.items import Item, Period, TimeLimit

UNITS: Mapping[str, str] = {"1": "workdays", "2": "days", "3": "hours", "4": "months", "5": "years"}
"""What the codes of a limit's unit stand for."""


@dataclass(frozen=True, slots=True)
class Term:
    """The limit that is reckoned with: what was promised (承诺), else what the law allows (法定)."""

    kind: Literal["promised", "statutory"]
    limit: TimeLimit


@dataclass(frozen=True, slots=True)
class Timed:
    """From when to when an item runs; without a term it is reckoned as no time.

    `begins_known`: no limit is missing on the way there; `ends_known`: nor is its own.
    """

    item: str
    term: Term | None
    periods: tuple[Period, ...]
    """What must have run out before it begins."""
    starts: date
    ends: date
    begins_known: bool

    @property
    def ends_known(self) -> bool:
        return self.begins_known and self.term is not None


@dataclass(frozen=True, slots=True)
class Timetable:
    """When each item runs, the chain that decides the end, and what has no time limit."""

    items: Mapping[str, Timed]
    path: tuple[str, ...]
    without_limit: tuple[str, ...]
    unconfirmed: tuple[str, ...]
    """The items whose limit nobody has confirmed (未核实)."""
    ends: date

    @property
    def provisional(self) -> bool:
        """Whether it reaches into a year whose holidays are not arranged yet; weekdays stand for its working days."""
        return not _arranged(self.ends)


def term_of(item: Item) -> Term | None:
    """The limit that is reckoned with for an item."""
    if item.promised is not None:
        return Term("promised", item.promised)
    return None if item.statutory is None else Term("statutory", item.statutory)


def timetable(items: Iterable[Item], order: Order, on: date, periods: Mapping[str, tuple[Period, ...]]) -> Timetable:
    """When each item of the order runs, where all begins on `on` that can. The day itself does not count (开始的当日不计入).

    `periods`: by item, what runs from `on` and must have run out before it begins.
    """
    declared = {item.id: item for item in items}
    found: dict[str, Timed] = {}
    decided: dict[str, str | None] = {}

    def finished(item: str) -> tuple[date, int]:
        return found[item].ends, order.levels[item]

    for name in order.sequence:
        waited = order.waited(name, finished)
        free = max((end_of(period, on) for period in periods[name]), default=on)
        begins = free if waited is None else max(free, found[waited].ends)
        decided[name] = None if waited is None or found[waited].ends < free else waited
        waits = (*order.all_of[name], *order.any_of[name])
        found[name] = _timed(declared[name], periods[name], begins, all(found[one].ends_known for one in waits))
    last = max(order.sequence, key=finished, default=None)
    return Timetable(
        items=found,
        path=_chain(last, decided),
        without_limit=tuple(name for name in order.items if found[name].term is None),
        unconfirmed=tuple(name for name in order.items if _is_unsure(found[name])),
        ends=on if last is None else found[last].ends,
    )


def _is_unsure(timed: Timed) -> bool:
    limits = (*timed.periods, *(() if timed.term is None else (timed.term.limit,)))
    return any(limit.confidence == "?" for limit in limits)


def _timed(item: Item, periods: tuple[Period, ...], begins: date, begins_known: bool) -> Timed:
    term = term_of(item)
    ends = begins if term is None else end_of(term.limit, begins)
    return Timed(item.id, term, periods, begins, ends, begins_known)


def _chain(last: str | None, decided: Mapping[str, str | None]) -> tuple[str, ...]:
    chain: list[str] = []
    while last is not None:
        chain.append(last)
        last = decided[last]
    return tuple(reversed(chain))


def end_of(limit: TimeLimit, begins: date) -> date:
    """The last day of a limit that runs from `begins`, by its unit: working days, days, hours, months, years."""
    if limit.unit == "1":
        return _after_workdays(begins, limit.number)
    if limit.unit in ("2", "3"):
        return begins + timedelta(days=limit.number if limit.unit == "2" else -(-limit.number // 24))
    return _after_months(begins, limit.number * (12 if limit.unit == "5" else 1))


def _after_workdays(day: date, count: int) -> date:
    while count > 0:
        day += timedelta(days=1)
        count -= _is_worked(day)
    return day


def _is_worked(day: date) -> bool:
    return workdays.is_workday(day) if _arranged(day) else day.weekday() < 5


def _arranged(day: date) -> bool:
    try:
        workdays.is_workday(day)
    except workdays.NoArrangement:
        return False
    return True


def _after_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
