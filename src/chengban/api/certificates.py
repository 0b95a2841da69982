"""The endpoints of certificates: a holder's own, requests to see them, codes at a counter, and verification for anybody.

What the pages of certificates do, with the same verbs and the same permissions.
"""

from collections.abc import Callable
from typing import TypeVar, cast

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.errors import HttpError
from ninja.files import UploadedFile

from chengban import packs
from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.api import certificate_shapes as shapes
from chengban.api.guard import require, signed_in
from chengban.api.shapes import Mistake
from chengban.certificates import asking, judging, printing, showing, tokens
from chengban.certificates.asking import Choice, Terms, Wanted
from chengban.certificates.errors import CertificatesError
from chengban.certificates.faces import FacesError
from chengban.certificates.models import Certificate, StatusSlot, UseRequest
from chengban.certificates.signing.keys import city_keys, city_signer
from chengban.certificates.standing import with_move
from chengban.lib import clock
from chengban.portal import use_pages
from chengban.portal.limits import is_too_often
from chengban.portal.views.certificates import KINDS, LARGEST, LONGEST, MOST
from chengban.portal.views.counter import MOST as MOST_CODES

router = Router(auth=signed_in, tags=["certificates"])
LIMIT = 500
T = TypeVar("T")
REFUSALS = {401: Mistake, 403: Mistake, 404: Mistake, 409: Mistake}


@router.get("/certificates", response={200: list[shapes.CertificateOut], **REFUSALS})
def certificates(request: HttpRequest) -> list[shapes.CertificateOut]:
    """The certificates of everybody whom the account acts for, the newest first; at most 500."""
    return [
        shapes.CertificateOut(**shapes.certificate(packs.current(), one))
        for one in _mine(request, Verb.READ_OWN_FILE).order_by("-pk")[:LIMIT]
    ]


@router.get("/certificates/{number}", response={200: shapes.CertificateDetail, **REFUSALS})
def certificate(request: HttpRequest, number: int) -> shapes.CertificateDetail:
    """One certificate with its face."""
    held = _held(request, number, Verb.READ_OWN_FILE)
    kind, values = packs.current().certificates[held.kind], use_pages.values_of(packs.current(), held, clock.today())
    face = [shapes.PartOut(id=part.id, name=part.name, value=part.value) for part in use_pages.parts(kind, values, values)]
    return shapes.CertificateDetail(**shapes.certificate(packs.current(), held), face=face)


@router.get("/certificates/{number}/faces/{form}", response={**REFUSALS, 503: Mistake})
def face(request: HttpRequest, number: int, form: str) -> HttpResponse:
    """The signed document, `pdf` or `ofd`. That it was taken is recorded."""
    held = _held(request, number, Verb.READ_OWN_FILE)
    if form not in KINDS:
        raise HttpError(404, "证照文件只有 pdf 和 ofd 两种。")
    try:
        made = printing.hand_out(packs.current(), held, form, by=cast(Account, request.user).actor)
    except FacesError as error:
        raise HttpError(503, str(error)) from error
    return HttpResponse(made, content_type=KINDS[form], headers={"Cache-Control": "no-store"})


@router.post("/certificates/{number}/codes", response={200: shapes.CodeOut, **REFUSALS})
def codes(request: HttpRequest, number: int, given: shapes.FieldsIn) -> shapes.CodeOut:
    """A code to show at a counter, good for a minute and once."""
    held, by = _held(request, number, Verb.CONSENT_TO_USE), cast(Account, request.user).actor
    row, code = _do(lambda: showing.show(packs.current(), held, given.fields, by=by, on=clock.today()))
    return shapes.CodeOut(code=code, ends_at=row.ends_at)


