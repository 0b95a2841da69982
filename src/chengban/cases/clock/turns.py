"""Whose turn it is: which kinds of events may come next, from where a life stands alone. `contents` looks into the event."""

from collections.abc import Callable

from chengban.cases.clock import events as on
from chengban.cases.clock import forbidden as no
from chengban.cases.clock.life import STATES, Life, State
from chengban.cases.clock.wording import PAUSES, UNITS, day_word

_REVIEW = {State.IN_REVIEW, State.FIRST_REVIEW}
_UNDECIDED = {State.RECEIVED, State.CORRECTING, *_REVIEW}
_LICENSED = {State.GRANTED, State.RECTIFYING}
_ENDED_LICENCE = {*_LICENSED, State.EXPIRED, State.REVOKED, State.TAKEN_BACK}

STATES_FOR: dict[type[on.Event], set[State]] = {
    on.Received: {State.NEW, State.RETURNED},
    on.CorrectedOnTheSpot: {State.RECEIVED},
    on.CorrectionAsked: {State.RECEIVED},
    on.Corrected: {State.CORRECTING},
    on.Returned: {State.RECEIVED},
    on.Accepted: {State.RECEIVED},
    on.Declined: {State.RECEIVED},
    on.Committed: {State.RECEIVED, State.IN_REVIEW},
    on.Supplied: _REVIEW,
    on.FirstReviewed: {State.FIRST_REVIEW},
    on.Verified: {State.RECEIVED, *_REVIEW},
    on.InspectionAssigned: _REVIEW,
    on.Inspected: _REVIEW,
    on.Paused: {State.RECEIVED, *_REVIEW},
    on.Resumed: {State.RECEIVED, *_REVIEW},
    on.Extended: {State.RECEIVED, State.IN_REVIEW},
    on.HearingOffered: {State.RECEIVED, *_REVIEW},
    on.HearingAsked: {State.RECEIVED, *_REVIEW},
    on.HearingWaived: {State.RECEIVED, *_REVIEW},
    on.HearingCalled: {State.RECEIVED, *_REVIEW},
    on.HearingHeld: {State.RECEIVED, *_REVIEW},
    on.Granted: {State.RECEIVED, *_REVIEW},
    on.Refused: {State.RECEIVED, *_REVIEW},
    on.ApplicationWithdrawn: _UNDECIDED,
    on.Terminated: _REVIEW,
    on.Delivered: _LICENSED,
    on.Published: _LICENSED,
    on.PostChecked: _LICENSED,
    on.RectificationOrdered: {State.GRANTED},
    on.Rectified: {State.RECTIFYING},
    on.RenewalAsked: _LICENSED,
    on.RenewalGranted: _LICENSED,
    on.RenewalRefused: _LICENSED,
    on.Changed: _LICENSED,
    on.Revoked: _LICENSED,
    on.TakenBack: _LICENSED,
    on.Cancelled: _ENDED_LICENCE,
}
"""From which states each kind of event may come (办理环节)."""


def turn(kind: type[on.Event], life: Life) -> None:
    """Raise `Forbidden` where no event of this kind may come now, whatever it carried."""
    for look in _FIRST.get(kind, ()):
        look(kind, life)
    if life.state not in STATES_FOR[kind]:
        raise out_of_turn(kind, life)
    for look in _THEN.get(kind, ()):
        look(kind, life)


def out_of_turn(kind: type[on.Event], life: Life) -> no.OutOfTurn:
    return no.OutOfTurn(state=STATES[life.state].chinese, act=kind.name)


Look = Callable[[type[on.Event], Life], None]


def _corrects(kind: type[on.Event], life: Life) -> None:
    receipt = life.rules.receipt
    if receipt.incomplete == "returned":
        raise no.NotCorrectedButReturned(receipt.told_once.citation)
    if life.correction is not None:
        raise no.SecondCorrection(receipt.told_once.citation, day=day_word(life.correction.on))
    if life.forwarded_on is not None:
        raise no.MaterialsAskedAgain()
    if life.state in _REVIEW:
        raise no.CorrectionAfterAcceptance()


def _returns(kind: type[on.Event], life: Life) -> None:
    if life.rules.receipt.incomplete != "returned":
        raise no.NotReturnedButCorrected(life.rules.receipt.told_once.citation)


def _before_silence(kind: type[on.Event], life: Life) -> None:
    """What could still be said within the time for it cannot be said once silence has meant yes."""
    if life.deemed and life.state in _REVIEW and life.notify is not None and life.materials_on is not None:
        refusal = no.AcceptedByLaw if kind is on.Accepted else no.CorrectionTooLate
        due = life.due(life.materials_on, life.notify)
        raise refusal(life.notify.citation, due=day_word(due), received=day_word(life.materials_on))


def _accepted_first(kind: type[on.Event], life: Life) -> None:
    if life.state in (State.RECEIVED, State.CORRECTING) and not life.under_review:
        raise no.DecisionBeforeAcceptance()
    if life.state is State.FIRST_REVIEW:
        raise no.DecisionBeforeFirstReview()


def _under_review(kind: type[on.Event], life: Life) -> None:
    if not life.under_review and life.state not in _REVIEW:
        raise out_of_turn(kind, life)


def _nothing_goes_on(kind: type[on.Event], life: Life) -> None:
    if life.open_pauses:
        raise no.DecisionDuringPause(what="、".join(PAUSES[pause.told.what].chinese for pause in life.open_pauses))


