"""What a night's work tells of by itself (主动告知): new policies that nobody is offered, and instalments that are soon due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.db.models import F

from chengban.accounts.models import Mandate, MandateKind
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.policies.models import Instalment, Offer, Publication, Recovery
from chengban.policies.offering import eligible
from chengban.policies.recovery import Part, plan_of, standing_of
from chengban.policies.telling import Words, sum_of, telling_of
from chengban.reach.domain import Telling, tell_all
from chengban.reach.models import Kind, Letter

AT_ONCE = 500
"""Letters that are told in one transaction."""
_DONE_BY_ITSELF = ("免申即享", "确认即享")
_HOW = {"申报": "要享受它，请按政策页写的办法申报。", "自行申报": "它由您在申报时自行享受。"}
_HOW_EN = {"申报": "To have it, apply as its page says.", "自行申报": "You declare it yourself."}

_NEW = Words(
    Kind.POLICY_NEW,
    "新的政策：{policy}",
    "{policy}自 {since} 起施行。按本市现有的数据，您符合它的条件。{how}能否享受，以主管部门的决定为准。",
    "A new policy: {policy}",
    "{policy} is in force from {since}. By what the city holds you qualify. {how} The department decides.",
)
_DUE = Words(
    Kind.RECOVERY_DUE,
    "请在 {due} 以前退回{policy}的 {amount} 元",
    "您应退回的{policy}资金，第 {number} 期 {amount} 元，最迟 {due} 退回。已经退回的，登记入账以后不再提醒。",
    "{policy}: ¥{amount} to be paid back by {due}",
    "Instalment {number} of what you pay back for {policy}, ¥{amount}, is due by {due}.",
)


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many letters of each kind were new."""

    new_policies: int
    due: int


def remind(pack: Pack, *, on: date, by: Actor) -> Reminded:
    """Tell whoever is to be told on the day; again tells nobody twice."""
    return Reminded(_tell(_new_policies(pack, on, by), by), _tell(_due(pack, on), by))


def _tell(tellings: Iterator[Telling], by: Actor) -> int:
    told = 0
    while some := list(islice(tellings, AT_ONCE)):
        told += tell_all(some, by=by)
    return told


# New policies ---------------------------------------------------------------------------------------------------------


def _new_policies(pack: Pack, on: date, by: Actor) -> Iterator[Telling]:
    """A letter for each subject that qualifies, that somebody acts for, and to whom no offer speaks of the version."""
    since = on - timedelta(days=pack.city.reach.new_days)
    for line in Publication.objects.filter(act=Publication.Act.PUBLISHED, on__gt=since, on__lte=on).order_by("pk"):
        policy = pack.policies[line.policy]
        version = policy.in_force(on)
        if version is not None and version.version == line.version and not _is_offered(policy, version):
            yield from _of_version(pack, policy, version, on, by)


def _is_offered(policy: Policy, version: PolicyVersion) -> bool:
    """Whether an offer comes of it, whose own letter says enough."""
    return policy.mode in _DONE_BY_ITSELF and version.amount.kind == "payment"


def _of_version(pack: Pack, policy: Policy, version: PolicyVersion, on: date, by: Actor) -> Iterator[Telling]:
    about = f"policy:{policy.id}/{version.version}"
    kind = MandateKind.ENTERPRISE if policy.subject == "enterprise" else MandateKind.CITIZEN
    readers = set(Mandate.objects.holding().filter(kind=kind).values_list("subject", flat=True))
    spoken = set(Letter.objects.filter(kind=Kind.POLICY_NEW, about=about).values_list("subject", flat=True))
    spoken |= set(Offer.objects.filter(policy=policy.id, version=version.version).values_list("subject", flat=True))
    for subject in eligible(pack, policy, on, by=by) if readers - spoken else ():
        if subject in readers and subject not in spoken:
            link = "/me/policies" if policy.subject == "person" else f"/enterprises/{subject}/policies"
            blanks = {"since": version.since.isoformat(), "how": _HOW.get(policy.mode, "")}
            yield telling_of(pack, _NEW, policy.id, subject, about, link, blanks, {"how": _HOW_EN.get(policy.mode, "")})


# Instalments ----------------------------------------------------------------------------------------------------------


def _due(pack: Pack, on: date) -> Iterator[Telling]:
    """A letter for each instalment that is not paid and due within the days that the pack says."""
    until = on + timedelta(days=pack.city.reach.due_days)
    near = Instalment.objects.filter(due__range=(on, until)).values("recovery")
    owing = Recovery.objects.filter(pk__in=near, amount__gt=F("received") + F("waived")).order_by("pk")
    for recovery in owing.select_related("payment").prefetch_related("instalments"):
        plan = plan_of(recovery)[0].plan
        for part in standing_of(recovery, on).parts:
            if on <= part.due <= until and not part.is_paid and not _is_said_already(recovery, plan, part, until - on):
                yield _of_part(pack, recovery, plan, part)


def _is_said_already(recovery: Recovery, plan: int, part: Part, before: timedelta) -> bool:
    """Whether the demand itself, whose letter names the day, was made so shortly before it."""
    return plan == 1 and recovery.on > part.due - before


def _of_part(pack: Pack, recovery: Recovery, plan: int, part: Part) -> Telling:
    payment = recovery.payment
    about, link = f"recovery:{recovery.pk}/{plan}.{part.number}", f"/enterprises/{payment.subject}/recoveries"
    blanks = {"due": part.due.isoformat(), "amount": sum_of(part.amount - part.received), "number": str(part.number)}
    return telling_of(pack, _DUE, payment.policy, payment.subject, about, link, blanks)
