"""Reckoning with days: the last day of a limit, what is left of it, and the sentences that show how it came out.

The day that something begins does not count (民法典第二百零一条); the next is the first.
"""

import calendar as months_of
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from chengban.cases.clock.calendar import Calendar
from chengban.cases.clock.wording import UNITS, Term, Told, tell
from chengban.lib.workdays import NoArrangement
from chengban.packs.clocks import Limit, PauseKind, Unit
from chengban.packs.model import Citation

_DAY = timedelta(days=1)
_SATURDAY = 5
_MONTHS = {"month": 1, "year": 12}


@dataclass(frozen=True)
class Stop:
    """Days that do not count (不计入的时间): those after `after`, up to and with `until`. `open`: it is not over yet.

    `until` is none where it ends in a year whose holidays are not arranged. `doubt`: what the law leaves open about it.
    """

    what: PauseKind
    after: date
    until: date | None
    citation: Citation
    open: bool = False
    doubt: Told | None = None

    def holds(self, day: date) -> bool:
        return self.after < day and (self.until is None or day <= self.until)


Stops = Sequence[Stop]


def add_working_days(start: date, days: int, calendar: Calendar, stops: Stops = ()) -> date:
    """The last of `days` working days that count, beginning on the day after `start`. Raises NoArrangement."""
    day = start
    while days > 0:
        day += _DAY
        days -= counts(day, "working", calendar, stops)
    return day


def last_day(start: date, count: int, unit: Unit, calendar: Calendar, stops: Stops = ()) -> date:
    """The last day of a limit of `count` `unit`s that begins on the day after `start`. Raises NoArrangement."""
    known = [stop for stop in stops if stop.until is not None]
    if unit == "working":
        end = add_working_days(start, count, calendar, known)
    else:
        plain = start + count * _DAY if unit == "calendar" else add_months(start, count * _MONTHS[unit])
        end = _put_off(start, plain, known)
    if any(stop.until is None and stop.after < end for stop in stops):
        raise NoArrangement("不计入的时间到节假日安排还没有公布的年份才结束，最后一日还不知道。")
    return end


def gone(start: date, count: int, unit: Unit, day: date, calendar: Calendar, stops: Stops = ()) -> bool:
    """Whether the last day of such a limit is before `day`. Looks no further than `day`, so that it is known where that year is."""
    if day <= start:
        return False
    known = [replace(stop, until=day) if stop.until is None else stop for stop in stops]
    if unit == "working":
        return counted(start, day - _DAY, unit, calendar, known) >= count
    return day > last_day(start, count, unit, calendar, known)


def _put_off(start: date, end: date, stops: Stops) -> date:
    """`end`, later by as many days as were stopped before it came."""
    later = end
    while True:
        stopped = sum(any(stop.holds(day) for stop in stops) for day in days_between(start, later))
        if end + stopped * _DAY == later:
            return later
        later = end + stopped * _DAY


def add_months(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, months_of.monthrange(year, month + 1)[1]))


def counts(day: date, unit: Unit, calendar: Calendar, stops: Stops) -> bool:
    """Whether a day counts for a limit in that unit."""
    worked = calendar.is_workday(day) if unit == "working" else True
    return worked and not any(stop.holds(day) for stop in stops)


def days_between(start: date, end: date) -> Iterator[date]:
    """The days after `start`, up to and with `end`."""
    return (start + number * _DAY for number in range(1, (end - start).days + 1))


def counted(start: date, end: date, unit: Unit, calendar: Calendar, stops: Stops = ()) -> int:
    """How many days count after `start`, up to and with `end`: working days, or days of the calendar."""
    return sum(counts(day, unit, calendar, stops) for day in days_between(start, end))


def left(on: date, due: date, unit: Unit, calendar: Calendar, stops: Stops) -> int:
    """How many days that count are left after `on`; below zero, how many have gone by since."""
    if on <= due:
        return counted(on, due, unit, calendar, stops)
    return -counted(due, on, unit, calendar)


@dataclass(frozen=True)
class Reckoning:
    """A last day and the sentences that lead to it."""

    start: date
    due: date
    steps: tuple[Told, ...]


def reckon(event: Term, start: date, limit: Limit, calendar: Calendar, *, more: int = 0, stops: Stops = ()) -> Reckoning:
    """The last day of `limit`, and of `more` of its units on top, after an `event` on `start`. Raises NoArrangement."""
    due = last_day(start, limit.count + more, limit.unit, calendar, stops)
    return Reckoning(start, due, (*_opening(event, start, limit), *_between(start, due, limit.unit, calendar, stops), _end(due)))


def backwards(event: Term, end: date, limit: Limit, calendar: Calendar) -> Reckoning:
    """The latest day from which `limit` still ends no later than `end` (届满…日前). Raises NoArrangement."""
    day = _back(end, limit, calendar)
    told = tell("backwards", event=event, day=end, count=limit.count, unit=UNITS[limit.unit], clause=limit.citation)
    return Reckoning(day, day, (told, *doubt(limit), _end(day)))


def _back(end: date, limit: Limit, calendar: Calendar) -> date:
    if limit.unit in _MONTHS:
        return add_months(end, -limit.count * _MONTHS[limit.unit])
    day, count = end, limit.count
    while count > 0:
        count -= counts(day, limit.unit, calendar, ())
        day -= _DAY
    return day


def rolled(reckoning: Reckoning, calendar: Calendar) -> Reckoning:
    """A last day that is not worked moves to the next that is (民法典第二百零三条)."""
    due = reckoning.due
    while not calendar.is_workday(due):
        due += _DAY
    if due == reckoning.due:
        return reckoning
    return Reckoning(reckoning.start, due, (*reckoning.steps, tell("rolled", day=reckoning.due, due=due)))


def _opening(event: Term, start: date, limit: Limit) -> Iterator[Told]:
    if limit.count == 0:
        yield tell("same_day", event=event, day=start, clause=limit.citation)
        return
    yield tell("starts", event=event, day=start)
    yield tell("within", clause=limit.citation, count=limit.count, unit=UNITS[limit.unit])
    yield from doubt(limit)


def doubt(limit: Limit) -> Iterator[Told]:
    """That a limit is unconfirmed, and why."""
    if not limit.sure:
        yield tell("unsure", note=limit.note or limit.citation.note or limit.citation)


def _between(start: date, due: date, unit: Unit, calendar: Calendar, stops: Stops) -> Iterator[Told]:
    """What made the way longer or shorter than it looks in the calendar."""
    if unit != "working":
        return
    running = [day for day in days_between(start, due) if not any(stop.holds(day) for stop in stops)]
    off = tuple(day for day in running if day.weekday() < _SATURDAY and not calendar.is_workday(day))
    worked = tuple(day for day in running if day.weekday() >= _SATURDAY and calendar.is_workday(day))
    if off:
        yield tell("days_off", days=off)
    if worked:
        yield tell("days_worked", days=worked)


def _end(due: date) -> Told:
    return tell("due", due=due)
