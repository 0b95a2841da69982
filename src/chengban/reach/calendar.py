"""Days as a calendar that other programs subscribe to (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import icalendar

from chengban.lib import clock


@dataclass(frozen=True, slots=True)
class Day:
    """Something that falls on a day. `uid` stays while the matter does; `revision` grows when it is told anew."""

    uid: str
    on: date
    title: str
    text: str = ""
    link: str = ""
    revision: int = 0


def write(days: Iterable[Day], *, name: str, stamp: date) -> bytes:
    """The days as text/calendar, said to be so on the day `stamp`: the same days on the same day are the same bytes."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Chengban//Policy calendar//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    said = datetime.combine(stamp, time(), clock.CHINA).astimezone(UTC)
    for day in days:
        calendar.add_component(_event(day, said))
    return calendar.to_ical()


def _event(day: Day, said: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("uid", day.uid)
    event.add("dtstamp", said)
    event.add("sequence", day.revision)
    event.add("dtstart", day.on)
    event.add("dtend", day.on + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("summary", day.title)
    if day.text:
        event.add("description", day.text)
    if day.link:
        event.add("url", day.link)
    return event
