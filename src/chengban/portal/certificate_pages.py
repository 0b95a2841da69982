"""What the pages of certificates show: a holder's certificates with where they stand, and what a verified one states."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from chengban.certificates.models import Certificate
from chengban.certificates.naming import names_of, worded, yes_or_no
from chengban.certificates.standing import Stands, stands, with_move
from chengban.certificates.tokens import said
from chengban.certificates.verifying import Verdict
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType, FaceField

if TYPE_CHECKING:
    from django.utils.functional import Promise

STANDINGS = {
    Stands.VALID: _("有效"), Stands.SUSPENDED: _("暂停"), Stands.REVOKED: _("已撤销"), Stands.REPLACED: _("已换发"),
    Stands.EXPIRED: _("已过期"), Stands.NOT_YET: _("尚未生效"),
}  # fmt: skip
TAGS = {
    Stands.VALID: "met", Stands.EXPIRED: "late", Stands.REVOKED: "late", Stands.REPLACED: "unknown", Stands.SUSPENDED: "unknown",
    Stands.NOT_YET: "unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One certificate: its type, where it stands, and its face in the order of the type's fields."""

    certificate: Certificate
    kind: CertificateType
    standing: "str | Promise"
    tag: str
    face: tuple[tuple[str, str], ...]


def lines(pack: Pack, subjects: Collection[str], on: date) -> list[Line]:
    """The subjects' certificates, those that hold first, the newest first among them."""
    held = with_move(Certificate.objects.filter(subject__in=subjects)).order_by("-pk")
    made = [_line(pack, one, stands(one, on)) for one in held if one.kind in pack.certificates]
    return sorted(made, key=lambda line: line.tag != "met")


def _line(pack: Pack, certificate: Certificate, where: Stands) -> Line:
    kind = pack.certificates[certificate.kind]
    fields = [field for field in kind.fields if field.id in certificate.claims]
    face = tuple((field.name, said(pack, field, certificate.claims[field.id])) for field in fields)
    return Line(certificate, kind, STANDINGS[where], TAGS[where], face)


def stated(pack: Pack, verdict: Verdict) -> list[tuple[str, str]]:
    """What a verified certificate says of itself, under the names that a person reads."""
    claims = verdict.claims
    kind = next((one for one in pack.certificates.values() if one.name == claims.get("certificate_type")), None)
    fields = {field.id: field for field in kind.fields} if kind else {}
    return [(named.name, _said(fields.get(claim), claims[claim])) for claim, named in names_of(kind).items() if claim in claims]


def _said(field: FaceField | None, value: Any) -> str:
    """A claim that somebody signed; of one whose form is another than ours, as it stands."""
    try:
        if field is not None:
            return worded(field, value)
        return yes_or_no(value) if isinstance(value, bool) else str(value)
    except (ValueError, TypeError, ArithmeticError):
        return str(value)
