"""One application's life (办件): where it stands after its events, and what the mere passing of days has made of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from chengban.cases.clock import events as on
from chengban.cases.clock.calendar import Calendar
from chengban.cases.clock.reckon import Stop, add_working_days, backwards, counted, doubt, gone, last_day
from chengban.cases.clock.rules import RuleSet
from chengban.cases.clock.wording import PAUSES, Term, Told, tell
from chengban.lib.workdays import NoArrangement
from chengban.packs.clocks import Limit, PauseKind, PauseRule
from chengban.packs.model import Citation


class State(Enum):
    """Where an application stands (办件状态); the value is what files and programs call it."""

    NEW = "new"
    RECEIVED = "received"
    CORRECTING = "correcting"
    RETURNED = "returned"
    DECLINED = "declined"
    LAPSED = "lapsed"
    FIRST_REVIEW = "first_review"
    IN_REVIEW = "in_review"
    GRANTED = "granted"
    RECTIFYING = "rectifying"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    EXPIRED = "expired"
    REVOKED = "revoked"
    TAKEN_BACK = "taken_back"
    CANCELLED = "cancelled"


STATES: dict[State, Term] = {
    State.NEW: Term("还没有收件", "not received yet"),
    State.RECEIVED: Term("已收件", "received"),
    State.CORRECTING: Term("待补正", "to be corrected"),
    State.RETURNED: Term("已退回", "returned"),
    State.DECLINED: Term("不予受理", "not accepted"),
    State.LAPSED: Term("逾期未补正", "not corrected in time"),
    State.FIRST_REVIEW: Term("下级初审中", "under first review"),
    State.IN_REVIEW: Term("已受理，审查中", "accepted, under review"),
    State.GRANTED: Term("已准予", "granted"),
    State.RECTIFYING: Term("限期整改", "to be put right"),
    State.REFUSED: Term("不予许可", "refused"),
    State.WITHDRAWN: Term("申请人已撤回", "withdrawn by the applicant"),
    State.TERMINATED: Term("已终止办理", "terminated"),
    State.EXPIRED: Term("有效期已届满", "expired"),
    State.REVOKED: Term("已撤销", "revoked"),
    State.TAKEN_BACK: Term("已撤回许可", "taken back"),
    State.CANCELLED: Term("已注销", "cancelled"),
}


@dataclass(frozen=True)
class Breach:
    """Something the law asks for that was not done, or not in time (违法情形). `promise`: only the promised time was passed."""

    kind: str
    on: date
    told: Told
    citation: Citation
    promise: bool = False


@dataclass(frozen=True)
class Pause:
    """A procedure that stops the clock: as it was told, and when it ended."""

    told: on.Paused
    ended_on: date | None = None


@dataclass(frozen=True)
class Life:
    """All that counts of what happened. `day` is how far time has passed for it."""

    rules: RuleSet
    calendar: Calendar
    day: date = date.min
    state: State = State.NEW
    events: tuple[on.Event, ...] = ()
    received_on: date | None = None
    materials_on: date | None = None
    """When materials came last: at first, or corrected."""
    answered_on: date | None = None
    """When the authority answered the materials that came last: accepted, declined, asked for more, gave them back."""
    correction: on.CorrectionAsked | None = None
    corrected: bool = False
    """Whether the materials that came last are the corrected ones."""
    returned: on.Returned | None = None
    accepted_on: date | None = None
    deemed: bool = False
    lacking: frozenset[str] = frozenset()
    commitment: on.Committed | None = None
    forwarded_on: date | None = None
    reviewers: frozenset[str] = frozenset()
    assigned_on: date | None = None
    inspected: on.Inspected | None = None
    pauses: tuple[Pause, ...] = ()
    extension: on.Extended | None = None
    hearing_offered: on.HearingOffered | None = None
    hearing_asked: on.HearingAsked | None = None
    hearing_waived: on.HearingWaived | None = None
    hearing_called: on.HearingCalled | None = None
    hearing_held: on.HearingHeld | None = None
    decision: on.Granted | on.Refused | None = None
    delivered_on: date | None = None
    published_on: date | None = None
    checked: on.PostChecked | None = None
    rectification: on.RectificationOrdered | None = None
    valid_until: date | None = None
    renewal: on.RenewalAsked | None = None
    renewals: int = 0
    renewed_by_law: bool = False
    bar: tuple[date, Citation] | None = None
    told: tuple[Told, ...] = ()
    breaches: tuple[Breach, ...] = field(default=())

    @property
    def under_review(self) -> bool:
        """Whether the time for deciding runs."""
        return self.state is State.IN_REVIEW or (self.state is State.RECEIVED and self.rules.runs_from_receipt)

    @property
    def notify(self) -> Limit | None:
        """Within what the materials that came last are answered."""
        return self.rules.receipt.corrected if self.corrected else self.rules.receipt.notify

    def due(self, start: date, limit: Limit) -> date:
        """The last day of a plain limit. Raises NoArrangement."""
        return last_day(start, limit.count, limit.unit, self.calendar)

    def gone(self, start: date, limit: Limit) -> bool:
        """Whether a plain limit is over on the life's day."""
        return gone(start, limit.count, limit.unit, self.day, self.calendar)

    @property
    def open_pauses(self) -> tuple[Pause, ...]:
        return tuple(pause for pause in self.pauses if pause.ended_on is None)

    @property
    def starts_on(self) -> date | None:
        """The day from which the time for deciding runs; none while it does not."""
        if self.rules.runs_from_receipt:
            return self.received_on
        return self.accepted_on if self.rules.clock.first_review is None else self.forwarded_on

    @property
    def decide_by(self) -> date | None:
        """The last day for deciding, by the law."""
        if self.starts_on is None:
            return None
        return last_day(self.starts_on, self.days_to_decide, self.rules.decision.within.unit, self.calendar, self.stops)

    @property
    def decision_overdue(self) -> bool:
        if self.starts_on is None:
            return False
        return gone(self.starts_on, self.days_to_decide, self.rules.decision.within.unit, self.day, self.calendar, self.stops)

    @property
    def days_to_decide(self) -> int:
        """In the unit of the statutory limit, with the extension."""
        return self.rules.decision.within.count + (self.extension.by if self.extension is not None else 0)

    @property
    def stops(self) -> tuple[Stop, ...]:
        """The days that do not count. A pause that goes on is taken to last as long as was told."""
        made: list[Stop] = []
        for pause in self.pauses:
            made.append(self._stop(pause, tuple(made)))
        return tuple(made)

    def _stop(self, pause: Pause, earlier: tuple[Stop, ...]) -> Stop:
        rule = self.rules.pause(pause.told.what)
        assert rule is not None, "a pause without a rule is not taken in"
        told = self._after(pause, pause.told.days)
        overran = self._overran(pause, rule, told)
        most = None if rule.even_longer and pause.told.complex else self.pause_left(pause.told.what, earlier)
        if rule.overrun == "does_not":  # it lasts as long as it lasts
            told = pause.ended_on if pause.ended_on is not None else told and max(told, self.day)
        ends = [end for end in (pause.ended_on, told, None if most is None else self._after(pause, most)) if end is not None]
        until = min(ends, default=None)
        return Stop(pause.told.what, pause.told.on, until, rule.citation, open=pause.ended_on is None, doubt=overran)

    def _overran(self, pause: Pause, rule: PauseRule, told: date | None) -> Told | None:
        """What the law leaves open, where a procedure lasts longer than was told."""
        if told is None or (pause.ended_on or self.day) <= told or rule.overrun_confidence != "?":
            return None
        return tell(f"overran_{rule.overrun}", what=PAUSES[pause.told.what])

    def _after(self, pause: Pause, days: int) -> date | None:
        """So many working days after it began; none where that is in a year whose holidays are not arranged."""
        try:
            return add_working_days(pause.told.on, days, self.calendar)
        except NoArrangement:
            return None

    def pause_left(self, kind: PauseKind, stops: tuple[Stop, ...]) -> int | None:
        """How many working days of this kind may still not count; none where the law sets no end."""
        rule = self.rules.pause(kind)
        if rule is None or rule.at_most is None:
            return None
        ended = ((stop.after, stop.until or self.day) for stop in stops if stop.what == kind)
        used = sum(counted(after, until, "working", self.calendar) for after, until in ended)
        return max(rule.at_most - used, 0)

    @property
    def renewal_asked_in_time(self) -> bool:
        rule = self.rules.clock.renewal
        if rule is None or self.renewal is None or self.valid_until is None:
            return False
        return self.renewal.on <= backwards(EXPIRY, self.valid_until, rule.before, self.calendar).due


