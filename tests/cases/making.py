"""Events made for a life: one that carries all that its rules ask for, and, apart, the days of a life reckoned the slow way."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from chengban.cases.clock import events as on
from chengban.cases.clock.events import Event
from chengban.cases.clock.grounds import CancellationGround, DeclineGround, Remedy, RevocationGround
from chengban.cases.clock.life import Life, State
from chengban.cases.clock.reckon import add_working_days
from chengban.lib import workdays
from chengban.packs.clocks import PauseKind

DAY = timedelta(days=1)
BOTH = (Remedy.REVIEW, Remedy.LAWSUIT)
NAMES = ("甲", "乙", "丙", "丁")


def fitting(kind: type[Event], life: Life, day: date, draw: st.DataObject) -> Event | None:
    """An event of this kind on `day` that carries what the rules of `life` ask for; none where nothing it could carry would do."""
    makers: dict[type[Event], Any] = {
        on.Paused: _paused,
        on.Resumed: _resumed,
        on.Declined: _declined,
        on.HearingHeld: _held,
        on.Revoked: _revoked,
        on.Cancelled: _cancelled,
        on.RenewalGranted: _renewed,
    }
    if kind in makers:
        made = makers[kind](life, day, draw)
        return made if made is None or isinstance(made, Event) else kind(on=day, **made)
    return kind(on=day, **_carried(kind, life, day, draw))


def _carried(kind: type[Event], life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    extension = life.rules.decision.extension
    hearing = life.rules.clock.hearing
    written = {"document": "文1"}
    carried: dict[type[Event], dict[str, Any]] = {
        on.CorrectionAsked: {**written, "missing": ("场地证明",)},
        on.Returned: {**written, "missing": (draw.draw(st.sampled_from(["场地证明", "章程"])),)},
        on.Accepted: {**written, **_lacking(life, draw)},
        on.Supplied: {"what": tuple(life.lacking)},
        on.Verified: {"by": NAMES[:2]},
        on.InspectionAssigned: {"to": NAMES[:3]},
        on.Inspected: {"passed": draw.draw(st.booleans())},
        on.Extended: {
            **written,
            "by": draw.draw(st.integers(1, extension.at_most)) if extension else 1,
            "approver": extension.approver if extension else "own_head",
            "reason": "情况复杂",
        },
        on.HearingCalled: {
            **written,
            "chair": "戊",
            "place": "三楼",
            "held_on": add_working_days(day, hearing.told_before.count if hearing else 0, workdays)
            + DAY * draw.draw(st.integers(0, 3)),
        },
        on.Granted: {**written, "valid_until": draw.draw(st.none() | st.integers(0, 200).map(lambda days: day + days * DAY))},
        on.Refused: {
            **written,
            "reason": "不符合条件",
            "remedies": BOTH,
            "standards": ("GB 50016",),
            "false_material": draw.draw(st.booleans()),
        },
        on.RenewalRefused: {**written, "reason": "不再符合条件", "remedies": BOTH},
        on.Terminated: {**written, "reason": "申请人死亡"},
        on.PostChecked: {"kept": draw.draw(st.booleans())},
        on.RectificationOrdered: {**written, "until": day + DAY * draw.draw(st.integers(0, 20))},
        on.TakenBack: {**written, "cause": "规划修改", "interest": "防洪安全", "amends": "没有损失"},
    }
    return carried.get(kind, written if issubclass(kind, on.Documented) else {})


def _lacking(life: Life, draw: st.DataObject) -> dict[str, Any]:
    if life.rules.clock.tolerance is None or not draw.draw(st.booleans()):
        return {}
    return {"lacking": ("验资报告",), "commitment": "诺1"}


def _paused(life: Life, day: date, draw: st.DataObject) -> dict[str, Any] | None:
    open_now = {pause.told.what for pause in life.open_pauses}
    left: dict[PauseKind, int] = {}
    for rule in life.rules.clock.pauses:
        for what in rule.kinds:
            most = life.pause_left(what, life.stops)
            if what not in open_now and most != 0:
                left[what] = 15 if most is None else min(most, 15)
    if not left:
        return None
    what = draw.draw(st.sampled_from(sorted(left)))
    return {"what": what, "days": draw.draw(st.integers(1, left[what])), "document": "告1"}


def _resumed(life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    return {"what": draw.draw(st.sampled_from([pause.told.what for pause in life.open_pauses]))}


def _declined(life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    grounds = [one for one in DeclineGround if one is not DeclineGround.NOT_CORRECTED or life.correction is not None]
    return {"document": "不1", "ground": draw.draw(st.sampled_from(grounds)), "reason": "见附件", "competent": "市水利局"}


def _held(life: Life, day: date, draw: st.DataObject) -> on.HearingHeld | None:
    called = life.hearing_called
    if called is None or called.held_on != day:
        return None
    return on.HearingHeld(on=day, record="笔录1", signed=True)


def _revoked(life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    ordered = life.rectification
    rectified = ordered is None or day <= ordered.until
    grounds = [one for one in RevocationGround if one is not RevocationGround.FALSE_COMMITMENT or not rectified]
    return {"document": "撤1", "ground": draw.draw(st.sampled_from(grounds)), "reason": "见附件", "amends": "没有损失"}


def _cancelled(life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    grounds = [CancellationGround.HOLDER_GONE, CancellationGround.OTHER]
    if life.state is State.EXPIRED:
        grounds.append(CancellationGround.EXPIRED)
    if life.state in (State.REVOKED, State.TAKEN_BACK):
        grounds.append(CancellationGround.ENDED_BY_AUTHORITY)
    return {"document": "注1", "ground": draw.draw(st.sampled_from(grounds)), "reason": "见附件"}


def _renewed(life: Life, day: date, draw: st.DataObject) -> dict[str, Any]:
    until = life.valid_until or day
    return {"document": "延1", "valid_until": until + DAY * draw.draw(st.integers(1, 300))}


def slow_stopped(events: Sequence[Event], day: date) -> bool:
    """Whether `day` does not count, looked up pause by pause as the law reads: after the notice, no longer than was told."""
    for number, told in enumerate(events):
        if not isinstance(told, on.Paused):
            continue
        ended = next((one.on for one in events[number:] if isinstance(one, on.Resumed) and one.what == told.what), None)
        end, needed = told.on, told.days
        while needed > 0:
            end += DAY
            needed -= workdays.is_workday(end)
        if told.on < day <= (end if ended is None else min(end, ended)):
            return True
    return False


def slow_due(events: Sequence[Event], start: date, count: int) -> date:
    """The last of `count` working days that are not stopped, a day at a time."""
    day = start
    while count > 0:
        day += DAY
        count -= workdays.is_workday(day) and not slow_stopped(events, day)
    return day
