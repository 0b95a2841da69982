"""The board of what need not be submitted (免提交看板): the newest census, what to mend first, and the proof of any item."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.permissions import Verb
from chengban.items.census import latest
from chengban.portal import verdict_pages
from chengban.portal.needs import needs

FIRST, MOST = 10, 60
"""Things to mend that the page shows at once, and that it shows at all."""


@require_safe
@needs(Verb.READ_MATERIAL_FREE)
def material_free(request: HttpRequest) -> HttpResponse:
    census = latest()
    given: dict[str, Any] = {"census": census}
    if census is not None:
        fixes = census.result["fixes"]
        headings = [{**one, "length": f"{one['rate'] * 100:.2f}"} for one in census.result["headings"]]
        result = {**census.result, "headings": headings}
        given |= {"result": result, "first": fixes[:FIRST], "others": fixes[FIRST:MOST], "more": max(0, len(fixes) - MOST)}
    return render(request, "portal/pages/material_free.html", given)


@require_safe
@needs(Verb.READ_MATERIAL_FREE)
def material_free_item(request: HttpRequest, item_id: str) -> HttpResponse:
    """Each way of each material of an item: of how many it holds, and what is in the way of the others."""
    census = latest()
    found = next((one for one in census.result["items"] if one["code"] == item_id), None) if census else None
    if found is None:
        raise Http404
    given = {"census": census, "item": found, "modes": verdict_pages.MODES}
    return render(request, "portal/pages/material_free_item.html", given)
