"""What the parts of a certificate are called, for people: the names of its type's fields and answers, and of what all share."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from chengban.packs.certificates import CertificateType, FaceField


@dataclass(frozen=True, slots=True)
class Named:
    """A part's name in both languages."""

    name: str
    name_en: str


COMMON = {
    "certificate_type": Named("证照名称", "Certificate"), "certificate_no": Named("证照编号", "Number"),
    "identifier": Named("电子证照标识", "Identifier"), "issuer": Named("颁发机构", "Issued by"),
    "holder": Named("持证主体", "Holder"), "holder_id": Named("持证主体代码", "Holder's code"),
    "issued_on": Named("颁发日期", "Issued on"), "valid_from": Named("有效期起", "Valid from"),
    "valid_until": Named("有效期止", "Valid until"),
}  # fmt: skip
"""What stands on every certificate, in the order in which it is read."""
_HOLDERS = {
    "person": {"holder": Named("姓名", "Name"), "holder_id": Named("公民身份号码", "Citizen number")},
    "enterprise": {"holder": Named("名称", "Name"), "holder_id": Named("统一社会信用代码", "Credit code")},
}  # fmt: skip


def names_of(kind: CertificateType | None) -> dict[str, Named]:
    """Claim → its name: what all share, then the type's fields, then its answers."""
    if kind is None:
        return dict(COMMON)
    fields = {one.id: Named(one.name, one.name_en) for one in kind.fields}
    return COMMON | _HOLDERS.get(kind.holder, {}) | fields | {one.id: Named(one.name, one.name_en) for one in kind.answers}


def choosable(kind: CertificateType) -> list[str]:
    """What a holder may choose to disclose: who the holder is, the fields that are not always shown, and the answers."""
    chosen = [field.id for field in kind.fields if field.shown == "chosen"]
    who = [] if kind.holder == "enterprise" else ["holder", "holder_id"]
    return [*who, *chosen, *(one.id for one in kind.answers)]


def always_shown(kind: CertificateType) -> list[str]:
    """The type's own fields that stand on every presentation; an enterprise's name and code too."""
    who = ["holder", "holder_id"] if kind.holder == "enterprise" else []
    return [*who, *(field.id for field in kind.fields if field.shown == "always")]


def listed(kind: CertificateType, claims: Iterable[str], *, english: bool = False) -> str:
    """Names of claims as one enumeration; empty for none."""
    names = names_of(kind)
    return (", " if english else "、").join(names[one].name_en if english else names[one].name for one in claims if one in names)


def worded(field: FaceField, value: Any) -> str:
    """A value as it stands in a token, as people read it; a code is its name already."""
    if field.type == "date":
        return day(value)
    if field.type == "boolean":
        return yes_or_no(value)
    if field.type in ("money", "decimal"):
        return f"{Decimal(value):,f}{field.unit or ''}"
    return f"{value}{field.unit or ''}"


def day(text: str) -> str:
    """A day as Chinese documents write it."""
    found = date.fromisoformat(text)
    return f"{found.year}年{found.month}月{found.day}日"


def yes_or_no(value: bool) -> str:
    return "是" if value else "否"


def one_line(text: str) -> str:
    """What somebody wrote, on one line, without signs that cannot be printed or kept."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