EXPIRY = Term("有效期届满日", "The end of its validity")


def passed(life: Life, day: date) -> Life:
    """The life on `day`, with what the law makes of silence (默示): this is derived and never an event. Raises NoArrangement."""
    if day <= life.day:
        return life
    life = replace(life, day=day)
    for turn in _SILENCES:
        life = turn(life)
    return life


def _deemed_accepted(life: Life) -> Life:
    """第三十二条第一款第四项: 逾期不告知的，自收到申请材料之日起即为受理."""
    if life.state is not State.RECEIVED or life.rules.receipt.silence != "accepted":
        return life
    limit, came = life.notify, life.materials_on
    if limit is None or came is None or not life.gone(came, limit):
        return life
    told = tell("deemed_accepted", due=life.due(came, limit), received=came, clause=limit.citation)
    return accepted(replace(life, deemed=True, told=(*life.told, told, *doubt(limit))), came)


def accepted(life: Life, day: date) -> Life:
    """The life, accepted as from `day`: to be reviewed below first, where the rules have it so."""
    first = life.rules.clock.first_review is not None
    return replace(life, accepted_on=day, state=State.FIRST_REVIEW if first else State.IN_REVIEW)


def _lapsed(life: Life) -> Life:
    asked, limit = life.correction, life.rules.receipt.answer
    if life.state is not State.CORRECTING or asked is None or limit is None or not life.gone(asked.on, limit):
        return life
    told = tell("lapsed", due=life.due(asked.on, limit), clause=limit.citation)
    return replace(life, state=State.LAPSED, told=(*life.told, told))


