"""A holder's answers (用证授权): what verifiers ask to see, consent, refusal, and a code to show at a counter."""

from collections.abc import Callable
from typing import cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb
from chengban.certificates import asking, showing
from chengban.certificates.errors import CertificatesError
from chengban.certificates.faces import qr
from chengban.certificates.models import Certificate, UseRequest
from chengban.certificates.naming import always_shown, choosable
from chengban.certificates.requests import Stage
from chengban.lib import clock
from chengban.portal import use_pages
from chengban.portal.needs import needs
from chengban.portal.telling import tell

PAGE = 20


@never_cache
@require_safe
@needs(Verb.CONSENT_TO_USE)
def requests(request: HttpRequest) -> HttpResponse:
    """Every request to the subjects that the account acts for."""
    own = use_pages.own(cast(Account, request.user).subjects)
    page = Paginator(own, PAGE).get_page(request.GET.get("page"))
    lines = use_pages.lines(packs.current(), page.object_list, clock.today())  # type: ignore[arg-type]
    return render(request, "portal/pages/use_requests.html", {"page": page, "lines": lines, "yours": use_pages.YOURS})


@never_cache
@require_safe
@needs(Verb.CONSENT_TO_USE)
def use_request(request: HttpRequest, number: int) -> HttpResponse:
    """One request: who asks, what for, what would be shown; and what became of it."""
    found, pack, today = _own(request, number), packs.current(), clock.today()
    (line,) = use_pages.lines(pack, UseRequest.objects.filter(pk=found.pk), today)
    asked = use_pages.asked(pack, found, today)
    given = {"line": line, "asked": asked, "uses": use_pages.uses_of(found), "steps": found.steps.order_by("pk")}
    may = {"may_answer": line.stage is Stage.WAITING, "may_consent": all(one.held for one in asked), "yours": use_pages.YOURS}
    return render(request, "portal/pages/use_request.html", given | may)


@require_POST
@needs(Verb.CONSENT_TO_USE)
def consent(request: HttpRequest, number: int) -> HttpResponse:
    """The holder agrees, to what they chose."""

    def act(found: UseRequest, account: Account) -> None:
        choices = use_pages.choices(found, dict(request.POST.lists()))
        asking.consent(packs.current(), found, choices, by=account.actor, on=clock.today())

    return _answer(request, number, act, _("已同意。对方查看以后，您会收到来信；没有用完的，可以在这里收回。"))


@require_POST
@needs(Verb.CONSENT_TO_USE)
def refusal(request: HttpRequest, number: int) -> HttpResponse:
    """The holder does not agree."""
    reason = request.POST.get("reason", "")

    def act(found: UseRequest, account: Account) -> None:
        asking.refuse(found, by=account.actor, on=clock.today(), reason=reason)

    return _answer(request, number, act, _("已答复不同意，对方什么也看不到。"))


@require_POST
@needs(Verb.CONSENT_TO_USE)
def revocation(request: HttpRequest, number: int) -> HttpResponse:
    """The holder takes their consent back."""

    def act(found: UseRequest, account: Account) -> None:
        asking.revoke(found, by=account.actor, on=clock.today())

    return _answer(request, number, act, _("已收回同意，对方从现在起看不到。"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.CONSENT_TO_USE)
def present(request: HttpRequest, number: int) -> HttpResponse:
    """Show one certificate at a counter: choose what is seen, then a code that is good for a minute and once."""
    account, pack, today = cast(Account, request.user), packs.current(), clock.today()
    held = Certificate.objects.filter(pk=number, subject__in=account.subjects).first()
    if held is None or held.kind not in pack.certificates:
        raise Http404
    kind, values = pack.certificates[held.kind], use_pages.values_of(pack, held, today)
    fields = request.POST.getlist("fields")
    given: dict[str, object] = {
        "certificate": held, "kind": kind, "chosen": fields, "lasts": showing.LASTS.seconds,
        "parts": [part for part in use_pages.parts(kind, choosable(kind), values) if part.value],
        "always": [part for part in use_pages.parts(kind, always_shown(kind), values) if part.value],
    }  # fmt: skip
    if request.method == "POST":
        try:
            row, code = showing.show(pack, held, fields, by=account.actor, on=today)
            drawn = mark_safe(qr.svg(code, label=_("出示码")))
            given |= {"code": code, "drawn": drawn, "ends_at": row.ends_at}
        except CertificatesError as error:
            given["refused"] = str(error)
    return render(request, "portal/pages/present.html", given, status=422 if "refused" in given else 200)


def _own(request: HttpRequest, number: int) -> UseRequest:
    """A request to somebody whom the account acts for; another's is the same 404 as none."""
    found = use_pages.own(cast(Account, request.user).subjects).filter(pk=number).first()
    if found is None:
        raise Http404
    return found


def _answer(request: HttpRequest, number: int, act: Callable[[UseRequest, Account], None], done: str) -> HttpResponse:
    found = _own(request, number)
    tell(request, lambda: act(found, cast(Account, request.user)), done)
    return redirect("use-request", number)
