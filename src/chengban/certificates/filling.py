"""What stands on a certificate: read from the registers where the type says so, else as the issuer gives it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from chengban.certificates.errors import NotIssuable, UnknownType
from chengban.facts import store
from chengban.facts.conditions import condition_of
from chengban.facts.frame import Kind, subjects_of
from chengban.facts.ingest.validate import Checker
from chengban.lib.identifiers import is_citizen_id, is_uscc
from chengban.packs import Pack
from chengban.packs.certificates import CertificateType, FaceField, RegisterPlace
from chengban.packs.model import Register
from chengban.rules import Node, evaluate_known, nearest

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filled:
    """What will stand on a certificate. `number` is none where the city numbers it. `read` names the registers it came from."""

    subject: str
    holder: str
    number: str | None
    issued_on: date
    valid_until: date | None
    claims: dict[str, Any]
    read: tuple[str, ...]


def type_of(pack: Pack, name: str) -> CertificateType:
    """The type of that id or Chinese name. Raises UnknownType."""
    found = pack.certificates.get(name) or next((one for one in pack.certificates.values() if one.name == name), None)
    if found is None:
        near = nearest(name, [*pack.certificates, *(one.name for one in pack.certificates.values())])
        raise UnknownType(f"本市没有声明证照类型 {name}。" + (f"是不是 {near}？" if near else ""))
    return found


def kind_of(kind: CertificateType, subject: str) -> Kind:
    """Whether the subject is an enterprise or a person, and may hold this type. Raises NotIssuable."""
    found: Kind | None = "enterprise" if is_uscc(subject) else "person" if is_citizen_id(subject) else None
    if found is None:
        raise NotIssuable("持证主体应是统一社会信用代码或公民身份号码，请核对。")
    if kind.holder not in (found, "either"):
        raise NotIssuable(f"{kind.name}只能颁发给{'企业' if kind.holder == 'enterprise' else '个人'}。")
    return found


def fill(
    pack: Pack,
    kind: CertificateType,
    subject: str,
    on: date,
    *,
    given: Mapping[str, str] | None = None,
    number: str | None = None,
    valid_until: date | None = None,
    kept: Mapping[str, Any] | None = None,
) -> Filled:
    """Read and check everything that stands on it. Raises NotIssuable.

    What is given comes before what a register says, and that before `kept`: what stood on the version before.
    """
    rows = _Rows(pack, kind, subject, number)
    rows.require(on)
    claims = {**(kept or {}), **rows.values(kind.fields), **_checked(pack, kind, given or {})}
    missing = [field.name for field in kind.fields if field.required and claims.get(field.id) is None]
    if missing:
        raise NotIssuable(f"{kind.name}缺少{'、'.join(missing)}：登记库里没有，请一并填写。")
    issued = rows.value(kind.issued) or on
    return Filled(
        subject, rows.holder(), number or rows.value(kind.number), issued, _end(kind, rows, issued, valid_until),
        {name: plain(value) for name, value in claims.items() if value is not None}, rows.read(),
    )  # fmt: skip


class _Rows:
    """The subject's current rows in the registers that the type reads."""

    def __init__(self, pack: Pack, kind: CertificateType, subject: str, number: str | None) -> None:
        self._pack, self._kind = pack, kind
        self._subjects = subjects_of(pack, kind_of(kind, subject))
        self._rows = {name: _row(pack, kind, name, subject, number) for name in registers_of(kind)}
        own = self._subjects.register_
        self._own = self._rows[own] if own in self._rows else _row(pack, kind, own, subject, number)
        if not self._own:
            raise NotIssuable("本市没有登记这个主体，不能颁发证照。")

    def require(self, on: date) -> None:
        """The type's own condition holds. Raises NotIssuable."""
        register = self._pack.registers[self._kind.number.register_ if self._kind.number else self._subjects.register_]
        row = self._rows[register.id] if self._kind.number else self._own
        if not holds(condition(self._kind, register, on), row):
            raise NotIssuable(f"{register.name}里没有符合颁发条件（{self._kind.where}）的记录，不能颁发{self._kind.name}。")

    def value(self, place: RegisterPlace | None) -> Any:
        return None if place is None else self._rows[place.register_].get(place.field)

    def values(self, fields: Iterable[FaceField]) -> Row:
        """What the registers know of the fields."""
        found = {field.id: self.value(field.source) for field in fields}
        return {name: value for name, value in found.items() if value is not None}

    def holder(self) -> str:
        return str(self._own[self._subjects.name] or "")

    def read(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys([self._subjects.register_, *(name for name, row in self._rows.items() if row)]))


