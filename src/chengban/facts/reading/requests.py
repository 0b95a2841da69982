"""Department-to-department requests (部门间数据请求): asked, approved or refused, used until they end or are revoked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from chengban import ledger
from chengban.accounts.models import Account
from chengban.facts.models import DataRequest, RequestStep
from chengban.facts.reading.errors import Lapsed, NotGrounded, WrongStep
from chengban.facts.reading.grounds import Asked, Ground
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

PURPOSE = "sharing"
LONGEST_DAYS = 365
MOST_SUBJECTS = 1000


class Step(StrEnum):
    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    APPROVED = "approved"
    REVOKED = "revoked"


class Stands(StrEnum):
    """Where a request stands on a day."""

    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    GRANTED = "granted"
    EXPIRED = "expired"
    REVOKED = "revoked"


_AFTER = {Step.ASKED: Stands.WAITING, Step.WITHDRAWN: Stands.WITHDRAWN, Step.REFUSED: Stands.REFUSED, Step.REVOKED: Stands.REVOKED}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a department asks for, and why."""

    register: str
    fields: Collection[str]
    subjects: Collection[str]
    basis: str
    reason: str
    days: int
    answers_only: bool = False


def stands(request: DataRequest, on: date) -> Stands:
    """Where it stands on a day; a grant ends by itself."""
    last = request.steps.all()[len(request.steps.all()) - 1]
    if last.step == Step.APPROVED:
        return Stands.GRANTED if on <= ends_on(last, request) else Stands.EXPIRED
    return _AFTER[Step(last.step)]


def ends_on(approval: RequestStep, request: DataRequest) -> date:
    """The last day of a grant."""
    return approval.on + timedelta(days=request.days)


def ask(pack: Pack, wish: Wish, *, by: Account, on: date) -> DataRequest:
    """Ask the owner of a register for some of its fields. Raises `NotGrounded` where the wish is not whole."""
    register = pack.registers.get(wish.register)
    if register is None or register.subject is None:
        raise NotGrounded("请选择一个有主体的库。")
    if not by.department or by.department == register.department:
        raise NotGrounded("请求由别的部门提出：您的账号没有部门，或者这个库就是您部门的。")
    if register.sharing.type == "none":
        raise NotGrounded(f"{register.name}属于不予共享的数据，不能请求。")
    if not wish.fields or not {*wish.fields} <= {field.id for field in register.fields}:
        raise NotGrounded("请至少选择一个字段，而且都是这个库的字段。")
    if not wish.basis.strip() or not wish.reason.strip():
        raise NotGrounded("请写明法律依据和用途。")
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise NotGrounded(f"请求的天数在 1 至 {LONGEST_DAYS} 之间。")
    if len(wish.subjects) > MOST_SUBJECTS:
        raise NotGrounded(f"一次最多写 {MOST_SUBJECTS} 个主体。")
    given = {
        "fields": sorted(wish.fields), "subjects": sorted(set(wish.subjects)), "answers_only": wish.answers_only,
        "basis": wish.basis.strip()[:200], "reason": wish.reason.strip()[:300], "days": wish.days,
    }  # fmt: skip
    with transaction.atomic():
        made = DataRequest.objects.create(department=by.department, register=register.id, **given)
        _write(made, Step.ASKED, by.actor, on, "")
    return made


def approve(pack: Pack, request: DataRequest, *, by: Account, on: date) -> None:
    """Grant what was asked, from today on. Raises `WrongStep`, `NotGrounded`."""
    _need_owner(pack, request, by)
    _go(request, Step.APPROVED, Stands.WAITING, by.actor, on, "")


def refuse(pack: Pack, request: DataRequest, *, reason: str, by: Account, on: date) -> None:
    """Refuse, with the reason that the asking department reads. Raises `WrongStep`, `NotGrounded`."""
    _need_owner(pack, request, by)
    _go(request, Step.REFUSED, Stands.WAITING, by.actor, on, _words(reason, "请写明不同意的理由。"))


def revoke(pack: Pack, request: DataRequest, *, reason: str, by: Account, on: date) -> None:
    """End a grant before its time. Raises `WrongStep`, `NotGrounded`."""
    _need_owner(pack, request, by)
    _go(request, Step.REVOKED, Stands.GRANTED, by.actor, on, _words(reason, "请写明收回的理由。"))


def withdraw(request: DataRequest, *, by: Account, on: date) -> None:
    """Take back what was asked and is not answered yet. Raises `WrongStep`, `NotGrounded`."""
    if by.department != request.department:
        raise NotGrounded("只有提出请求的部门能撤回。")
    _go(request, Step.WITHDRAWN, Stands.WAITING, by.actor, on, "")


def may_answer(pack: Pack, request: DataRequest, account: Account) -> bool:
    """Whether the account's department owns the register, or looks after all data; what role it needs, the door asks."""
    owner = pack.registers[request.register].department
    return account.department in (owner, pack.city.data_office) and account.department != request.department


def ground_of(request: DataRequest) -> Ground:
    return Ground(PURPOSE, str(request))


def need_granted(pack: Pack, request: DataRequest, asked: Asked) -> None:
    """A reading stays within what was granted. Raises `NotGrounded`, `Lapsed`."""
    account = Account.objects.filter(pk=asked.by.id).first() if asked.by.kind == "account" else None
    if account is None or account.department != request.department:
        raise NotGrounded("这项数据请求不是您部门提出的。")
    where = stands(request, clock.today())
    if where is not Stands.GRANTED:
        raise Lapsed("这项数据请求没有同意，或者已经到期、收回。")
    if request.answers_only and not asked.answers:
        raise NotGrounded("这项请求只同意回答是或者不是，不能查阅数据本身。")
    key = {pack.registers[request.register].subject}
    beyond = {name: set(some) - set(request.fields) - key for name, some in (asked.fields or {}).items()}
    if asked.fields is None or set(beyond) != {request.register} or any(beyond.values()):
        raise NotGrounded("只能查阅请求里写明并已同意的字段。")
    if request.subjects and not set(asked.subjects) <= set(request.subjects):
        raise NotGrounded("这个主体不在已同意的范围里。")


def _need_owner(pack: Pack, request: DataRequest, account: Account) -> None:
    if not may_answer(pack, request, account):
        raise NotGrounded("这项请求由数据的责任部门答复。")


def _go(request: DataRequest, step: Step, start: Stands, by: Actor, on: date, reason: str) -> None:
    with transaction.atomic():
        held = DataRequest.objects.select_for_update().get(pk=request.pk)
        if stands(held, on) is not start:
            raise WrongStep("这项请求已经有了结果，请刷新后再看。")
        _write(held, step, by, on, reason)


def _write(request: DataRequest, step: Step, by: Actor, on: date, reason: str) -> None:
    try:
        request.steps.create(step=step.value, at=clock.now(), on=on, by=str(by), reason=reason[:300])
    except IntegrityError as error:
        raise WrongStep("这项请求已经有了结果，请刷新后再看。") from error
    told = {"register": request.register, "fields": request.fields, "department": request.department}
    ledger.append(by, f"facts.request_{step.value}", str(request), told)


def _words(text: str, lacking: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise WrongStep(lacking)
    return words
