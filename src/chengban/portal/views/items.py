"""Service items (事项), by the scenes they stand in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban import packs


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    pack = packs.current()
    return render(request, "portal/pages/items.html", {"scenes": pack.scenes.values(), "count": len(pack.items)})


@require_safe
def item(request: HttpRequest, item_id: str) -> HttpResponse:
    pack = packs.current()
    if item_id not in pack.items:
        raise Http404
    shown = pack.items[item_id]
    before = [pack.items[i] for i in shown.after if i in pack.items]
    then = [other for other in pack.items.values() if item_id in other.after]
    given = {"item": shown, "scene": pack.scenes[shown.scene], "before": before, "then": then}
    return render(request, "portal/pages/item.html", given)
