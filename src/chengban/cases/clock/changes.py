"""What each event changes in a life. Whether it may happen at all is asked before, in `turns` and `contents`."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import singledispatch

from chengban.cases.clock import events as on
from chengban.cases.clock.forbidden import article
from chengban.cases.clock.grounds import DeclineGround, RevocationGround
from chengban.cases.clock.life import Breach, Life, Pause, State, accepted
from chengban.cases.clock.reckon import last_day
from chengban.cases.clock.wording import tell
from chengban.packs.clocks import Limit

AT_ONCE = {
    DeclineGround.NOT_REQUIRED: article("第三十二条第一款第一项"),
    DeclineGround.OTHER_AUTHORITY: article("第三十二条第一款第二项"),
}
"""The grounds that are answered at once (即时)."""
TOLD_AT_ONE_TIME = article("第七十二条第四项")


@singledispatch
def changed(event: on.Event, life: Life) -> Life:
    """The life after `event`. An event that changes nothing is only remembered."""
    return life


@changed.register
def _(event: on.Received, life: Life) -> Life:
    """A resubmission begins anew: nothing that was told of the returned one holds it."""
    return Life(
        life.rules, life.calendar, life.day, State.RECEIVED, life.events,
        received_on=event.on, materials_on=event.on, returned=life.returned, told=life.told, breaches=life.breaches,
    )  # fmt: skip


@changed.register
def _(event: on.CorrectionAsked, life: Life) -> Life:
    return replace(life, state=State.CORRECTING, correction=event, answered_on=event.on)


@changed.register
def _(event: on.Corrected, life: Life) -> Life:
    return replace(life, state=State.RECEIVED, materials_on=event.on, answered_on=None, corrected=True)


@changed.register
def _(event: on.Returned, life: Life) -> Life:
    earlier = life.returned
    life = replace(life, state=State.RETURNED, returned=event, answered_on=event.on)
    new = [] if earlier is None else [one for one in event.missing if one not in earlier.missing]
    if not new:
        return life
    told = tell("told_again", day=event.on, missing=tuple(new), clause=TOLD_AT_ONE_TIME)
    return _breached(life, Breach("told_again", event.on, told, TOLD_AT_ONE_TIME))


@changed.register
def _(event: on.Accepted, life: Life) -> Life:
    return accepted(replace(life, lacking=frozenset(event.lacking), answered_on=event.on), event.on)


@changed.register
def _(event: on.Declined, life: Life) -> Life:
    life = replace(life, state=State.DECLINED, answered_on=event.on)
    if event.ground is DeclineGround.FALSE_MATERIAL:
        life = _barred(life, event, false=True)
    clause = AT_ONCE.get(event.ground)
    if clause is None or life.materials_on is None or event.on <= life.materials_on:
        return life
    told = tell("not_at_once", received=life.materials_on, day=event.on, clause=clause)
    return _breached(life, Breach("not_at_once", event.on, told, clause))


@changed.register
def _(event: on.Committed, life: Life) -> Life:
    return replace(life, commitment=event)


@changed.register
def _(event: on.Supplied, life: Life) -> Life:
    return replace(life, lacking=life.lacking - set(event.what))


@changed.register
def _(event: on.FirstReviewed, life: Life) -> Life:
    return replace(life, state=State.IN_REVIEW, forwarded_on=event.on)


@changed.register
def _(event: on.Verified, life: Life) -> Life:
    return _reviewed_by(life, event.by)


@changed.register
def _(event: on.InspectionAssigned, life: Life) -> Life:
    return _reviewed_by(replace(life, assigned_on=life.assigned_on or event.on), event.to)


@changed.register
def _(event: on.Inspected, life: Life) -> Life:
    return replace(life, inspected=event)


@changed.register
def _(event: on.Paused, life: Life) -> Life:
    return replace(life, pauses=(*life.pauses, Pause(event)))


@changed.register
def _(event: on.Resumed, life: Life) -> Life:
    ended = (
        replace(one, ended_on=event.on) if one.ended_on is None and one.told.what == event.what else one for one in life.pauses
    )
    return replace(life, pauses=tuple(ended))


@changed.register
def _(event: on.Extended, life: Life) -> Life:
    return replace(life, extension=event)


@changed.register
def _(event: on.HearingOffered, life: Life) -> Life:
    return replace(life, hearing_offered=event)


@changed.register
def _(event: on.HearingAsked, life: Life) -> Life:
    return replace(life, hearing_asked=event)


@changed.register
def _(event: on.HearingWaived, life: Life) -> Life:
    return replace(life, hearing_waived=event, hearing_called=None)


@changed.register
def _(event: on.HearingCalled, life: Life) -> Life:
    return replace(life, hearing_called=event)


@changed.register
def _(event: on.HearingHeld, life: Life) -> Life:
    return replace(life, hearing_held=event)


@changed.register
def _(event: on.Granted, life: Life) -> Life:
    return replace(life, state=State.GRANTED, decision=event, valid_until=event.valid_until or _by_rule(event, life))


def _by_rule(event: on.Granted, life: Life) -> date | None:
    limit = life.rules.clock.validity
    return None if limit is None else last_day(event.on, limit.count, limit.unit, life.calendar)


@changed.register
def _(event: on.Refused, life: Life) -> Life:
    life = replace(life, state=State.REFUSED, decision=event)
    return _barred(life, event, false=True) if event.false_material else life


@changed.register
def _(event: on.ApplicationWithdrawn, life: Life) -> Life:
    return replace(life, state=State.WITHDRAWN)


@changed.register
def _(event: on.Terminated, life: Life) -> Life:
    return replace(life, state=State.TERMINATED)


@changed.register
def _(event: on.Delivered, life: Life) -> Life:
    return replace(life, delivered_on=event.on)


@changed.register
def _(event: on.Published, life: Life) -> Life:
    return replace(life, published_on=event.on)


@changed.register
def _(event: on.PostChecked, life: Life) -> Life:
    return replace(life, checked=event)


@changed.register
def _(event: on.RectificationOrdered, life: Life) -> Life:
    return replace(life, state=State.RECTIFYING, rectification=event)


@changed.register
def _(event: on.Rectified, life: Life) -> Life:
    return replace(life, state=State.GRANTED, rectification=None)


@changed.register
def _(event: on.RenewalAsked, life: Life) -> Life:
    return replace(life, renewal=event)


@changed.register
def _(event: on.RenewalGranted, life: Life) -> Life:
    return replace(life, renewal=None, renewals=life.renewals + 1, valid_until=event.valid_until, renewed_by_law=False)


@changed.register
def _(event: on.RenewalRefused, life: Life) -> Life:
    return replace(life, renewal=None)


@changed.register
def _(event: on.Revoked, life: Life) -> Life:
    life = replace(life, state=State.REVOKED)
    return _barred(life, event, false=False) if event.ground is RevocationGround.FRAUD else life


@changed.register
def _(event: on.TakenBack, life: Life) -> Life:
    return replace(life, state=State.TAKEN_BACK)


@changed.register
def _(event: on.Cancelled, life: Life) -> Life:
    return replace(life, state=State.CANCELLED)


def _reviewed_by(life: Life, names: Iterable[str]) -> Life:
    return replace(life, reviewers=life.reviewers | set(names))


def _barred(life: Life, event: on.Event, *, false: bool) -> Life:
    """第七十八条、第七十九条: in matters of safety, no new application for so long."""
    bars = life.rules.clock.bars
    if bars is None:
        return life
    limit: Limit = bars.false_application if false else bars.fraud
    until = last_day(event.on, limit.count, limit.unit, life.calendar)
    told = tell("barred", until=until, clause=limit.citation)
    return replace(life, bar=(until, limit.citation), told=(*life.told, told))


def _breached(life: Life, breach: Breach) -> Life:
    return replace(life, breaches=(*life.breaches, breach))
