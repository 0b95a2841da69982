"""The ledger (留痕) for auditors, and the accounts with what each role may do."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.models import Account
from chengban.accounts.permissions import PERMISSIONS, VERB_NAMES, Verb
from chengban.accounts.roles import Role
from chengban.ledger.models import Entry
from chengban.portal.needs import needs
from chengban.portal.readings import people

PAGE = 50


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
@needs(Verb.READ_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Who has an account and which roles, and the table of permissions as it is enforced."""
    listed = Account.objects.prefetch_related("grants").order_by("login")
    rows = [(account, [Role(g.role).label for g in account.grants.all() if g.withdrawn_at is None]) for account in listed]
    table = [(VERB_NAMES[verb], [role in PERMISSIONS[verb] for role in Role]) for verb in Verb]
    return render(request, "portal/pages/accounts.html", {"rows": rows, "roles": list(Role), "table": table})
