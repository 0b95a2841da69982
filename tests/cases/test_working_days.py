"""Working days agree with 240 days × 8 limits that another library reckoned, by both calendars; a year not arranged is said."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengban.cases.clock.calendar import Calendar, DeclaredCalendar
from chengban.cases.clock.events import Extended
from chengban.cases.clock.reading import read, written
from chengban.cases.clock.reckon import Stop, add_months, add_working_days, backwards, counted, gone, last_day, left, reckon
from chengban.cases.clock.standing import standing
from chengban.cases.clock.wording import Term
from chengban.lib import workdays
from chengban.packs import current
from chengban.packs.clocks import Limit, Unit
from chengban.packs.model import Citation

ORACLE = Path(__file__).parent / "fixtures" / "working_days.csv"
ROWS = list(csv.DictReader(ORACLE.open(encoding="utf-8")))
CALENDARS: dict[str, Calendar] = {"library": workdays, "pack": DeclaredCalendar(current().holidays)}
DAYS = st.dates(date(2005, 1, 1), date(2026, 6, 30))
SOMEWHERE = Citation(title="行政许可法")
EVENT = Term("受理", "It was accepted")


@pytest.mark.parametrize("name", CALENDARS)
def test_every_row_of_the_oracle(name: str) -> None:
    assert len(ROWS) == 240
    for row in ROWS:
        start = date.fromisoformat(row["start_date"])
        found = {
            key: add_working_days(start, int(key.removeprefix("wd")), CALENDARS[name]).isoformat()
            for key in row
            if key != "start_date"
        }
        assert {"start_date": row["start_date"], **found} == row


@pytest.mark.parametrize("row", ROWS[:: len(ROWS) // 20], ids=lambda row: row["start_date"])
def test_the_deadlines_of_a_life_are_those_of_the_oracle(row: dict[str, str]) -> None:
    """An application accepted on that day, by the general law and by the joint one."""
    start = date.fromisoformat(row["start_date"])
    happened = [{"event": "received", "on": start}, {"event": "accepted", "on": start, "document": "受1"}]
    for clock, limit in (("general", "wd20"), ("joint", "wd45")):
        told = read(current(), {"clock": clock, "events": happened})
        decide = standing(told.events, told.rules, workdays, on=start).deadline("decide")
        assert decide is not None and str(decide.due) == row[limit]
    told = read(current(), {"clock": "general", "events": happened[:1]})
    notify = standing(told.events, told.rules, workdays, on=start).deadline("notify")
    assert notify is not None and str(notify.due) == row["wd5"]


def test_the_packs_holidays_are_those_of_the_library() -> None:
    first, last = min(current().holidays), max(current().holidays)
    days = [date(first, 1, 1) + timedelta(number) for number in range((date(last, 12, 31) - date(first, 1, 1)).days + 1)]
    assert [day for day in days if CALENDARS["pack"].is_workday(day) != workdays.is_workday(day)] == []


@pytest.mark.parametrize("name", CALENDARS)
def test_a_year_without_holidays_is_said_and_not_guessed(name: str) -> None:
    with pytest.raises(workdays.NoArrangement, match=r"2027 年的节假日安排还没有公布"):
        add_working_days(date(2026, 12, 28), 10, CALENDARS[name])
    told = read(current(), {"clock": "general", "events": [{"event": "received", "on": "2026-12-28"}]})
    with pytest.raises(workdays.NoArrangement, match="2027"):
        standing(told.events, told.rules, CALENDARS[name], on=date(2027, 1, 4))


def test_before_such_a_year_the_standing_is_known_and_the_deadline_says_that_it_is_not() -> None:
    happened: list[dict[str, object]] = [
        {"event": "received", "on": "2026-12-28"},
        {"event": "accepted", "on": "2026-12-29", "document": "受1"},
        {"event": "paused", "on": "2026-12-30", "what": "expert_review", "days": 5, "document": "告1"},
    ]
    early = read(current(), {"clock": "general", "promised": 1, "events": happened})
    met = standing(early.events, early.rules, workdays, on=date(2026, 12, 31)).deadline("promise")
    assert met is not None and (met.due, met.left) == (date(2026, 12, 30), -1), "what stops only after the last day moves nothing"
    told = read(current(), {"clock": "general", "promised": 2, "events": happened})
    found = standing(told.events, told.rules, workdays, on=date(2026, 12, 29))
    decide, promise = found.deadline("decide"), found.deadline("promise")
    assert decide is not None and (decide.due, decide.left, decide.light) == (None, None, None)
    assert not decide.late and not decide.sure
    assert "2027 年的节假日安排还没有公布" in decide.steps[-1].say()
    assert promise is not None and promise.due == date(2026, 12, 31), "what ends this year is known"
    paused = standing(told.events, told.rules, workdays, on=date(2026, 12, 31))
    assert [stop.until for stop in paused.stops] == [None] and written(paused)["stops"][0]["working_days"] is None
    promise = paused.deadline("promise")
    assert promise is not None and promise.due is None and paused.breaches == ()
    assert not [act for act in paused.acts if act.kind is Extended and not act.allowed]
    happened.append({"event": "resumed", "on": "2026-12-31", "what": "expert_review"})
    ended = read(current(), {"clock": "general", "events": happened})
    ends = [stop.until for stop in standing(ended.events, ended.rules, workdays, on=date(2026, 12, 31)).stops]
    assert ends == [date(2026, 12, 31)]


def test_a_licence_that_ends_in_such_a_year_stands_all_the_same() -> None:
    happened = [
        {"event": "received", "on": "2026-03-02"},
        {"event": "accepted", "on": "2026-03-02", "document": "受1"},
        {"event": "granted", "on": "2026-03-09", "document": "核1"},
    ]
    told = read(current(), {"clock": "project_approval", "events": happened})
    found = standing(told.events, told.rules, workdays, on=date(2026, 6, 1))
    ask = found.deadline("ask_renewal")
    assert found.life.valid_until == date(2028, 3, 9) and ask is not None and ask.due is None


def test_the_example_across_the_spring_festival() -> None:
    """Received on a Friday: the Saturday after is worked, then nine days off; the fifth working day is 27 February."""
    assert add_working_days(date(2026, 2, 13), 5, workdays) == date(2026, 2, 27)
    assert add_working_days(date(2026, 2, 13), 6, workdays) == date(2026, 2, 28)


@given(DAYS, st.integers(0, 60))
def test_so_many_working_days_lie_between(start: date, days: int) -> None:
    assert counted(start, add_working_days(start, days, workdays), "working", workdays) == days


@given(DAYS, st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.sampled_from(["working", "calendar", "month"]))
def test_a_stop_moves_the_last_day_by_what_it_holds_and_never_earlier(
    start: date, count: int, after: int, long: int, unit: Unit
) -> None:
    begins = start + timedelta(after)
    stop = Stop("hearing", begins, begins + timedelta(long), SOMEWHERE)
    count = min(count, 5) if unit == "month" else count
    plain, stopped = last_day(start, count, unit, workdays), last_day(start, count, unit, workdays, [stop])
    assert stopped >= plain and (stopped == plain) == (
        counted(start, plain, unit, workdays) == counted(start, plain, unit, workdays, [stop])
    )
    assert counted(start, stopped, unit, workdays, [stop]) == counted(start, plain, unit, workdays)


@given(DAYS, st.integers(0, 60), st.integers(-5, 100), st.sampled_from(["working", "calendar", "month"]))
def test_a_limit_is_gone_just_after_its_last_day(start: date, count: int, after: int, unit: Unit) -> None:
    count = min(count, 3) if unit == "month" else count
    stop = Stop("hearing", start + timedelta(3), start + timedelta(9), SOMEWHERE)
    day = start + timedelta(after)
    assert gone(start, count, unit, day, workdays, [stop]) == (day > last_day(start, count, unit, workdays, [stop]))


@given(DAYS, st.integers(0, 90), st.integers(1, 60))
def test_what_is_left_and_what_is_gone_meet_at_the_last_day(start: date, passed: int, count: int) -> None:
    due, on = last_day(start, count, "working", workdays), start + timedelta(passed)
    remains = left(on, due, "working", workdays, ())
    assert remains == (counted(on, due, "working", workdays) if on <= due else -counted(due, on, "working", workdays))
    assert (remains >= 0 and on <= due) or (remains <= 0 and on > due)


@given(DAYS, st.integers(1, 60), st.sampled_from(["working", "calendar"]))
def test_so_long_before_an_end_is_the_latest_day_from_which_it_still_fits(end: date, count: int, unit: Unit) -> None:
    day = backwards(EVENT, end, Limit(count=count, unit=unit, citation=SOMEWHERE, confidence="S"), workdays).due
    assert last_day(day, count, unit, workdays) <= end < last_day(day + timedelta(1), count, unit, workdays)


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        ("2025-08-31", 6, "2026-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-11-24", 6, "2026-05-24"),
        ("2025-12-10", -1, "2025-11-10"),
    ],
)
def test_months_end_where_the_month_ends(day: str, months: int, then: str) -> None:
    assert add_months(date.fromisoformat(day), months) == date.fromisoformat(then)


def test_a_reckoning_names_the_days_off_and_the_days_worked() -> None:
    limit = Limit(count=5, citation=Citation(title="行政许可法", article="第三十二条第一款第四项"), confidence="S")
    made = reckon(Term("收到申请材料", "The materials came"), date(2026, 2, 13), limit, workdays)
    assert [step.say() for step in made.steps] == [
        "2026-02-13（周五）收到申请材料，当日不计，次日起算。",
        "《行政许可法》第三十二条第一款第四项：5 个工作日。",
        "其间放假的工作日期不计：2026-02-16（周一）、2026-02-17（周二）、2026-02-18（周三）、2026-02-19（周四）、"
        "2026-02-20（周五）、2026-02-23（周一）。",
        "其间调休上班的周末计入：2026-02-14（周六）。",
        "最后一日是2026-02-27（周五）。",
    ]
    assert made.steps[0].say("en") == "The materials came on 2026-02-13 (Fri); that day does not count, the next is the first."
