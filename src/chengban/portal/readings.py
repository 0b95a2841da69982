"""Who read my data (谁看过我的数据): each reading in the ledger as one plain sentence for its subject."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from chengban.accounts.models import Account
from chengban.facts.models import DataRequest, Emergency, Question, Task
from chengban.facts.reading.grounds import OWN, Ground
from chengban.facts.reading.opening import READ
from chengban.ledger.models import Entry
from chengban.packs import Pack

MOST = 100
NAMED = 6
"""So many facts are named in a sentence; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Readings of one day by one office, for one purpose and matter: the last of them, and how many.

    `what`: the data that was read; `answers`: the questions of which only the answer was given.
    """

    number: int
    at: datetime
    who: str
    purpose: str
    about: str
    basis: tuple[str, ...]
    what: str
    answers: tuple[str, ...]
    own: bool
    times: int
    question: Question | None = None


def readings_of(pack: Pack, kind: str, subject: str) -> list[Reading]:
    """The newest readings of a subject's record, newest first; who by office, never a clerk's name."""
    entries = list(Entry.objects.filter(subject=f"{kind}:{subject}", act=READ).order_by("-id")[:MOST])
    words = _Words(pack, entries, subject)
    asked = {one.entry: one for one in Question.objects.filter(subject=subject)}
    alike = groupby(entries, key=lambda entry: (*words.alike(entry), entry.pk if entry.pk in asked else 0))
    groups = [list(some) for _key, some in alike]
    return [words.reading(some[0], len(some), asked.get(some[0].pk)) for some in groups]


def read_entries(pack: Pack, numbers: Collection[int]) -> dict[int, "NamedEntry"]:
    """Entries of readings by number, in words, for those who watch over readings."""
    entries = list(Entry.objects.filter(pk__in=numbers, act=READ))
    words = _Words(pack, entries, "")
    return {entry.pk: NamedEntry(entry.actor, words.reading(entry, 1, None)) for entry in entries}


@dataclass(frozen=True, slots=True)
class NamedEntry:
    """A reading with the actor behind it."""

    actor: str
    reading: Reading


class _Words:
    """Entries of readings in words: offices, purposes, matters and data, each looked up once."""

    def __init__(self, pack: Pack, entries: Iterable[Entry], subject: str) -> None:
        self.pack = pack
        entries = list(entries)
        self.offices = _offices(pack, {entry.actor for entry in entries}, subject)
        self.matters = _matters(entries)

    def alike(self, entry: Entry) -> tuple[date, str, str, str]:
        told = entry.payload
        return (
            localtime(entry.at).date(),
            self.offices[entry.actor],
            told.get("purpose", ""),
            told.get("about") or told.get("matter", ""),
        )

    def reading(self, entry: Entry, times: int, question: Question | None) -> Reading:
        told = entry.payload
        own = told.get("purpose") == OWN or self.offices[entry.actor] == _("您自己")
        about = self._about(told.get("about") or told.get("matter", ""))
        return Reading(
            entry.pk, entry.at, self.offices[entry.actor], self._purpose(told.get("purpose", "")), about,
            tuple(told.get("basis", ())), self._what(told), tuple(told.get("answers", ())), own, times, question,
        )  # fmt: skip

    def _purpose(self, name: str) -> str:
        purpose = self.pack.purposes.get(name)
        return name if purpose is None else purpose.name_en if get_language() == "en" else purpose.name

    def _about(self, matter: str) -> str:
        ground = Ground("", matter)
        if ground.kind == "policy" and ground.number in self.pack.policies:
            return self.pack.policies[ground.number].name
        if ground.kind == "certificate" and ground.number in self.pack.certificates:
            return self.pack.certificates[ground.number].name
        if ground.kind == "item" and ground.number in self.pack.items:
            return self.pack.items[ground.number].name
        if ground.kind == "scene" and ground.number in self.pack.scenes:
            return self.pack.scenes[ground.number].name
        return self.matters.get(matter, "")

    def _what(self, told: Mapping[str, object]) -> str:
        fields = told.get("fields")
        if isinstance(fields, dict):
            return self._named([self._field(name, field) for name, some in fields.items() for field in some])
        facts = told.get("facts")
        if not isinstance(facts, list):
            return _("全部档案")
        return self._named([self.pack.facts[name].name for name in facts if name in self.pack.facts])

    def _field(self, register: str, field: str) -> str:
        try:
            return self.pack.registers[register].field(field).name
        except KeyError:
            return field

    def _named(self, names: list[str]) -> str:
        if not names:
            return _("名称")
        if len(names) <= NAMED:
            return _("、").join(dict.fromkeys(names))
        first = _("、").join(names[:NAMED])
        return _("%(first)s等 %(count)d 项") % {"first": first, "count": len(names)}


def _matters(entries: Iterable[Entry]) -> dict[str, str]:
    """Matter → what it is about, of those that the room of facts keeps."""
    numbers: dict[str, set[int]] = {}
    for entry in entries:
        ground = Ground("", entry.payload.get("matter", ""))
        if ground.number.isdecimal():
            numbers.setdefault(ground.kind, set()).add(int(ground.number))
    found: dict[str, str] = {}
    if "task" in numbers:
        found |= {str(one): one.about for one in Task.objects.filter(pk__in=numbers["task"])}
    if "emergency" in numbers:
        found |= {str(one): one.reason for one in Emergency.objects.filter(pk__in=numbers["emergency"])}
    if "request" in numbers:
        found |= {str(one): one.reason for one in DataRequest.objects.filter(pk__in=numbers["request"])}
    return found


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
