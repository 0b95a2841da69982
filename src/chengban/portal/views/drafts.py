"""Drafts of policies: write, try on the whole city, hand in, approve, withdraw."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.lib import clock
from chengban.packs import tables_dmn
from chengban.policies import catalogue, editions
from chengban.policies.errors import PolicyError
from chengban.policies.listing import keep_list
from chengban.policies.models import Edition
from chengban.policies.rewriting import written_from
from chengban.portal import draft_fields, draft_pages
from chengban.portal.needs import needs
from chengban.portal.telling import tell

LARGEST_TABLE = 500_000
"""Bytes of an uploaded decision table at most."""


def _actor(request: HttpRequest) -> Any:
    return cast(Account, request.user).actor


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_DRAFTS)
def drafts(request: HttpRequest) -> HttpResponseBase:
    """The list; a POST begins a draft, of a new policy or from a version that is there."""
    if request.method == "POST":
        return _begin(request)
    given = {
        "may_write": may(request.user, Verb.WRITE_DRAFTS),
        "editions": draft_pages.listed(),
        "policies": catalogue.current().policies.values(),
    }
    return render(request, "portal/pages/drafts.html", given)


@needs(Verb.WRITE_DRAFTS)
def _begin(request: HttpRequest) -> HttpResponse:
    pack, name = catalogue.current(), request.POST.get("policy", "")
    written = written_from(pack, pack.policies[name], on=clock.today()) if name in pack.policies else {}
    return redirect("draft", editions.begin(written, by=_actor(request)).pk)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_DRAFTS)
def draft(request: HttpRequest, number: int) -> HttpResponseBase:
    edition = get_object_or_404(Edition, pk=number)
    return _save(request, edition) if request.method == "POST" else _shown(request, edition)


@needs(Verb.WRITE_DRAFTS)
def _save(request: HttpRequest, edition: Edition) -> HttpResponse:
    written = _written(request, edition)
    try:
        editions.save(edition, written, revision=_revision(request), by=_actor(request))
    except PolicyError as refused:
        messages.error(request, str(refused))
        return _shown(request, edition, written, status=409)
    messages.success(request, _("已保存。"))
    return redirect("draft", edition.pk)


def _revision(request: HttpRequest) -> int:
    text = request.POST.get("revision", "")
    return int(text) if text.isdigit() and len(text) < 9 else 0


def _written(request: HttpRequest, edition: Edition) -> dict[str, Any]:
    return draft_fields.read(dict(request.POST.lists()), _tables(edition))


def _tables(edition: Edition) -> list[dict[str, Any]]:
    """The decision tables that the kept draft has."""
    return list((edition.written.get("version") or {}).get("tables", ()))


def _shown(request: HttpRequest, edition: Edition, written: dict[str, Any] | None = None, status: int = 200) -> HttpResponse:
    pack = catalogue.current()
    page = draft_pages.page(pack, edition, cast(Account, request.user), written)
    outlook = draft_pages.outlook(pack, edition.written if written is None else written, on=clock.today())
    return render(request, "portal/pages/draft.html", {"page": page, "outlook": outlook}, status=status)


@never_cache
@require_POST
@needs(Verb.WRITE_DRAFTS)
def draft_trial(request: HttpRequest, number: int) -> HttpResponse:
    """What the form comes to as it stands, kept nowhere: the living figures beside the editor."""
    edition = get_object_or_404(Edition, pk=number)
    outlook = draft_pages.outlook(catalogue.current(), _written(request, edition), on=clock.today())
    return render(request, "portal/parts/outlook.html", {"outlook": outlook, "edition": edition, "live": True})


@never_cache
@require_POST
@needs(Verb.WRITE_DRAFTS)
def draft_subjects(request: HttpRequest, number: int) -> HttpResponse:
    """Everybody whom the kept draft touches, as a CSV; the ledger keeps that it was taken."""
    edition, pack = get_object_or_404(Edition, pk=number), catalogue.current()
    found = draft_pages.outlook(pack, edition.written, on=clock.today(), patience=60)
    if found.simulation is None:
        messages.error(request, _("条件写对、试算完成以后才能下载名单。"))
        return redirect("draft", number)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "subjects.csv"
        keep_list(pack, found.simulation, path, by=_actor(request))
        answer = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="draft-{number}.csv"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@needs(Verb.WRITE_DRAFTS)
def draft_submission(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, lambda edition: editions.submit(edition, by=_actor(request)), _("已提交，请另一位政策专员审核。"))


@require_POST
@needs(Verb.WRITE_DRAFTS)
def draft_disposal(request: HttpRequest, number: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(request, number, lambda edition: editions.discard(edition, by=_actor(request), reason=reason), _("已作废。"))


@require_POST
@needs(Verb.APPROVE_DRAFTS)
def draft_approval(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, lambda edition: editions.approve(edition, by=_actor(request)), _("已公布。从施行日期起生效。"))


@require_POST
@needs(Verb.APPROVE_DRAFTS)
def draft_return(request: HttpRequest, number: int) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _act(request, number, lambda edition: editions.send_back(edition, by=_actor(request), reason=reason), _("已退回修改。"))


def _act(request: HttpRequest, number: int, verb: Callable[[Edition], object], told: str) -> HttpResponse:
    """One verb on one edition; what was refused is said on its page."""
    edition = get_object_or_404(Edition, pk=number)
    tell(request, lambda: verb(edition), told)
    return redirect("draft", number)


@require_POST
@needs(Verb.APPROVE_DRAFTS)
def policy_withdrawal(request: HttpRequest, policy_id: str, version: str) -> HttpResponse:
    """From a day on a version is no longer in force."""
    declared = catalogue.current().policies.get(policy_id)
    if declared is None or version not in {one.version for one in declared.versions}:
        raise Http404
    reason = request.POST.get("reason", "")
    tell(
        request,
        lambda: editions.withdraw(policy_id, version, on=clock.today(), by=_actor(request), reason=reason),
        _("已撤回，从今天起不再适用。以前的结果不改变。"),
    )
    return redirect("policy", policy_id)


# Decision tables ------------------------------------------------------------------------------------------------------


@require_POST
@needs(Verb.WRITE_DRAFTS)
def draft_tables(request: HttpRequest, number: int) -> HttpResponse:
    """Take a decision table from a DMN file into the draft, in place of one of the same name; or leave one out."""
    edition = get_object_or_404(Edition, pk=number)
    tables = _tables(edition)
    try:
        if "without" in request.POST:
            tables = [table for table in tables if table.get("id") != request.POST["without"]]
        else:
            new = _uploaded(request)
            tables = [table for table in tables if table.get("id") not in {one["id"] for one in new}] + new
        version = {**(edition.written.get("version") or {}), "tables": tables}
        editions.save(edition, {**edition.written, "version": version}, revision=_revision(request), by=_actor(request))
        messages.success(request, _("决策表已更新。"))
    except (PolicyError, tables_dmn.NotATable) as refused:
        messages.error(request, str(refused))
    return redirect("draft", number)


def _uploaded(request: HttpRequest) -> list[dict[str, Any]]:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LARGEST_TABLE:
        raise tables_dmn.NotATable("请选择一个 DMN 文件，不超过 500 KB。")
    return tables_dmn.read(file.read())


@require_safe
@needs(Verb.READ_DRAFTS)
def draft_table(request: HttpRequest, number: int, table_id: str) -> HttpResponse:
    """One of the draft's decision tables as DMN 1.3 XML."""
    edition = get_object_or_404(Edition, pk=number)
    for table in _tables(edition):
        if table.get("id") == table_id:
            answer = HttpResponse(tables_dmn.write(table), content_type="application/xml")
            answer["Content-Disposition"] = f'attachment; filename="{table_id}.dmn"'
            return answer
    raise Http404


@require_safe
@needs(Verb.WRITE_DRAFTS)
def draft_words(request: HttpRequest) -> JsonResponse:
    """The words that an expression may use: for the editor's completion."""
    return JsonResponse({"words": draft_pages.words(catalogue.current())})
