"""The register catalogue (数据目录) and one register."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.portal import policy_pages


@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    pack = packs.current()
    given = {"groups": policy_pages.registers_by_kind(pack), "count": len(pack.registers)}
    return render(request, "portal/pages/registers.html", given)


@require_safe
def register(request: HttpRequest, register_id: str) -> HttpResponse:
    pack = packs.current()
    if register_id not in pack.registers:
        raise Http404
    shown = pack.registers[register_id]
    used = [fact for fact in pack.facts.values() if register_id in {s.register_ for s in (fact.enterprise, fact.person) if s}]
    given = {"register": shown, "owner": pack.departments[shown.department], "facts": used, "code_sets": pack.codes}
    return render(request, "portal/pages/register.html", given)
