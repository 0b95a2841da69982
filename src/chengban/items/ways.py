"""Each way that could stand for a material, looked at: the evidence for it, or what is in its way and who can mend it.

Every sentence names the department that holds, owes or checks the thing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from chengban.certificates.standing import NAMES, Stands
from chengban.items.case import Case
from chengban.items.guiding import Outcome
from chengban.items.held import Held, HeldCertificate, HeldRegister, OpenDispute, Trouble
from chengban.packs import Pack
from chengban.packs.items import Instead, Material
from chengban.packs.model import Citation, Register, RegisterField


class Mode(StrEnum):
    """How a material comes to the department, the best first (免提交方式)."""

    CERTIFICATE = "E"
    SHARED = "D"
    EARLIER = "P"
    CHECK = "V"
    COMMITMENT = "C"
    FORM = "F"
    UPLOAD = "U"

    @property
    def rank(self) -> int:
        return list(Mode).index(self)


MODE_NAMES = {
    Mode.CERTIFICATE: "电子证照", Mode.SHARED: "共享数据", Mode.EARLIER: "前一项的结果", Mode.CHECK: "部门核验",
    Mode.COMMITMENT: "告知承诺", Mode.FORM: "平台生成", Mode.UPLOAD: "自己提交",
}  # fmt: skip


class Cause(StrEnum):
    """Why a way does not hold."""

    MISSING = "missing"
    NOT_IN_FORCE = "not_in_force"
    STALE = "stale"
    DOWN = "down"
    SLOW = "slow"
    INCOMPLETE = "incomplete"
    DISPUTED = "disputed"
    NOT_THEIRS = "not_theirs"
    OPEN = "open"
    NOT_DONE = "not_done"
    NO_CLAUSE = "no_clause"
    BARRED = "barred"
    UNKNOWN = "unknown"
    CHECK_FAILED = "check_failed"
    UNDECLARED = "undeclared"


@dataclass(frozen=True, slots=True)
class Datum:
    """One thing that is held of the applicant, which they can say is wrong."""

    id: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a way holds now: one sentence, and what it stands on."""

    mode: Mode
    sentence: str
    department: str
    citation: Citation | None = None
    data: tuple[Datum, ...] = ()
    certificate: HeldCertificate | None = None
    register: str | None = None
    brought_on: date | None = None
    loaded_at: datetime | None = None
    batch: int | None = None
    refresh_days: int | None = None
    result_of: str | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a way does not hold: what is missing, stale or down, and the department that can mend it."""

    mode: Mode
    cause: Cause
    thing: str
    department: str
    sentence: str
    dispute: int | None = None


Found = Evidence | tuple[Blocker, ...]
_KINDS = {"person": "个人", "enterprise": "企业"}
_TROUBLES = {Trouble.DOWN: (Cause.DOWN, "现在读不了"), Trouble.SLOW: (Cause.SLOW, "没有及时答复")}


def mode_of(way: Instead) -> Mode:
    if way.certificate is not None:
        return Mode.CERTIFICATE
    if way.register_ is not None:
        return Mode.SHARED
    if way.result_of is not None:
        return Mode.EARLIER
    if way.department is not None:
        return Mode.CHECK
    return Mode.COMMITMENT if way.commitment else Mode.FORM


def look(pack: Pack, case: Case, held: Held, material: Material, way: Instead) -> Found:
    """What can be said of one way now."""
    match mode_of(way):
        case Mode.CERTIFICATE:
            return _certificate(pack, case, held, way)
        case Mode.SHARED:
            return _shared(pack, case, held, way)
        case Mode.EARLIER:
            return _earlier(pack, case, way)
        case Mode.CHECK:
            return _check(pack, case, held, material, way)
        case Mode.COMMITMENT:
            return _commitment(pack, case, held, way)
        case _:
            said = f"平台按填报的内容生成，{case.item.department}直接收到，不用另交。"
            return Evidence(Mode.FORM, said, case.item.department, way.citation)


def undeclared(case: Case, material: Material) -> Blocker:
    """Nothing could stand for the material: nobody has declared a way."""
    said = f"{case.item.department}还没有写明《{material.name}》可以用什么代替。"
    return Blocker(Mode.UPLOAD, Cause.UNDECLARED, f"item:{case.code}:{material.name}", case.item.department, said)


# A certificate --------------------------------------------------------------------------------------------------------


def _certificate(pack: Pack, case: Case, held: Held, way: Instead) -> Found:
    kind = pack.certificates[way.certificate or ""]
    name, thing = pack.departments[kind.department].name, f"certificate:{kind.id}"

    def blocked(cause: Cause, sentence: str, dispute: int | None = None) -> Found:
        return (Blocker(Mode.CERTIFICATE, cause, thing, name, sentence, dispute),)

    if kind.holder not in (case.applicant.kind, "either"):
        holder, asks = _KINDS[kind.holder], _KINDS[case.applicant.kind]
        return blocked(Cause.NOT_THEIRS, f"《{kind.name}》由{name}颁发给{holder}，这次申请的是{asks}，不能取用别人的证照。")
    if held.certificates is None:
        return blocked(Cause.DOWN, f"{name}颁发的《{kind.name}》现在查不到，证照目录没有答复。")
    mine = held.certificates.get(kind.id, ())
    valid = next((one for one in mine if one.stands is Stands.VALID), None)
    if valid is None:
        return blocked(*_not_valid(name, kind.name, mine))
    if thing in held.disputes:
        return blocked(Cause.DISPUTED, *_disputed(name, f"《{kind.name}》", held.disputes[thing]))
    said = f"{name}颁发的《{kind.name}》（编号 {valid.number}）{_term(valid)}，持证的就是申请人。"
    data = (Datum(thing, kind.name, valid.number),)
    return Evidence(Mode.CERTIFICATE, said, name, way.citation, data, certificate=valid)


def _not_valid(department: str, name: str, mine: Iterable[HeldCertificate]) -> tuple[Cause, str]:
    newest = next(iter(mine), None)
    if newest is None:
        return Cause.MISSING, f"{department}还没有给申请人颁发《{name}》的电子证照。"
    told = f"{department}颁发的《{name}》（编号 {newest.number}）"
    if newest.stands is Stands.EXPIRED and newest.valid_until is not None:
        return Cause.NOT_IN_FORCE, f"{told}{day(newest.valid_until)}已到期，换领以后可以代替。"
    if newest.stands is Stands.NOT_YET:
        return Cause.NOT_IN_FORCE, f"{told}从{day(newest.valid_from)}起才有效。"
    return Cause.NOT_IN_FORCE, f"{told}{NAMES[newest.stands]}，现在不能用。"


def _term(one: HeldCertificate) -> str:
    return "长期有效" if one.valid_until is None else f"有效期至{day(one.valid_until)}"


# Shared data ----------------------------------------------------------------------------------------------------------


def _shared(pack: Pack, case: Case, held: Held, way: Instead) -> Found:
    register = pack.registers[way.register_ or ""]
    name, thing = pack.departments[register.department].name, f"register:{register.id}"
    fields = tuple(register.field(field) for field in way.fields)
    blockers = tuple(
        Blocker(Mode.SHARED, cause, f"{thing}.{field.id}" if field else thing, name, sentence, dispute)
        for cause, field, sentence, dispute in _amiss(case, held, register, name, fields)
    )
    if blockers:
        return blockers
    found = held.registers[register.id]
    row = found.rows[-1]
    data = tuple(Datum(f"{thing}.{field.id}", field.name, _value(pack, field, row[field.id])) for field in fields)
    what = f"里有申请人的{'、'.join(field.name for field in fields)}" if fields else "里有申请人的记录"
    said = f"{name}的《{register.name}》{what}，{day(found.brought_on)}更新，承诺每 {register.refresh_days} 天更新，还在期内。"
    return Evidence(
        Mode.SHARED, said, name, way.citation, data or (Datum(thing, register.name, "有记录"),), register=register.id,
        brought_on=found.brought_on, loaded_at=found.loaded_at, batch=found.batch, refresh_days=register.refresh_days,
    )  # fmt: skip


Amiss = tuple[Cause, RegisterField | None, str, int | None]


def _amiss(case: Case, held: Held, register: Register, name: str, fields: tuple[RegisterField, ...]) -> Iterable[Amiss]:
    """What is wrong with a register for this applicant; the first of the causes that stand before all others ends it."""
    title = f"{name}的《{register.name}》"
    if register.about != case.applicant.kind:
        about = f"登记的是{_KINDS[register.about]}" if register.about in _KINDS else "不按申请人登记"
        return [(Cause.NOT_THEIRS, None, f"{title}{about}，查不到这次的申请人。", None)]
    found = held.registers.get(register.id, HeldRegister())
    age = found.age(case.on)
    if found.trouble is not None:
        cause, said = _TROUBLES[found.trouble]
        return [(cause, None, f"{title}{said}。", None)]
    if age is None:
        return [(Cause.MISSING, None, f"{name}还没有送来《{register.name}》。", None)]
    if age > register.refresh_days:
        return [(Cause.STALE, None, f"{title}承诺每 {register.refresh_days} 天更新，已 {age} 天没有更新。", None)]
    if not found.rows:
        return [(Cause.MISSING, None, f"{title}里没有申请人的记录。", None)]
    return [*_unknown(title, found, fields), *_in_dispute(name, register, held, fields)]


def _unknown(title: str, found: HeldRegister, fields: Iterable[RegisterField]) -> Iterable[Amiss]:
    for field in fields:
        if found.rows[-1].get(field.id) is None:
            yield Cause.INCOMPLETE, field, f"{title}里还不知道申请人的{field.name}。", None


def _in_dispute(name: str, register: Register, held: Held, fields: Iterable[RegisterField]) -> Iterable[Amiss]:
    for field in (None, *fields):
        said = f"《{register.name}》" + (f"里的{field.name}" if field else "")
        dispute = held.disputes.get(f"register:{register.id}" + (f".{field.id}" if field else ""))
        if dispute is not None:
            yield Cause.DISPUTED, field, *_disputed(name, said, dispute)


def _disputed(department: str, what: str, dispute: OpenDispute) -> tuple[str, int]:
    return f"申请人{day(dispute.opened_on)}提出{what}有误，{department}还在核对。", dispute.number


def _value(pack: Pack, field: RegisterField, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Decimal):
        value = f"{value.normalize():f}"
    said = pack.code_names.get(field.codes, {}).get(value, value) if field.codes else value
    return f"{said}{field.unit or ''}"


# The other ways -------------------------------------------------------------------------------------------------------


def _earlier(pack: Pack, case: Case, way: Instead) -> Found:
    other = pack.items[way.result_of or ""]
    outcome = case.earlier.get(other.id, Outcome(None))
    told, thing = f"前一项“{other.name}”（{other.department}）", f"result:{other.id}"
    if outcome.needed:
        result = f"结果《{other.yields}》" if other.yields else "结果"
        said = f"{told}办成以后，{result}直接传过来。"
        return Evidence(Mode.EARLIER, said, other.department, way.citation, result_of=other.id)
    if outcome.needed is False:
        return (Blocker(Mode.EARLIER, Cause.NOT_DONE, thing, other.department, f"{told}按您的回答不办，没有结果可以传过来。"),)
    asks = "、".join(question.text for question in outcome.turns_on)
    said = f"{told}要不要办还不知道" + (f"，要看：{asks}" if asks else "：它可以选办") + "。"
    return (Blocker(Mode.EARLIER, Cause.OPEN, thing, other.department, said.replace("？。", "？")),)


def _check(pack: Pack, case: Case, held: Held, material: Material, way: Instead) -> Found:
    name = pack.departments[way.department or ""].name
    failed = held.failed_checks.get((way.department or "", material.name))
    if failed is not None:
        said = f"{name}{day(failed.on)}答复核验不了：{failed.reason}"
        return (Blocker(Mode.CHECK, Cause.CHECK_FAILED, f"check:{way.department}", name, said),)
    return Evidence(Mode.CHECK, f"由{name}核验，不用申请人开证明。", name, way.citation)


def _commitment(pack: Pack, case: Case, held: Held, way: Instead) -> Found:
    name = case.item.department

    def blocked(cause: Cause, thing: str, sentence: str) -> Found:
        return (Blocker(Mode.COMMITMENT, cause, thing, name, sentence),)

    if way.citation is None:
        return blocked(Cause.NO_CLAUSE, f"clause:{case.code}", f"{name}没有写明依据哪一条可以用承诺代替。")
    if held.bar.barred:
        return blocked(Cause.BARRED, "commitment", f"申请人有严重失信记录，信用修复以前，{name}不能接受承诺。")
    if held.bar.barred is None and not held.bar.registers:
        said = f"还没有登记库记着{_KINDS[case.applicant.kind]}是否失信，{name}还不能接受承诺。"
        return blocked(Cause.UNKNOWN, f"commitment:{case.applicant.kind}", said)
    if held.bar.barred is None:
        return tuple(_bar_unknown(pack, name) for name in held.bar.registers)
    law = f"《{way.citation.title}》{way.citation.article or ''}"
    return Evidence(Mode.COMMITMENT, f"按{law}可以书面承诺代替，{name}事后核查。", name, way.citation)


def _bar_unknown(pack: Pack, name: str) -> Blocker:
    """A register that should say whether the applicant may commit, and does not."""
    register = pack.registers[name]
    owner = pack.departments[register.department].name
    said = f"{owner}的《{register.name}》还不能说明申请人是否失信，现在不能用承诺代替。"
    return Blocker(Mode.COMMITMENT, Cause.UNKNOWN, f"register:{name}", owner, said)


def day(given: date | None) -> str:
    """A day as it is written in a sentence."""
    return f"{given.year}年{given.month}月{given.day}日" if given is not None else "还不知道哪一天"
