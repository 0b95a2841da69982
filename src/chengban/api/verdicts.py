"""The endpoints of verdicts: what need not be submitted, what is said to be wrong, and what departments tell of their checks."""

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest
from ninja import Query, Router, Schema
from ninja.errors import HttpError

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_act_for, may_dispute, may_read_file
from chengban.api.guard import ground_or_403, require, signed_in
from chengban.api.shapes import Mistake
from chengban.items import told
from chengban.items.census import latest
from chengban.items.checks import tell_check
from chengban.items.disputes import answer_dispute, open_dispute
from chengban.items.errors import ItemsError, NoSuchApplicant, NoSuchItem
from chengban.items.finding import item_of
from chengban.items.models import Dispute
from chengban.items.verdicts import verdict_of
from chengban.lib import clock
from chengban.packs.items import Implementation
from chengban.portal import verdict_pages

router = Router(auth=signed_in, tags=["verdicts"])
REFUSALS = {401: Mistake, 403: Mistake, 404: Mistake, 409: Mistake}
NOBODY = "没有这户企业，或者它不由您办理。"


class CitationOut(Schema):
    title: str
    article: str | None


class CertificateHeld(Schema):
    """A certificate that stands for a material. `standing` is `valid`, or it would not stand for it."""

    type: str
    number: str
    identifier: str
    standing: str
    valid_from: date
    valid_until: date | None


class DatumOut(Schema):
    """What is held, and can be said to be wrong: `id` goes into a dispute."""

    id: str
    name: str
    value: str


class EvidenceOut(Schema):
    """Why a way holds: a sentence, and what it stands on."""

    sentence: str
    department: str
    citation: CitationOut | None
    certificate: CertificateHeld | None
    register_id: str | None
    brought_on: date | None
    loaded_at: datetime | None
    batch: int | None
    refresh_days: int | None
    result_of: str | None
    data: list[DatumOut]


class BlockerOut(Schema):
    """Why a better way does not hold, and the department that can mend it."""

    mode: str
    cause: str
    thing: str
    department: str
    sentence: str
    dispute: int | None


class MaterialOut(Schema):
    """A material: `mode` is E, D, P, V, C, F or U; `needed` is true, false or "unknown", which `turns_on` some questions."""

    name: str
    needed: bool | str
    turns_on: list[str]
    reason: str
    mode: str | None
    may_be_asked: bool
    evidence: EvidenceOut | None
    blockers: list[BlockerOut]


class VerdictOut(Schema):
    """What need not be submitted for an item: `free` and `asked` count those that are needed or may be."""

    item: str
    name: str
    department: str
    subject: str
    subject_name: str
    on: date
    free: int
    asked: int
    not_asked: int
    materials: list[MaterialOut]


class DisputeIn(Schema):
    """A datum of the own verdict, by its `id`, and what is wrong. `answers` as in the verdict's address, `for` among them."""

    datum: str
    reason: str
    answers: dict[str, str] = {}


class AnswerIn(Schema):
    answer: str


class DisputeOut(Schema):
    id: int
    datum: str
    name: str
    item: str
    department: str
    reason: str
    ticket: int | None
    opened_on: date
    answer: str
    answered_on: date | None


class CheckIn(Schema):
    """What the own department found of a material of an enterprise or a person; `found` false: it could not be checked."""

    material: str
    subject: str
    department: str
    found: bool
    reason: str


class ReceivedOut(Schema):
    id: int


class WayCounted(Schema):
    """A way that could stand for a material: the share of applicants of whom it holds, and what is in the way of the others."""

    mode: str
    rate: float
    fixes: list[dict[str, str]]


class MaterialCounted(Schema):
    name: str
    rate: float
    ways: list[WayCounted]


class ItemCounted(Schema):
    """An item: `rate` is the share of its materials that need not be submitted, `free` that of applicants who submit none."""

    code: str
    name: str
    heading: str
    department: str
    kind: str
    applicants: int
    rate: float
    free: float
    materials: list[MaterialCounted]


class HeadingCounted(Schema):
    name: str
    items: int
    rate: float
    free: float


class FixOut(Schema):
    """A thing to mend: in how many items it `touches`, how many it `frees` for somebody, and how many that makes as whole items."""

    thing: str
    cause: str
    department: str
    sentence: str
    touches: int
    frees: int
    gained: float


class CensusOut(Schema):
    on: date
    at: datetime
    enterprises: int
    people: int
    rate: float
    free: float
    headings: list[HeadingCounted]
    fixes: list[FixOut]
    items: list[ItemCounted]


