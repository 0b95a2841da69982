"""The calendar is RFC 5545 to the byte, and says to others what was put in."""

import re
from datetime import UTC, date, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from chengban.reach.calendar import Day, write

STAMP = date(2025, 12, 1)
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp")), max_size=120) | st.sampled_from(
    ["稳岗返还" * 30, "a,b;c\\d", "第一行\n第二行", "é" * 74 + "漢"]
)
DAYS = st.builds(
    Day,
    uid=st.uuids().map(lambda one: f"{one}@chengban"),
    on=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    title=TEXT,
    text=TEXT,
    link=st.just("") | st.integers(1).map(lambda number: f"https://zwfw.example.cn/policies/{number}?version=2025"),
    revision=st.integers(0, 99),
)


@given(st.lists(DAYS, max_size=5, unique_by=lambda day: day.uid))
def test_a_calendar_reads_back_as_it_was_written(days: list[Day]) -> None:
    content = write(days, name="聊城市政策日历", stamp=STAMP)
    assert content == write(days, name="聊城市政策日历", stamp=STAMP)
    read = icalendar.Calendar.from_ical(content)
    assert (str(read["version"]), str(read["x-wr-calname"])) == ("2.0", "聊城市政策日历")
    events = list(read.walk("VEVENT"))
    assert [str(event["uid"]) for event in events] == [day.uid for day in days]
    for event, day in zip(events, days, strict=True):
        assert (event["dtstart"].dt, event["dtend"].dt) == (day.on, day.on + timedelta(days=1))
        assert event["dtstart"].params["VALUE"] == "DATE"
        assert event["dtstamp"].dt == datetime(2025, 11, 30, 16, tzinfo=UTC)
        assert int(event["sequence"]) == day.revision
        assert (str(event["summary"]), str(event.get("description", ""))) == (day.title, day.text)
        assert str(event.get("url", "")) == day.link


@given(st.lists(DAYS, max_size=5))
def test_lines_end_in_crlf_and_are_folded_between_characters(days: list[Day]) -> None:
    content = write(days, name="日历", stamp=STAMP)
    assert content.endswith(b"END:VCALENDAR\r\n")
    lines = content.split(b"\r\n")
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode("utf-8")  # no character is cut in two
    whole = content.replace(b"\r\n ", b"").decode()
    assert all(re.match(r"[A-Z-]+[;:]", line) for line in whole.split("\r\n") if line)


def test_the_words_of_the_standard() -> None:
    content = write(
        [Day("P09-2025-ends@chengban", date(2025, 12, 31), "稳岗返还,最后一天;见\\通知", "一\n二")], name="n", stamp=STAMP
    )
    for line in (
        "BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:PUBLISH", "BEGIN:VEVENT", "UID:P09-2025-ends@chengban",
        "DTSTAMP:20251130T160000Z", "SEQUENCE:0", "DTSTART;VALUE=DATE:20251231", "DTEND;VALUE=DATE:20260101",
        "SUMMARY:稳岗返还\\,最后一天\\;见\\\\通知", "DESCRIPTION:一\\n二", "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ):  # fmt: skip
        assert line in content.decode().split("\r\n"), line