def condition(kind: CertificateType, register: Register, on: date) -> Node | None:
    """The type's own condition over the rows of a register on a day; none where it has none."""
    return None if kind.where is None else condition_of(register, kind.where, on)


def holds(asked: Node | None, row: Row) -> bool:
    """Whether certificates may be issued for the row; where that is not known, they may not."""
    if asked is None:
        return True
    return evaluate_known(asked, {name: value for name, value in row.items() if value is not None}) is True


def fields_of(pack: Pack, kind: CertificateType, whose: Kind) -> dict[str, set[str]]:
    """Register → the fields that a certificate of the type is filled from, the holder's name among them."""
    own = subjects_of(pack, whose)
    found: dict[str, set[str]] = {own.register_: {own.name}}
    for place in (kind.number, kind.issued, kind.validity.source, *(field.source for field in kind.fields)):
        if place is not None:
            found.setdefault(place.register_, set()).add(place.field)
    return found


def registers_of(kind: CertificateType) -> list[str]:
    places = [kind.number, kind.issued, kind.validity.source, *(field.source for field in kind.fields)]
    return list(dict.fromkeys(place.register_ for place in places if place is not None))


def _row(pack: Pack, kind: CertificateType, name: str, subject: str, number: str | None) -> Row:
    """The row that the certificate is of: that of its number, else the subject's only one; empty where there is none."""
    rows = store.rows_of(pack.registers[name], subject)
    numbered = kind.number is not None and kind.number.register_ == name
    if kind.number is not None and numbered and number is not None:
        rows = [row for row in rows if row[kind.number.field] == number]
        if not rows:
            raise NotIssuable(f"{pack.registers[name].name}里没有这个主体编号为 {number} 的记录。")
    if len(rows) > 1 and numbered:
        raise NotIssuable(f"{pack.registers[name].name}里这个主体有 {len(rows)} 条记录，请写明证照编号。")
    return max(rows, key=lambda row: int(row["batch"])) if rows else {}


def end_of(kind: CertificateType, issued: date, until: date | None) -> date | None:
    """The last day of a certificate that was issued on a day, where a register or the issuer says `until` or nothing."""
    if kind.validity.kind == "none":
        return None
    return until or (_years_on(issued, kind.validity.years) if kind.validity.years is not None else None)


def _end(kind: CertificateType, rows: _Rows, issued: date, given: date | None) -> date | None:
    found = end_of(kind, issued, given or rows.value(kind.validity.source))
    if found is None and kind.validity.kind == "field" and kind.validity.source is None:
        raise NotIssuable(f"{kind.name}要写明有效期至哪一天。")
    if found is not None and found < issued:
        raise NotIssuable("有效期止早于颁发日期，请核对。")
    return found


def _years_on(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _checked(pack: Pack, kind: CertificateType, given: Mapping[str, str]) -> Row:
    """What was given, read as cells of a register are read. Raises NotIssuable with every fault."""
    unknown = [name for name in given if name not in {field.id for field in kind.fields}]
    if unknown:
        raise NotIssuable(f"{kind.name}没有要素 {'、'.join(unknown)}。")
    if not given:
        return {}
    chosen = [field for field in kind.fields if field.id in given]
    checked = Checker(kind.as_register(chosen), pack.codes).check(pa.table({name: [text] for name, text in given.items()}))
    if checked.faults:
        told = "；".join(f"{kind.field(fault.field).name}：{fault.reason}" for fault in checked.faults)
        raise NotIssuable(f"{told}。")
    return dict(checked.rows.to_pylist()[0])


def plain(value: Any) -> Any:
    """A value as JSON holds it exactly."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
