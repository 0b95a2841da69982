"""What is still open between a subject and a policy (在途核查): until it is settled, nothing new of the policy is promised to it.

Nothing is lost by that: the next list takes the subject up again.
"""

from collections.abc import Callable

from django.db.models import F

from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.models import Offer, Recovery
from chengban.policies.standing import Stage, staged


def still_open(pack: Pack, policy: Policy, subject: str) -> str:
    """Why nothing new is promised yet; nothing where no matter is open of those that the city looks at."""
    reasons = (_LOOKS[matter](policy, subject) for matter in pack.city.in_flight)
    return next((f"在途：{reason}" for reason in reasons if reason), "")


def _recovery(policy: Policy, subject: str) -> str:
    """A payment of the policy is demanded back and has not all come."""
    found = Recovery.objects.filter(payment__policy=policy.id, payment__subject=subject, amount__gt=F("received") + F("waived"))
    one = found.select_related("payment").first()
    return f"{one.payment.period} 的拨付正在追回（追回 {one.pk}），还欠 {one.owed} 元" if one else ""


def _offer(policy: Policy, subject: str) -> str:
    """An offer of the policy waits until an objection or a disputed datum is settled."""
    chosen = staged(Offer.objects.filter(policy=policy.id, subject=subject)).filter(stage__in=(Stage.OBJECTED, Stage.DISPUTED))
    one = chosen.order_by("pk").first()
    return f"{one.period} 的拟享（{one.pk}）有异议或数据待核" if one else ""


_LOOKS: dict[str, Callable[[Policy, str], str]] = {"recovery": _recovery, "offer": _offer}
