"""What cannot be had together in periods that share a day, and which of it stays.

不可同享 (`Policy.excludes`): the first stays. 择优不重复 (`Policy.best_of`): the one that is worth most stays. 不重复享受: one
payment of a policy, whatever its version. What is ordered or paid already always stays.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.models import Offer, Payment
from chengban.policies.periods import overlap
from chengban.policies.standing import Standing, Step, add_step, standing_of, with_standing

PAID_BEFORE = "本期已经拨付过，不重复享受"
Living = list[tuple[Offer, Standing]]


def hold(subject: str) -> None:
    """Let nobody else propose anything to the subject until this transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"offers:{subject}"])


def paid(policies: Iterable[str], period: str, subjects: Iterable[str]) -> set[str]:
    """Those of the subjects that have a payment of one of the policies in a period that shares a day with this one."""
    found = Payment.objects.filter(policy__in=list(policies), subject__in=list(subjects))
    return {subject for subject, other in found.values_list("subject", "period") if overlap(period, other)}


def settle(pack: Pack, policy: Policy, offer: Offer, *, by: Actor) -> None:
    """Exclude an offer because of what the subject has, or what it has because of the offer. The subject is held.

    An excluded offer is restored where nothing stands in its place any more.
    """
    reason, grouped = _against(pack, policy, offer)
    is_excluded = standing_of(offer).is_excluded
    if reason:
        if not is_excluded:
            add_step(offer, Step.EXCLUDED, by, reason=reason)
        return
    if is_excluded:
        add_step(offer, Step.RESTORED, by)
    for other, _ in grouped:
        add_step(other, Step.EXCLUDED, by, reason=_best(other, offer))


def why_not(pack: Pack, policy: Policy, offer: Offer) -> str:
    """Why the offer does not stand now; nothing where it does."""
    with transaction.atomic():
        return _against(pack, policy, offer)[0]


def _against(pack: Pack, policy: Policy, offer: Offer) -> tuple[str, Living]:
    """Why the offer does not stand, and the living offers of its best-of group."""
    against = _excluding(pack, policy)
    group = {other.id for other in pack.policies.values() if policy.best_of and other.best_of == policy.best_of} - {policy.id}
    living = _living(offer, {policy.id} | against | group)
    grouped = [pair for pair in living if pair[0].policy in group - against]
    others = [other for other, _ in living if other.policy not in group - against]
    reason = _first_come(offer, others) or _worth_more(offer, grouped)
    if not reason and paid({policy.id} | against | group, offer.period, [offer.subject]):
        reason = PAID_BEFORE
    return reason, grouped


def _excluding(pack: Pack, policy: Policy) -> set[str]:
    """The policies that cannot be had together with this one, whichever of the two says so."""
    return {other.id for other in pack.policies.values() if policy.id in other.excludes} | set(policy.excludes)


def _living(offer: Offer, policies: set[str]) -> Living:
    """The subject's other offers of the time that did not end without money, held until this transaction ends."""
    chosen = Offer.objects.select_for_update().filter(subject=offer.subject, policy__in=policies).exclude(pk=offer.pk)
    others = with_standing(other for other in chosen.order_by("pk") if overlap(offer.period, other.period))
    return [(other, standing) for other, standing in others if not standing.is_dead]


def _first_come(offer: Offer, others: list[Offer]) -> str:
    for other in others:
        same = other.policy == offer.policy
        return f"本期已有版本 {other.version} 的拟享，不重复享受" if same else f"与 {other.policy} 不可同享"
    return ""


def _worth_more(offer: Offer, grouped: Living) -> str:
    """Why the offer does not stand against the others of its group; nothing where it is worth more than any."""
    stands = [other for other, standing in grouped if standing.has(Step.ORDERED) or other.amount >= offer.amount]
    return _best(offer, max(stands, key=lambda other: other.amount)) if stands else ""


def _best(offer: Offer, better: Offer) -> str:
    return f"择优不重复：已有 {better.policy} {better.amount} 元，本项 {offer.amount} 元"
