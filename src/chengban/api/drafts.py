"""The endpoints of drafts: what the officers' desk does, with the same verbs and the same permissions."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status
from ninja.errors import HttpError

from chengban.accounts.permissions import Verb
from chengban.api.draft_shapes import (
    BeginIn,
    DraftLine,
    DraftOut,
    OpeningOut,
    PublicationOut,
    SaveIn,
    TrialOut,
    WhyIn,
    draft_out,
    trial_out,
)
from chengban.api.guard import require, signed_in
from chengban.api.shapes import Mistake
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies import catalogue, editions
from chengban.policies.errors import PolicyError
from chengban.policies.models import Edition
from chengban.policies.rewriting import written_from
from chengban.portal import draft_pages
from chengban.portal.readings import people

router = Router(auth=signed_in, tags=["drafts"])
MOST = 500
REFUSALS: dict[int, Any] = {401: Mistake, 403: Mistake, 404: Mistake}
CONFLICTS: dict[int, Any] = {**REFUSALS, 409: Mistake}


@router.get("/drafts", response={200: list[DraftLine], **REFUSALS})
def listed(request: HttpRequest) -> list[DraftLine]:
    """The editions, published and discarded ones too, the newest first; at most 500."""
    require(request, Verb.READ_DRAFTS)
    found = list(draft_pages.listed()[:MOST])
    names = people(one.by for one in found)  # type: ignore[attr-defined]
    return [_line(one, names) for one in found]


def _line(one: Any, names: dict[str, str]) -> DraftLine:
    head = {name: getattr(one, name) for name in ("policy", "version", "name", "step", "at")}
    return DraftLine(id=one.pk, **head, by=names.get(one.by, one.by))


@router.post("/drafts", response={201: DraftOut, **REFUSALS})
def begin(request: HttpRequest, given: BeginIn) -> Status[DraftOut]:
    """Begin a draft: an empty one, or of a policy's next version from what is in force of it."""
    by, pack = require(request, Verb.WRITE_DRAFTS).actor, catalogue.current()
    if given.policy and given.policy not in pack.policies:
        raise HttpError(404, "没有这项政策。")
    written = written_from(pack, pack.policies[given.policy], on=clock.today()) if given.policy else {}
    return Status(201, _out(request, editions.begin(written, by=by)))


@router.get("/drafts/{number}", response={200: DraftOut, **REFUSALS})
def read(request: HttpRequest, number: int) -> DraftOut:
    """One edition as it is kept, with everything that is wrong with it."""
    require(request, Verb.READ_DRAFTS)
    return _out(request, _found(number))


@router.put("/drafts/{number}", response={200: DraftOut, **CONFLICTS})
def save(request: HttpRequest, number: int, given: SaveIn) -> DraftOut:
    """Keep the form, right or wrong; 409 where somebody saved in between, or it is no longer being written."""
    require(request, Verb.WRITE_DRAFTS)
    written = given.written.written()
    return _do(request, number, lambda edition, by: editions.save(edition, written, revision=given.revision, by=by))


@router.get("/drafts/{number}/trial", response={200: TrialOut, 202: OpeningOut, **CONFLICTS})
def trial(request: HttpRequest, number: int) -> TrialOut | Status[OpeningOut]:
    """What the kept draft comes to for the whole city today; 202 while the city is still being read, 409 where it is wrong."""
    require(request, Verb.READ_DRAFTS)
    found = draft_pages.outlook(catalogue.current(), _found(number).written, on=clock.today())
    if found.opening is not None and not found.opening.failed:
        return Status(202, OpeningOut(percent=found.opening.percent))
    if found.simulation is None:
        failed = found.opening.failed if found.opening else ""
        raise HttpError(409, failed or "条件写对以后才能试算。" + "；".join(one.message for one in found.mistakes[:3]))
    return trial_out(found.simulation, found)


@router.post("/drafts/{number}/submission", response={200: DraftOut, **CONFLICTS})
def submission(request: HttpRequest, number: int) -> DraftOut:
    """Hand the draft to another officer; 409 where something is wrong with it."""
    require(request, Verb.WRITE_DRAFTS)
    return _do(request, number, lambda edition, by: editions.submit(edition, by=by))


@router.post("/drafts/{number}/disposal", response={200: DraftOut, **CONFLICTS})
def disposal(request: HttpRequest, number: int, given: WhyIn) -> DraftOut:
    """Give the draft up; it stays to be read."""
    require(request, Verb.WRITE_DRAFTS)
    return _do(request, number, lambda edition, by: editions.discard(edition, by=by, reason=given.reason))


@router.post("/drafts/{number}/return", response={200: DraftOut, **CONFLICTS})
def send_back(request: HttpRequest, number: int, given: WhyIn) -> DraftOut:
    """Return a submitted draft to its author, with what is to be changed."""
    require(request, Verb.APPROVE_DRAFTS)
    return _do(request, number, lambda edition, by: editions.send_back(edition, by=by, reason=given.reason))


@router.post("/drafts/{number}/approval", response={200: DraftOut, **CONFLICTS})
def approval(request: HttpRequest, number: int) -> DraftOut:
    """Publish a submitted draft; 409 for whoever wrote or submitted it."""
    require(request, Verb.APPROVE_DRAFTS)
    return _do(request, number, lambda edition, by: editions.approve(edition, by=by))


@router.post("/policies/{policy_id}/versions/{version}/withdrawal", response={200: PublicationOut, **CONFLICTS})
def withdrawal(request: HttpRequest, policy_id: str, version: str, given: WhyIn) -> PublicationOut:
    """From today on the version is no longer in force; what it did until now stands."""
    by = require(request, Verb.APPROVE_DRAFTS).actor
    declared = catalogue.current().policies.get(policy_id)
    if declared is None or version not in {one.version for one in declared.versions}:
        raise HttpError(404, "没有这项政策，或者它没有这个版本。")
    try:
        line = editions.withdraw(policy_id, version, on=clock.today(), by=by, reason=given.reason)
    except PolicyError as error:
        raise HttpError(409, str(error)) from error
    return PublicationOut(act=line.act, policy=line.policy, version=line.version, on=line.on, reason=line.reason)


def _found(number: int) -> Edition:
    found = Edition.objects.filter(pk=number).first()
    if found is None:
        raise HttpError(404, "没有这份稿。")
    return found


def _do(request: HttpRequest, number: int, act: Callable[[Edition, Actor], object]) -> DraftOut:
    """Do it, and answer with the draft as it stands now; 409 with the verb's own words where it refuses."""
    try:
        act(_found(number), require(request, Verb.READ_DRAFTS).actor)
    except PolicyError as error:
        raise HttpError(409, str(error)) from error
    return _out(request, _found(number))


def _out(request: HttpRequest, edition: Edition) -> DraftOut:
    return draft_out(draft_pages.page(catalogue.current(), edition, require(request, Verb.READ_DRAFTS)))
