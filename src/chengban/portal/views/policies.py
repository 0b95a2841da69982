"""Policies: the list, and one policy with its conditions, versions and who qualifies."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.permissions import Verb, may
from chengban.lib import clock
from chengban.policies import catalogue
from chengban.portal import policy_pages


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    subject = request.GET.get("for", "")
    rows = policy_pages.rows(catalogue.current(), on=clock.today(), subject=subject)
    given = {"groups": policy_pages.by_mode(rows), "count": len(rows), "subject": subject}
    return render(request, "portal/pages/policies.html", given)


@require_safe
def policy(request: HttpRequest, policy_id: str) -> HttpResponse:
    pack = catalogue.current()
    if policy_id not in pack.policies:
        raise Http404
    asked = request.GET.get("version")
    may_withdraw = may(request.user, Verb.APPROVE_DRAFTS)
    page = policy_pages.page(pack, pack.policies[policy_id], on=clock.today(), version=asked, may_withdraw=may_withdraw)
    if page is None:
        raise Http404
    return render(request, "portal/pages/policy.html", {"page": page})
