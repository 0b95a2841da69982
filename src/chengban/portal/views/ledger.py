"""The ledger (留痕) for auditors, its tree for anybody, and the accounts with what each role may do."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import PERMISSIONS, VERB_NAMES, Verb, may, may_see_entry
from chengban.accounts.roles import Role
from chengban.ledger import cosigning, keys, proving
from chengban.ledger.models import Entry
from chengban.lib import clock
from chengban.portal.needs import needs, signed_in
from chengban.portal.readings import people

PAGE = 50
LATE = 10
"""Seconds after which a head that is signed every second is late."""


@require_safe
@needs(Verb.READ_LEDGER)
def ledger(request: HttpRequest) -> HttpResponse:
    """Entries, newest first; of one act where asked."""
    act = request.GET.get("act", "")[:80]
    entries = Entry.objects.filter(act=act) if act else Entry.objects.all()
    page = Paginator(entries.order_by("-id"), PAGE).get_page(request.GET.get("page"))
    return render(
        request, "portal/pages/ledger.html", {"page": page, "act": act, "names": people(entry.actor for entry in page.object_list)}
    )


@require_safe
@signed_in
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """One entry, and the proof that it stands in the tree. Who reads it as its subject sees offices, never a name."""
    found = Entry.objects.filter(pk=number).first()
    is_auditor = may(request.user, Verb.READ_LEDGER)
    if not is_auditor and (found is None or not may_see_entry(request.user, found.act, found.subject)):
        raise PermissionDenied
    if found is None:
        raise Http404
    try:
        proof, waits = proving.inclusion(number), ""
    except proving.NotInTree as why:
        proof, waits = None, str(why)
    given = {
        "entry": found,
        "proof": proof,
        "waits": waits,
        "names": people([found.actor]) if is_auditor else {},
        "is_auditor": is_auditor,
    }
    return render(request, "portal/pages/entry.html", given)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The tree over the ledger, for anybody: how far it is, who vouches for it, how to check it."""
    head, witnessed = proving.newest(), cosigning.newest()
    given = {
        "head": head,
        "checkpoint": head and proving.checkpoint_of(head),
        "is_stale": head is not None and (clock.now() - head.at).total_seconds() > LATE,
        "witnessed": witnessed,
        "key": keys.verifier(),
        "address": request.build_absolute_uri("/log"),
    }
    return render(request, "portal/pages/log.html", given)


@require_safe
@needs(Verb.READ_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Who has an account and which roles, and the table of permissions as it is enforced."""
    listed = Account.objects.prefetch_related("grants").order_by("login")
    rows = [(account, [Role(g.role).label for g in account.grants.all() if g.withdrawn_at is None]) for account in listed]
    table = [(VERB_NAMES[verb], [role in PERMISSIONS[verb] for role in Role]) for verb in Verb]
    return render(request, "portal/pages/accounts.html", {"rows": rows, "roles": list(Role), "table": table})
