"""The endpoints. Each parses, calls the verb that the page of the same name calls, and answers."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError

from chengban import packs
from chengban.accounts.permissions import Verb, may_read_file
from chengban.api import cockpit_shapes, shapes
from chengban.api.guard import ground_or_403, require, signed_in
from chengban.facts.profile import Profile
from chengban.lib import clock
from chengban.policies import catalogue
from chengban.policies.cockpit import gather
from chengban.portal import file_pages
from chengban.portal.figures import figures_of
from chengban.reach.domain import letters_of, mark_read

api = NinjaAPI(
    title="Chengban 诚办", version="1", docs_url=None, openapi_url="/openapi.json",
    description="The city's policies, registers and enterprise files. A session of the portal opens it.",
)  # fmt: skip
NOT_ALLOWED = {401: shapes.Mistake, 403: shapes.Mistake, 404: shapes.Mistake}
NOT_FOUND = {401: shapes.Mistake, 404: shapes.Mistake}


@api.get("/policies", response=list[shapes.PolicyOut], tags=["policies"])
def policies(request: HttpRequest) -> list[dict[str, object]]:
    """All policies, with the version in force today."""
    return [shapes.policy(policy, clock.today()) for policy in catalogue.current().policies.values()]


@api.get("/policies/{policy_id}", response={200: shapes.PolicyDetail, 404: shapes.Mistake}, tags=["policies"])
def policy(request: HttpRequest, policy_id: str) -> shapes.PolicyDetail:
    """One policy: its versions with conditions, clauses and parameters, and the figures of the latest match."""
    found = catalogue.current().policies.get(policy_id)
    if found is None:
        raise HttpError(404, "没有这项政策。")
    today = clock.today()
    now = found.in_force(today)
    figures = figures_of(found.id, now.version) if now else None
    return shapes.PolicyDetail(
        **shapes.policy(found, today), versions=[shapes.version(each) for each in found.versions],
        excludes=list(found.excludes), figures=shapes.figures(figures),
    )  # fmt: skip


@api.get("/registers", response=list[shapes.RegisterOut], tags=["registers"])
def registers(request: HttpRequest) -> list[shapes.RegisterOut]:
    """The register catalogue."""
    return [shapes.register(register) for register in packs.current().registers.values()]


@api.get("/map", response={200: dict[str, Any], 404: shapes.Mistake}, tags=["city"])
def city_map(request: HttpRequest) -> HttpResponse:
    """The city's schematic map as GeoJSON (RFC 7946): a polygon a county. Its lines are no real borders."""
    found = packs.current().map
    if found is None:
        raise HttpError(404, "本市没有示意图。")
    return JsonResponse(found.geojson(), content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})


@api.get("/cockpit", response={200: cockpit_shapes.CockpitOut, **NOT_ALLOWED}, auth=signed_in, tags=["cockpit"])
def cockpit(request: HttpRequest, year: int | None = None, policy: str | None = None) -> dict[str, Any]:
    """The leaders' figures of a year (this one where none is asked for), of all policies or one. Amounts are in 元, as strings."""
    require(request, Verb.READ_COCKPIT)
    pack, today = catalogue.current(), clock.today()
    if policy and policy not in pack.policies:
        raise HttpError(404, "没有这项政策。")
    if year is not None and not 1949 <= year <= 9999:
        raise HttpError(404, "没有这个年度。")
    return cockpit_shapes.cockpit(pack, gather(pack, year=year or today.year, on=today, policy=policy or ""))


@api.get("/enterprises/{subject}", response={200: shapes.FileOut, **NOT_ALLOWED}, auth=signed_in, tags=["enterprises"])
def enterprise(request: HttpRequest, subject: str, facts: str = "") -> HttpResponse:
    """An enterprise's own file with source and time; of it only `facts` (ids with commas) where asked, and then no name.
    The reading is recorded.

    For staff a task must be running: `POST /api/tasks`.
    """
    wanted = [name for name in facts.split(",") if name]
    unknown = [name for name in wanted if name not in packs.current().facts]
    if unknown:
        raise HttpError(404, f"没有这些数据项：{'、'.join(unknown)}。")
    # The shape is valid as it was made: to check it again costs as much as the reading.
    return HttpResponse(shapes.file(_read(request, subject, wanted or None)).model_dump_json(), content_type="application/json")


@api.get("/enterprises/{subject}/policies", response={200: shapes.VerdictsOut, **NOT_FOUND}, auth=signed_in, tags=["enterprises"])
def enterprise_policies(request: HttpRequest, subject: str) -> shapes.VerdictsOut:
    """What every policy in force says of an enterprise, condition by condition. The reading is recorded."""
    profile = _read(request, subject)
    return shapes.verdicts(profile, file_pages.findings(catalogue.current(), profile, on=profile.on))


@api.get("/letters", response={200: list[shapes.LetterOut], **NOT_ALLOWED}, auth=signed_in, tags=["letters"])
def letters(request: HttpRequest) -> list[shapes.LetterOut]:
    """The letters to the subjects that the account acts for, unread first, then the newest; at most 100."""
    return [shapes.letter(each, each.is_read) for each in letters_of(require(request, Verb.READ_LETTERS))[:100]]


@api.post(
    "/letters/{letter_id}/reading", response={200: shapes.LetterOut, **NOT_ALLOWED, **NOT_FOUND}, auth=signed_in, tags=["letters"]
)
def letter_reading(request: HttpRequest, letter_id: int) -> shapes.LetterOut:
    """Mark a letter as read; again changes nothing."""
    account = require(request, Verb.READ_LETTERS)
    found = letters_of(account).filter(pk=letter_id)
    mark_read(found, account)
    read = found.first()
    if read is None:
        raise HttpError(404, "没有这封信，或者它不是写给您的。")
    return shapes.letter(read, True)


def _read(request: HttpRequest, subject: str, facts: list[str] | None = None) -> Profile:
    """The file, or a 404 that does not tell an outsider whether the enterprise exists."""
    account = request.user
    profile = None
    if account.is_authenticated and may_read_file(account, subject):
        under = ground_or_403(account, subject)
        by, on = account.actor, clock.today()
        profile = file_pages.read(
            packs.current(), "enterprise", subject, under=under, by=by, on=on, facts=facts, named=facts is None
        )
    if profile is None:
        raise HttpError(404, "没有这户企业，或者它不由您办理。")
    return profile
