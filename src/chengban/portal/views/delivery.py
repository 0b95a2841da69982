"""Delivery (政策兑现) for officers and auditors: the funnels, a list of offers, one offer, and what is done to them."""

from collections.abc import Callable
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_decide
from chengban.lib import clock
from chengban.packs.model import Policy
from chengban.policies import catalogue, offers
from chengban.policies.disputing import answer_dispute
from chengban.policies.models import Offer
from chengban.policies.standing import Stage, staged
from chengban.portal import delivery_pages, offer_pages, payment_pages
from chengban.portal.delivery_acts import ACTS, ALL, Desk
from chengban.portal.needs import needs
from chengban.portal.readings import people
from chengban.portal.telling import tell


@never_cache
@require_safe
@needs(Verb.READ_OFFERS)
def delivery(request: HttpRequest) -> HttpResponse:
    rows = delivery_pages.delivery(catalogue.current(), clock.today())
    returned = payment_pages.came_back(catalogue.current(), by=cast(Account, request.user).actor)
    given = {"rows": rows, "empty": [row for row in rows if row.is_empty], "returned": returned}
    return render(request, "portal/pages/delivery.html", given)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_OFFERS)
def offers_of(request: HttpRequest, policy_id: str, period: str) -> HttpResponse:
    """One policy and period: the list by where each stands; a POST does an act to it and comes back."""
    policy = catalogue.current().policies.get(policy_id)
    if policy is None or len(period) > 20:
        raise Http404
    if request.method == "POST":
        return _act(request, policy, period)
    row = delivery_pages.delivery_of(catalogue.current(), policy, period, clock.today())
    stage = _asked(request, row)
    listed = staged(Offer.objects.filter(policy=policy.id, period=period)).order_by("pk")
    page = Paginator(listed.filter(stage=stage) if stage else listed, offer_pages.PAGE).get_page(request.GET.get("page"))
    may_act, by = may_decide(request.user, policy.departments), cast(Account, request.user).actor
    given = {
        "row": row, "page": page, "lines": offer_pages.lines(catalogue.current(), page.object_list, by=by), "stage": stage,
        "stages": [(name, word, row.now[name]) for name, word in offer_pages.STAGES.items() if row.now.get(name)],
        "total": row.funnel[0].count, "may_act": may_act, "act": LIST_ACTS.get(stage, "") if may_act else "",
    }  # fmt: skip
    return render(request, "portal/pages/offers.html", given)


LIST_ACTS: dict[str, str] = {Stage.PROPOSED: "confirm", Stage.CONFIRMED: "notice"}
"""What is done to many at a stage."""


def _asked(request: HttpRequest, row: delivery_pages.DeliveryRow) -> str:
    """The filter that was asked for; where none was, what waits for the officer first."""
    asked = request.GET.get("stage")
    if asked is None:
        return row.waits[0][0] if row.waits else ""
    return asked if asked in Stage.values else ""


def _act(request: HttpRequest, policy: Policy, period: str) -> HttpResponse:
    account = _decider(request, policy)
    act = ACTS.get(request.POST.get("act", "").removesuffix(ALL))
    if act is None:
        raise Http404
    desk = Desk(catalogue.current(), policy, period, account.actor, clock.today(), request.POST)
    tell(request, lambda: act(desk))
    return redirect("offers-of", policy.id, period)


def _decider(request: HttpRequest, policy: Policy) -> Account:
    if not may_decide(request.user, policy.departments):
        raise PermissionDenied
    return cast(Account, request.user)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_OFFERS)
def offer(request: HttpRequest, number: int) -> HttpResponse:
    """One offer: its frozen reasons, its steps, and what can be done now."""
    pack = catalogue.current()
    line = offer_pages.line_of(pack, number, by=cast(Account, request.user).actor)
    if line is None:
        raise Http404
    if request.method == "POST":
        return _decide(request, line)
    given = {
        "line": line, "reasons": offer_pages.reasons(pack, line.offer),
        "names": people(step.by for step in line.standing.steps), "tasks": TASKS.get(line.stage, ()),
        "may_act": may_decide(request.user, line.policy.departments),
    }  # fmt: skip
    return render(request, "portal/pages/offer.html", given)


TASKS: dict[str, tuple[tuple[str, "str | Promise"], ...]] = {
    Stage.PROPOSED: (("confirm", _lazy("确认")), ("reject", _lazy("不予确认"))),
    Stage.OBJECTED: (("dismiss", _lazy("异议不成立，继续")), ("uphold", _lazy("异议成立，停止兑现"))),
    Stage.DISPUTED: (("mended", _lazy("数据已核对，继续")),),
}
"""What the department does to one offer at a stage."""


def _decide(request: HttpRequest, line: offer_pages.OfferLine) -> HttpResponse:
    by = _decider(request, line.policy).actor
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    decisions: dict[str, Callable[[], None]] = {
        "confirm": lambda: offers.confirm(line.offer, by=by),
        "reject": lambda: offers.reject(line.offer, by=by, reason=reason),
        "uphold": lambda: offers.settle_objection(line.offer, upheld=True, by=by, reason=reason),
        "dismiss": lambda: offers.settle_objection(line.offer, upheld=False, by=by, reason=reason),
        "mended": lambda: answer_dispute(line.offer, on=clock.today(), by=by, reason=reason),
    }
    if act not in decisions:
        raise Http404
    tell(request, decisions[act], _("已记下您的处理。"))
    return redirect("offer", line.offer.pk)