def _renewed_or_expired(life: Life) -> Life:
    """第五十条第二款: 逾期未作决定的，视为准予延续."""
    until, rule = life.valid_until, life.rules.clock.renewal
    if life.state not in (State.GRANTED, State.RECTIFYING) or until is None or life.day <= until:
        return life
    if rule is None or life.renewal is None:
        return replace(life, state=State.EXPIRED, told=(*life.told, tell("expired", until=until)))
    if rule.silence == "nothing":
        return life
    clause, asked = rule.decide.citation, life.renewal.on
    if not life.renewal_asked_in_time and rule.late == "does_not":
        latest = backwards(EXPIRY, until, rule.before, life.calendar).due
        late = [tell("asked_late", asked=asked, latest=latest, clause=clause)]
        late += [tell("unsure", note=clause)] if rule.late_confidence == "?" else []
        return replace(life, state=State.EXPIRED, told=(*life.told, *late, tell("expired", until=until)))
    told = tell("renewed_by_law", asked=asked, until=until, clause=clause)
    return replace(life, renewed_by_law=True, renewals=life.renewals + 1, renewal=None, valid_until=None, told=(*life.told, told))


_SILENCES: tuple[Callable[[Life], Life], ...] = (_deemed_accepted, _lapsed, _renewed_or_expired)
