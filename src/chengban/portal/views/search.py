"""Search."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.items import finding
from chengban.policies import catalogue
from chengban.portal import search as searching

GROUPS = ("scene", "item", "policy", "register")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What was asked for, in groups; the list alone when htmx asks while somebody types."""
    query = request.GET.get("q", "").strip()[:80]
    found = searching.search(catalogue.current(), query, find_items=finding.find)
    groups = [(kind, [hit.entry for hit in found if hit.entry.kind == kind]) for kind in GROUPS]
    given = {"query": query, "groups": [group for group in groups if group[1]], "count": len(found)}
    partial = getattr(request, "htmx", False) and request.htmx.target == "results"  # type: ignore[attr-defined]
    return render(request, "portal/parts/found.html" if partial else "portal/pages/search.html", given)
