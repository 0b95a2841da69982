"""What the page of an item shows an applicant: their own verdict, what they said was wrong, and what the owner answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chengban.accounts.models import Account
from chengban.accounts.permissions import Verb, may
from chengban.facts.reading.grounds import OWN, Ground
from chengban.items import disputes
from chengban.items.models import Dispute
from chengban.items.verdicts import Verdict, verdict_of
from chengban.items.ways import Mode
from chengban.lib.identifiers import is_uscc
from chengban.packs import Pack
from chengban.packs.items import Implementation

MODES = {
    Mode.CERTIFICATE: _lazy("电子证照"), Mode.SHARED: _lazy("共享数据"), Mode.EARLIER: _lazy("前一项的结果"),
    Mode.CHECK: _lazy("部门核验"), Mode.COMMITMENT: _lazy("告知承诺"), Mode.FORM: _lazy("平台生成"), Mode.UPLOAD: _lazy("自己提交"),
}  # fmt: skip
FOR = "for"
"""The answer that says for whom: the number of the account's mandate, never a citizen number."""
_PERSON, _FIRM = "1", "2"


@dataclass(frozen=True, slots=True)
class Own:
    """The verdict of one whom the account acts for. `others`: the numbers of the other ones, and who they are."""

    verdict: Verdict
    number: int
    others: tuple[tuple[int, str], ...]
    disputes: tuple[Dispute, ...]

    @property
    def wanted(self) -> int:
        return len(self.verdict.free) + len(self.verdict.asked)

    @property
    def waiting(self) -> set[str]:
        """The data that wait for an answer."""
        return {one.datum for one in self.disputes if one.answered_at is None}


def subject_for(account: Account, item: Implementation, given: Mapping[str, str]) -> tuple[int, str] | None:
    """Number and subject of whom the account applies for: as chosen, else the first whom the item serves; none without one."""
    subjects = dict(enumerate(account.subjects, 1))
    if not subjects or not may(account, Verb.READ_OWN_FILE):
        return None
    chosen = given.get(FOR, "")
    if chosen.isascii() and chosen.isdigit() and int(chosen[:4]) in subjects:
        return int(chosen[:4]), subjects[int(chosen[:4])]
    served = _FIRM if item.served and _PERSON not in item.served else _PERSON if item.served == (_PERSON,) else ""
    return min(subjects.items(), key=lambda one: (bool(served) and (_FIRM if is_uscc(one[1]) else _PERSON) != served, one[0]))


def own(pack: Pack, account: Account, code: str, item: Implementation, given: Mapping[str, str], *, on: date) -> Own | None:
    """The applicant's own verdict; none for who acts for nobody. The reading is recorded as their own."""
    chosen = subject_for(account, item, given)
    if chosen is None:
        return None
    number, subject = chosen
    verdict = verdict_of(pack, code, subject, given, on=on, under=Ground(OWN, f"mandate:{account.pk}"), by=account.actor)
    others = tuple(each for each in enumerate(account.subjects, 1) if each[0] != number)
    return Own(verdict, number, others, tuple(disputes.of_subject(subject, code)[:20]))


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute with its department's name, and whether the account may answer it."""

    dispute: Dispute
    department: str
    mine: bool


def dispute_rows(pack: Pack, account: Account) -> tuple[list[DisputeRow], list[DisputeRow]]:
    """The disputes of the account's department, of all where it has none or follows all: those that wait, and the last answered."""
    theirs = Dispute.objects.select_related("ticket")
    if account.department and not may(account, Verb.READ_LEDGER):
        theirs = theirs.filter(department=account.department)
    waiting = theirs.filter(answered_at=None).order_by("pk")[:200]
    answered = theirs.exclude(answered_at=None).order_by("-answered_at")[:20]
    may_answer = may(account, Verb.ANSWER_DISPUTES)
    return _rows(pack, waiting, may_answer), _rows(pack, answered, False)


def _rows(pack: Pack, found: Iterable[Dispute], may_answer: bool) -> list[DisputeRow]:
    return [DisputeRow(one, pack.departments[one.department].name, may_answer) for one in found]


def said_when_opened(pack: Pack, dispute: Dispute) -> str:
    owner = pack.departments[dispute.department].name
    return _("已开工单 %(number)s 给%(owner)s。核对期间这份材料请先自己提交，不影响办理。") % {
        "number": dispute.ticket_id, "owner": owner,
    }  # fmt: skip
