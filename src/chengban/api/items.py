"""The endpoints of scenes and items: finding them, one item's list, and what answers to a scene's questions choose. For anybody."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from chengban import packs
from chengban.api.shapes import Mistake
from chengban.items import guiding
from chengban.items.errors import NoSuchItem
from chengban.items.finding import find, item_of
from chengban.packs.items import Question

router = Router(tags=["items"])
Verdict = bool | str
"""true, false or "unknown"."""


class HitOut(Schema):
    """A scene or an item that was found; `score` is at most 100."""

    kind: str
    id: str
    name: str
    score: float


class OptionOut(Schema):
    value: str
    text: str


class QuestionOut(Schema):
    """A question that still matters. Answer it with `?id=value`; `?` is "not sure"."""

    id: str
    text: str
    help: str | None
    options: list[OptionOut]


class ChosenOut(Schema):
    """Whether something is needed; where it is unknown, the questions that would settle it."""

    needed: Verdict
    turns_on: list[str]


class MaterialChosen(ChosenOut):
    name: str


class ItemChosen(ChosenOut):
    id: str
    name: str
    materials: list[MaterialChosen]


class GuideOut(Schema):
    id: str
    name: str
    questions: list[QuestionOut]
    items: list[ItemChosen]


@router.get("/items", auth=None, response=list[HitOut])
def items(request: HttpRequest, q: str = Query(max_length=80), limit: int = Query(5, ge=1, le=50)) -> list[HitOut]:
    """The scenes and items that `q` may mean, best first."""
    found = find(packs.current(), q, limit)
    return [HitOut(kind=hit.kind, id=hit.id, name=hit.title, score=round(hit.score, 1)) for hit in found]


@router.get("/items/{item_id}", auth=None, response={200: dict[str, Any], 404: Mistake})
def item(request: HttpRequest, item_id: str) -> dict[str, Any]:
    """One item's implementation list, of the pack or brought under its code; what is not known is left out."""
    try:
        return item_of(packs.current(), item_id).model_dump(mode="json", by_alias=True, exclude_defaults=True)
    except NoSuchItem as error:
        raise HttpError(404, str(error)) from error


@router.get("/scenes/{scene_id}", auth=None, response={200: GuideOut, 404: Mistake})
def scene(request: HttpRequest, scene_id: str) -> GuideOut:
    """A scene under the answers in the address: the questions that still matter, and what is needed (true, false or unknown)."""
    pack = packs.current()
    if scene_id not in pack.scenes:
        raise HttpError(404, f"没有编号为 {scene_id} 的一件事。")
    found = pack.scenes[scene_id]
    guide = guiding.guide_of(found)
    answers = guiding.read_answers(guide, request.GET)
    outcomes = {key: _chosen(outcome) for key, outcome in guiding.outcomes(guide, answers).items()}
    chosen = [
        ItemChosen(
            id=one.id,
            name=one.name,
            materials=[MaterialChosen(name=each.name, **outcomes[(one.id, each.name)]) for each in one.materials],
            **outcomes[(one.id, "")],
        )
        for one in found.items
    ]
    questions = [_question(question) for question in guiding.still_asked(guide, answers)]
    return GuideOut(id=found.id, name=found.name, questions=questions, items=chosen)


def _chosen(outcome: guiding.Outcome) -> dict[str, Any]:
    needed = "unknown" if outcome.needed is None else outcome.needed
    return {"needed": needed, "turns_on": [question.id for question in outcome.turns_on]}


def _question(question: Question) -> QuestionOut:
    named = {option.value: option.label for option in question.options} or {guiding.YES: "是", guiding.NO: "否"}
    options = [OptionOut(value=value, text=text) for value, text in {**named, guiding.UNSURE: "不清楚"}.items()]
    return QuestionOut(id=question.id, text=question.text, help=question.help, options=options)
