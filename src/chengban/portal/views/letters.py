"""The inbox (来信), how one is told (提醒方式), and for officers whether it worked (触达)."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengban import packs
from chengban.accounts.domain import WrongContact, set_contacts
from chengban.accounts.models import Account, Mandate
from chengban.accounts.permissions import Verb, may
from chengban.portal import letter_pages
from chengban.portal.forms import ContactsForm
from chengban.portal.needs import needs
from chengban.reach.domain import letters_of, mark_read
from chengban.reach.errors import NothingToResend
from chengban.reach.models import Sending
from chengban.reach.preferring import open_feed, prefer, withdraw_feed
from chengban.reach.sending import preference_of, resend, unreached

PAGE = 20


@never_cache
@require_safe
@needs(Verb.READ_LETTERS)
def letters(request: HttpRequest) -> HttpResponse:
    """Every letter to the subjects that the account acts for, unread first."""
    account = cast(Account, request.user)
    page = Paginator(letters_of(account), PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/pages/letters.html", {"page": page, "several": len(account.subjects) > 1})


@never_cache
@require_safe
@needs(Verb.READ_LETTERS)
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter; opening it is reading it."""
    account = cast(Account, request.user)
    found = get_object_or_404(letters_of(account), pk=letter_id)
    if request.method == "GET":
        mark_read(letters_of(account).filter(pk=found.pk), account)
    return render(request, "portal/pages/letter.html", {"letter": found, "several": len(account.subjects) > 1})


@require_POST
@needs(Verb.READ_LETTERS)
def letters_read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    account = cast(Account, request.user)
    mark_read(letters_of(account), account)
    return redirect("letters")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Verb.READ_LETTERS)
def preferences(request: HttpRequest) -> HttpResponse:
    """Where and in which order one is told; the form keeps what is left empty."""
    account = cast(Account, request.user)
    form = ContactsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_contacts(account, **form.contacts(account), by=account.actor)
            return redirect("preferences")
        except WrongContact as mistake:
            form.add_error(mistake.field, str(mistake))
    return _preferences(request, form, status=422 if form.errors else 200)


def _preferences(request: HttpRequest, form: ContactsForm, *, token: str = "", status: int = 200) -> HttpResponse:
    account = cast(Account, request.user)
    given = {
        "form": form,
        "orders": letter_pages.orders(account),
        "preference": preference_of(account),
        "hours": packs.current().city.reach,
        "subscriptions": letter_pages.subscriptions(account),
        "feeds": [request.build_absolute_uri(f"/feeds/{token}.{kind}") for kind in ("atom", "ics")] if token else [],
    }
    return render(request, "portal/pages/preferences.html", given, status=status)


@require_POST
@needs(Verb.READ_LETTERS)
def channels(request: HttpRequest) -> HttpResponse:
    """Choose the order of the channels."""
    account = cast(Account, request.user)
    order = next((one for one in letter_pages.orders(account) if one.value == request.POST.get("order")), None)
    if order is not None:
        prefer(account, order.channels, quiet="quiet" in request.POST, by=account.actor)
    return redirect("preferences")


@never_cache
@require_POST
@needs(Verb.READ_LETTERS)
def feed(request: HttpRequest, mandate_id: int) -> HttpResponse:
    """Open or renew the feed of a subject, whose address is shown this once; or end it."""
    account = cast(Account, request.user)
    mandate = get_object_or_404(Mandate.objects.holding(), pk=mandate_id, account=account)
    if "withdraw" in request.POST:
        withdraw_feed(account, mandate.subject, by=account.actor)
        return redirect("preferences")
    return _preferences(request, ContactsForm(), token=open_feed(account, mandate.subject, by=account.actor))


@never_cache
@require_safe
@needs(Verb.READ_REACH)
def reach(request: HttpRequest) -> HttpResponse:
    """How many were told, by which channel, and whom no channel reached."""
    page = Paginator(unreached(), PAGE).get_page(request.GET.get("page"))
    may_resend = may(cast(Account, request.user), Verb.RESEND)
    given = {"reached": letter_pages.reached(), "page": page, "may_resend": may_resend}
    return render(request, "portal/pages/reach.html", given)


@require_POST
@needs(Verb.RESEND)
def reach_resend(request: HttpRequest, sending_id: int) -> HttpResponse:
    """Send a failed sending again."""
    sending = Sending.objects.filter(pk=sending_id).first()
    if sending is None:
        raise Http404
    try:
        resend(sending, by=cast(Account, request.user).actor)
        messages.success(request, _("已重新放入待发送，结果出来以后这里会更新。"))
    except NothingToResend as mistake:
        messages.error(request, str(mistake))
    return redirect("reach")
