"""Dates, times, durations of FEEL (DMN 1.3–1.5, 10.3.2.3): any year, nanoseconds, offsets and named zones.

Python's own classes stop at the years 1 and 9999 and at microseconds, so FEEL has its own here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
MAX_YEAR = 999_999_999
_DAYS_IN_400_YEARS = 146_097


@dataclass(frozen=True, slots=True)
class Date:
    """A day of the proleptic Gregorian calendar."""

    year: int
    month: int
    day: int

    @property
    def ordinal(self) -> int:
        """Days since 1970-01-01."""
        year = self.year - (self.month <= 2)
        era, year_of_era = divmod(year, 400)
        day_of_year = (153 * ((self.month + 9) % 12) + 2) // 5 + self.day - 1
        day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
        return era * _DAYS_IN_400_YEARS + day_of_era - 719_468

    @property
    def weekday(self) -> int:
        """1 for Monday to 7 for Sunday."""
        return (self.ordinal + 3) % 7 + 1

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


def date_of_ordinal(days: int) -> Date | None:
    """The date `days` after 1970-01-01; None beyond the years FEEL knows."""
    era, day_of_era = divmod(days + 719_468, _DAYS_IN_400_YEARS)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return make_date(year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1)


def days_in_month(year: int, month: int) -> int:
    """How many days the month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> Date | None:
    """The date, or None where the calendar has none."""
    if abs(year) > MAX_YEAR or not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month):
        return None
    return Date(year, month, day)


@dataclass(frozen=True, slots=True)
class Zone:
    """An offset from UTC in seconds, or a named zone of the IANA database."""

    offset: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        if self.name is not None:
            return f"@{self.name}"
        seconds = self.offset or 0
        if seconds == 0:
            return "Z"
        hours, rest = divmod(abs(seconds), 3600)
        text = f"{'-' if seconds < 0 else '+'}{hours:02d}:{rest // 60:02d}"
        return f"{text}:{rest % 60:02d}" if rest % 60 else text


UTC = Zone(0)


