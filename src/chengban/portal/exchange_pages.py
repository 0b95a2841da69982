"""What the console of the exchange shows: totals, what waits and for how long, what went wrong, and each message with its story."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.exchange.adapters import SYSTEMS, has_address
from chengban.exchange.domain import DEAD
from chengban.exchange.models import Callback, Failure, Message
from chengban.lib import clock
from chengban.portal.charts import Chart, bar_chart

SHOWN = 4
"""Digits of an account that a page shows, at its end."""
ODD = (Callback.Outcome.UNMATCHED, Callback.Outcome.CONFLICT)
MOST = 20


NAMES: "Mapping[str, str | Promise]" = {
    "treasury": _lazy("国库集中支付"), "mail": _lazy("邮件"), "sms": _lazy("短信"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class System:
    """One outside system: its messages by outcome, and how many are dead letters."""

    id: str
    name: "str | Promise"
    chart: Chart
    dead: int
    waiting: int
    no_address: "str | Promise"
    """What to do where no address is set; empty where one is."""


_NO_ADDRESS: "Mapping[str, str | Promise]" = {
    "treasury": _lazy("没有设置国库地址。发给国库的消息先等着，设置 CHENGBAN_TREASURY_URL 以后自动发出。"),
    "mail": _lazy("没有设置邮件地址。要用邮件提醒，请设置 CHENGBAN_MAIL_URL。"),
    "sms": _lazy("没有设置短信地址。要用短信提醒，请设置 CHENGBAN_SMS_URL。"),
}  # fmt: skip


def systems() -> list[System]:
    """Each system that there is an adapter for, in one query."""
    rows = Message.objects.values("system", "outcome").annotate(count=Count("pk"))
    counts = {(row["system"], row["outcome"]): row["count"] for row in rows}
    return [_system(name, {outcome: counts.get((name, outcome), 0) for outcome in Message.Outcome}) for name in SYSTEMS]


def _system(name: str, counts: Mapping[Any, int]) -> System:
    rows = [(_(Message.Outcome(outcome).label), count) for outcome, count in counts.items()]
    return System(
        name, NAMES.get(name, name), bar_chart(_("消息，按结果"), _("条"), rows), sum(counts[outcome] for outcome in DEAD),
        counts[Message.Outcome.WAITING], "" if has_address(name) else _NO_ADDRESS[name],
    )  # fmt: skip


AGES = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1), timedelta(days=3))


def waiting_by_age() -> Chart:
    """How long the messages that wait have waited since they were born, in one query."""
    now = clock.now()
    edges: list[datetime | None] = [*(now - age for age in AGES), None]
    conditions = {}
    later: datetime | None = None
    for number, edge in enumerate(edges):
        after = Q(at__gt=edge) if edge else Q()
        conditions[f"n{number}"] = Count("pk", filter=after & (Q(at__lte=later) if later else Q()))
        later = edge
    found = Message.objects.filter(outcome=Message.Outcome.WAITING).aggregate(**conditions)
    names = (_("1 分钟内"), _("10 分钟内"), _("1 小时内"), _("1 天内"), _("3 天内"), _("3 天以上"))
    return bar_chart(_("待发送，按等待时间"), _("条"), [(name, found[f"n{number}"]) for number, name in enumerate(names)])


def messages(system: str, outcome: str) -> "QuerySet[Message, Any]":
    """The messages of a system and an outcome (empty: all), newest first, each with its last error."""
    newest = Failure.objects.filter(message=OuterRef("pk")).order_by("-pk").values("reason")[:1]
    chosen = Message.objects.annotate(last_error=Subquery(newest)).order_by("-pk")
    chosen = chosen.filter(system=system) if system in SYSTEMS else chosen
    return chosen.filter(outcome=outcome) if outcome in Message.Outcome.values else chosen


def odd_callbacks() -> list[Callback]:
    """The newest callbacks that match nothing of ours, or go against it."""
    return list(Callback.objects.filter(outcome__in=ODD).defer("raw").order_by("-pk")[:MOST])


_PARTS: "Mapping[str, str | Promise]" = {"account": _lazy("收款账户"), "amount": _lazy("金额(元)"), "purpose": _lazy("用途")}


def told(message: Message) -> "list[tuple[str | Promise, str]]":
    """What the system is told, with an account shown by its last digits alone."""
    return [
        (_PARTS.get(name, name), masked(str(value)) if name == "account" else str(value)) for name, value in message.body.items()
    ]


def masked(account: str) -> str:
    """An account by its last digits; a short one not at all."""
    return "•••• " + account[-SHOWN:] if len(account) > 2 * SHOWN else "••••"


DIFFERENCES = ("only_here", "only_there", "differing", "twice")


def differences(found: Mapping[str, Any]) -> list[tuple[str, int, list[str]]]:
    """Each kind of difference by name: how many, and the first keys."""
    names = (_("我方有、对方没有"), _("对方有、我方没有"), _("内容不同"), _("对方记了两次"))
    pairs = zip(DIFFERENCES, names, strict=True)
    return [(name, found[kind]["count"], found[kind]["keys"]) for kind, name in pairs if kind in found]
