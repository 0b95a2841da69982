"""What the pages of data requests show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.accounts.roles import Role
from chengban.facts.models import DataRequest, RequestStep
from chengban.facts.reading import requests
from chengban.facts.reading.requests import Stands, Step
from chengban.packs import Pack
from chengban.packs.model import Department, Register, RegisterField
from chengban.portal.readings import people

STANDS: Mapping[Stands, "str | Promise"] = {
    Stands.WAITING: _("等答复"), Stands.WITHDRAWN: _("已撤回"), Stands.REFUSED: _("不同意"), Stands.GRANTED: _("有效"),
    Stands.EXPIRED: _("已到期"), Stands.REVOKED: _("已收回"),
}  # fmt: skip
STEPS: Mapping[str, "str | Promise"] = {
    Step.ASKED: _("提出请求"), Step.WITHDRAWN: _("撤回"), Step.REFUSED: _("不同意"), Step.APPROVED: _("同意"),
    Step.REVOKED: _("收回"),
}  # fmt: skip
_TAGS = {Stands.WAITING: "unknown", Stands.GRANTED: "met"}


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request with everything that a page says of it."""

    request: DataRequest
    register: Register
    asker: Department | None
    owner: Department
    stands: Stands
    fields: tuple[RegisterField, ...]
    steps: tuple[tuple[RequestStep, "str | Promise", str], ...]
    until: date | None
    may_answer: bool
    may_use: bool
    is_own: bool

    @property
    def word(self) -> "str | Promise":
        return STANDS[self.stands]

    @property
    def tag(self) -> str:
        return _TAGS.get(self.stands, "unmet")


def visible(pack: Pack, account: Account) -> QuerySet[DataRequest]:
    """The requests that the account may see: of its department, to its department, or all for who looks after all data."""
    found = DataRequest.objects.prefetch_related("steps").order_by("-id")
    if Role.AUDITOR in account.roles or account.department == pack.city.data_office:
        return found
    owned = [register.id for register in pack.registers.values() if register.department == account.department]
    return found.filter(Q(department=account.department) | Q(register__in=owned))


def askable(pack: Pack, account: Account) -> list[Register]:
    """The registers that the account's department may ask for."""
    if not account.department or not may(account, Verb.ASK_FOR_DATA):
        return []
    of_subjects = (register for register in pack.registers.values() if register.subject is not None)
    return [each for each in of_subjects if each.department != account.department and each.sharing.type != "none"]


def lines(pack: Pack, found: Iterable[DataRequest], account: Account, on: date) -> list[RequestLine]:
    chosen = [request for request in found if request.register in pack.registers]
    names = people(step.by for request in chosen for step in request.steps.all())
    return [_line(pack, request, account, on, names) for request in chosen]


def _line(pack: Pack, request: DataRequest, account: Account, on: date, names: Mapping[str, str]) -> RequestLine:
    register, where = pack.registers[request.register], requests.stands(request, on)
    steps = list(request.steps.all())
    approval = next((step for step in steps if step.step == Step.APPROVED), None)
    mine = account.department == request.department
    return RequestLine(
        request, register, pack.departments.get(request.department), pack.departments[register.department], where,
        tuple(field for field in register.fields if field.id in request.fields),
        tuple((step, STEPS[step.step], names.get(step.by, "")) for step in steps),
        requests.ends_on(approval, request) if approval else None,
        may(account, Verb.ANSWER_REQUESTS) and requests.may_answer(pack, request, account),
        mine and where is Stands.GRANTED and may(account, Verb.ASK_FOR_DATA), mine and may(account, Verb.ASK_FOR_DATA),
    )  # fmt: skip


def named_rows(
    pack: Pack, request: DataRequest, rows: Iterable[Mapping[str, Any]]
) -> list[list[tuple[RegisterField, Any, dict[str, str]]]]:
    """Each row as field, value and the names of its codes."""
    register = pack.registers[request.register]
    fields = [field for field in register.fields if field.id in request.fields]
    return [[(field, row[field.id], pack.code_names.get(field.codes or "", {})) for field in fields] for row in rows]