@router.post("/certificate-codes/readings", response={200: shapes.SeenOut, **REFUSALS, 429: Mistake})
def reading(request: HttpRequest, given: shapes.ReadingIn) -> shapes.SeenOut:
    """Read a code that a holder shows. The holder is told who looked and what for."""
    account, pack = require(request, Verb.ASK_FOR_CERTIFICATES), packs.current()
    _limit(request, "codes", MOST_CODES)
    verifier = use_pages.verifier_of(pack, account)
    return shapes.seen(_do(lambda: showing.redeem(
        pack, given.code, verifier=verifier, purpose=given.purpose, by=account.actor, on=clock.today(),
        signer=city_signer(), keys=city_keys(),
    )))  # fmt: skip


# Requests ------------------------------------------------------------------------------------------------------------


@router.get("/use-requests", response={200: list[shapes.RequestOut], **REFUSALS})
def use_requests(request: HttpRequest) -> list[shapes.RequestOut]:
    """The requests to those whom the account acts for, the newest first; at most 500."""
    return _requests(use_pages.own(require(request, Verb.CONSENT_TO_USE).subjects)[:LIMIT])


@router.get("/use-requests/asked", response={200: list[shapes.RequestOut], **REFUSALS})
def asked(request: HttpRequest) -> list[shapes.RequestOut]:
    """The requests that the account's department made, or the account itself, the newest first; at most 500."""
    return _requests(use_pages.theirs(require(request, Verb.ASK_FOR_CERTIFICATES))[:LIMIT])


@router.post("/use-requests", response={200: shapes.RequestOut, **REFUSALS})
def ask(request: HttpRequest, given: shapes.RequestIn) -> shapes.RequestOut:
    """Ask a holder to show certificates. The answer does not say whether the holder has them."""
    account, pack = require(request, Verb.ASK_FOR_CERTIFICATES), packs.current()
    wanted = [Wanted(one.kind, one.required, one.optional) for one in given.wanted]
    terms = Terms(given.purpose, given.clause, given.case, given.until, given.times)
    verifier = use_pages.verifier_of(pack, account)
    made = _do(lambda: asking.ask(pack, given.subject, wanted, terms, verifier=verifier, by=account.actor, on=clock.today()))
    return _one(made)


@router.get("/use-requests/{number}", response={200: shapes.RequestOut, **REFUSALS})
def use_request(request: HttpRequest, number: int) -> shapes.RequestOut:
    """One request, for its holder and for its verifier."""
    account = cast(Account, request.user)
    own = use_pages.own(account.subjects) if may(account, Verb.CONSENT_TO_USE) else UseRequest.objects.none()
    theirs = use_pages.theirs(account) if may(account, Verb.ASK_FOR_CERTIFICATES) else UseRequest.objects.none()
    return _one(_there(own.filter(pk=number).first() or theirs.filter(pk=number).first()))


@router.post("/use-requests/{number}/consent", response={200: shapes.RequestOut, **REFUSALS})
def consent(request: HttpRequest, number: int, given: shapes.ConsentIn) -> shapes.RequestOut:
    """The holder agrees: one certificate for each type that was asked for."""
    choices = {one.kind: Choice(one.certificate, one.extra) for one in given.choices}

    def act(found: UseRequest, account: Account) -> None:
        asking.consent(packs.current(), found, choices, by=account.actor, on=clock.today())

    return _answer(request, number, act)


@router.post("/use-requests/{number}/refusal", response={200: shapes.RequestOut, **REFUSALS})
def refusal(request: HttpRequest, number: int, given: shapes.ReasonIn) -> shapes.RequestOut:
    """The holder does not agree, and need not say why."""

    def act(found: UseRequest, account: Account) -> None:
        asking.refuse(found, by=account.actor, on=clock.today(), reason=given.reason)

    return _answer(request, number, act)


@router.post("/use-requests/{number}/revocation", response={200: shapes.RequestOut, **REFUSALS})
def revocation(request: HttpRequest, number: int) -> shapes.RequestOut:
    """The holder takes their consent back."""

    def act(found: UseRequest, account: Account) -> None:
        asking.revoke(found, by=account.actor, on=clock.today())

    return _answer(request, number, act)


