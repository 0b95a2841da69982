"""Recovery (追回): what is demanded back and where each demand stands; an enterprise sees its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.lib import clock
from chengban.packs.model import Policy
from chengban.policies import catalogue
from chengban.policies import recovery as domain
from chengban.policies.errors import PolicyError
from chengban.policies.models import Finding, Payment, Recovery
from chengban.portal.grounds import grounded
from chengban.portal.needs import needs, signed_in
from chengban.portal.recovery_forms import DemandForm, PlanForm, ReceiptForm, WaiverForm
from chengban.portal.views.enterprises import read_or_404

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A recovery, where it stands today, and the policy that paid."""

    recovery: Recovery
    standing: domain.Standing
    policy: Policy | None

    @property
    def tag(self) -> str:
        return "owing" if self.standing.state == domain.OPEN else self.standing.state


def _lines(recoveries: Iterable[Recovery]) -> list[Line]:
    policies, today = catalogue.current().policies, clock.today()
    return [Line(one, domain.standing_of(one, today), policies.get(one.payment.policy)) for one in recoveries]


@never_cache
@require_safe
@needs(Verb.READ_RECOVERIES)
def recoveries(request: HttpRequest) -> HttpResponse:
    """Every demand, newest first, and the findings of spot checks that nobody decided on yet."""
    every = Recovery.objects.select_related("payment").prefetch_related("instalments").order_by("-pk")
    page = Paginator(every, PAGE).get_page(request.GET.get("page"))
    failing = Finding.objects.filter(says=Finding.Says.FAILS, payment__recovery=None).select_related("payment", "check_of")
    given = {"page": page, "lines": _lines(page), "findings": failing.order_by("-pk")[:PAGE]}
    return render(request, "portal/pages/recoveries.html", given | {"may_decide": _may_decide(request)})


@never_cache
@require_http_methods(["GET", "POST"])
@needs(Verb.DECIDE_RECOVERIES)
def demand(request: HttpRequest, payment: int) -> HttpResponse:
    """Demand a payment back: the form, and the act."""
    paid = get_object_or_404(Payment.objects.select_related("recovery"), pk=payment)
    form = DemandForm(request.POST if request.method == "POST" else None, initial={"amount": paid.amount})
    if form.is_valid():
        by = cast(Account, request.user).actor
        try:
            made = domain.demand(paid, on=clock.today(), by=by, **form.cleaned_data)
        except PolicyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("已要求退回。企业在自己的档案里看得到。"))
            return redirect("recovery", made.pk)
    findings = paid.findings.select_related("check_of").order_by("-pk")[:3]
    given = {"payment": paid, "form": form, "findings": findings}
    return render(request, "portal/pages/recovery_demand.html", given, status=422 if form.errors else 200)


@never_cache
@require_safe
@needs(Verb.READ_RECOVERIES)
def recovery(request: HttpRequest, number: int) -> HttpResponse:
    return _page(request, get_object_or_404(Recovery, pk=number))


@require_POST
@needs(Verb.DECIDE_RECOVERIES)
def plan(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, "plan", PlanForm(request.POST), domain.agree_instalments, _("分期已约定。"))


@require_POST
@needs(Verb.DECIDE_RECOVERIES)
def receipt(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, "receipt", ReceiptForm(request.POST), domain.receive, _("已登记入账，这笔钱回到预算。"))


@require_POST
@needs(Verb.DECIDE_RECOVERIES)
def waiver(request: HttpRequest, number: int) -> HttpResponse:
    return _act(request, number, "waiver", WaiverForm(request.POST), domain.waive, _("余下的已免除。"))


def _act(request: HttpRequest, number: int, name: str, form: forms.Form, verb: Callable[..., object], done: str) -> HttpResponse:
    """One verb on one recovery with what a form says; what is refused stands on the page with the form as it was filled."""
    found = get_object_or_404(Recovery, pk=number)
    if form.is_valid():
        try:
            verb(found, by=cast(Account, request.user).actor, **form.cleaned_data)
        except PolicyError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done)
            return redirect("recovery", number)
    return _page(request, found, **{name: form})


def _page(request: HttpRequest, found: Recovery, **bound: forms.Form) -> HttpResponse:
    (line,) = _lines([found])
    lines = "\n".join(f"{part.due.isoformat()} {part.amount}" for part in line.standing.parts)
    fresh: dict[str, Any] = {
        "plan": PlanForm(initial={"parts": lines}, auto_id="plan_%s"),
        "receipt": ReceiptForm(initial={"on": clock.today()}, auto_id="receipt_%s"),
        "waiver": WaiverForm(auto_id="waiver_%s"),
    }
    for name, form in bound.items():
        form.auto_id = f"{name}_%s"
    forms_ = fresh | bound
    given = {
        "line": line, "recovery": found, "receipts": found.receipts.order_by("on", "pk"),
        "waived": getattr(found, "waiver", None), "forms": forms_, "form": next(iter(bound.values()), None),
        "may_decide": _may_decide(request) and found.owed > 0,
        "may_waive": str(cast(Account, request.user).actor) != found.by,
    }  # fmt: skip
    return render(request, "portal/pages/recovery.html", given, status=422 if bound else 200)


@never_cache
@require_safe
@signed_in
@grounded
def enterprise_recoveries(request: HttpRequest, subject: str) -> HttpResponse:
    """What an enterprise is asked to pay back, and by when."""
    profile = read_or_404(request, "enterprise", subject, facts=())
    own = Recovery.objects.filter(payment__subject=subject).select_related("payment").prefetch_related("instalments", "receipts")
    given = {"profile": profile, "lines": _lines(own.order_by("-pk")), "tab": "recoveries"}
    return render(request, "portal/pages/file_recoveries.html", given | {"departments": packs.current().departments})


def _may_decide(request: HttpRequest) -> bool:
    return may(cast(Account, request.user), Verb.DECIDE_RECOVERIES)
