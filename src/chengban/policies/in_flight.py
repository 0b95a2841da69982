"""What is still open between a subject and a policy (在途核查): until it is settled, nothing new of the policy is promised to it.

Nothing is lost by that: the next list takes the subject up again.
"""

from collections.abc import Callable, Collection, Iterator

from django.db.models import F

from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.models import Offer, Recovery
from chengban.policies.standing import Stage, staged


def still_open(pack: Pack, policy: Policy, subjects: Collection[str]) -> dict[str, str]:
    """Subject → why nothing new is promised to it yet, for those with an open matter of those that the city looks at."""
    found: dict[str, str] = {}
    for matter in pack.city.in_flight:
        for subject, reason in _LOOKS[matter](policy, subjects):
            found.setdefault(subject, f"在途：{reason}")
    return found


def _recoveries(policy: Policy, subjects: Collection[str]) -> Iterator[tuple[str, str]]:
    """Payments of the policy that are demanded back and have not all come."""
    found = Recovery.objects.filter(payment__policy=policy.id, payment__subject__in=subjects)
    for one in found.filter(amount__gt=F("received") + F("waived")).select_related("payment").order_by("pk"):
        yield one.payment.subject, f"{one.payment.period} 的拨付正在追回（追回 {one.pk}），还欠 {one.owed} 元"


def _offers(policy: Policy, subjects: Collection[str]) -> Iterator[tuple[str, str]]:
    """Offers of the policy that wait until an objection or a disputed datum is settled."""
    chosen = staged(Offer.objects.filter(policy=policy.id, subject__in=subjects))
    for one in chosen.filter(stage__in=(Stage.OBJECTED, Stage.DISPUTED)).order_by("pk"):
        yield one.subject, f"{one.period} 的拟享（{one.pk}）有异议或数据待核"


_LOOKS: dict[str, Callable[[Policy, Collection[str]], Iterator[tuple[str, str]]]] = {"recovery": _recoveries, "offer": _offers}
