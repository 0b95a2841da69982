"""Service items (事项), by the scenes they stand in; and those of the lists that the city brought."""

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.items.finding import standing, version_of
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.items import Implementation
from chengban.portal import item_pages, verdict_pages


@require_safe
def items(request: HttpRequest) -> HttpResponse:
    pack = packs.current()
    given = {"scenes": pack.scenes.values(), "count": len(pack.items), "brought": standing().count()}
    return render(request, "portal/pages/items.html", given)


@require_safe
def scene(request: HttpRequest, scene_id: str) -> HttpResponse:
    """A scene: a few questions, then what is to be done and brought. The answers stand in the address and are kept nowhere."""
    pack = packs.current()
    if scene_id not in pack.scenes:
        raise Http404
    page = item_pages.scene_page(pack, pack.scenes[scene_id], request.GET)
    return render(request, "portal/pages/item_scene.html", {"page": page, "names": pack.code_names})


@never_cache
@require_safe
def item(request: HttpRequest, item_id: str) -> HttpResponse:
    """An item; who is signed in and applies sees their own verdict on it."""
    pack = packs.current()
    if item_id not in pack.items:
        return _brought(request, pack, item_id)
    page = item_pages.item_page(pack, pack.items[item_id], request.GET)
    given = {"page": page, "names": pack.code_names} | _own(request, pack, item_id, page.item)
    return render(request, "portal/pages/item.html", given)


def _brought(request: HttpRequest, pack: Pack, code: str) -> HttpResponse:
    """An item of a list that was taken in: it has no scene and asks no questions."""
    found = version_of(code)
    if found is None:
        raise Http404
    page = item_pages.brought_page(pack, found)
    given = {"page": page, "version": found, "names": pack.code_names} | _own(request, pack, code, page.item)
    return render(request, "portal/pages/item_brought.html", given)


def _own(request: HttpRequest, pack: Pack, code: str, item: Implementation) -> dict[str, Any]:
    """The reader's own verdict, and the answers it stands on; nothing for a visitor."""
    if not request.user.is_authenticated:
        return {}
    found = verdict_pages.own(pack, cast(Account, request.user), code, item, request.GET.dict(), on=clock.today())
    return {"own": found, "modes": verdict_pages.MODES, "answers": request.GET.urlencode()}
