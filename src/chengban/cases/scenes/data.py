"""The plan as plain data, for those who read it by program."""

from typing import Any

from chengban.cases.scenes.forming import Asking, Filled
from chengban.cases.scenes.gathering import Gathered
from chengban.cases.scenes.planning import Plan, Planned
from chengban.cases.scenes.timing import UNITS, Term
from chengban.items.guiding import Outcome
from chengban.packs.forms import FormColumn
from chengban.packs.items import Instead, TimeLimit
from chengban.packs.model import Citation

Data = dict[str, Any]


def as_data(plan: Plan) -> Data:
    """The plan with ids for names; what is needed is true, false or "unknown"; batches count from 1."""
    times, joint = plan.timetable, plan.scene.joint
    return {
        "scene": plan.scene.id,
        "name": plan.scene.name,
        "on": plan.on,
        "subject": plan.subject,
        "settled": plan.settled,
        "questions": [question.id for question in plan.questions],
        "items": [_item(one) for one in plan.items],
        "batches": [list(batch) for batch in plan.order.batches],
        "critical_path": list(times.path),
        "promised": plan.promised,
        "known_until": times.ends,
        "without_limit": list(times.without_limit),
        "unconfirmed": list(times.unconfirmed),
        "provisional": times.provisional,
        "joint": None if joint is None else {**_limit(joint), "ends": plan.joint_end},
        "form": [_field(one) for one in plan.form],
        "documents": [_document(one) for one in plan.documents],
    }


def _item(one: Planned) -> Data:
    timed, item = one.timed, one.item
    return {
        "id": item.id,
        "name": item.name,
        "department": item.department,
        **_needed(one.outcome),
        "batch": None if one.batch is None else one.batch + 1,
        "after": list(item.after),
        "after_any": list(item.after_any),
        "not_before": [] if timed is None else [{"name": period.name, **_limit(period)} for period in timed.periods],
        "limit": None if timed is None or timed.term is None else _term(timed.term),
        "starts": timed.starts if timed is not None and timed.begins_known else None,
        "ends": timed.ends if timed is not None and timed.ends_known else None,
        "critical": one.critical,
        "trunk": item.trunk,
        "refused": one.refused,
    }


def _needed(outcome: Outcome) -> Data:
    return {"needed": _verdict(outcome.needed), "turns_on": [question.id for question in outcome.turns_on]}


def _verdict(needed: bool | None) -> bool | str:
    return "unknown" if needed is None else needed


def _term(term: Term) -> Data:
    return {"kind": term.kind, **_limit(term.limit)}


def _limit(limit: TimeLimit) -> Data:
    return {
        "number": limit.number,
        "unit": UNITS[limit.unit],
        "citation": _citation(limit.citation),
        "confidence": limit.confidence,
    }


def _citation(citation: Citation | None) -> str | None:
    return None if citation is None else f"{citation.title} {citation.article or ''}".strip()


def _column(column: FormColumn) -> Data:
    return {
        "id": column.id,
        "name": column.name,
        "type": column.type,
        "unit": column.unit,
        "codes": column.codes,
        "options": list(column.options),
        "valid": column.valid,
        "message": column.message,
    }


def _field(one: Filled) -> Data:
    held, field = one.held, one.field
    return {
        "section": one.section.id,
        **_column(field),
        "columns": [_column(column) for column in field.columns],
        "needed": _verdict(one.needed),
        "origin": one.origin,
        "asked_by": [_asking(asking) for asking in one.askings],
        "answer": one.answer,
        "held": None
        if held is None
        else {"value": held.value, "register_id": held.register, "batch": held.batch, "learned_at": held.learned_at},
        "produced_by": list(field.produced_by),
    }


def _asking(one: Asking) -> Data:
    return {
        "item": one.item,
        "needed": _verdict(one.outcome.needed),
        "citation": _citation(one.ask.citation),
        "confidence": one.ask.confidence,
    }


def _document(one: Gathered) -> Data:
    return {
        "name": one.name,
        "needed": _verdict(one.needed),
        "origin": one.origin,
        "items": [use.item for use in one.uses],
        "made_by": list(one.makers),
        "instead": [_way(way) for way in one.ways],
    }


def _way(way: Instead) -> Data:
    named = {"certificate": way.certificate, "register": way.register_, "department": way.department}
    kind, name = next(((kind, name) for kind, name in named.items() if name), ("commitment" if way.commitment else "form", None))
    return {"way": kind, "name": name, "citation": _citation(way.citation), "confidence": way.confidence}