@lru_cache(maxsize=256)
def _zone_info(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def offset_at(zone: Zone, day: Date, nanos: int) -> int:
    """Seconds from UTC of the zone at a local time; years that Python lacks borrow the rules of a like year."""
    if zone.name is None:
        return zone.offset or 0
    info = _zone_info(zone.name)
    year = day.year if 1 < day.year < 9999 else 2000 + day.year % 400
    seconds = nanos // SECOND
    local = datetime(year, day.month, day.day, seconds // 3600, seconds // 60 % 60, seconds % 60, tzinfo=info)
    return int((local.utcoffset() or timedelta()).total_seconds())


@dataclass(frozen=True, slots=True, eq=False)
class Time:
    """A time of day: nanoseconds since midnight, and a zone or None for local time."""

    nanos: int
    zone: Zone | None = None

    @property
    def offset(self) -> int | None:
        """Seconds from UTC: of a named zone, those of its winter of 1970; None for local time."""
        return None if self.zone is None else offset_at(self.zone, Date(1970, 1, 1), self.nanos)

    @property
    def hour(self) -> int:
        return self.nanos // HOUR

    @property
    def minute(self) -> int:
        return self.nanos // MINUTE % 60

    @property
    def second(self) -> int:
        return self.nanos // SECOND % 60

    @property
    def key(self) -> tuple[bool, int]:
        """Equal for equal times; the second part orders times that both have a zone or both have none."""
        return (self.zone is None, self.nanos - (self.offset or 0) * SECOND)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        fraction = f"{self.nanos % SECOND:09d}".rstrip("0")
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{'.' if fraction else ''}{fraction}"
        return f"{text}{self.zone}" if self.zone else text


@dataclass(frozen=True, slots=True, eq=False)
class DateTime:
    """A date and a time of day."""

    date: Date
    time: Time

    @property
    def offset(self) -> int | None:
        """Seconds from UTC at this very moment; None for local time."""
        zone = self.time.zone
        return None if zone is None else offset_at(zone, self.date, self.time.nanos)

    @property
    def local(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00 on the clock on the wall."""
        return self.date.ordinal * DAY + self.time.nanos

    @property
    def instant(self) -> int:
        """Nanoseconds from 1970-01-01T00:00:00 in UTC; local time counts as UTC."""
        return self.local - (self.offset or 0) * SECOND

    @property
    def key(self) -> tuple[bool, int]:
        """Equal for equal moments; the second part orders those that both have a zone or both have none."""
        return (self.time.zone is None, self.instant)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DateTime) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"


def midnight(day: Date, zone: Zone | None = None) -> DateTime:
    """The first moment of the day."""
    return DateTime(day, Time(0, zone))


def datetime_of_local(nanos: int, zone: Zone | None) -> DateTime | None:
    """The date and time that `local` nanoseconds stand for; None beyond the years FEEL knows."""
    days, rest = divmod(nanos, DAY)
    day = date_of_ordinal(days)
    return None if day is None else DateTime(day, Time(rest, zone))


@dataclass(frozen=True, slots=True)
class MonthsDuration:
    """A years and months duration."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{'-' if self.months < 0 else ''}P{text or '0M'}"


@dataclass(frozen=True, slots=True)
class TimeDuration:
    """A days and time duration, in nanoseconds."""

    nanos: int

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanos), DAY)
        fraction = f"{rest % SECOND:09d}".rstrip("0")
        seconds = f"{rest // SECOND % 60}{'.' if fraction else ''}{fraction}"
        clock = (f"{rest // HOUR}H" if rest // HOUR else "") + (f"{rest // MINUTE % 60}M" if rest // MINUTE % 60 else "")
        clock += f"{seconds}S" if seconds != "0" else ""
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return f"{'-' if self.nanos < 0 else ''}P{text or 'T0S'}"


def add_months(day: Date, months: int) -> Date | None:
    """The same day `months` later, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return make_date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


_DATE = r"(?P<year>-?(?:[1-9]\d{4,8}|\d{4}))-(?P<month>\d\d)-(?P<day>\d\d)"
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z][\w+/-]*)?"
_TIME = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d+))?" + _ZONE
_DATE_TEXT = re.compile(_DATE, re.ASCII)
_TIME_TEXT = re.compile(_TIME, re.ASCII)
_DATETIME_TEXT = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_MONTHS_TEXT = re.compile(r"(-?)P(?=\d)(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_DAYS_TEXT = re.compile(
    r"(-?)P(?=\d|T\d)(?:(\d{1,12})D)?(?:T(?=\d)(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})(?:\.(\d*))?S)?)?", re.ASCII
)


def _zone_of(text: str | None) -> Zone | bool | None:
    """The zone written; None for no zone; False for one that does not exist."""
    if text is None:
        return None
    if text == "Z":
        return UTC
    if text.startswith("@"):
        return False if _zone_info(text[1:]) is None else Zone(name=text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if parts[1] > 59 or seconds > 18 * 3600:
        return False
    return Zone(-seconds if text[0] == "-" else seconds)


def _time_of(match: re.Match[str]) -> Time | None:
    hour, minute, second = (int(match[part]) for part in ("hour", "minute", "second"))
    zone = _zone_of(match["zone"])
    fraction = int(((match["fraction"] or "") + "0" * 9)[:9])
    nanos = hour * HOUR + minute * MINUTE + second * SECOND + fraction
    if nanos > DAY or (nanos < DAY and hour > 23) or minute > 59 or second > 59 or isinstance(zone, bool):
        return None
    return Time(nanos, zone)


def parse_date(text: str) -> Date | None:
    """A date as XML Schema writes it, or None."""
    match = _DATE_TEXT.fullmatch(text)
    return make_date(int(match["year"]), int(match["month"]), int(match["day"])) if match else None


def parse_time(text: str) -> Time | None:
    """A time as XML Schema writes it, or with `@Zone/Name`; None for anything else."""
    match = _TIME_TEXT.fullmatch(text)
    clock = _time_of(match) if match else None
    return None if clock is None else Time(clock.nanos % DAY, clock.zone)


def parse_datetime(text: str) -> DateTime | None:
    """A date and time, or a bare date, which stands for its midnight; None for anything else."""
    match = _DATETIME_TEXT.fullmatch(text)
    if match is None:
        bare = parse_date(text)
        return None if bare is None else midnight(bare)
    day, clock = make_date(int(match["year"]), int(match["month"]), int(match["day"])), _time_of(match)
    if day is None or clock is None:
        return None
    return DateTime(day, clock) if clock.nanos < DAY else datetime_of_local(DAY * (day.ordinal + 1), clock.zone)


def parse_duration(text: str) -> MonthsDuration | TimeDuration | None:
    """A duration of years and months, or of days and time; never of both."""
    if match := _MONTHS_TEXT.fullmatch(text):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return MonthsDuration(-months if match[1] else months)
    match = _DAYS_TEXT.fullmatch(text)
    if match is None:
        return None
    days, hours, minutes, seconds = (int(match[place] or 0) for place in (2, 3, 4, 5))
    nanos = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + int(((match[6] or "") + "0" * 9)[:9])
    return TimeDuration(-nanos if match[1] else nanos)


def parse_temporal(text: str) -> Date | Time | DateTime | MonthsDuration | TimeDuration | None:
    """What `@"…"` stands for; None when it is no date, time or duration."""
    return parse_date(text) or parse_time(text) or (parse_datetime(text) if "T" in text else None) or parse_duration(text)


def from_python_datetime(value: datetime) -> DateTime:
    """A datetime of Python's; its zone becomes a name where it has one, else an offset."""
    zone: Zone | None = None
    if isinstance(value.tzinfo, ZoneInfo):
        zone = Zone(name=value.tzinfo.key)
    elif value.tzinfo is not None:
        zone = Zone(int((value.utcoffset() or timedelta()).total_seconds()))
    nanos = value.hour * HOUR + value.minute * MINUTE + value.second * SECOND + value.microsecond * 1000
    return DateTime(Date(value.year, value.month, value.day), Time(nanos, zone))


def to_python_datetime(value: DateTime) -> datetime:
    """The same moment as a datetime of Python's, to the microsecond; ValueError outside the years 1 to 9999."""
    base = datetime(value.date.year, value.date.month, value.date.day) + timedelta(microseconds=value.time.nanos // 1000)
    zone = value.time.zone
    if zone is None:
        return base
    return base.replace(tzinfo=ZoneInfo(zone.name) if zone.name else timezone(timedelta(seconds=zone.offset or 0)))
