"""Department-to-department requests (部门间数据请求): ask, answer, use, revoke."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.facts.errors import FactsError
from chengban.facts.models import DataRequest
from chengban.facts.reading import requests, using
from chengban.lib import clock
from chengban.portal import request_pages
from chengban.portal.needs import needs
from chengban.portal.reading_forms import LookForm, ReasonForm, RequestForm

PAGE = 50


@never_cache
@require_safe
@needs(Verb.READ_REQUESTS)
def data_requests(request: HttpRequest) -> HttpResponse:
    """The requests that concern the account's department; an auditor sees all."""
    pack, account = packs.current(), cast(Account, request.user)
    page = Paginator(request_pages.visible(pack, account), PAGE).get_page(request.GET.get("page"))
    given = {
        "page": page, "lines": request_pages.lines(pack, page.object_list, account, clock.today()),
        "registers": request_pages.askable(pack, account), "may_ask": may(account, Verb.ASK_FOR_DATA),
    }  # fmt: skip
    return render(request, "portal/pages/requests.html", given)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.ASK_FOR_DATA)
def ask(request: HttpRequest, register_id: str) -> HttpResponse:
    """Ask for fields of a register."""
    pack, account = packs.current(), cast(Account, request.user)
    register = pack.registers.get(register_id)
    if register is None or register not in request_pages.askable(pack, account):
        raise Http404
    form = RequestForm(request.POST or None, register=register)
    if request.method == "POST" and form.is_valid():
        try:
            made = requests.ask(pack, form.wish(register), by=account, on=clock.today())
            messages.success(request, _("请求已提出，等数据的责任部门答复。"))
            return redirect("data-request", made.pk)
        except FactsError as error:
            form.add_error(None, str(error))
    return render(request, "portal/pages/request_ask.html", {"form": form, "register": register, "owner": register.department})


@never_cache
@require_safe
@needs(Verb.READ_REQUESTS)
def data_request(request: HttpRequest, number: int) -> HttpResponse:
    """One request: what is asked, where it stands, each step; and for the asking department, a look-up."""
    return _page(request, _found(request, number), {})


@require_POST
@needs(Verb.READ_REQUESTS)
def step(request: HttpRequest, number: int, act: str) -> HttpResponse:
    """Approve, refuse, revoke or withdraw."""
    found, pack, account, on = _found(request, number), packs.current(), cast(Account, request.user), clock.today()
    reason = request.POST.get("reason", "")
    acts: dict[str, tuple[Verb, Callable[[], None], str]] = {
        "approval": (Verb.ANSWER_REQUESTS, lambda: requests.approve(pack, found, by=account, on=on), _("已同意。")),
        "refusal": (
            Verb.ANSWER_REQUESTS,
            lambda: requests.refuse(pack, found, reason=reason, by=account, on=on),
            _("已答复不同意。"),
        ),
        "revocation": (Verb.ANSWER_REQUESTS, lambda: requests.revoke(pack, found, reason=reason, by=account, on=on), _("已收回。")),
        "withdrawal": (Verb.ASK_FOR_DATA, lambda: requests.withdraw(found, by=account, on=on), _("已撤回。")),
    }
    if act not in acts or not may(account, acts[act][0]):
        raise Http404
    try:
        acts[act][1]()
        messages.success(request, acts[act][2])
    except FactsError as error:
        messages.error(request, str(error))
    return redirect("data-request", number)


@never_cache
@require_POST
@needs(Verb.ASK_FOR_DATA)
def look(request: HttpRequest, number: int) -> HttpResponse:
    """Look one subject up under a granted request. The answer is on this page only, and the reading in the ledger."""
    found, pack, by, on = _found(request, number), packs.current(), cast(Account, request.user).actor, clock.today()
    form = LookForm(request.POST)
    given: dict[str, Any] = {"look": form}
    if form.is_valid():
        subject, question = form.cleaned_data["subject"], form.cleaned_data["question"]
        try:
            if found.answers_only:
                given["answers"] = using.answered(pack, found, subject, {"q": question}, by=by, on=on)
            else:
                given["rows"] = request_pages.named_rows(pack, found, using.records(pack, found, subject, by=by, on=on))
        except FactsError as error:
            form.add_error("question" if found.answers_only else "subject", str(error))
    return _page(request, found, given)


def _found(request: HttpRequest, number: int) -> DataRequest:
    account = cast(Account, request.user)
    return get_object_or_404(request_pages.visible(packs.current(), account), pk=number)


def _page(request: HttpRequest, found: DataRequest, given: dict[str, Any]) -> HttpResponse:
    pack, account = packs.current(), cast(Account, request.user)
    (line,) = request_pages.lines(pack, [found], account, clock.today())
    forms = {"look": LookForm(), "reason": ReasonForm(), "form": given.get("look") or ReasonForm()}
    return render(request, "portal/pages/request.html", {"line": line, **forms, **given})
