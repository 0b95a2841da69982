"""The verbs of reach: tell subjects something, once, and let those who act for them read it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from chengban import ledger
from chengban.accounts.models import Account
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.reach.models import Letter, ReadMark
from chengban.reach.sending import begin


class _Mark(TypedDict):
    is_read: bool


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    MarkedLetter = WithAnnotations[Letter, _Mark]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a subject is to be told: of which kind, about what (`offer:12`), in which words, and where it goes on."""

    subject: str
    kind: str
    about: str
    title: str
    body: str
    link: str = ""
    title_en: str = ""
    body_en: str = ""


def tell(subject: str, kind: str, about: str, title: str, body: str, link: str = "", *, by: Actor) -> int:
    """Tell one subject. Telling the same kind about the same again changes nothing; how many letters were new."""
    return tell_all([Telling(subject, kind, about, title, body, link)], by=by)


def tell_all(tellings: Sequence[Telling], *, by: Actor) -> int:
    """Tell many at once, with as few queries as one; how many letters were new.

    One transaction: the letters, one entry in the ledger, and a message in the outbox for each account that acts for the
    subject and can be reached.
    """
    with transaction.atomic():
        letters = _keep(tellings, by) if tellings else []
        if letters:
            begin(letters, by=by)
            told = {"letters": len(letters), "kinds": dict(Counter(letter.kind for letter in letters))}
            ledger.append(by, "reach.tell", f"letter:{letters[0].pk}", told)
    return len(letters)


_FIELDS = ("subject", "kind", "about", "title", "body", "link", "title_en", "body_en")
_INSERT = f"""
    INSERT INTO reach_letter ({", ".join(_FIELDS)}, at, by)
    SELECT given.*, %(at)s, %(by)s FROM unnest({", ".join(f"%({name})s::text[]" for name in _FIELDS)}) AS given
    ON CONFLICT (subject, kind, about) DO NOTHING RETURNING *
"""


def _keep(tellings: Sequence[Telling], by: Actor) -> list[Letter]:
    """The letters that are new. Those who tell the same at one moment wait for each other in one order."""
    ordered = sorted(tellings, key=lambda one: (one.subject, one.kind, one.about))
    columns = {name: [getattr(one, name) for one in ordered] for name in _FIELDS}
    return list(Letter.objects.raw(_INSERT, {**columns, "at": clock.now(), "by": str(by)}))


# The inbox -----------------------------------------------------------------------------------------------------------


def letters_of(account: Account) -> QuerySet["MarkedLetter"]:
    """The letters to every subject that an account acts for now; `is_read` by this account. Unread first, then the newest."""
    marks = ReadMark.objects.filter(letter=OuterRef("pk"), account=account)
    subjects = account.mandates.holding().values("subject")
    return Letter.objects.filter(subject__in=subjects).annotate(is_read=Exists(marks)).order_by("is_read", "-pk")


def unread_count(account: Account) -> int:
    """How many letters the account has not read, in one query."""
    return letters_of(account).filter(is_read=False).count()


def mark_read(letters: QuerySet["MarkedLetter"], account: Account) -> int:
    """Keep that an account read some letters; how many it had not read before."""
    with transaction.atomic():
        unread = list(letters.filter(is_read=False).order_by("pk").values_list("pk", flat=True))
        now = clock.now()
        marks = [ReadMark(letter_id=number, account=account, at=now) for number in unread]
        ReadMark.objects.bulk_create(marks, ignore_conflicts=True)
        if unread:
            ledger.append(account.actor, "reach.read", f"letter:{unread[0]}", {"letters": len(unread)})
    return len(unread)
