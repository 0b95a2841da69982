"""What the pages of certificates show: a holder's certificates with where they stand, and what a verified one states."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from chengban.certificates.models import Certificate
from chengban.certificates.standing import Stands, stands, with_move
from chengban.certificates.tokens import readable
from chengban.certificates.verifying import Verdict
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType

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
    face: tuple[tuple[str, Any], ...]


def lines(pack: Pack, subjects: Collection[str], on: date) -> list[Line]:
    """The subjects' certificates, those that hold first, the newest first among them."""
    held = with_move(Certificate.objects.filter(subject__in=subjects)).order_by("-pk")
    made = [_line(pack, one, stands(one, on)) for one in held if one.kind in pack.certificates]
    return sorted(made, key=lambda line: line.tag != "met")


def _line(pack: Pack, certificate: Certificate, where: Stands) -> Line:
    kind = pack.certificates[certificate.kind]
    fields = [field for field in kind.fields if field.id in certificate.claims]
    face = tuple((field.name, readable(pack, field, certificate.claims[field.id])) for field in fields)
    return Line(certificate, kind, STANDINGS[where], TAGS[where], face)


def stated(pack: Pack, verdict: Verdict) -> list[tuple[str, Any]]:
    """What a verified certificate says of itself, under the names that a person reads."""
    names = {
        "certificate_type": "证照名称", "certificate_no": "证照编号", "identifier": "电子证照标识", "issuer": "颁发机构",
        "holder": "持证主体", "issued_on": "颁发日期", "valid_from": "有效期起", "valid_until": "有效期止",
    }  # fmt: skip
    by_name = next((kind for kind in pack.certificates.values() if kind.name == verdict.claims.get("certificate_type")), None)
    fields = {field.id: field.name for field in by_name.fields} if by_name else {}
    return [(name, verdict.claims[key]) for key, name in (names | fields).items() if key in verdict.claims]
