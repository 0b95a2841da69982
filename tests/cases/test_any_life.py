"""Any life, under any clock: what the law promises holds whatever happens and in whatever order it is written down."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from chengban.cases.clock import events as on
from chengban.cases.clock.calendar import DeclaredCalendar
from chengban.cases.clock.events import EVENTS, Event
from chengban.cases.clock.forbidden import Forbidden
from chengban.cases.clock.grounds import CancellationGround, DeclineGround, RevocationGround
from chengban.cases.clock.life import Life, State, passed
from chengban.cases.clock.reading import written
from chengban.cases.clock.rules import RuleSet, rule_set
from chengban.cases.clock.standing import admit, allowed, fold, standing, step
from chengban.lib import workdays
from chengban.packs import current
from tests.cases.making import BOTH, fitting, slow_due

DAY = timedelta(days=1)
WORDS = (on.Accepted, on.Declined, on.CorrectionAsked, on.Returned, on.ApplicationWithdrawn)
"""What ends the silence after materials came."""
SELDOM = (
    on.ApplicationWithdrawn, on.Declined, on.Terminated, on.Refused, on.Revoked, on.TakenBack, on.Cancelled, on.Changed,
    on.CorrectedOnTheSpot,
)  # fmt: skip
"""What would end most lives early, or changes nothing."""
ONWARD = (
    on.Corrected, on.Accepted, on.Resumed, on.FirstReviewed, on.Supplied, on.HearingWaived, on.Granted, on.Delivered,
    on.PostChecked, on.RectificationOrdered, on.RenewalAsked,
)  # fmt: skip
"""What brings most lives on, the first of them that may come."""
CALENDAR = DeclaredCalendar(current().holidays)


class AnyLife(RuleBasedStateMachine):
    """Days pass, acts are tried: what is allowed is done, what is refused changes nothing."""

    law: RuleSet
    life: Life
    day: date

    @initialize(
        clock=st.sampled_from(sorted(current().clocks)),
        share=st.none() | st.integers(1, 10),
        instant=st.booleans(),
        start=st.dates(date(2016, 1, 1), date(2019, 12, 31)),
    )
    def begin(self, clock: str, share: int | None, instant: bool, start: date) -> None:
        within = rule_set(current(), clock).decision.within.count
        promised = None if share is None else max(1, within * share // 10)
        self.law = rule_set(current(), clock, promised=promised, instant=instant)
        self.day = start
        self.life = step(Life(self.law, CALENDAR), on.Received(on=start))

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.day += days * DAY
        before = self.life
        self.life = passed(before, self.day)
        assert self.life.events == before.events, "silence is no event"

    @precondition(lambda self: self.life.hearing_called is not None and self.life.hearing_called.held_on > self.day)
    @rule()
    def the_day_of_the_hearing_comes(self) -> None:
        assert self.life.hearing_called is not None
        self.day = self.life.hearing_called.held_on
        self.life = passed(self.life, self.day)

    @precondition(lambda self: self.life.valid_until is not None and self.life.valid_until > self.day)
    @rule(before=st.integers(-1, 70))
    def the_licence_nears_its_end(self, before: int) -> None:
        assert self.life.valid_until is not None
        self.day = max(self.day, self.life.valid_until - before * DAY)
        self.life = passed(self.life, self.day)

    @rule(draw=st.data())
    def it_goes_on(self, draw: st.DataObject) -> None:
        life = passed(self.life, self.day)
        may = {act.kind for act in allowed(life) if act.allowed}
        kind = next((kind for kind in ONWARD if kind in may), None)
        event = None if kind is None else fitting(kind, life, self.day, draw)
        if event is not None:
            self.take(event)

    @rule(draw=st.data())
    def something_allowed_is_done(self, draw: st.DataObject) -> None:
        """For each kind that may come, an event that carries all it must is taken."""
        kinds = [act.kind for act in allowed(passed(self.life, self.day)) if act.allowed]
        going_on = [kind for kind in kinds if kind not in SELDOM]
        kinds = kinds if not going_on or draw.draw(st.integers(0, 9)) == 9 else going_on
        if not kinds:
            return
        event = fitting(draw.draw(st.sampled_from(kinds)), passed(self.life, self.day), self.day, draw)
        if event is not None:
            self.take(event)

    def take(self, event: Event) -> None:
        before = passed(self.life, self.day)
        self.life = step(before, event)
        if isinstance(event, on.Paused | on.Extended):
            for kind in ("first_review", "decide"):
                was, now = due(before, kind), due(self.life, kind)
                assert (was is None) == (now is None)
                assert was is None or now is None or now >= was, "neither a pause nor an extension takes time away"
        if isinstance(event, on.Extended):
            assert due(before, "promise") == due(self.life, "promise"), "what was promised stays"

    @rule(draw=st.data(), kind=st.sampled_from(EVENTS))
    def something_refused_changes_nothing(self, draw: st.DataObject, kind: type[Event]) -> None:
        life = passed(self.life, self.day)
        (act,) = (one for one in allowed(life) if one.kind is kind)
        if act.refusal is None:
            return
        event = unasked(kind, self.day)
        with pytest.raises(type(act.refusal)) as raised:
            step(self.life, event)
        assert str(raised.value) == str(act.refusal) and raised.value.by.title in str(raised.value)

    @invariant()
    def never_a_second_correction_notice(self) -> None:
        assert sum(isinstance(event, on.CorrectionAsked) for event in self.life.events) <= 1

    @invariant()
    def no_extension_twice(self) -> None:
        assert sum(isinstance(event, on.Extended) for event in since_receipt(self.life)) <= 1

    @invariant()
    def silence_accepts_just_when_nobody_spoke_in_time(self) -> None:
        rule = self.law.receipt
        life = passed(self.life, self.day)
        limit = rule.corrected if life.corrected else rule.notify
        if rule.silence == "nothing" or limit is None or life.materials_on is None:
            assert not life.deemed
            return
        last = slow_due((), life.materials_on, limit.count)
        events = since_receipt(life)
        came = max(number for number, one in enumerate(events) if isinstance(one, on.Received | on.Corrected))
        spoke = any(isinstance(one, WORDS) for one in events[came:] if one.on <= last)
        assert life.deemed == (not spoke and self.day > last), (life.materials_on, last, self.day)
        assert not life.deemed or life.accepted_on == life.materials_on

    @invariant()
    def each_day_that_counts_counts_once(self) -> None:
        life, limit = passed(self.life, self.day), self.law.decision.within
        if life.starts_on is None or limit.unit != "working":
            return
        by = life.extension.by if life.extension else 0
        assert life.decide_by == slow_due(since_receipt(life), life.starts_on, limit.count + by)

    @invariant()
    def the_law_and_the_promise_are_counted_apart(self) -> None:
        now = standing(self.life.events, self.law, CALENDAR, on=self.day)
        decide, promised = now.deadline("decide"), now.deadline("promise")
        if decide is None or promised is None:
            return
        if self.law.promised is not None and promised.due is not None and decide.due is not None:
            assert promised.due <= decide.due and promised.total == self.law.promised
        broken = {breach.kind for breach in now.breaches if breach.promise}
        assert broken == ({"promise"} if promised.late else set())
        assert ("decide" in {breach.kind for breach in now.breaches}) == decide.late

    @invariant()
    def a_replay_comes_to_the_same(self) -> None:
        """In whatever order the days were written down, and with either calendar."""
        days = sorted({event.on for event in self.life.events}, reverse=True)
        shuffled = [event for day in days for event in self.life.events if event.on == day]
        assert passed(fold(shuffled, self.law, CALENDAR), self.day) == passed(self.life, self.day)
        assert list(self.life.events) == sorted(self.life.events, key=lambda event: event.on)

    @invariant()
    def where_it_stands_is_known_before_next_years_holidays_are(self) -> None:
        """Only a hearing's day may lie in the next year; all else looks no further than the day."""
        if any(isinstance(event, on.HearingCalled) for event in self.life.events):
            return
        cut = DeclaredCalendar({year: days for year, days in current().holidays.items() if year <= self.day.year})
        known, cut_off = passed(self.life, self.day), passed(fold(self.life.events, self.law, cut), self.day)
        assert (cut_off.state, cut_off.accepted_on, cut_off.told) == (known.state, known.accepted_on, known.told)
        acts = [(act.kind, str(act.refusal)) for act in allowed(known)]
        assert [(act.kind, str(act.refusal)) for act in allowed(cut_off)] == acts

    @invariant()
    def a_decision_comes_after_acceptance(self) -> None:
        if self.life.decision is not None and not self.law.runs_from_receipt:
            assert self.life.accepted_on is not None and self.life.accepted_on <= self.life.decision.on

    @invariant()
    def nothing_that_comes_later_changes_an_earlier_day(self) -> None:
        last = self.life.events[-1].on
        earlier = [event for event in self.life.events if event.on < last]
        if earlier:
            then = standing(self.life.events, self.law, CALENDAR, on=last - DAY)
            assert written(then) == written(standing(earlier, self.law, CALENDAR, on=last - DAY))

    @invariant()
    def a_life_that_is_over_stays_over(self) -> None:
        if self.life.state in (State.DECLINED, State.REFUSED, State.WITHDRAWN, State.TERMINATED, State.CANCELLED, State.LAPSED):
            assert [act.kind for act in allowed(self.life) if act.allowed] == []


