"""Data that their subjects say are wrong (数据异议): opened from a verdict, answered by the department that owns them."""

from typing import cast

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_act_for, may_dispute
from chengban.items.disputes import answer_dispute, open_dispute
from chengban.items.errors import NoSuchItem
from chengban.items.finding import item_of
from chengban.items.models import Dispute
from chengban.lib import clock
from chengban.portal import verdict_pages
from chengban.portal.needs import needs
from chengban.portal.telling import tell


@require_POST
@needs(Verb.DISPUTE_DATA)
def item_disputes(request: HttpRequest, item_id: str) -> HttpResponse:
    """The applicant says that a datum of their verdict is wrong, and comes back to it."""
    pack, account, today = packs.current(), cast(Account, request.user), clock.today()
    given = QueryDict(request.POST.get("answers", "")[:2000])
    try:
        own = verdict_pages.own(pack, account, item_id, item_of(pack, item_id), given.dict(), on=today)
    except NoSuchItem as error:
        raise Http404 from error
    if own is None or not may_dispute(account, own.verdict.applicant.id):
        raise Http404
    datum, reason = request.POST.get("datum", ""), request.POST.get("reason", "")

    def act() -> str:
        made = open_dispute(pack, own.verdict, datum, on=today, by=account.actor, reason=reason)
        return verdict_pages.said_when_opened(pack, made)

    tell(request, act)
    return redirect(f"{reverse('item', args=[item_id])}?{given.urlencode()}#outcome")


@never_cache
@require_safe
@needs(Verb.READ_DISPUTES)
def disputes(request: HttpRequest) -> HttpResponse:
    """What waits for the own department's answer, and what it answered last."""
    waiting, answered = verdict_pages.dispute_rows(packs.current(), cast(Account, request.user))
    return render(request, "portal/pages/disputes.html", {"waiting": waiting, "answered": answered})


@require_POST
@needs(Verb.ANSWER_DISPUTES)
def dispute_answer(request: HttpRequest, number: int) -> HttpResponse:
    """The owner says what came of it; another department's dispute is the same 404 as none."""
    account = cast(Account, request.user)
    found = Dispute.objects.filter(pk=number).first()
    if found is None or not may_act_for(account, Verb.ANSWER_DISPUTES, found.department):
        raise Http404
    answer = request.POST.get("answer", "")
    tell(request, lambda: answer_dispute(found, on=clock.today(), by=account.actor, answer=answer), _("已答复，申请人会看到。"))
    return redirect("disputes")
