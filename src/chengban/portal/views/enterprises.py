"""Enterprises: staff search, and one enterprise's own file, its policies and who read it."""

from collections.abc import Collection
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.permissions import Verb, may_read_file
from chengban.facts.frame import Kind
from chengban.facts.profile import Profile
from chengban.facts.search import find_enterprises
from chengban.lib import clock
from chengban.policies import catalogue
from chengban.portal import file_pages
from chengban.portal.grounds import ground_for, grounded
from chengban.portal.needs import needs, signed_in
from chengban.portal.readings import readings_of


@require_safe
@needs(Verb.SEARCH_ENTERPRISES)
def enterprises(request: HttpRequest) -> HttpResponse:
    """Search by name or code; a whole code that is right goes straight to the file."""
    query = request.GET.get("q", "").strip()[:120]
    hits = find_enterprises(packs.current(), query, by=cast(Account, request.user).actor) if len(query) >= 2 else []
    if len(hits) == 1 and hits[0].id == query.upper():
        return redirect("enterprise", hits[0].id)
    return render(request, "portal/pages/enterprises.html", {"query": query, "hits": hits})


@never_cache
@require_safe
@signed_in
@grounded
def enterprise(request: HttpRequest, subject: str) -> HttpResponse:
    return _file(request, "enterprise", subject)


@never_cache
@require_safe
@signed_in
@grounded
def enterprise_policies(request: HttpRequest, subject: str) -> HttpResponse:
    return _policies(request, "enterprise", subject)


@never_cache
@require_safe
@signed_in
@grounded
def enterprise_readings(request: HttpRequest, subject: str) -> HttpResponse:
    return _readings(request, "enterprise", subject)


@never_cache
@require_safe
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    """A citizen's own file. The address holds no citizen number."""
    return _file(request, "person", own_number(request))


@never_cache
@require_safe
@signed_in
def my_policies(request: HttpRequest) -> HttpResponse:
    return _policies(request, "person", own_number(request))


@never_cache
@require_safe
@signed_in
def my_readings(request: HttpRequest) -> HttpResponse:
    return _readings(request, "person", own_number(request))


def own_number(request: HttpRequest) -> str:
    """The citizen number that the account is by mandate, or a 404."""
    mandates = cast(Account, request.user).mandates.holding().filter(kind=MandateKind.CITIZEN)
    number = mandates.values_list("subject", flat=True).first()
    if number is None:
        raise Http404
    return str(number)


def _file(request: HttpRequest, kind: Kind, subject: str) -> HttpResponse:
    profile = read_or_404(request, kind, subject)
    given = {"profile": profile, "topics": file_pages.topics(packs.current(), profile), "tab": "file"}
    return render(request, "portal/pages/file.html", given | whose(request, profile))


def _policies(request: HttpRequest, kind: Kind, subject: str) -> HttpResponse:
    profile = read_or_404(request, kind, subject)
    found = file_pages.findings(catalogue.current(), profile, on=profile.on)
    given = {"profile": profile, "findings": found, "tab": "policies"}
    return render(request, "portal/pages/file_policies.html", given | whose(request, profile))


def _readings(request: HttpRequest, kind: Kind, subject: str) -> HttpResponse:
    profile = read_or_404(request, kind, subject, facts=())
    listed = readings_of(packs.current(), kind, subject)
    given = {"profile": profile, "readings": listed, "tab": "readings"}
    return render(request, "portal/pages/file_readings.html", given | whose(request, profile))


def read_or_404(request: HttpRequest, kind: Kind, subject: str, facts: Collection[str] | None = None) -> Profile:
    """The file, or of it only `facts`; a 404 that does not tell an outsider whether the subject exists. Raises `Ungrounded`."""
    account = cast(Account, request.user)
    if not may_read_file(account, subject):
        raise Http404
    under = ground_for(account, subject)
    profile = file_pages.read(packs.current(), kind, subject, under=under, by=account.actor, on=clock.today(), facts=facts)
    if profile is None:
        raise Http404
    return profile


def whose(request: HttpRequest, profile: Profile) -> dict[str, Any]:
    """Whether the reader is the subject, and what to call the file's addresses."""
    own = profile.id in cast(Account, request.user).subjects
    return {"own": own, "person": profile.kind == "person"}
