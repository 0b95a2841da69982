"""Service items (事项), by the scenes they stand in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.portal import item_pages


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    pack = packs.current()
    return render(request, "portal/pages/items.html", {"scenes": pack.scenes.values(), "count": len(pack.items)})


@require_safe
def scene(request: HttpRequest, scene_id: str) -> HttpResponse:
    """A scene: a few questions, then what is to be done and brought. The answers stand in the address and are kept nowhere."""
    pack = packs.current()
    if scene_id not in pack.scenes:
        raise Http404
    page = item_pages.scene_page(pack, pack.scenes[scene_id], request.GET)
    return render(request, "portal/pages/item_scene.html", {"page": page, "names": pack.code_names})


@require_safe
def item(request: HttpRequest, item_id: str) -> HttpResponse:
    pack = packs.current()
    if item_id not in pack.items:
        raise Http404
    page = item_pages.item_page(pack, pack.items[item_id], request.GET)
    return render(request, "portal/pages/item.html", {"page": page, "names": pack.code_names})
