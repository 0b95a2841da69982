"""Spot checks (抽查): some payments that arrived are judged again by what the city knows now. A finding demands nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from chengban import ledger
from chengban.facts.errors import FactsError
from chengban.facts.profile import open_file
from chengban.facts.reading.grounds import Ground
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.policies.domain import last_batch
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict, clause_verdict, explain, version_of
from chengban.policies.matching import wanted_facts
from chengban.policies.models import Finding, Payment, PaymentStep, SpotCheck
from chengban.policies.payments import NEWEST
from chengban.policies.reasons import facts_of

Says = Finding.Says
_SAYS = {"eligible": Says.HOLDS, "ineligible": Says.FAILS, "unknown": Says.UNKNOWN}


def draw(numbers: Sequence[int], count: int, seed: int) -> list[int]:
    """`count` of the payments' numbers, the same for the same seed and payments, in whatever order they are given."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:count]


def spot_check(pack: Pack, policy: str, period: str, count: int, seed: int, *, on: date, by: Actor) -> SpotCheck:
    """Draw payments that arrived, and judge each again. Each reading of a file is recorded.

    A payment is judged for the business date on which it was offered or ordered, by the rows that the registers hold *now*: what
    was mended since counts. A register without a date of its own in the row says how things stand today, so that an honest change
    since then can look like a payment that should not have been; that is why an officer decides, and not this.
    Raises PolicyError where nothing arrived.
    """
    arrived = Payment.objects.filter(policy=policy, period=period).annotate(now=NEWEST).filter(now=PaymentStep.State.PAID)
    chosen = draw(list(arrived.values_list("pk", flat=True)), count, seed)
    if not chosen:
        raise PolicyError(f"{policy} 在 {period} 还没有到账的拨付，无从抽查。")
    known_by = last_batch()
    with transaction.atomic():
        made = {"policy": policy, "period": period, "count": len(chosen), "seed": seed, "known_by": known_by, "on": on}
        check = SpotCheck.objects.create(**made, at=clock.now(), by=str(by))
        payments = Payment.objects.select_related("offer").in_bulk(chosen)
        findings = [_finding(pack, check, payments[number], by) for number in chosen]
        Finding.objects.bulk_create(findings)
        failing = sum(finding.says == Says.FAILS for finding in findings)
        payload = {"period": period, "count": len(chosen), "seed": seed, "known_by": known_by, "fails": failing}
        ledger.append(by, "policies.spot_check", f"policy:{policy}", payload)
    return check


def date_of(payment: Payment) -> date:
    """The business date that a payment stands on: its offer's, else the day it was ordered."""
    offer = getattr(payment, "offer", None)
    return offer.on if offer is not None else localtime(payment.at).date()


@dataclass(frozen=True, slots=True)
class _Judged:
    says: str
    amount: Decimal | None = None
    clauses: list[dict[str, Any]] = field(default_factory=list)
    reason: str = ""


def _finding(pack: Pack, check: SpotCheck, payment: Payment, by: Actor) -> Finding:
    judged = _judge(pack, check, payment, by)
    told = {"says": judged.says, "amount": judged.amount, "clauses": judged.clauses, "reason": judged.reason[:300]}
    return Finding(check_of=check, payment=payment, **told)


def _judge(pack: Pack, check: SpotCheck, payment: Payment, by: Actor) -> _Judged:
    policy, day = pack.policies[payment.policy], date_of(payment)
    under, kind = Ground("spot_check", f"payment:{payment.pk}"), policy.subject
    facts = wanted_facts(pack, [version_of(policy, day)], day, ()) if policy.in_force(day) else []
    try:
        profile = open_file(pack, kind, payment.subject, under=under, by=by, on=day, facts=facts, known_by=check.known_by)
        verdict = explain(pack, policy, profile.known, on=day)
    except (FactsError, PolicyError) as error:
        return _Judged(Says.UNKNOWN, reason=str(error))
    return _Judged(_SAYS[verdict.verdict], verdict.amount, _unmet(verdict))


def _unmet(verdict: Verdict) -> list[dict[str, Any]]:
    """The clauses that are not met, each with the facts that it stands on."""
    clauses = zip(verdict.version.clauses, verdict.explanation.clauses, strict=True)
    return [
        {
            "clause": clause.id,
            "text": clause.text,
            "verdict": clause_verdict(result),
            "facts": facts_of(result),
            "gap": result.gap.sentence if result.gap else "",
        }
        for clause, result in clauses
        if result.verdict is not True
    ]
