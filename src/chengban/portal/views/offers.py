"""Offers for those whom they concern: a subject's own and its answers, and the public notice with objections."""

from collections.abc import Callable
from typing import cast

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may, may_answer
from chengban.facts.frame import Kind
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies import catalogue, offers
from chengban.policies.disputing import dispute_fact
from chengban.policies.models import Offer
from chengban.policies.standing import Step
from chengban.portal import offer_pages
from chengban.portal.grounds import grounded
from chengban.portal.needs import needs, signed_in
from chengban.portal.telling import tell
from chengban.portal.views.enterprises import own_number, read_or_404, whose


@never_cache
@require_safe
@signed_in
@grounded
def enterprise_offers(request: HttpRequest, subject: str) -> HttpResponse:
    return _own(request, "enterprise", subject)


@never_cache
@require_safe
@signed_in
def my_offers(request: HttpRequest) -> HttpResponse:
    return _own(request, "person", own_number(request))


def _own(request: HttpRequest, kind: Kind, subject: str) -> HttpResponse:
    profile = read_or_404(request, kind, subject, facts=())
    found = offer_pages.own_offers(catalogue.current(), subject, by=cast(Account, request.user).actor)
    given = {"profile": profile, "found": found, "tab": "offers", "may_answer": may_answer(request.user, subject)}
    return render(request, "portal/pages/file_offers.html", given | whose(request, profile))


@require_POST
@signed_in
def acceptance(request: HttpRequest, number: int) -> HttpResponse:
    """The subject confirms the account that its money goes to."""
    account = request.POST.get("account", "")
    return _answer(request, number, lambda offer, by: offers.accept(offer, account=account, by=by), _("收款账户已确认。"))


@require_POST
@signed_in
def declination(request: HttpRequest, number: int) -> HttpResponse:
    """The subject does not want it."""
    reason = request.POST.get("reason", "")
    return _answer(request, number, lambda offer, by: offers.decline(offer, by=by, reason=reason), _("已放弃这一项。"))


@require_POST
@signed_in
def dispute(request: HttpRequest, number: int) -> HttpResponse:
    """The subject says which datum is wrong; its owner is asked by a ticket."""
    fact, reason = request.POST.get("fact", ""), request.POST.get("reason", "")

    def act(offer: Offer, by: Actor) -> str:
        ticket = dispute_fact(catalogue.current(), offer, fact, on=clock.today(), by=by, reason=reason)
        owner = catalogue.current().departments[ticket.department].name
        return _("已开工单 %(number)s 给%(owner)s，核对以前不会下达拨付。") % {"number": ticket.pk, "owner": owner}

    return _answer(request, number, act)


def _answer(request: HttpRequest, number: int, act: Callable[[Offer, Actor], object], done: str = "") -> HttpResponse:
    """Do it for the subject's own offer, and come back to its offers; an offer to another is the same 404 as none."""
    account = cast(Account, request.user)
    offer = Offer.objects.filter(pk=number).first()
    if offer is None or not may_answer(account, offer.subject):
        raise Http404
    tell(request, lambda: act(offer, account.actor), done)
    is_person = catalogue.current().policies[offer.policy].subject == "person"
    return redirect("my-offers") if is_person else redirect("enterprise-offers", offer.subject)


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What is in public notice today, for everybody."""
    return render(request, "portal/pages/notices.html", {"notices": offer_pages.notices(catalogue.current(), clock.today())})


@require_safe
def notice(request: HttpRequest, policy_id: str, period: str) -> HttpResponse:
    """One list in public notice: who, how much, until when, and how to object."""
    pack = catalogue.current()
    policy = pack.policies.get(policy_id)
    if policy is None or len(period) > 20:
        raise Http404
    listed = offer_pages.in_notice(clock.today()).filter(policy=policy.id, period=period).order_by("pk")
    page = Paginator(listed, offer_pages.PAGE).get_page(request.GET.get("page"))
    lines = offer_pages.lines(pack, page.object_list, by=Actor.system("portal"))
    given = {
        "policy": policy, "period": period, "page": page, "lines": lines,
        "departments": [pack.departments[name] for name in policy.departments], "may_object": may(request.user, Verb.OBJECT),
        "until": max((offer.until for offer in page.object_list), default=None),
    }  # fmt: skip
    return render(request, "portal/pages/notice.html", given)


@require_POST
@needs(Verb.OBJECT)
def objections(request: HttpRequest, number: int) -> HttpResponse:
    """Somebody objects to a line of a public notice."""
    offer = Offer.objects.filter(pk=number, steps__step=Step.NOTICED).first()
    if offer is None:
        raise Http404
    by, reason = cast(Account, request.user).actor, request.POST.get("reason", "")
    tell(
        request,
        lambda: offers.object_to(offer, on=clock.today(), by=by, reason=reason),
        _("异议已收到，部门查明以前不会下达拨付。"),
    )
    return redirect("notice", offer.policy, offer.period)
