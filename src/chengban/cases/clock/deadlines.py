"""The deadlines of a life (期限): each reckoned with its steps, what is left of it, and its light."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from functools import partial
from typing import Literal

from chengban.cases.clock import events as on
from chengban.cases.clock.life import EXPIRY, Breach, Life, State
from chengban.cases.clock.reckon import Reckoning, backwards, counted, left, reckon, rolled
from chengban.cases.clock.wording import APPROVERS, PAUSES, UNITS, Term, Told, tell
from chengban.lib.workdays import NoArrangement
from chengban.packs.clocks import Limit, Rule, Unit
from chengban.packs.model import Citation

Whose = Literal["authority", "applicant"]


class Light(Enum):
    """绿灯、黄灯、红灯."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class Deadline:
    """One time limit. `left`: days that count, below zero once it is passed; none when it was met. `sure`: no figure is a "?".

    `due` is none where it falls in a year whose holidays are not arranged: that is later than the life's day, so it is not late.
    """

    kind: str
    name: Term
    whose: Whose
    starts: date
    due: date | None
    total: int
    unit: Unit
    citation: Citation
    sure: bool
    steps: tuple[Told, ...]
    done_on: date | None
    left: int | None
    light: Light | None

    @property
    def late(self) -> bool:
        """Whether it was passed: still open, or met too late."""
        return self.light is Light.RED or (self.done_on is not None and self.due is not None and self.done_on > self.due)

    def breach(self, day: date) -> Breach | None:
        if self.whose == "applicant" or not self.late:
            return None
        values = {"name": self.name, "due": self.due, "clause": self.citation}
        told = tell("late", **values, done=self.done_on) if self.done_on else tell("overdue", **values, on=day)
        return Breach(self.kind, self.done_on or day, told, self.citation, promise=self.kind == "promise")


NAMES: dict[str, tuple[Term, Whose]] = {
    "notify": (Term("一次告知补正", "Telling all that lacks"), "authority"),
    "answer": (Term("补正", "Correcting"), "applicant"),
    "first_review": (Term("下级初审", "First review"), "authority"),
    "decide": (Term("作出决定（法定）", "Deciding (statutory)"), "authority"),
    "promise": (Term("作出决定（承诺）", "Deciding (promised)"), "authority"),
    "assign": (Term("指派检验、检测、检疫人员", "Naming the inspectors"), "authority"),
    "supply": (Term("补齐容缺材料", "Supplying what may come later"), "applicant"),
    "ask_hearing": (Term("要求听证", "Asking for a hearing"), "applicant"),
    "hold_hearing": (Term("组织听证", "Holding the hearing"), "authority"),
    "deliver": (Term("颁发、送达证件", "Delivering the licence"), "authority"),
    "publish": (Term("公开准予决定", "Publishing the decision"), "authority"),
    "check": (Term("事后核查承诺", "Checking the commitment"), "authority"),
    "rectify": (Term("整改", "Putting it right"), "applicant"),
    "ask_renewal": (Term("申请延续", "Asking for renewal"), "applicant"),
    "decide_renewal": (Term("作出是否延续的决定", "Deciding on renewal"), "authority"),
    "review": (Term("申请行政复议", "Asking for administrative review"), "applicant"),
    "lawsuit": (Term("提起行政诉讼", "Going to court"), "applicant"),
}
_RECEIVED = Term("收到申请材料", "The materials came")
_CORRECTED = Term("收到补正材料", "The corrected materials came")


def deadlines(life: Life) -> tuple[Deadline, ...]:
    """Every deadline that concerns the life on its day, in the order of the procedure. Raises NoArrangement."""
    return tuple(made for reckoner in _RECKONERS for made in reckoner(life))


def _deadline(
    life: Life, kind: str, limit: Limit, start: date, reckoned: Callable[[], Reckoning], *, total: int, done: date | None
) -> Deadline:
    """The deadline that is `reckoned`; without its day where that falls in a year whose holidays are not arranged."""
    name, whose = NAMES[kind]
    known = (kind, name, whose, start)
    about = (total, limit.unit, limit.citation)
    try:
        made = reckoned()
    except NoArrangement as unknown:
        return Deadline(*known, None, *about, False, (tell("not_arranged", why=unknown),), done, None, None)
    remains = None if done is not None else left(life.day, made.due, limit.unit, life.calendar, life.stops if _stops(kind) else ())
    whole = total if limit.unit == "working" else (made.due - start).days
    light = None if remains is None else _light(life, remains, whole, life.day > made.due)
    return Deadline(*known, made.due, *about, limit.sure, made.steps, done, remains, light)


def _stops(kind: str) -> bool:
    """第四十五条 speaks of the time for reviewing and deciding."""
    return kind in ("first_review", "decide", "promise")


