"""The verifier's pages (窗口核验): read a code, ask a holder for certificates, and look at what was agreed to."""

from typing import cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb
from chengban.certificates import asking, showing
from chengban.certificates.asking import Seen
from chengban.certificates.errors import CertificatesError
from chengban.certificates.models import UseRequest
from chengban.certificates.requests import Stage
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.lib import clock
from chengban.portal import certificate_pages, use_pages
from chengban.portal.ask_forms import TermsForm, chosen_kinds, prefilled
from chengban.portal.limits import is_too_often
from chengban.portal.needs import needs

PAGE = 20
MOST = 60
"""Codes that one address reads in a minute."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.ASK_FOR_CERTIFICATES)
def counter(request: HttpRequest) -> HttpResponse:
    """Read a code that somebody shows; and the requests that were made from here."""
    account, pack, today = cast(Account, request.user), packs.current(), clock.today()
    given: dict[str, object] = {"verifier": use_pages.verifier_of(pack, account), "purpose": request.POST.get("purpose", "")}
    if request.method == "POST":
        given |= _read(request, account)
    page = Paginator(use_pages.theirs(account), PAGE).get_page(request.GET.get("page"))
    given |= {"page": page, "lines": use_pages.lines(pack, page.object_list, today)}  # type: ignore[arg-type]
    return render(request, "portal/pages/counter.html", given, status=422 if "refused" in given else 200)


def _read(request: HttpRequest, account: Account) -> dict[str, object]:
    """What the code shows, or why it shows nothing."""
    if is_too_often(request, "codes", MOST):
        return {"refused": _("读码太频繁了，请过一分钟再试。")}
    pack, purpose = packs.current(), request.POST.get("purpose", "")
    try:
        seen = showing.redeem(
            pack, request.POST.get("code", ""), verifier=use_pages.verifier_of(pack, account), purpose=purpose,
            by=account.actor, on=clock.today(), signer=city_signer(), keys=city_keys(),
        )  # fmt: skip
    except CertificatesError as error:
        return {"refused": str(error)}
    return {"seen": shown([seen])}


def shown(seen: list[Seen]) -> list[dict[str, object]]:
    """Each certificate that was seen, as the pages print it."""
    pack = packs.current()
    return [
        {"kind": pack.certificates[one.kind], "verdict": one.verdict, "claims": certificate_pages.stated(pack, one.verdict)}
        for one in seen
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.ASK_FOR_CERTIFICATES)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask a holder: first for which types or item, then whom, what for, and what of each type."""
    account, pack, today = cast(Account, request.user), packs.current(), clock.today()
    kinds = chosen_kinds(pack, request.GET)
    form = TermsForm(request.POST if request.method == "POST" else None, initial=prefilled(pack, request.GET, today))
    if kinds and form.is_valid():
        try:
            wanted = use_pages.wanted(kinds, dict(request.POST.lists()))
            verifier = use_pages.verifier_of(pack, account)
            made = asking.ask(pack, form.subject, wanted, form.terms, verifier=verifier, by=account.actor, on=today)
        except CertificatesError as error:
            form.add_error(None, str(error))
        else:
            return redirect("asked-request", made.pk)
    given = {"form": form, "kinds": use_pages.asking_rows(pack, kinds, request.POST), "types": pack.certificates.values()}
    return render(request, "portal/pages/ask.html", given | {"items": pack.items.values()}, status=422 if form.errors else 200)


@never_cache
@require_safe
@needs(Verb.ASK_FOR_CERTIFICATES)
def asked_request(request: HttpRequest, number: int) -> HttpResponse:
    """One request that was made from here: what the holder answered, and whether it can be looked at."""
    return _page(request, _theirs(request, number))


@never_cache
@require_POST
@needs(Verb.ASK_FOR_CERTIFICATES)
def look(request: HttpRequest, number: int) -> HttpResponse:
    """Look at what the holder agreed to. It stands on this answer alone; asked for again it is refused."""
    found, account = _theirs(request, number), cast(Account, request.user)
    try:
        seen = asking.look(packs.current(), found, by=account.actor, on=clock.today(), signer=city_signer(), keys=city_keys())
    except CertificatesError as error:
        return _page(request, found, refused=str(error))
    return _page(request, found, seen=shown(seen))


def _theirs(request: HttpRequest, number: int) -> UseRequest:
    """A request of the account's department, or its own; another's is the same 404 as none."""
    found = use_pages.theirs(cast(Account, request.user)).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, found: UseRequest, **more: object) -> HttpResponse:
    pack, today = packs.current(), clock.today()
    (line,) = use_pages.lines(pack, UseRequest.objects.filter(pk=found.pk), today)
    given = {"line": line, "asked": use_pages.asked_for(pack, found), "uses": use_pages.uses_of(found)}
    given |= {"may_look": line.stage is Stage.CONSENTED, "answer": found.steps.order_by("-pk").first()}
    return render(request, "portal/pages/asked_request.html", given | more, status=409 if "refused" in more else 200)
