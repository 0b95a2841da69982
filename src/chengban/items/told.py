"""Verdicts and censuses as plain data, for the command line and the API alike."""

from typing import Any

from chengban.items.models import Census
from chengban.items.verdicts import MaterialVerdict, Verdict
from chengban.items.ways import Blocker, Evidence
from chengban.packs.model import Citation


def verdict(given: Verdict) -> dict[str, Any]:
    """The whole verdict. Dates stay dates; `needed` is true, false or "unknown"."""
    return {
        "item": given.code,
        "name": given.item.name,
        "department": given.item.department,
        "subject": given.applicant.id,
        "subject_name": given.name,
        "on": given.on,
        "free": len(given.free),
        "asked": len(given.asked),
        "not_asked": len(given.not_asked),
        "materials": [_material(one) for one in given.materials],
    }


def census(given: Census) -> dict[str, Any]:
    """A census. Shares are 0 to 1."""
    figures = {name: given.result[name] for name in ("rate", "free", "headings", "fixes", "items")}
    return {"on": given.on, "at": given.at, "enterprises": given.enterprises, "people": given.people, **figures}


def _material(one: MaterialVerdict) -> dict[str, Any]:
    return {
        "name": one.material.name,
        "needed": "unknown" if one.needed is None else one.needed,
        "turns_on": [question.id for question in one.turns_on],
        "reason": one.reason,
        "mode": None if one.needed is False else str(one.mode),
        "may_be_asked": one.needed is not False and one.may_ask,
        "evidence": _evidence(one.evidence) if one.evidence else None,
        "blockers": [_blocker(each) for each in one.blockers],
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    held = one.certificate
    return {
        "sentence": one.sentence,
        "department": one.department,
        "citation": _citation(one.citation) if one.citation else None,
        "certificate": held and {
            "type": held.kind, "number": held.number, "identifier": held.identifier, "standing": str(held.stands),
            "valid_from": held.valid_from, "valid_until": held.valid_until,
        },
        "register_id": one.register,
        "brought_on": one.brought_on,
        "loaded_at": one.loaded_at,
        "batch": one.batch,
        "refresh_days": one.refresh_days,
        "result_of": one.result_of,
        "data": [{"id": datum.id, "name": datum.name, "value": datum.value} for datum in one.data],
    }  # fmt: skip


def _blocker(one: Blocker) -> dict[str, Any]:
    return {
        "mode": str(one.mode),
        "cause": str(one.cause),
        "thing": one.thing,
        "department": one.department,
        "sentence": one.sentence,
        "dispute": one.dispute,
    }


def _citation(one: Citation) -> dict[str, Any]:
    return {"title": one.title, "article": one.article}
