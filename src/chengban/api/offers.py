"""The endpoints of offers: what the pages of offers do, with the same verbs and the same permissions."""

from collections.abc import Callable
from datetime import date, datetime
from typing import cast

from django.http import HttpRequest
from ninja import Router, Schema
from ninja.errors import HttpError

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may_answer, may_decide, may_read_file
from chengban.api.guard import require, signed_in
from chengban.api.shapes import Mistake
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.policies import catalogue, offers
from chengban.policies.disputing import dispute_fact
from chengban.policies.errors import PolicyError
from chengban.policies.models import Offer
from chengban.policies.standing import Stage, Step, staged
from chengban.portal import offer_pages

router = Router(auth=signed_in, tags=["offers"])
MOST = 500


class StepOut(Schema):
    """One step of an offer's life. `until` is the last day of a public notice."""

    step: str
    at: datetime
    reason: str
    until: date | None


class OfferOut(Schema):
    """One offer. `amount` is in yuan, as a string to stay exact; `standing` is where it stands now."""

    id: int
    policy: str
    version: str
    period: str
    subject: str
    name: str
    amount: str
    standing: str
    notice_until: date | None
    steps: list[StepOut]


class AcceptanceIn(Schema):
    account: str


class ReasonIn(Schema):
    reason: str = ""


class ReceivedOut(Schema):
    """That it was received, and what comes of it; an objector is told nothing else of the offer."""

    detail: str


class DisputeIn(Schema):
    fact: str
    reason: str


REFUSALS = {401: Mistake, 403: Mistake, 404: Mistake, 409: Mistake}


@router.get("/offers", response={200: list[OfferOut], **REFUSALS})
def listed(request: HttpRequest, policy: str, period: str = "", standing: Stage | None = None, after: int = 0) -> list[OfferOut]:
    """A policy's offers by number, at most 500 after the number `after`; of a period and a standing where asked."""
    require(request, Verb.READ_OFFERS)
    chosen = staged(Offer.objects.filter(policy=policy, pk__gt=after)).order_by("pk")
    chosen = chosen.filter(period=period) if period else chosen
    chosen = chosen.filter(stage=standing) if standing else chosen
    return [_out(line) for line in offer_pages.lines(catalogue.current(), chosen[:MOST], by=cast(Account, request.user).actor)]


@router.get("/enterprises/{subject}/offers", response={200: list[OfferOut], **REFUSALS})
def enterprise_offers(request: HttpRequest, subject: str) -> list[OfferOut]:
    """An enterprise's offers, the newest first; for itself and for those who may read its file."""
    if not may_read_file(request.user, subject):
        raise HttpError(404, "没有这户企业，或者它不由您办理。")
    chosen = staged(Offer.objects.filter(subject=subject)).order_by("-pk")
    return [_out(line) for line in offer_pages.lines(catalogue.current(), chosen[:MOST], by=cast(Account, request.user).actor)]


@router.post("/offers/{number}/acceptance", response={200: OfferOut, **REFUSALS})
def acceptance(request: HttpRequest, number: int, given: AcceptanceIn) -> OfferOut:
    """The subject confirms the account that its money goes to."""
    return _do(_own(request, number), request, lambda offer, by: offers.accept(offer, account=given.account, by=by))


@router.post("/offers/{number}/declination", response={200: OfferOut, **REFUSALS})
def declination(request: HttpRequest, number: int, given: ReasonIn) -> OfferOut:
    """The subject does not want it."""
    return _do(_own(request, number), request, lambda offer, by: offers.decline(offer, by=by, reason=given.reason))


@router.post("/offers/{number}/dispute", response={200: OfferOut, **REFUSALS})
def dispute(request: HttpRequest, number: int, given: DisputeIn) -> OfferOut:
    """The subject says that a fact is wrong; a ticket goes to its owner, and the offer waits."""

    def act(offer: Offer, by: Actor) -> object:
        return dispute_fact(catalogue.current(), offer, given.fact, on=clock.today(), by=by, reason=given.reason)

    return _do(_own(request, number), request, act)


@router.post("/offers/{number}/objections", response={200: ReceivedOut, **REFUSALS, 429: Mistake})
def objections(request: HttpRequest, number: int, given: ReasonIn) -> ReceivedOut:
    """Somebody objects while the public notice lasts."""
    require(request, Verb.OBJECT)
    offer = Offer.objects.filter(pk=number, steps__step=Step.NOTICED).first()
    _do(offer, request, lambda offer, by: offers.object_to(offer, on=clock.today(), by=by, reason=given.reason))
    return ReceivedOut(detail="异议已收到，部门查明以前不会下达拨付。")


@router.post("/offers/{number}/confirmation", response={200: OfferOut, **REFUSALS})
def confirmation(request: HttpRequest, number: int) -> OfferOut:
    """The department confirms the line."""
    return _do(_departments(request, number), request, lambda offer, by: offers.confirm(offer, by=by))


@router.post("/offers/{number}/rejection", response={200: OfferOut, **REFUSALS})
def rejection(request: HttpRequest, number: int, given: ReasonIn) -> OfferOut:
    """The department does not confirm the line."""
    return _do(_departments(request, number), request, lambda offer, by: offers.reject(offer, by=by, reason=given.reason))


def _own(request: HttpRequest, number: int) -> Offer | None:
    """The offer, if it is to a subject that the caller acts for."""
    offer = Offer.objects.filter(pk=number).first()
    return offer if offer is not None and may_answer(request.user, offer.subject) else None


def _departments(request: HttpRequest, number: int) -> Offer | None:
    """The offer, where the caller's department decides it. Raises a 403 otherwise."""
    require(request, Verb.DECIDE_OFFERS)
    offer = Offer.objects.filter(pk=number).first()
    if offer is not None and not may_decide(request.user, catalogue.current().policies[offer.policy].departments):
        raise HttpError(403, "这项政策不由您的部门办理。")
    return offer


def _do(offer: Offer | None, request: HttpRequest, act: Callable[[Offer, Actor], object]) -> OfferOut:
    """Do it, and answer with where the offer stands now; 404 without one.

    Where the verb refuses, its own words: 429 where that was done too often, else 409.
    """
    if offer is None:
        raise HttpError(404, "没有这份拟享，或者它不由您办理。")
    try:
        act(offer, cast(Account, request.user).actor)
    except PolicyError as error:
        raise HttpError(429 if isinstance(error, offers.TooOften) else 409, str(error)) from error
    return _out(
        offer_pages.lines(catalogue.current(), staged(Offer.objects.filter(pk=offer.pk)), by=cast(Account, request.user).actor)[0]
    )


def _out(line: offer_pages.OfferLine) -> OfferOut:
    offer = line.offer
    return OfferOut(
        id=offer.pk, policy=offer.policy, version=offer.version, period=offer.period, subject=offer.subject, name=line.name,
        amount=str(offer.amount), standing=line.stage, notice_until=line.until,
        steps=[StepOut(step=each.step, at=each.at, reason=each.reason, until=each.until) for each in line.standing.steps],
    )  # fmt: skip
