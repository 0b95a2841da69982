"""What the endpoints of certificates take and answer with."""

from datetime import date, datetime
from typing import Any

from ninja import Schema

from chengban.certificates.asking import Seen
from chengban.certificates.models import Certificate
from chengban.certificates.standing import stands
from chengban.certificates.verifying import Verdict
from chengban.lib import clock
from chengban.packs import Pack
from chengban.portal.use_pages import Line


class PartOut(Schema):
    """One thing that a certificate says, as people read it."""

    id: str
    name: str
    value: str


class CertificateOut(Schema):
    """A certificate of a holder. `stands` is where it stands today."""

    id: int
    kind: str
    name: str
    identifier: str
    number: str
    version: int
    subject: str
    holder: str
    issuer: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    stands: str


class CertificateDetail(CertificateOut):
    face: list[PartOut]


class FieldsIn(Schema):
    """What a counter may see besides what is always shown."""

    fields: list[str] = []


class CodeOut(Schema):
    """A code for a counter: good until then, once. It is told here and nowhere else."""

    code: str
    ends_at: datetime


class ReadingIn(Schema):
    code: str
    purpose: str


class VerdictOut(Schema):
    """What a certificate is worth. Nothing but `valid` may be relied on; `cause` is one word for a rejection."""

    outcome: str
    reason: str
    cause: str
    claims: dict[str, Any]
    algorithm: str
    key_id: str
    bound: bool


class SeenOut(Schema):
    """What a verifier was shown. `presentation` is what was judged (SD-JWT+KB); given again it is a replay."""

    kind: str
    verdict: VerdictOut
    presentation: str


class WantedIn(Schema):
    """One type that is asked for: the fields that must be shown, and those that the holder may leave out."""

    kind: str
    required: list[str] = []
    optional: list[str] = []


class RequestIn(Schema):
    """Whom and on what terms: one purpose with its clause, one case, so many looks, until a day."""

    subject: str
    wanted: list[WantedIn]
    purpose: str
    clause: str
    case: str
    until: date
    times: int = 1


class RequestOut(Schema):
    """A request. `stage` is where it stands today: waiting, consented, used_up, refused, revoked or expired."""

    id: int
    subject: str
    audience: str
    purpose: str
    clause: str
    case: str
    until: date
    times: int
    left: int
    stage: str
    wanted: list[WantedIn]


class ChoiceIn(Schema):
    """The certificate that answers one type, by its number here, and what of the optional fields is shown too."""

    kind: str
    certificate: int
    extra: list[str] = []


class ConsentIn(Schema):
    choices: list[ChoiceIn]


class ReasonIn(Schema):
    reason: str = ""


class TextIn(Schema):
    """A token, a presentation without its question, or an identifier."""

    text: str


def certificate(pack: Pack, held: Certificate) -> dict[str, Any]:
    kind = pack.certificates[held.kind]
    named = {name: getattr(held, name) for name in ("kind", "identifier", "number", "version", "subject", "holder")}
    dates = {name: getattr(held, name) for name in ("issued_on", "valid_from", "valid_until")}
    issuer = pack.departments[held.department].name
    return {"id": held.pk, "name": kind.name, "issuer": issuer, **named, **dates, "stands": stands(held, clock.today())}


def verdict(found: Verdict) -> VerdictOut:
    names = ("outcome", "reason", "cause", "claims", "algorithm", "key_id", "bound")
    return VerdictOut(**{name: getattr(found, name) for name in names})


def seen(one: Seen) -> SeenOut:
    return SeenOut(kind=one.kind, verdict=verdict(one.verdict), presentation=one.text)


def request(line: Line) -> RequestOut:
    made = line.request
    named = {name: getattr(made, name) for name in ("subject", "audience", "purpose", "clause", "case", "until", "times")}
    wanted = [WantedIn(kind=one.kind, required=one.required, optional=one.optional) for one in made.lines.all()]
    return RequestOut(id=made.pk, left=line.left, stage=line.stage, wanted=wanted, **named)