def since_receipt(life: Life) -> tuple[Event, ...]:
    """The events since the application came, or came anew."""
    came = max(number for number, event in enumerate(life.events) if isinstance(event, on.Received))
    return life.events[came:]


def due(life: Life, kind: str) -> date | None:
    found = standing(life.events, life.rules, CALENDAR, on=life.day).deadline(kind)
    return None if found is None else found.due


def unasked(kind: type[Event], day: date) -> Event:
    """An event of that kind with something in every place, for one that is refused whatever it carries."""
    written = {"document": "文1"} if issubclass(kind, on.Documented) else {}
    filled: dict[type[Event], dict[str, object]] = {
        on.CorrectionAsked: {"missing": ("甲",)},
        on.Returned: {"missing": ("甲",)},
        on.Declined: {"ground": DeclineGround.NOT_REQUIRED, "reason": "甲"},
        on.Supplied: {"what": ()},
        on.Verified: {"by": ("甲", "乙")},
        on.InspectionAssigned: {"to": ("甲", "乙")},
        on.Inspected: {"passed": True},
        on.Paused: {"what": "hearing", "days": 1, "document": "告1"},
        on.Resumed: {"what": "hearing"},
        on.Extended: {"by": 1, "approver": "own_head", "reason": "甲"},
        on.HearingCalled: {"held_on": day, "chair": "戊", "place": "甲"},
        on.HearingHeld: {"record": "甲", "signed": True},
        on.Refused: {"reason": "甲", "remedies": BOTH},
        on.Terminated: {"reason": "甲"},
        on.PostChecked: {"kept": True},
        on.RectificationOrdered: {"until": day},
        on.RenewalGranted: {"valid_until": day},
        on.RenewalRefused: {"reason": "甲", "remedies": BOTH},
        on.Revoked: {"ground": RevocationGround.FRAUD, "reason": "甲"},
        on.TakenBack: {"cause": "甲", "interest": "甲", "amends": "甲"},
        on.Cancelled: {"ground": CancellationGround.OTHER, "reason": "甲"},
    }
    return kind(on=day, **written, **filled.get(kind, {}))


