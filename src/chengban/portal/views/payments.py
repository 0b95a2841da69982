"""One payment for officers and auditors; where the money came back, it is paid anew or given back to the budget."""

from collections.abc import Callable
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_decide
from chengban.policies import catalogue, returning
from chengban.portal import payment_pages
from chengban.portal.needs import needs
from chengban.portal.readings import people
from chengban.portal.telling import tell


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_OFFERS)
def payment(request: HttpRequest, number: int) -> HttpResponse:
    page = payment_pages.page(catalogue.current(), number, by=cast(Account, request.user).actor)
    if page is None:
        raise Http404
    may_act = may_decide(request.user, page.line.departments)
    if request.method == "POST":
        if not may_act:
            raise PermissionDenied
        return _decide(request, page)
    given = {"page": page, "line": page.line, "names": people(step.by for step in page.steps), "may_act": may_act}
    return render(request, "portal/pages/payment.html", given)


def _decide(request: HttpRequest, page: payment_pages.PaymentPage) -> HttpResponse:
    by, paid = cast(Account, request.user).actor, page.line.payment
    account, reason = request.POST.get("account", ""), request.POST.get("reason", "")
    decisions: dict[str, tuple[Callable[[], object], str]] = {
        "resend": (lambda: returning.resend(paid, account, by=by, reason=reason), _("已重新下达到更正后的账户。")),
        "release": (lambda: returning.release(paid, by=by, reason=reason), _("不再拨付，额度和名额已退回预算。")),
    }
    act, done = decisions.get(request.POST.get("act", ""), (None, ""))
    if act is None:
        raise Http404
    tell(request, act, done)
    return redirect("payment", paid.pk)
