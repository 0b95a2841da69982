"""The matters that this room itself vouches for: mandates, tasks, emergencies, granted requests, and the city's own pages."""

from typing import TypeVar

from django.db.models import Model

from chengban.accounts.domain import acts_for
from chengban.facts.models import DataRequest, Emergency, Task
from chengban.facts.reading import requests
from chengban.facts.reading.errors import Lapsed, NotGrounded
from chengban.facts.reading.grounds import Asked, vouches_for
from chengban.lib import clock
from chengban.packs import Pack

Row = TypeVar("Row", bound=Model)


@vouches_for("mandate")
def _mandate(pack: Pack, asked: Asked) -> None:
    """The account acts for the one subject: `mandate:` is followed by the account's own number."""
    account = asked.ground.number
    if not asked.subjects or not account.isdecimal() or asked.by.id != account or not acts_for(int(account), asked.subjects):
        raise NotGrounded("您没有这个主体的委托，不能查看它的档案。")


@vouches_for("feed")
def _feed(pack: Pack, asked: Asked) -> None:
    """A feed's address is a secret that its holder gave to a reader of feeds; it ends with the mandate."""
    _mandate(pack, asked)


@vouches_for("task")
def _task(pack: Pack, asked: Asked) -> None:
    task = _row(Task, asked)
    if task.by != str(asked.by) or task.purpose != asked.ground.purpose or set(asked.subjects) != {task.subject}:
        raise NotGrounded("这件事由不是您的，或者不是为这个主体开的。")
    if clock.now() >= task.until:
        raise Lapsed("这次查阅已经到时，请重新写明事由。")


@vouches_for("emergency")
def _emergency(pack: Pack, asked: Asked) -> None:
    emergency = _row(Emergency, asked)
    if emergency.by != str(asked.by) or set(asked.subjects) != {emergency.subject}:
        raise NotGrounded("这次应急查阅不是您开的，或者不是为这个主体开的。")
    if clock.now() >= emergency.until:
        raise Lapsed("这次应急查阅已经到时。")


@vouches_for("request")
def _request(pack: Pack, asked: Asked) -> None:
    """Only the fields that were granted, of the subjects that were granted, for a member of the department that asked."""
    requests.need_granted(pack, _row(DataRequest, asked), asked)


@vouches_for("page")
@vouches_for("process")
def _public(pack: Pack, asked: Asked) -> None:
    """A page's own list, or a process of the city: the page's verb has asked who may see it."""


def _row(model: type[Row], asked: Asked) -> Row:
    number = asked.ground.number
    found = model._default_manager.filter(pk=int(number)).first() if number.isdecimal() else None
    if found is None:
        raise NotGrounded("没有这件事由，不能查阅。")
    return found