def _light(life: Life, remains: int, total: int, passed: bool) -> Light:
    rule = life.rules.clock.light
    if passed:
        return Light.RED
    if rule is not None and remains <= total * rule.yellow:
        return Light.YELLOW
    return Light.GREEN


def _plain(life: Life, kind: str, limit: Limit | None, event: Term, start: date | None, done: date | None) -> Iterator[Deadline]:
    """A limit that simply runs from a day."""
    if limit is not None and start is not None:
        yield _deadline(life, kind, limit, start, lambda: reckon(event, start, limit, life.calendar), total=limit.count, done=done)


def _notify(life: Life) -> Iterator[Deadline]:
    if life.state is State.RECEIVED or life.answered_on is not None:
        yield from _plain(life, "notify", life.notify, _materials(life), life.materials_on, life.answered_on)


def _materials(life: Life) -> Term:
    return _CORRECTED if life.corrected else _RECEIVED


def _answer(life: Life) -> Iterator[Deadline]:
    if life.state is State.CORRECTING and life.correction is not None:
        event = Term("告知补正", "What lacks was told")
        yield from _plain(life, "answer", life.rules.receipt.answer, event, life.correction.on, None)


_ACCEPTED = Term("受理", "It was accepted")
_DEEMED = Term("视为受理", "It counts as accepted")


def _accepted_word(life: Life) -> Term:
    return _DEEMED if life.deemed else _ACCEPTED


def _first_review(life: Life) -> Iterator[Deadline]:
    limit, start = life.rules.clock.first_review, life.accepted_on
    if limit is None or start is None or (life.state in _CALLED_OFF and life.forwarded_on is None):
        return
    yield _stoppable(life, "first_review", limit, _accepted_word(life), start, life.forwarded_on)


def _stoppable(
    life: Life, kind: str, limit: Limit, event: Term, start: date, done: date | None, *, more: int = 0, steps: Iterable[Told] = ()
) -> Deadline:
    """A limit that stops while a procedure goes on."""

    def reckoned() -> Reckoning:
        made = reckon(event, start, limit, life.calendar, more=more, stops=life.stops)
        return Reckoning(start, made.due, (*made.steps[:-1], *steps, *_stopped(life, start), made.steps[-1]))

    found = _deadline(life, kind, limit, start, reckoned, total=limit.count + more, done=done)
    doubted = any(stop.doubt in found.steps for stop in life.stops if stop.doubt is not None)
    accepted_for_sure = not life.deemed or life.notify is None or life.notify.sure
    return replace(found, sure=found.sure and accepted_for_sure and not doubted)


_CALLED_OFF = {State.WITHDRAWN, State.TERMINATED, State.RETURNED, State.DECLINED, State.LAPSED}
"""States in which nothing is to be decided any more."""


def _decide(life: Life) -> Iterator[Deadline]:
    if life.starts_on is None or life.state in _CALLED_OFF:
        return
    limit, by = life.rules.decision.within, life.extension.by if life.extension is not None else 0
    steps = tuple(_extension(life))
    yield _stoppable(life, "decide", limit, _start_word(life), life.starts_on, _day(life.decision), more=by, steps=steps)


def _promise(life: Life) -> Iterator[Deadline]:
    """An instant item is promised from receipt; others from where the law's own limit runs. No extension moves a promise."""
    limit, start, word = life.rules.promise, life.starts_on, _start_word(life)
    if life.rules.instant and life.rules.promised is None:
        start, word = life.materials_on, _materials(life)
    if limit is None or start is None or life.state in _CALLED_OFF:
        return
    yield _stoppable(life, "promise", limit, word, start, _day(life.decision))


def _start_word(life: Life) -> Term:
    if life.rules.runs_from_receipt:
        return _RECEIVED
    if life.forwarded_on is not None:
        return Term("下级报送全部材料", "The lower authority sent all materials up")
    return _accepted_word(life)


def _extension(life: Life) -> Iterator[Told]:
    rule, extended = life.rules.decision.extension, life.extension
    if rule is not None and extended is not None:
        yield tell(
            "extended",
            approver=APPROVERS[extended.approver],
            count=extended.by,
            unit=UNITS[rule.unit],
            clause=rule.citation,
        )


def _stopped(life: Life, since: date) -> Iterator[Told]:
    for stop in life.stops:
        if stop.until is None or stop.until <= since:
            continue
        days = counted(stop.after, stop.until, "working", life.calendar)
        key = "stopping" if stop.open else "stopped"
        yield tell(key, what=PAUSES[stop.what], after=stop.after, until=stop.until, days=days, clause=stop.citation)
        if stop.doubt is not None:
            yield stop.doubt


