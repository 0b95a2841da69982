"""Certificates (电子证照): the holder's wallet and documents; and for anybody, whether one is good."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb
from chengban.certificates import judging, printing, tokens
from chengban.certificates.faces import FacesError
from chengban.certificates.models import Certificate, StatusSlot
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.verifying import Verdict
from chengban.lib import clock
from chengban.portal import certificate_pages, use_pages
from chengban.portal.limits import is_too_often
from chengban.portal.needs import needs

MOST = 30
"""Verifications of one address in a minute."""
LARGEST = 16_000_000
"""Bytes of a document that is verified at most."""
LONGEST = 100_000
"""Characters of a token."""
KINDS = {"pdf": "application/pdf", "ofd": "application/ofd"}


@never_cache
@require_safe
@needs(Verb.READ_OWN_FILE)
def wallet(request: HttpRequest) -> HttpResponse:
    """The certificates of everybody whom the account acts for."""
    subjects = cast(Account, request.user).subjects
    lines = certificate_pages.lines(packs.current(), subjects, clock.today())
    given = {"lines": lines, "waiting": use_pages.waiting(subjects, clock.today())}
    return render(request, "portal/pages/wallet.html", given)


@never_cache
@require_safe
@needs(Verb.READ_OWN_FILE)
def document(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """One of the holder's certificates as a signed document. Another's is the same 404 as none."""
    account = cast(Account, request.user)
    found = Certificate.objects.filter(pk=number, subject__in=account.subjects).first()
    if found is None or form not in KINDS:
        raise Http404
    try:
        made = printing.hand_out(packs.current(), found, form, by=account.actor)
    except FacesError as error:
        messages.error(request, str(error))
        return redirect("wallet")
    answer = HttpResponse(made, content_type=KINDS[form])
    answer["Content-Disposition"] = f'attachment; filename="{found.kind}-{found.number}.{form}"'
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verification(request: HttpRequest) -> HttpResponse:
    """Whether a certificate is good: its identifier, its token, or its document; nothing that was given is kept."""
    asked = request.GET.get("identifier", "") if request.method != "POST" else request.POST.get("text", "")
    file = request.FILES.get("file")
    given: str | bytes = asked[:LONGEST].strip() if file is None else file.read(LARGEST + 1)
    if not given:
        return _answered(request, asked)
    if is_too_often(request, "verification", MOST):
        return _answered(request, asked, _("您问得太快了，请过一分钟再核验。"), status=429)
    if len(given) > LARGEST:
        return _answered(request, asked, _("文件超过 16 MB，不是电子证照。"), status=413)
    return _answered(request, asked, verdict=judging.judge(given, city_keys(), packs.current(), at=clock.now()))


def _answered(
    request: HttpRequest, asked: str, refused: str = "", *, verdict: Verdict | None = None, status: int = 200
) -> HttpResponse:
    claims = certificate_pages.stated(packs.current(), verdict) if verdict else []
    told = {"asked": asked, "refused": refused, "verdict": verdict, "claims": claims}
    return render(request, "portal/pages/verification.html", told, status=status)


@require_safe
@cache_control(public=True, max_age=300)
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """A status list as it stands now, signed (Token Status List): for who verifies offline."""
    if not StatusSlot.objects.filter(list=number).exists():
        raise Http404
    return HttpResponse(tokens.publish(packs.current(), number, city_signer()), content_type="application/statuslist+jwt")


@require_safe
@cache_control(public=True, max_age=3600)
def keys(request: HttpRequest) -> JsonResponse:
    """The city's public keys for certificates, as a JWK set."""
    return JsonResponse(city_keys().jwks())
