"""Working days (工作日): weekdays but public holidays, and the weekend days that are worked instead, as arranged each year."""

from datetime import date, timedelta

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
