"""Breaking the glass (应急查阅): one may read at once and with a reason, and an auditor looks at each afterwards."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet

from chengban import ledger
from chengban.accounts.models import Account
from chengban.facts.frame import Kind
from chengban.facts.models import Emergency
from chengban.facts.reading.errors import NotGrounded, WrongStep
from chengban.facts.reading.grounds import Ground
from chengban.ledger import Actor
from chengban.lib import clock, workdays
from chengban.packs import Pack

PURPOSE = "emergency"
LEAST, MOST = 10, 300


@transaction.atomic
def break_glass(pack: Pack, kind: Kind, subject: str, *, reason: str, by: Account, on: date) -> Emergency:
    """Open a subject's record in an emergency. Raises `NotGrounded` where the city, the role or the reason do not allow it."""
    purpose = pack.purposes.get(PURPOSE)
    if purpose is None or not {role.value for role in by.roles}.intersection(purpose.roles):
        raise NotGrounded("您的岗位不能应急查阅。")
    words = " ".join(reason.split())
    if not LEAST <= len(words) <= MOST:
        raise NotGrounded(f"请写明是什么紧急情况，{LEAST} 至 {MOST} 个字；审计员会逐件复核。")
    now = clock.now()
    made = Emergency.objects.create(
        kind=kind, subject=subject, reason=words, opened_at=now, by=str(by.actor),
        until=now + timedelta(minutes=purpose.minutes), review_by=days_after(on, pack.city.reading.review_days),
    )  # fmt: skip
    ledger.append(by.actor, "facts.break_glass", str(made), {"reason": words, "review_by": made.review_by.isoformat()})
    return made


def ground_of(emergency: Emergency) -> Ground:
    return Ground(PURPOSE, str(emergency))


def running(account: Account, subject: str) -> Emergency | None:
    """The account's newest emergency for a subject that has not ended."""
    found = Emergency.objects.filter(by=str(account.actor), subject=subject, until__gt=clock.now(), reviewed_at=None)
    return found.order_by("-id").first()


def waiting() -> QuerySet[Emergency]:
    """Those that nobody has reviewed, the oldest first."""
    return Emergency.objects.filter(reviewed_at=None).order_by("review_by", "id")


@transaction.atomic
def review(number: int, *, justified: bool, finding: str, by: Actor) -> Emergency:
    """Say whether an emergency was one. Raises `WrongStep` for one reviewed already, one's own, or without words."""
    found = Emergency.objects.select_for_update().filter(pk=number).first()
    if found is None or found.reviewed_at is not None:
        raise WrongStep("没有这件待复核的应急查阅，或者它已经复核过。")
    if found.by == str(by):
        raise WrongStep("自己的应急查阅不能自己复核。")
    words = " ".join(finding.split())
    if not words:
        raise WrongStep("请写明复核意见。")
    found.reviewed_at, found.reviewed_by, found.justified, found.finding = clock.now(), str(by), justified, words[:MOST]
    found.save(update_fields=["reviewed_at", "reviewed_by", "justified", "finding"])
    ledger.append(by, "facts.review_emergency", str(found), {"justified": justified})
    return found


def days_after(on: date, days: int) -> date:
    """So many working days on; calendar days where the year's holidays are not arranged yet."""
    try:
        return workdays.after(on, days)
    except workdays.NoArrangement:
        return on + timedelta(days=days)
