"""Which days are worked: what the clock asks a calendar, and the calendar that a pack declares."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from chengban.lib.workdays import NoArrangement
from chengban.packs.model import HolidayYear

_SATURDAY = 5


class Calendar(Protocol):
    """Anything that knows the working days (工作日). The module `lib.workdays` is one."""

    def is_workday(self, day: date, /) -> bool:
        """Whether the day is worked. Raises NoArrangement."""


class DeclaredCalendar:
    """The holidays that a pack declares (法定节假日安排). A year that it does not declare is not guessed."""

    def __init__(self, years: Mapping[int, HolidayYear]) -> None:
        self._off = {day for year in years.values() for day in year.off}
        self._worked = {day for year in years.values() for day in year.worked}
        self._years = frozenset(years)

    def is_workday(self, day: date, /) -> bool:
        if day.year not in self._years:
            raise NoArrangement(f"{day.year} 年的节假日安排还没有公布，不能计算工作日。")
        return day in self._worked or (day.weekday() < _SATURDAY and day not in self._off)
