"""Working days (工作日): weekdays but public holidays, and the weekend days that are worked instead, as arranged each year."""

from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate

import chinese_calendar


class NoArrangement(ValueError):
    """The holidays of that year are not arranged yet, or are older than the records."""


def is_workday(day: date) -> bool:
    """Whether the day is worked. Raises NoArrangement."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError as error:
        raise NoArrangement(f"{day.year} 年的节假日安排还没有公布，不能计算工作日。") from error


def after(day: date, count: int) -> date:
    """The last of `count` working days that begin on the day after `day`; `day` itself does not count. Raises NoArrangement."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def between(start: date, end: date) -> int:
    """How many working days there are after `start`, up to and with `end`; 0 where it is not later. Raises NoArrangement."""
    if end <= start:
        return 0
    years = sum(_counted(year)[-1] for year in range(start.year, end.year))
    return years + _until(end) - _until(start)


def _until(day: date) -> int:
    return _counted(day.year)[day.timetuple().tm_yday - 1]


@lru_cache(maxsize=32)
def _counted(year: int) -> tuple[int, ...]:
    """For each day of a year, how many working days the year has had with it."""
    first = date(year, 1, 1)
    days = (date(year + 1, 1, 1) - first).days
    return tuple(accumulate(int(is_workday(first + timedelta(days=number))) for number in range(days)))
