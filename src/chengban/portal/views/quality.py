"""The quality board (数据质量), and the rows that wait to be mended."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.portal import quality_pages
from chengban.portal.needs import needs


@require_safe
@needs(Verb.READ_QUALITY)
def quality(request: HttpRequest) -> HttpResponse:
    pack = packs.current()
    board = quality_pages.rows(pack)
    tickets = quality_pages.tickets(pack, board)
    given = {
        "rows": board,
        "tickets": tickets,
        "departments": quality_pages.by_department(tickets),
        "may_download": may(cast(Account, request.user), Verb.DOWNLOAD_QUARANTINE),
    }
    return render(request, "portal/pages/quality.html", given)


@require_safe
@needs(Verb.DOWNLOAD_QUARANTINE)
def quarantine(request: HttpRequest, register_id: str) -> StreamingHttpResponse:
    """The rows of one register that were kept out, to be mended and loaded again; the taking is recorded."""
    pack = packs.current()
    if register_id not in pack.registers:
        raise Http404
    lines = quality_pages.take_quarantine(pack, pack.registers[register_id], by=cast(Account, request.user).actor)
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{register_id}-quarantine.csv"'
    answer["Cache-Control"] = "no-store"
    return answer