@router.post("/use-requests/{number}/looks", response={200: list[shapes.SeenOut], **REFUSALS})
def looks(request: HttpRequest, number: int) -> list[shapes.SeenOut]:
    """Look at what the holder agreed to; one of the looks is gone, and the holder is told."""
    account = require(request, Verb.ASK_FOR_CERTIFICATES)
    found = _there(use_pages.theirs(account).filter(pk=number).first())
    seen = _do(lambda: asking.look(
        packs.current(), found, by=account.actor, on=clock.today(), signer=city_signer(), keys=city_keys()
    ))  # fmt: skip
    return [shapes.seen(one) for one in seen]


# For anybody ---------------------------------------------------------------------------------------------------------


@router.post("/verification", response={200: shapes.VerdictOut, 413: Mistake, 429: Mistake}, auth=None)
def verification(request: HttpRequest, given: shapes.TextIn) -> shapes.VerdictOut:
    """Whether a certificate is good: its token or its identifier. Nothing that was given is kept."""
    if len(given.text) > LONGEST:
        raise HttpError(413, f"内容超过 {LONGEST} 个字符，不是电子证照。")
    return _judged(request, given.text)


@router.post("/verification/documents", response={200: shapes.VerdictOut, 413: Mistake, 429: Mistake}, auth=None)
def document_verification(request: HttpRequest, file: File[UploadedFile]) -> shapes.VerdictOut:
    """Whether a PDF or an OFD is what was signed. Nothing that was given is kept."""
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise HttpError(413, "文件超过 16 MB，不是电子证照。")
    return _judged(request, data)


@router.get("/status-lists/{number}", response={404: Mistake}, auth=None)
def status_list(request: HttpRequest, number: int) -> HttpResponse:
    """A status list as it stands now, signed (Token Status List), for who verifies offline."""
    if not StatusSlot.objects.filter(list=number).exists():
        raise HttpError(404, "没有这个状态清单。")
    return HttpResponse(tokens.publish(packs.current(), number, city_signer()), content_type="application/statuslist+jwt")


# What they share -----------------------------------------------------------------------------------------------------


def _mine(request: HttpRequest, verb: Verb) -> QuerySet[Certificate]:
    """The certificates of those whom the account acts for, with where they stand."""
    subjects = require(request, verb).subjects
    return with_move(Certificate.objects.filter(subject__in=subjects, kind__in=packs.current().certificates))


def _held(request: HttpRequest, number: int, verb: Verb) -> Certificate:
    """One of them; another's is the same 404 as none."""
    found = _mine(request, verb).filter(pk=number).first()
    if found is None:
        raise HttpError(404, "没有这份证照，或者它不由您办理。")
    return found


def _there(found: UseRequest | None) -> UseRequest:
    if found is None:
        raise HttpError(404, "没有这个用证请求，或者它不由您办理。")
    return found


def _answer(request: HttpRequest, number: int, act: Callable[[UseRequest, Account], None]) -> shapes.RequestOut:
    """The holder's act on their own request; answers with where it stands now."""
    account = require(request, Verb.CONSENT_TO_USE)
    found = _there(use_pages.own(account.subjects).filter(pk=number).first())
    _do(lambda: act(found, account))
    return _one(found)


def _do(act: Callable[[], T]) -> T:
    """Do it; where the verb refuses, a 409 with its own words."""
    try:
        return act()
    except CertificatesError as error:
        raise HttpError(409, str(error)) from error


def _requests(chosen: QuerySet[UseRequest]) -> list[shapes.RequestOut]:
    return [shapes.request(line) for line in use_pages.lines(packs.current(), chosen, clock.today())]


def _one(found: UseRequest) -> shapes.RequestOut:
    return _requests(UseRequest.objects.filter(pk=found.pk))[0]


def _judged(request: HttpRequest, given: str | bytes) -> shapes.VerdictOut:
    _limit(request, "verification", MOST)
    return shapes.verdict(judging.judge(given, city_keys(), packs.current(), at=clock.now()))


def _limit(request: HttpRequest, what: str, most: int) -> None:
    if is_too_often(request, what, most):
        raise HttpError(429, "您问得太快了，请过一分钟再试。")