def _assign(life: Life) -> Iterator[Deadline]:
    rule = life.rules.clock.inspection
    if rule is not None and (life.assigned_on is not None or _undecided(life)):
        yield from _plain(life, "assign", rule.within, _accepted_word(life), life.accepted_on, life.assigned_on)


def _supply(life: Life) -> Iterator[Deadline]:
    if life.lacking and _undecided(life):
        yield from _plain(life, "supply", life.rules.supply, _accepted_word(life), life.accepted_on, None)


def _hearing(life: Life) -> Iterator[Deadline]:
    rule, offered, asked, held = life.rules.clock.hearing, life.hearing_offered, life.hearing_asked, life.hearing_held
    if rule is None or offered is None:
        return
    open_yet = _undecided(life) and life.hearing_waived is None
    if asked is not None or open_yet:
        told = Term("告知听证权利", "The right was told")
        yield from _plain(life, "ask_hearing", rule.ask, told, offered.on, _day(asked))
    if asked is not None and (held is not None or open_yet):
        yield from _plain(life, "hold_hearing", rule.hold, Term("要求听证", "It was asked for"), asked.on, _day(held))


def _undecided(life: Life) -> bool:
    return life.decision is None and life.state not in _CALLED_OFF


def _day(event: on.Event | None) -> date | None:
    return None if event is None else event.on


_DECIDED = Term("作出准予决定", "It was granted")


def _after_grant(life: Life) -> Iterator[Deadline]:
    granted, clock = life.decision, life.rules.clock
    if not isinstance(granted, on.Granted):
        return
    ended = life.state in (State.REVOKED, State.TAKEN_BACK, State.CANCELLED)
    if life.delivered_on or not ended:
        yield from _plain(life, "deliver", clock.delivery, _DECIDED, granted.on, life.delivered_on)
    if life.published_on or not ended:
        yield from _plain(life, "publish", clock.publication, _DECIDED, granted.on, life.published_on)
    if life.commitment is not None and clock.commitment is not None and (life.checked or not ended):
        yield from _plain(life, "check", clock.commitment.check, _DECIDED, granted.on, _day(life.checked))


def _rectify(life: Life) -> Iterator[Deadline]:
    ordered, rule = life.rectification, life.rules.clock.commitment
    if life.state is not State.RECTIFYING or ordered is None or rule is None:
        return
    yield from _until(life, "rectify", rule, ordered.on, ordered.until)


def _renewal(life: Life) -> Iterator[Deadline]:
    rule = life.rules.clock.renewal
    if rule is None or life.valid_until is None or life.state not in (State.GRANTED, State.RECTIFYING):
        return
    until, asked, start = life.valid_until, life.renewal, _day(life.decision) or life.valid_until
    if asked is not None or rule.times is None or life.renewals < rule.times:
        before = rule.before
        yield _deadline(
            life, "ask_renewal", before, start, lambda: backwards(EXPIRY, until, before, life.calendar),
            total=before.count, done=_day(asked),
        )  # fmt: skip
    if asked is not None and rule.within is not None:
        yield from _plain(life, "decide_renewal", rule.within, Term("申请延续", "Renewal was asked for"), asked.on, None)
    elif asked is not None:
        yield from _until(life, "decide_renewal", rule.decide, asked.on, until)


def _until(life: Life, kind: str, rule: Rule, start: date, until: date) -> Iterator[Deadline]:
    """A deadline that is simply a day."""
    days = max((until - start).days, 0)
    limit = Limit(count=days, unit="calendar", citation=rule.citation, confidence=rule.confidence)
    yield _deadline(
        life,
        kind,
        limit,
        start,
        lambda: Reckoning(start, until, (tell("until", clause=limit.citation, day=start, due=until),)),
        total=days,
        done=None,
    )


def _remedies(life: Life) -> Iterator[Deadline]:
    """From the day that the refusal was told, which is that of the decision where nothing else is known."""
    rule, refused = life.rules.clock.remedies, life.decision
    if rule is None or not isinstance(refused, on.Refused):
        return
    for kind, limit in (("review", rule.review), ("lawsuit", rule.lawsuit)):
        yield _deadline(life, kind, limit, refused.on, partial(_rolled, life, refused.on, limit), total=limit.count, done=None)


def _rolled(life: Life, start: date, limit: Limit) -> Reckoning:
    told = Term("告知不予许可", "The refusal was told")
    return rolled(reckon(told, start, limit, life.calendar), life.calendar)


_RECKONERS: tuple[Callable[[Life], Iterator[Deadline]], ...] = (
    _notify, _answer, _first_review, _decide, _promise, _assign, _supply, _hearing, _after_grant, _rectify, _renewal, _remedies,
)  # fmt: skip
