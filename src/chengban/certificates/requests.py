"""Where a request for certificates stands (用证请求状态): read from its steps, its uses and its last day, never stored."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypedDict

from django.db.models import OuterRef, QuerySet, Subquery

from chengban.certificates.models import RequestStep, Use, UseRequest
from chengban.ledger import Actor


class Stage(StrEnum):
    """A request's state on a day."""

    WAITING = "waiting"
    CONSENTED = "consented"
    USED_UP = "used_up"
    REFUSED = "refused"
    REVOKED = "revoked"
    EXPIRED = "expired"


class _Said(TypedDict):
    said: str | None
    used: int | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    StandingRequest = WithAnnotations[UseRequest, _Said]

WHY_NOT: Mapping[Stage, str] = {
    Stage.WAITING: "持证人还没有同意，现在看不了。持证人答复以后再来查看。",
    Stage.CONSENTED: "持证人已经同意了这个请求。",
    Stage.USED_UP: "授权的次数已经用完，再看是重放，不予出示。要再看，请重新提出请求。",
    Stage.REFUSED: "持证人没有同意这个请求。",
    Stage.REVOKED: "持证人已经收回同意，不能再看。",
    Stage.EXPIRED: "这个请求已经过了有效期。要再看，请重新提出请求。",
}
"""Why what was wanted of a request cannot be had where it stands."""
_ENDED = {RequestStep.Act.REFUSED: Stage.REFUSED, RequestStep.Act.REVOKED: Stage.REVOKED}


def with_standing(requests: "QuerySet[UseRequest]") -> "QuerySet[StandingRequest]":
    """Each request with what its holder said last, and how often it was used."""
    steps = RequestStep.objects.filter(request=OuterRef("pk")).order_by("-pk")
    uses = Use.objects.filter(mandate__line__request=OuterRef("pk")).order_by("-ordinal")
    return requests.annotate(said=Subquery(steps.values("act")[:1]), used=Subquery(uses.values("ordinal")[:1]))


def asked_by(department: str, by: Actor) -> "QuerySet[UseRequest]":
    """What a department asked for, whoever of it did; of who has no department, what they asked for themselves."""
    if department:
        return UseRequest.objects.filter(department=department)
    return UseRequest.objects.filter(department="", by=str(by))


def stage_of(request: "StandingRequest", on: date) -> Stage:
    """Where it stands on a day: what the holder said last, then what was used, then its last day."""
    if request.said in _ENDED:
        return _ENDED[RequestStep.Act(request.said)]
    if request.said and (request.used or 0) >= request.times:
        return Stage.USED_UP
    if on > request.until:
        return Stage.EXPIRED
    return Stage.CONSENTED if request.said else Stage.WAITING
