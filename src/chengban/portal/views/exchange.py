"""The console of the exchange (数据交换): what left, what waits, what went wrong; sending again, and reconciling."""

from typing import cast

from django.contrib import messages as told
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.exchange import reconciling
from chengban.exchange.adapters import SYSTEMS
from chengban.exchange.domain import DEAD, replay
from chengban.exchange.models import Callback, Message, Reconciliation
from chengban.policies.statements import statements
from chengban.portal import exchange_pages
from chengban.portal.needs import needs

PAGE = 50


@never_cache
@require_safe
@needs(Verb.READ_EXCHANGE)
def exchange(request: HttpRequest) -> HttpResponse:
    """Totals, waiting, what does not fit, and the messages; of one system and outcome where asked."""
    system, outcome = request.GET.get("system", ""), request.GET.get("outcome", "")
    page = Paginator(exchange_pages.messages(system, outcome), PAGE).get_page(request.GET.get("page"))
    given = {
        "systems": exchange_pages.systems(),
        "waiting": exchange_pages.waiting_by_age(),
        "odd": exchange_pages.odd_callbacks(),
        "reconciliations": Reconciliation.objects.order_by("-pk")[:5],
        "statements": statements(),
        "page": page,
        "system": system,
        "outcome": outcome,
        "outcomes": Message.Outcome,
        "may_act": _may_act(request),
    }
    return render(request, "portal/pages/exchange.html", given)


@never_cache
@require_safe
@needs(Verb.READ_EXCHANGE)
def message(request: HttpRequest, number: int) -> HttpResponse:
    """One message: what the system is told, each attempt, and what the system said by itself."""
    found = get_object_or_404(Message, pk=number)
    given = {
        "message": found,
        "told": exchange_pages.told(found),
        "failures": found.failures.order_by("-pk")[: exchange_pages.MOST],
        "callbacks": Callback.objects.filter(system=found.system, key=found.key).defer("raw").order_by("sequence", "pk"),
        "is_dead": found.outcome in DEAD,
        "may_act": _may_act(request),
        "payment": _payment_of(request, found),
    }
    return render(request, "portal/pages/exchange_message.html", given)


@require_POST
@needs(Verb.ACT_ON_EXCHANGE)
def replay_one(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Message, pk=number)
    _say_replayed(request, replay([found], by=cast(Account, request.user).actor))
    return redirect("exchange-message", number)


@require_POST
@needs(Verb.ACT_ON_EXCHANGE)
def replay_all(request: HttpRequest, system: str) -> HttpResponse:
    """Every dead letter of a system."""
    dead = Message.objects.filter(system=_known(system), outcome__in=DEAD)
    _say_replayed(request, replay(dead, by=cast(Account, request.user).actor))
    return redirect("exchange")


@require_POST
@needs(Verb.ACT_ON_EXCHANGE)
def reconcile(request: HttpRequest, system: str) -> HttpResponse:
    """Ask for a reconciliation; a worker makes it, and its page says how far it is."""
    asked = reconciling.ask(_known(system), by=cast(Account, request.user).actor)
    return redirect("exchange-reconciliation", asked.pk)


@never_cache
@require_safe
@needs(Verb.READ_EXCHANGE)
def reconciliation(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(Reconciliation, pk=number)
    given = {"found": found, "differences": exchange_pages.differences(found.differences)}
    return render(request, "portal/pages/exchange_reconciliation.html", given)


def _known(system: str) -> str:
    if system not in SYSTEMS:
        raise Http404
    return system


def _payment_of(request: HttpRequest, found: Message) -> int | None:
    """The payment that a message is about, for those who may read its page."""
    kind, _, number = found.subject.partition(":")
    return int(number) if kind == "payment" and may(cast(Account, request.user), Verb.READ_OFFERS) else None


def _may_act(request: HttpRequest) -> bool:
    return may(cast(Account, request.user), Verb.ACT_ON_EXCHANGE)


def _say_replayed(request: HttpRequest, count: int) -> None:
    told.success(request, _("已放回待发送：%(count)s 条。工作进程会按原来的幂等键重发。") % {"count": count})
