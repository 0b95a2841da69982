"""What the inbox, the preferences and the officers' page of reach show."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.accounts.models import Account, Mandate, MandateKind
from chengban.accounts.permissions import Verb, may
from chengban.portal.charts import Chart, bar_chart
from chengban.reach.domain import unread_count
from chengban.reach.models import Channel, Kind, Letter, ReadMark, SendingStep
from chengban.reach.sending import DEFAULT, counts, preference_of


def unread(account: Account) -> int:
    """The number on the inbox; 0 for those who have none."""
    return unread_count(account) if may(account, Verb.READ_LETTERS) else 0


@dataclass(frozen=True, slots=True)
class Order:
    """One choice of channels, the first first."""

    value: str
    name: "str | Promise"
    chosen: bool

    @property
    def channels(self) -> list[str]:
        return self.value.split("+") if self.value else []


_ORDERS = (
    ("sms+mail", _lazy("先发短信，发不到再发邮件")),
    ("mail+sms", _lazy("先发邮件，发不到再发短信")),
    ("sms", _lazy("只发短信")),
    ("mail", _lazy("只发邮件")),
    ("", _lazy("都不发，我自己来看")),
)


def orders(account: Account) -> list[Order]:
    """The choices, and which one holds."""
    preference = preference_of(account)
    held = "+".join(preference.channels if preference else DEFAULT)
    return [Order(value, name, value == held) for value, name in _ORDERS]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subject that the account acts for, and whether a feed of it is open."""

    mandate: Mandate
    is_open: bool

    @property
    def name(self) -> str:
        """The enterprise by its code; a citizen number stands on no page of settings."""
        return self.mandate.subject if self.mandate.kind == MandateKind.ENTERPRISE else _("本人")


def subscriptions(account: Account) -> list[Subscription]:
    opened = set(account.feeds.filter(withdrawn_at=None).values_list("subject", flat=True))
    return [Subscription(one, one.subject in opened) for one in account.mandates.holding().order_by("given_at", "id")]


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """How the sendings of one channel ended; `figures` in the order of the outcomes."""

    name: "str | Promise"
    figures: Sequence[int]

    @property
    def total(self) -> int:
        return sum(self.figures)


@dataclass(frozen=True, slots=True)
class Reached:
    """How many letters there are and how many were read, by kind, and what the channels did."""

    letters: int
    read: int
    kinds: Chart
    outcomes: Sequence["str | Promise"]
    channels: Sequence[ChannelRow]


def reached() -> Reached:
    """The figures of the officers' page."""
    kinds = dict(Letter.objects.order_by().values_list("kind").annotate(Count("pk")))
    held = counts()
    outcomes = SendingStep.Outcome
    rows = [ChannelRow(channel.label, [held.get((channel.value, outcome.value), 0) for outcome in outcomes]) for channel in Channel]
    bars = [(str(kind.label), kinds[kind.value]) for kind in Kind if kind.value in kinds]
    read = ReadMark.objects.values("letter").distinct().count()
    return Reached(sum(kinds.values()), read, bar_chart(_("各类来信"), _("封"), bars), outcomes.labels, rows)
