"""Channels (渠道): which account is told by which, when, and what is tried next where one fails."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.timezone import localtime
from django.utils.translation import override

from chengban import packs
from chengban.accounts.models import Account, Grant, Mandate
from chengban.accounts.permissions import PERMISSIONS, Verb
from chengban.exchange import domain as exchange
from chengban.exchange import settling
from chengban.exchange.adapters import has_address
from chengban.exchange.models import Message
from chengban.ledger import Actor
from chengban.lib import clock, workdays
from chengban.packs.model import Reach
from chengban.reach.errors import NothingToResend
from chengban.reach.models import Channel, Letter, Preference, Sending, SendingStep

ACT = "send"
Outcome = SendingStep.Outcome
FAILED = (Outcome.REFUSED, Outcome.GIVEN_UP)
DEFAULT = (Channel.SMS, Channel.MAIL)
"""The order for an account that chose none."""
_AFTER: Mapping[str, SendingStep.Outcome] = {
    Message.Outcome.DELIVERED: Outcome.DELIVERED,
    Message.Outcome.REFUSED: Outcome.REFUSED,
    Message.Outcome.GIVEN_UP: Outcome.GIVEN_UP,
    Message.Outcome.WAITING: Outcome.QUEUED,
}


class _Stand(TypedDict):
    outcome: str
    reason: str


class _Count(TypedDict):
    readers: int


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    StandingSending = WithAnnotations[Sending, _Stand]
    CountedLetter = WithAnnotations[Letter, _Count]

Wanted = tuple[Letter, Account, Channel]


def begin(letters: Sequence[Letter], *, by: Actor) -> None:
    """Say of new letters that they wait, to each account that acts for their subjects, by its first channel."""
    readers: dict[str, list[Account]] = {}
    for mandate in _mandates({letter.subject for letter in letters}):
        readers.setdefault(mandate.subject, []).append(mandate.account)
    pairs = [(letter, account) for letter in letters for account in readers.get(letter.subject, [])]
    _send([(letter, account, channel) for letter, account in pairs for channel in channels_of(account)[:1]], by)


def _mandates(subjects: Collection[str]) -> QuerySet[Mandate]:
    """The mandates for some subjects, of accounts that may read letters."""
    roles = Grant.objects.holding().filter(role__in=PERMISSIONS[Verb.READ_LETTERS]).values("account")
    held = Mandate.objects.holding().filter(subject__in=subjects, account__in=roles, account__closed_at=None)
    return held.select_related("account__preference").order_by("account")


def channels_of(account: Account) -> list[Channel]:
    """The channels by which an account can be reached and wants to be, the first first."""
    preference = preference_of(account)
    wanted = [Channel(name) for name in preference.channels] if preference else list(DEFAULT)
    return [channel for channel in wanted if _contact(account, channel) and has_address(channel)]


def preference_of(account: Account) -> Preference | None:
    """What an account chose; none where it did not."""
    return getattr(account, "preference", None)


def _contact(account: Account, channel: Channel) -> str:
    return account.phone if channel == Channel.SMS else account.email


def _send(wanted: Sequence[Wanted], by: Actor) -> None:
    """Keep the sendings, their first steps and their messages."""
    now = clock.now()
    sendings = Sending.objects.bulk_create(
        Sending(letter=letter, account=account, channel=channel, at=now) for letter, account, channel in wanted
    )
    SendingStep.objects.bulk_create(SendingStep(sending=one, outcome=Outcome.QUEUED, at=now) for one in sendings)
    for channel in Channel:
        chosen = [one for one in sendings if one.channel == channel]
        if chosen:
            wishes = [exchange.Wish(key_of(one), _body(one), f"sending:{one.pk}") for one in chosen]
            exchange.put_all(channel, ACT, wishes, by=by)
            _hold(channel, chosen, now)


def key_of(sending: Sending) -> str:
    """The key under which a channel is asked: the same for ever, and without a personal datum."""
    return f"sending-{sending.pk}"


def _hold(channel: Channel, sendings: Iterable[Sending], now: datetime) -> None:
    """Let messages wait for the hour, and for the working day where the account wants that."""
    until: dict[datetime, list[str]] = {}
    for sending in sendings:
        preference = preference_of(sending.account)
        moment = not_before(now, channel, quiet=preference is not None and preference.quiet, hours=packs.current().city.reach)
        if moment > now:
            until.setdefault(moment, []).append(key_of(sending))
    for moment, keys in until.items():
        Message.objects.filter(system=channel, key__in=keys).update(due_at=moment)


def not_before(now: datetime, channel: str, *, quiet: bool, hours: Reach) -> datetime:
    """The first moment from `now` at which a channel may be used: short messages within the hours; if quiet, on working days."""
    day = localtime(now, clock.CHINA).date()
    while True:
        since, until = _opening(day, channel, hours)
        moment = max(now, since)
        if moment < until and not (quiet and not _is_worked(day)):
            return moment
        day += timedelta(days=1)


def _opening(day: date, channel: str, hours: Reach) -> tuple[datetime, datetime]:
    midnight = datetime.combine(day, time(), clock.CHINA)
    if channel != Channel.SMS:
        return midnight, midnight + timedelta(days=1)
    since, until = (datetime.combine(day, time.fromisoformat(text), clock.CHINA) for text in (hours.sms_from, hours.sms_until))
    return since, until


def _is_worked(day: date) -> bool:
    """Whether a day is worked; a weekday, while the holidays of its year are not arranged."""
    try:
        return workdays.is_workday(day)
    except workdays.NoArrangement:
        return day.weekday() < 5


# What is said --------------------------------------------------------------------------------------------------------


def _body(sending: Sending) -> dict[str, Any]:
    letter, account = sending.letter, sending.account
    if sending.channel == Channel.MAIL:
        text = f"{letter.body}\n\n{_where(letter)}\n{_WHY}\n"
        date = format_datetime(localtime(letter.at, clock.CHINA))
        return {"to": account.email, "title": letter.title, "text": text, "date": date}
    hours = packs.current().city.reach
    return {"to": account.phone, "text": _short(letter), "hours": [hours.sms_from, hours.sms_until]}


_WHY = "您收到这封邮件，是因为您在诚办留了邮箱。可以在“提醒方式”里更改。"


def _short(letter: Letter) -> str:
    """A short message: what kind of letter waits, and where. Neither names nor amounts."""
    with override("zh-hans"):
        kind = letter.get_kind_display()
    return f"【诚办】{packs.current().city.name}政务服务有您的一封来信：{kind}。{_where(letter)}"


def _where(letter: Letter) -> str:
    address = os.environ.get("CHENGBAN_PORTAL_URL", "").rstrip("/")
    return f"查看：{address}/letters/{letter.pk}" if address else "请登录诚办，在“来信”里查看。"


# What became of it ---------------------------------------------------------------------------------------------------


def start_listening() -> None:
    """Called once, when Django is ready."""
    for channel in Channel:
        settling.listen(channel, ACT, hear)


def hear(messages: Sequence[Message]) -> None:
    """A step for each sending whose message was settled or is sent again; where it failed, the next channel is tried."""
    now = clock.now()
    outcomes = {int(message.subject.removeprefix("sending:")): message for message in messages}
    SendingStep.objects.bulk_create(
        SendingStep(sending_id=number, outcome=_AFTER[message.outcome], at=now, reason=str(message.answer.get("reason", ""))[:300])
        for number, message in outcomes.items()
    )
    failed = [number for number, message in outcomes.items() if _AFTER[message.outcome] in FAILED]
    if failed:
        _fail_over(list(Sending.objects.filter(pk__in=failed).select_related("letter", "account__preference").order_by("pk")))


def _fail_over(failed: Sequence[Sending]) -> None:
    """Try the next channel that an account prefers and that was not tried for the letter; none while it acts no more."""
    acting = {(mandate.account_id, mandate.subject) for mandate in _mandates({one.letter.subject for one in failed})}
    tried = set(
        Sending.objects.filter(letter__in={one.letter_id for one in failed}).values_list("letter", "account", "channel")
    )  # fmt: skip
    wanted: list[Wanted] = []
    for one in failed:
        left = [channel for channel in channels_of(one.account) if (one.letter_id, one.account_id, channel) not in tried]
        if left and (one.account_id, one.letter.subject) in acting:
            wanted.append((one.letter, one.account, left[0]))
    _send(wanted, Actor.system("reach"))


# What the officers see -----------------------------------------------------------------------------------------------


def _newest(field: str) -> Subquery:
    return Subquery(SendingStep.objects.filter(sending=OuterRef("pk")).order_by("-pk").values(field)[:1])


def standing() -> QuerySet["StandingSending"]:
    """All sendings with where they stand: `outcome` and `reason`."""
    return Sending.objects.annotate(outcome=_newest("outcome"), reason=_newest("reason"))


def counts() -> dict[tuple[str, str], int]:
    """(channel, outcome) → how many sendings stand there."""
    rows = standing().order_by().values("channel", "outcome").annotate(count=Count("pk"))
    return {(row["channel"], row["outcome"]): row["count"] for row in rows}


def unreached() -> QuerySet["StandingSending"]:
    """The last sending, for each account and letter, where every channel failed; the newest first."""
    later = Sending.objects.filter(letter=OuterRef("letter"), account=OuterRef("account"))
    well = standing().filter(letter=OuterRef("letter"), account=OuterRef("account")).exclude(outcome__in=FAILED)
    failed = standing().filter(outcome__in=FAILED).exclude(Exists(well)).exclude(Exists(later.filter(pk__gt=OuterRef("pk"))))
    return failed.select_related("letter").order_by("-pk")


def told(limit: int, *, unreached_only: bool = False) -> list[tuple["CountedLetter", list["StandingSending"]]]:
    """The newest letters, how many read them, and their sendings with where they stand; in two queries."""
    chosen = Letter.objects.annotate(readers=Count("read_marks")).order_by("-pk")
    letters = list((chosen.filter(pk__in=unreached().values("letter")) if unreached_only else chosen)[:limit])
    sendings: dict[int, list[StandingSending]] = {letter.pk: [] for letter in letters}
    for one in standing().filter(letter__in=letters).order_by("pk"):
        sendings[one.letter_id].append(one)
    return [(letter, sendings[letter.pk]) for letter in letters]


def resend(sending: Sending, *, by: Actor) -> None:
    """Send a failed sending again, under its key. Raises NothingToResend."""
    messages = Message.objects.filter(system=sending.channel, key=key_of(sending), outcome__in=exchange.DEAD)
    if not unreached().filter(pk=sending.pk).exists() or not exchange.replay(messages, by=by):
        raise NothingToResend("这一条没有失败，或者已经由别的渠道送达，不用重发。")
