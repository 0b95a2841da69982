"""The cockpit for leaders (驾驶舱), its table as CSV, and the published figures (见报数字)."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.permissions import Verb
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies import catalogue
from chengban.policies.cockpit import gather
from chengban.policies.seed import compared
from chengban.portal import cockpit_pages
from chengban.portal.needs import needs
from chengban.portal.sheets import csv_lines


@require_safe
@needs(Verb.READ_COCKPIT)
def cockpit(request: HttpRequest) -> HttpResponse:
    pack = catalogue.current()
    measure = request.GET.get("measure", "amount")
    if measure not in cockpit_pages.MEASURES:
        raise Http404
    policy = _policy(pack, request)
    page = cockpit_pages.page(pack, year=_year(request), policy=policy, measure=measure, on=clock.today())
    return render(request, "portal/pages/cockpit.html", {"page": page, "board": page.board})


@require_safe
@needs(Verb.READ_COCKPIT)
def policies_csv(request: HttpRequest) -> StreamingHttpResponse:
    pack, year, policy = catalogue.current(), _year(request), _policy(catalogue.current(), request)
    board = gather(pack, year=year, on=clock.today(), policy=policy.id if policy else "")
    answer = StreamingHttpResponse(csv_lines(cockpit_pages.policy_table(board)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="cockpit-{year}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_safe
@needs(Verb.READ_COCKPIT)
def seed(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/pages/cockpit_seed.html", {"lines": compared(catalogue.current())})


def _year(request: HttpRequest) -> int:
    text = request.GET.get("year") or str(clock.today().year)
    if not (text.isascii() and text.isdigit() and 1949 <= int(text[:5]) <= 9999):
        raise Http404
    return int(text)


def _policy(pack: Pack, request: HttpRequest) -> Policy | None:
    name = request.GET.get("policy", "")
    if name and name not in pack.policies:
        raise Http404
    return pack.policies.get(name)