def _heard(kind: type[on.Event], life: Life) -> None:
    """第四十七条: the decision waits for a hearing that was called or asked for, or that can still be asked for."""
    rule = life.rules.clock.hearing
    if rule is None or life.hearing_held is not None:
        return
    if life.hearing_called is not None:
        raise no.DecisionBeforeHearing(rule.ask.citation, why="已通知举行听证，听证还没有举行")
    if life.hearing_waived is not None:
        return
    if life.hearing_asked is not None:
        raise no.DecisionBeforeHearing(rule.ask.citation, why="已经要求听证，听证还没有举行")
    if life.hearing_offered is not None and not life.gone(life.hearing_offered.on, rule.ask):
        raise no.DecisionBeforeHearing(rule.ask.citation, why=f"已告知听证权利，要求听证的 {rule.ask.count} 日还没有过")


def _may_extend(kind: type[on.Event], life: Life) -> None:
    extension = life.rules.decision.extension
    if extension is None:
        raise no.ExtensionNotKnown(life.rules.decision.within.citation)
    if life.extension is not None:
        raise no.SecondExtension(extension.citation, day=day_word(life.extension.on))
    if life.decision_overdue and life.decide_by is not None:
        raise no.ExtensionTooLate(extension.citation, due=day_word(life.decide_by))


def _hearing_follows(kind: type[on.Event], life: Life) -> None:
    """Offered, asked for or waived, called, held: each once, but that a hearing may be called anew while it is not held."""
    ready = {
        on.HearingOffered: life.hearing_offered is None,
        on.HearingAsked: life.hearing_offered is not None and life.hearing_asked is None and life.hearing_waived is None,
        on.HearingWaived: life.hearing_offered is not None and life.hearing_waived is None,
        on.HearingCalled: True,
        on.HearingHeld: life.hearing_called is not None,
    }
    if life.rules.clock.hearing is None or life.hearing_held is not None or not ready[kind]:
        raise out_of_turn(kind, life)


def _asked_in_time(kind: type[on.Event], life: Life) -> None:
    rule, offered = life.rules.clock.hearing, life.hearing_offered
    if rule is not None and offered is not None and life.gone(offered.on, rule.ask):
        raise no.HearingAskedTooLate(rule.ask.citation, due=day_word(life.due(offered.on, rule.ask)))


def _may_commit(kind: type[on.Event], life: Life) -> None:
    if life.rules.clock.commitment is None:
        raise no.CommitmentNotAllowed()


def _untrue(kind: type[on.Event], life: Life) -> None:
    if life.checked is None or life.checked.kept:
        raise no.NothingToRectify()


def _may_be_renewed(kind: type[on.Event], life: Life) -> None:
    rule = life.rules.clock.renewal
    if rule is None:
        raise no.RenewalNotKnown(why="它的法律、法规没有规定延续")
    if life.valid_until is None:
        raise no.RenewalNotKnown(rule.before.citation, why="没有有效期")
    if rule.times is not None and life.renewals >= rule.times:
        raise no.RenewalNotKnown(rule.before.citation, why=f"只能延续 {rule.times} 次，已经延续过了")


def _waited_for_what_lacks(kind: type[on.Event], life: Life) -> None:
    limit, accepted = life.rules.supply, life.accepted_on
    if life.lacking and limit is not None and accepted is not None and not life.gone(accepted, limit):
        raise no.ToleranceNotExpired(count=limit.count, unit=UNITS[limit.unit].chinese)


def _granted_whole(kind: type[on.Event], life: Life) -> None:
    if life.lacking:
        raise no.GrantWithLacking(lacking="、".join(sorted(life.lacking)))


def _once(holds: Callable[[Life], bool]) -> Look:
    """A look that refuses where `holds` does not."""

    def look(kind: type[on.Event], life: Life) -> None:
        if not holds(life):
            raise out_of_turn(kind, life)

    return look


_FIRST: dict[type[on.Event], tuple[Look, ...]] = {
    on.CorrectionAsked: (_before_silence, _corrects),
    on.Returned: (_returns, _before_silence),
    on.Accepted: (_before_silence,),
    on.Declined: (_before_silence,),
    on.Granted: (_accepted_first,),
    on.Refused: (_accepted_first,),
    on.Committed: (_may_commit,),
    on.RectificationOrdered: (_untrue,),
}
"""Looks that come before the state, because they know better what is wrong."""
_HEARING = (_under_review, _hearing_follows)
_DECISION = (_under_review, _heard, _nothing_goes_on)
_THEN: dict[type[on.Event], tuple[Look, ...]] = {
    on.Committed: (_once(lambda life: life.commitment is None),),
    on.Supplied: (_once(lambda life: bool(life.lacking)),),
    on.Verified: (_under_review,),
    on.InspectionAssigned: (_once(lambda life: life.rules.clock.inspection is not None),),
    on.Inspected: (_once(lambda life: life.assigned_on is not None),),
    on.Paused: (_under_review,),
    on.Resumed: (_once(lambda life: bool(life.open_pauses)),),
    on.Extended: (_under_review, _may_extend),
    on.HearingOffered: _HEARING,
    on.HearingAsked: (*_HEARING, _asked_in_time),
    on.HearingWaived: _HEARING,
    on.HearingCalled: _HEARING,
    on.HearingHeld: _HEARING,
    on.Granted: (*_DECISION, _granted_whole),
    on.Refused: _DECISION,
    on.Terminated: (_waited_for_what_lacks,),
    on.Delivered: (_once(lambda life: life.delivered_on is None),),
    on.Published: (_once(lambda life: life.published_on is None),),
    on.PostChecked: (_once(lambda life: life.commitment is not None and life.checked is None),),
    on.RenewalAsked: (_may_be_renewed, _once(lambda life: life.renewal is None)),
    on.RenewalGranted: (_once(lambda life: life.renewal is not None),),
    on.RenewalRefused: (_once(lambda life: life.renewal is not None),),
}
"""Looks that come after the state."""
