"""The plan of a scene (办理方案)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.lib import clock
from chengban.portal import scene_plans


@never_cache
@require_safe
def scene_plan(request: HttpRequest, scene_id: str) -> HttpResponse:
    """The plan that the answers in the address make; for one's own subject nothing is asked that the city holds."""
    pack = packs.current()
    if scene_id not in pack.scenes:
        raise Http404
    try:
        page = scene_plans.plan_page(pack, pack.scenes[scene_id], request.GET, request.user, on=clock.today())
    except LookupError as error:
        raise Http404 from error
    return render(request, "portal/pages/scene_plan.html", {"page": page, "plan": page.plan})
