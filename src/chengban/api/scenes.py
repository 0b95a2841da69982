"""The endpoint of a scene's plan: for anybody; with a subject, for those who act for it, and then nothing is asked that is held."""

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import may_use_own
from chengban.api.guard import signed_in
from chengban.api.shapes import Mistake
from chengban.cases.scenes.choosing import answers_of
from chengban.cases.scenes.data import as_data
from chengban.cases.scenes.domain import plan_for
from chengban.cases.scenes.errors import UnreadableAnswers
from chengban.cases.scenes.planning import plan
from chengban.facts.reading.grounds import OWN, Ground
from chengban.items.guiding import Answers
from chengban.lib import clock
from chengban.packs.items import Scene

router = Router(tags=["items"])
Needed = bool | str
"""true, false or "unknown"."""


class PlanIn(Schema):
    """Answers by a question's id or name: true, false, an option's value, or null for "not sure"."""

    answers: dict[str, bool | str | None] = {}
    subject: str | None = None


class LimitOut(Schema):
    number: int
    unit: str
    citation: str | None
    confidence: str


class TermOut(LimitOut):
    kind: str


class PeriodOut(LimitOut):
    name: str


class JointOut(LimitOut):
    ends: date


class ItemOut(Schema):
    """An item: its batch from 1, what it waits for, and from when to when it runs, where that is known."""

    id: str
    name: str
    department: str
    needed: Needed
    turns_on: list[str]
    batch: int | None
    after: list[str]
    after_any: list[str]
    not_before: list[PeriodOut]
    limit: TermOut | None
    starts: date | None
    ends: date | None
    critical: bool
    trunk: bool
    refused: str | None


class AskingOut(Schema):
    item: str
    needed: Needed
    citation: str | None
    confidence: str


class HeldOut(Schema):
    value: Any
    register_id: str
    batch: int | None
    learned_at: datetime | None


class ColumnOut(Schema):
    """One value that is filled in. `valid` is FEEL over what is filled in beside it."""

    id: str
    name: str
    type: str
    unit: str | None
    codes: str | None
    options: list[str]
    valid: str | None
    message: str | None


class FieldOut(ColumnOut):
    """A field of the form: asked, answered, held, made, or it depends on answers whether it is made."""

    section: str
    columns: list[ColumnOut]
    needed: Needed
    origin: str
    asked_by: list[AskingOut]
    answer: bool | str | None
    held: HeldOut | None
    produced_by: list[str]


class WayOut(Schema):
    way: str
    name: str | None
    citation: str | None
    confidence: str


class DocumentOut(Schema):
    name: str
    needed: Needed
    origin: str
    items: list[str]
    made_by: list[str]
    instead: list[WayOut]


class PlanOut(Schema):
    """What the answers make of a scene begun today."""

    scene: str
    name: str
    on: date
    subject: str | None
    settled: bool
    questions: list[str]
    items: list[ItemOut]
    batches: list[list[str]]
    critical_path: list[str]
    promised: date | None
    known_until: date
    without_limit: list[str]
    unconfirmed: list[str]
    provisional: bool
    joint: JointOut | None
    form: list[FieldOut]
    documents: list[DocumentOut]


@router.post("/scenes/{scene_id}/plan", auth=None, response={200: PlanOut, 401: Mistake, 404: Mistake, 422: Mistake})
def scene_plan(request: HttpRequest, scene_id: str, given: PlanIn) -> dict[str, Any]:
    """The plan that the answers make of a scene begun today. With a subject that the caller acts for, the reading is recorded."""
    pack = packs.current()
    if scene_id not in pack.scenes:
        raise HttpError(404, f"没有编号为 {scene_id} 的一件事。")
    found = pack.scenes[scene_id]
    answers = _answers(found, given)
    if given.subject is None:
        return as_data(plan(found, answers, on=clock.today()))
    account = _acting(request, given.subject)
    return as_data(
        plan_for(
            pack, found, answers, given.subject, under=Ground(OWN, f"mandate:{account.pk}"), by=account.actor, on=clock.today()
        )
    )


def _answers(scene: Scene, given: PlanIn) -> Answers:
    try:
        return answers_of(scene, given.answers)
    except UnreadableAnswers as error:
        raise HttpError(422, str(error)) from error


def _acting(request: HttpRequest, subject: str) -> Account:
    """The caller, who acts for the subject; else a 404 that does not tell whether there is such a subject."""
    if signed_in(request) is None:
        raise HttpError(401, "请先登录。")
    if not may_use_own(request.user, subject):
        raise HttpError(404, "没有这个主体，或者它不由您办理。")
    return cast(Account, request.user)
