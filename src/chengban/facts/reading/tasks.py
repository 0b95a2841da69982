"""A task (查阅事由): what a member of staff says before reading, and what every reading of it then names."""

from datetime import timedelta

from django.db import transaction

from chengban import ledger
from chengban.accounts.models import Account
from chengban.facts.frame import Kind
from chengban.facts.models import Task
from chengban.facts.reading.errors import NotGrounded
from chengban.facts.reading.grounds import Ground
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.purposes import Purpose

LEAST, MOST = 4, 120
"""How many characters say what is being done."""


def purposes_for(pack: Pack, account: Account) -> list[Purpose]:
    """The purposes for which an account's roles may open a task."""
    roles = {role.value for role in account.roles}
    return [each for each in pack.purposes.values() if "task" in each.matters and roles.intersection(each.roles)]


@transaction.atomic
def open_task(pack: Pack, kind: Kind, subject: str, *, purpose: str, about: str, by: Account) -> Task:
    """Say what a subject's data is needed for. Raises `NotGrounded` for a purpose that is not the account's, or no words."""
    chosen = next((each for each in purposes_for(pack, by) if each.id == purpose), None)
    if chosen is None:
        raise NotGrounded("请选择查阅用途；您的岗位不能用于所选用途。")
    words = " ".join(about.split())
    if not LEAST <= len(words) <= MOST:
        raise NotGrounded(f"请写明在办什么，{LEAST} 至 {MOST} 个字，例如办件号和事项名称。")
    now = clock.now()
    until = now + timedelta(minutes=chosen.minutes)
    task = Task.objects.create(
        purpose=chosen.id, kind=kind, subject=subject, about=words, opened_at=now, by=str(by.actor), until=until
    )
    ledger.append(by.actor, "facts.open_task", str(task), {"purpose": chosen.id, "minutes": chosen.minutes})
    return task


def ground_of(task: Task) -> Ground:
    return Ground(task.purpose, str(task))


def running(account: Account, subject: str) -> Task | None:
    """The account's newest task for a subject that has not ended."""
    tasks = Task.objects.filter(by=str(account.actor), subject=subject, until__gt=clock.now())
    return tasks.order_by("-id").first()
