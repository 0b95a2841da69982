"""Using a granted request: the granted fields of one subject, or answers to questions over them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from chengban.facts import store
from chengban.facts.errors import UnknownSubject
from chengban.facts.models import DataRequest
from chengban.facts.reading import answers, requests
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Register


def records(pack: Pack, request: DataRequest, subject: str, *, by: Actor, on: date) -> list[dict[str, Any]]:
    """The granted fields of a subject's rows, by field id, in the register's order. The subject sees the reading.

    Raises `NotGrounded`, `Lapsed`, `UnknownSubject`.
    """
    register = pack.registers[request.register]
    wanted = Wanted(fields={register.id: tuple(request.fields)})
    with transaction.atomic():
        under = requests.ground_of(request)
        begin_reading(pack, kind_of(register), [subject], under=under, by=by, on=on, wanted=wanted)
        rows = store.rows_of(register, subject, fields=request.fields)
    if not rows:
        raise UnknownSubject(f"{register.name}里没有这个主体的记录。")
    return [{name: row[name] for name in request.fields} for row in rows]


def answered(
    pack: Pack, request: DataRequest, subject: str, questions: Mapping[str, str], *, by: Actor, on: date
) -> dict[str, bool | None]:
    """The same as `answers.ask`, over the granted fields only."""
    kind = kind_of(pack.registers[request.register])
    return answers.ask(pack, kind, subject, questions, under=requests.ground_of(request), by=by, on=on)


def kind_of(register: Register) -> Any:
    """The kind of subject that a register is about."""
    return register.about