def test_any_life_keeps_the_law() -> None:
    run_state_machine_as_test(
        AnyLife,
        settings=settings(max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def test_either_calendar_tells_the_same_life() -> None:
    rules = rule_set(current(), "general", promised=10)
    happened = [on.Received(on=date(2026, 2, 13)), on.Accepted(on=date(2026, 2, 14), document="受1")]
    ours, theirs = DeclaredCalendar(current().holidays), workdays
    first, second = (standing(happened, rules, calendar, on=date(2026, 3, 2)) for calendar in (ours, theirs))
    assert first.deadlines == second.deadlines and first.breaches == second.breaches


def test_an_act_written_down_late_must_fit_what_came_after() -> None:
    """A correction asked for in time, told only now, cannot stand beside a decision on what was accepted by silence."""
    rules = rule_set(current(), "general")
    happened = (on.Received(on=date(2025, 11, 10)), on.Granted(on=date(2025, 11, 20), document="准1"))
    assert fold(happened, rules, workdays).deemed
    with pytest.raises(Forbidden):
        admit(happened, on.CorrectionAsked(on=date(2025, 11, 12), document="补1", missing=("照片",)), rules, workdays)
    late = admit(happened, on.Verified(on=date(2025, 11, 18), by=("甲", "乙")), rules, workdays)
    assert [event.word for event in late] == ["received", "verified", "granted"]
