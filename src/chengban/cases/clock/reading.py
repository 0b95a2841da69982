"""A life as JSON: its events read, and its standing written. docs/commands.md tells the shape."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from chengban.cases.clock.deadlines import Deadline
from chengban.cases.clock.events import EVENTS, Event
from chengban.cases.clock.forbidden import Forbidden, Unreadable, named
from chengban.cases.clock.life import STATES
from chengban.cases.clock.reckon import counted
from chengban.cases.clock.rules import RuleSet, rule_set, rule_set_of_item
from chengban.cases.clock.standing import Act, Standing
from chengban.cases.clock.wording import PAUSES, UNITS, Language, Term
from chengban.packs import Pack
from chengban.rules import nearest

_BY_WORD = {kind.word: kind for kind in EVENTS}
_ADAPTERS: dict[type[Event], TypeAdapter[Event]] = {kind: TypeAdapter(kind) for kind in EVENTS}
_RULES = ("clock", "item", "promised", "instant")


@dataclass(frozen=True)
class Read:
    """What a file said: by which rules, and what happened."""

    rules: RuleSet
    events: tuple[Event, ...]


def read(pack: Pack, said: Any) -> Read:
    """`{"clock": …, "events": […]}` as rules and events. Raises Unreadable, UnknownClock, Forbidden."""
    if not isinstance(said, dict) or not isinstance(said.get("events"), list):
        raise Unreadable('文件应是一个对象，其中 events 是一个列表：{"clock": "general", "events": […]}。')
    unknown = sorted(said.keys() - {*_RULES, "events"})
    if unknown:
        raise Unreadable(f"{unknown[0]} 不是这里的词；可以写 {'、'.join((*_RULES, 'events'))}。")
    return Read(_rules(pack, said), tuple(_event(number, one) for number, one in enumerate(said["events"], 1)))


def _rules(pack: Pack, said: dict[str, Any]) -> RuleSet:
    if ("clock" in said) == ("item" in said):
        raise Unreadable("要写 clock（时限规则）或者 item（事项），只写一个。")
    promised, instant = said.get("promised"), said.get("instant", False)
    if isinstance(promised, bool) or not isinstance(promised, int | None) or (promised or 0) < 0 or not isinstance(instant, bool):
        raise Unreadable("promised 应是不小于 0 的整数，instant 应是 true 或 false。")
    if "item" not in said:
        return rule_set(pack, str(said["clock"]), promised=promised, instant=instant)
    if "promised" in said or "instant" in said:
        raise Unreadable("事项的承诺时限和办件类型由实施清单定，不能另写 promised、instant。")
    return rule_set_of_item(pack, str(said["item"]))


def _event(number: int, said: Any) -> Event:
    if not isinstance(said, dict) or "event" not in said:
        raise Unreadable(f"第 {number} 件事没有写 event。")
    kind = _BY_WORD.get(str(said["event"]))
    if kind is None:
        near = nearest(str(said["event"]), _BY_WORD)
        raise Unreadable(f"第 {number} 件事：没有叫 {said['event']} 的事。" + (f"是不是 {near}？" if near else ""))
    values = {name: value for name, value in said.items() if name != "event"}
    unknown = sorted(values.keys() - {one.name for one in fields(kind)})
    if unknown:
        raise Unreadable(f"第 {number} 件事（{kind.name}）：{unknown[0]} 不是它的词。")
    return _made(number, kind, values)


def _made(number: int, kind: type[Event], values: dict[str, Any]) -> Event:
    try:
        return _ADAPTERS[kind].validate_python(values)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"]))
        told = "没有写" if problem["type"] in ("missing", "missing_keyword_only_argument") else f"写得不对（{problem['msg']}）"
        raise Unreadable(f"第 {number} 件事（{kind.name}）：{where} {told}。") from error
    except Forbidden as refusal:
        refusal.at = f"第 {number} 件事（{kind.name}）"
        raise


def written(found: Standing, language: Language = "zh") -> dict[str, Any]:
    """A standing as plain values."""
    life = found.life
    return {
        "clock": life.rules.clock.id,
        "clock_name": life.rules.clock.name if language == "zh" else life.rules.clock.name_en,
        "on": found.on,
        "state": found.state.value,
        "state_name": _in(STATES[found.state], language),
        "received_on": life.received_on,
        "accepted_on": found.accepted_on,
        "deemed": found.deemed,
        "decided_on": None if life.decision is None else life.decision.on,
        "valid_until": life.valid_until,
        "renewed_by_law": life.renewed_by_law,
        "barred_until": None if life.bar is None else life.bar[0],
        "paused": bool(life.open_pauses),
        "stops": list(_stops(found, language)),
        "deadlines": [_deadline(one, language) for one in found.deadlines],
        "told": [one.say(language) for one in found.told],
        "breaches": [
            {"kind": one.kind, "on": one.on, "told": one.told.say(language), "clause": named(one.citation), "promise": one.promise}
            for one in found.breaches
        ],
        "allowed": [{"event": act.kind.word, "name": _name(act, language)} for act in found.acts if act.allowed],
        "refused": [
            {"event": act.kind.word, "name": _name(act, language), "why": str(act.refusal), "clause": named(act.refusal.by)}
            for act in found.acts
            if act.refusal is not None
        ],
    }


def _name(act: Act, language: Language) -> str:
    return act.kind.name if language == "zh" else act.kind.word.replace("_", " ")


def _stops(found: Standing, language: Language) -> Iterator[dict[str, Any]]:
    for stop in found.stops:
        days = None if stop.until is None else counted(stop.after, stop.until, "working", found.life.calendar)
        yield {
            "what": stop.what,
            "name": _in(PAUSES[stop.what], language),
            "after": stop.after,
            "until": stop.until,
            "working_days": days,
            "open": stop.open,
        }


def _deadline(one: Deadline, language: Language) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "name": _in(one.name, language),
        "whose": one.whose,
        "starts": one.starts,
        "due": one.due,
        "total": one.total,
        "unit": one.unit,
        "unit_name": _in(UNITS[one.unit], language),
        "left": one.left,
        "light": None if one.light is None else one.light.value,
        "late": one.late,
        "done_on": one.done_on,
        "clause": named(one.citation),
        "sure": one.sure,
        "steps": [step.say(language) for step in one.steps],
    }


def _in(term: Term, language: Language) -> str:
    return term.chinese if language == "zh" else term.english
