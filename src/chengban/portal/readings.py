"""Who read my data (谁看过我的数据): each reading in the ledger as one plain sentence for its subject."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.accounts.models import Account
from chengban.ledger.models import Entry
from chengban.packs import Pack

MOST = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """Readings of one day by one office for one purpose: the last of them, and how many."""

    at: datetime
    who: str
    purpose: str
    own: bool
    times: int


def readings_of(pack: Pack, kind: str, subject: str) -> list[Reading]:
    """The newest readings of a subject's file, newest first; who by office, never a clerk's name."""
    entries = list(Entry.objects.filter(subject=f"{kind}:{subject}", act="facts.read").order_by("-id")[:MOST])
    offices = _offices(pack, {entry.actor for entry in entries}, subject)
    alike = groupby(entries, key=lambda entry: (localtime(entry.at).date(), offices[entry.actor], _purpose(entry)))
    return [_reading(list(some), who, purpose) for (_day, who, purpose), some in alike]


def _reading(some: list[Entry], who: str, purpose: str) -> Reading:
    return Reading(some[0].at, who, purpose, some[0].payload.get("purpose") == "own", len(some))


PURPOSES = {
    "own": _lazy("自己查看"),
    "counter": _lazy("窗口服务"),
    "policy": _lazy("政策核对"),
    "calendar": _lazy("日历订阅"),
    "scene": _lazy("办一件事"),
}


def _purpose(entry: Entry) -> str:
    given = entry.payload.get("purpose", "")
    return str(PURPOSES.get(given, given))


def people(actors: Iterable[str]) -> dict[str, str]:
    """Actor → the name of the account behind it, for staff; processes have none."""
    numbers = {actor.removeprefix("account:") for actor in actors if actor.startswith("account:")}
    return {f"account:{account.pk}": account.display_name for account in Account.objects.filter(pk__in=numbers)}


def _offices(pack: Pack, actors: set[str], subject: str) -> dict[str, str]:
    """Actor → the office it is to the subject."""
    numbers = [actor.removeprefix("account:") for actor in actors if actor.startswith("account:")]
    named = {f"account:{a.pk}": _office(pack, a, subject) for a in Account.objects.filter(pk__in=numbers)}
    return {actor: named.get(actor, _("系统")) for actor in actors}


def _office(pack: Pack, account: Account, subject: str) -> str:
    if subject in account.subjects:
        return _("您自己")
    department = pack.departments.get(account.department)
    roles = _("、").join(str(role.label) for role in sorted(account.roles))
    if get_language() == "en":
        return f"{roles}, {department.name_en}" if department else roles
    return f"{department.name if department else ''}{roles}"