@router.get("/material-free", response={200: CensusOut, **REFUSALS})
def material_free(request: HttpRequest) -> dict[str, Any]:
    """The newest census of what need not be submitted: by scene and item, with what to mend first. Shares are 0 to 1."""
    require(request, Verb.READ_MATERIAL_FREE)
    found = latest()
    if found is None:
        raise HttpError(404, "还没有普查过。每夜普查一次，也可以运行 chengban item census。")
    return told.census(found)


@router.get("/items/{item_id}/verdict", response={200: VerdictOut, **REFUSALS})
def verdict(request: HttpRequest, item_id: str, number: int | None = Query(None, alias="for", ge=1, le=9999)) -> dict[str, Any]:
    """The caller's own verdict, under the answers in the address. `for` is which of whom the caller acts for, from 1.

    The reading is recorded.
    """
    return told.verdict(_own(request, item_id, request.GET.dict()).verdict)


@router.get("/enterprises/{subject}/items/{item_id}", response={200: VerdictOut, **REFUSALS})
def enterprise_verdict(request: HttpRequest, subject: str, item_id: str) -> dict[str, Any]:
    """An enterprise's verdict, for those who may read its file, under the answers in the address. The reading is recorded."""
    account = cast(Account, request.user)
    if not may_read_file(account, subject):
        raise HttpError(404, NOBODY)
    under = ground_or_403(account, subject)
    _item(item_id)
    try:
        found = verdict_of(
            packs.current(), item_id, subject, request.GET.dict(), on=clock.today(), under=under, by=account.actor
        )  # fmt: skip
    except NoSuchApplicant as error:
        raise HttpError(404, NOBODY) from error
    return told.verdict(found)


@router.post("/items/{item_id}/disputes", response={200: DisputeOut, **REFUSALS})
def item_dispute(request: HttpRequest, item_id: str, given: DisputeIn) -> DisputeOut:
    """The caller says that a datum of the own verdict is wrong; its owner is asked by a ticket. The same again is the first."""
    account = require(request, Verb.DISPUTE_DATA)
    own = _own(request, item_id, given.answers)
    if not may_dispute(account, own.verdict.applicant.id):
        raise HttpError(404, NOBODY)
    try:
        made = open_dispute(packs.current(), own.verdict, given.datum, on=clock.today(), by=account.actor, reason=given.reason)
    except ItemsError as error:
        raise HttpError(409, str(error)) from error
    return _dispute(made)


@router.post("/disputes/{number}/answer", response={200: DisputeOut, **REFUSALS})
def dispute_answer(request: HttpRequest, number: int, given: AnswerIn) -> DisputeOut:
    """The own department says what came of it; the ticket is closed."""
    account = require(request, Verb.ANSWER_DISPUTES)
    found = Dispute.objects.filter(pk=number).first()
    if found is None or not may_act_for(account, Verb.ANSWER_DISPUTES, found.department):
        raise HttpError(404, "没有这件异议，或者它不由您的部门答复。")
    try:
        return _dispute(answer_dispute(found, on=clock.today(), by=account.actor, answer=given.answer))
    except ItemsError as error:
        raise HttpError(409, str(error)) from error


@router.post("/items/{item_id}/checks", response={200: ReceivedOut, **REFUSALS})
def item_check(request: HttpRequest, item_id: str, given: CheckIn) -> ReceivedOut:
    """The own department tells what it found, or that it cannot check: the verdict then falls to the next way."""
    account = require(request, Verb.TELL_CHECKS)
    if not may_act_for(account, Verb.TELL_CHECKS, given.department):
        raise HttpError(403, "这项核验不由您的部门做。")
    _item(item_id)
    try:
        made = tell_check(
            packs.current(), item_id, given.material, given.subject, given.department, found=given.found, on=clock.today(),
            by=account.actor, reason=given.reason,
        )  # fmt: skip
    except ItemsError as error:
        raise HttpError(409, str(error)) from error
    return ReceivedOut(id=made.pk)


def _item(code: str) -> Implementation:
    try:
        return item_of(packs.current(), code)
    except NoSuchItem as error:
        raise HttpError(404, str(error)) from error


def _own(request: HttpRequest, code: str, given: dict[str, str]) -> verdict_pages.Own:
    """The caller's own verdict; 403 for who never applies, 404 for who acts for nobody."""
    account = require(request, Verb.READ_OWN_FILE)
    found = verdict_pages.own(packs.current(), account, code, _item(code), given, on=clock.today())
    if found is None:
        raise HttpError(404, "您还没有代办的企业，也没有绑定本人。")
    return found


def _dispute(one: Dispute) -> DisputeOut:
    return DisputeOut(
        id=one.pk, datum=one.datum, name=one.name, item=one.item, department=one.department, reason=one.reason,
        ticket=one.ticket_id, opened_on=one.opened_on, answer=one.answer, answered_on=one.answered_on,
    )  # fmt: skip
