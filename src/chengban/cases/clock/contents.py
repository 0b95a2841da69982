"""What an event must carry, measured against the rules and the life: the second half of whether it may happen."""

from collections.abc import Sequence
from functools import singledispatch

from chengban.cases.clock import events as on
from chengban.cases.clock import forbidden as no
from chengban.cases.clock.grounds import CancellationGround, DeclineGround, Remedy, RevocationGround
from chengban.cases.clock.life import Life, State
from chengban.cases.clock.reckon import last_day
from chengban.cases.clock.turns import out_of_turn
from chengban.cases.clock.wording import APPROVERS, PAUSES, UNITS, day_word
from chengban.packs.clocks import Approver, Staff

SUFFICES: dict[Approver, tuple[Approver, ...]] = {
    "own_head": ("own_head", "own_principal"),
    "own_principal": ("own_principal",),
    "government_head": ("government_head",),
}
"""Whose approval does where the law asks for one: the principal head (主要负责人) is a head (负责人) too."""


@singledispatch
def look_into(event: on.Event, life: Life) -> None:
    """Raise `Forbidden` where `event` does not carry what the rules of this life ask for."""


@look_into.register
def _(event: on.Accepted, life: Life) -> None:
    if event.lacking and life.rules.clock.tolerance is None:
        raise no.ToleranceNotAllowed()
    if event.lacking and not event.commitment:
        raise no.ToleranceWithoutCommitment()


@look_into.register
def _(event: on.Declined, life: Life) -> None:
    if event.ground is DeclineGround.OTHER_AUTHORITY and not event.competent:
        raise no.DeclineWithoutDirection()
    if event.ground is DeclineGround.NOT_CORRECTED and life.correction is None:
        raise no.DeclineForNoCause()


@look_into.register
def _(event: on.Committed, life: Life) -> None:
    if event.unreliable:
        raise no.CommitmentByTheUnreliable()


@look_into.register
def _(event: on.Verified, life: Life) -> None:
    _enough(event, event.by, life.rules.clock.verification)


@look_into.register
def _(event: on.InspectionAssigned, life: Life) -> None:
    _enough(event, event.to, life.rules.clock.inspection)


def _enough(event: on.Event, names: Sequence[str], rule: Staff | None) -> None:
    """Each person counts once."""
    count = len({name.strip() for name in names if name.strip()})
    if rule is not None and count < rule.at_least:
        raise no.TooFewStaff(rule.citation, act=event.name, least=rule.at_least, count=count)


@look_into.register
def _(event: on.Paused, life: Life) -> None:
    rule, what = life.rules.pause(event.what), PAUSES[event.what].chinese
    if rule is None:
        kinds = [PAUSES[kind].chinese for one in life.rules.clock.pauses for kind in one.kinds]
        raise no.PauseForNoCause(what=what, kinds="、".join(kinds) or "：没有")
    if any(pause.told.what == event.what for pause in life.open_pauses):
        raise out_of_turn(on.Paused, life)
    most = life.pause_left(event.what, life.stops)
    if most is not None and event.days > most and not (rule.even_longer and event.complex):
        raise no.PauseTooLong(rule.citation, what=what, most=most, told=event.days)


@look_into.register
def _(event: on.Resumed, life: Life) -> None:
    if all(pause.told.what != event.what for pause in life.open_pauses):
        raise out_of_turn(on.Resumed, life)


@look_into.register
def _(event: on.Extended, life: Life) -> None:
    rule = life.rules.decision.extension
    assert rule is not None, "its turn was not looked at"
    if event.approver not in SUFFICES[rule.approver]:
        raise no.ExtensionWithoutApprover(rule.citation, needed=APPROVERS[rule.approver].chinese)
    if not 0 < event.by <= rule.at_most:
        raise no.ExtensionTooLong(rule.citation, most=rule.at_most, unit=UNITS[rule.unit].chinese, asked=event.by)


@look_into.register
def _(event: on.HearingCalled, life: Life) -> None:
    rule = life.rules.clock.hearing
    assert rule is not None, "its turn was not looked at"
    _impartial(event.chair, life)
    before = rule.told_before
    earliest = last_day(event.on, before.count, before.unit, life.calendar)
    if event.held_on < earliest:
        raise no.HearingToldTooLate(
            before.citation,
            days=before.count,
            unit=UNITS[before.unit].chinese,
            told=day_word(event.on),
            earliest=day_word(earliest),
            held=day_word(event.held_on),
        )


@look_into.register
def _(event: on.HearingHeld, life: Life) -> None:
    called = life.hearing_called
    assert called is not None, "its turn was not looked at"
    _impartial(called.chair, life)
    if event.on != called.held_on:
        raise no.HearingOnAnotherDay(called=day_word(called.held_on), held=day_word(event.on))


def _impartial(chair: str, life: Life) -> None:
    rule = life.rules.clock.hearing
    if chair in life.reviewers:
        raise no.ChairReviewsTheCase(None if rule is None else rule.chair.citation, chair=chair)


@look_into.register
def _(event: on.Refused, life: Life) -> None:
    _remedies(event.remedies)
    if life.inspected is not None and not life.inspected.passed and not event.standards:
        raise no.RefusalWithoutStandards()


@look_into.register
def _(event: on.RenewalRefused, life: Life) -> None:
    _remedies(event.remedies)


def _remedies(told: Sequence[Remedy]) -> None:
    if set(told) != set(Remedy):
        raise no.RefusalWithoutRemedies()


@look_into.register
def _(event: on.RenewalGranted, life: Life) -> None:
    rule = life.rules.clock.renewal
    if rule is None or rule.at_most is None or life.valid_until is None:
        return
    most = last_day(life.valid_until, rule.at_most.count, rule.at_most.unit, life.calendar)
    if event.valid_until > most:
        raise no.RenewalTooLong(rule.at_most.citation, most=day_word(most), until=day_word(event.valid_until))


@look_into.register
def _(event: on.Revoked, life: Life) -> None:
    if event.harms_the_public:
        raise no.RevocationHarmsThePublic()
    if event.ground is RevocationGround.FALSE_COMMITMENT:
        ordered = life.rectification
        if ordered is None or event.on <= ordered.until:
            raise no.RevocationBeforeRectification()
    elif event.ground is not RevocationGround.FRAUD and not event.amends:
        raise no.RevocationWithoutAmends()


@look_into.register
def _(event: on.Cancelled, life: Life) -> None:
    ended = life.state in (State.REVOKED, State.TAKEN_BACK)
    if event.ground is CancellationGround.EXPIRED and life.state is not State.EXPIRED:
        raise no.CancellationForNoCause(why="有效期没有届满，或者已经延续")
    if event.ground is CancellationGround.ENDED_BY_AUTHORITY and not ended:
        raise no.CancellationForNoCause(why="许可没有被撤销或者撤回")
