"""Before money is promised or leaves, subjects are judged once more by their own facts of the day (拨付前核验).

Just the facts are read that the policy stands on, and each subject's reading is in the ledger.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from chengban.facts import frame
from chengban.facts.reading.grounds import Ground
from chengban.facts.reading.opening import Wanted, begin_reading
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy, PolicyVersion
from chengban.packs.vocabulary import expression, facts_in
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict, explain, version_of
from chengban.policies.in_flight import still_open
from chengban.policies.matching import wanted_facts

_WHY = {"ineligible": "现在不符合条件", "unknown": "还不知道是否符合"}
_NOBODY = "本市没有登记这个主体。"


class KeptOut(PolicyError):
    """The policy pays the subject nothing today; the message says why."""


@dataclass(frozen=True)
class Payable:
    """A subject that qualifies for `amount` 元, by the facts that are `known` of it."""

    verdict: Verdict
    amount: Decimal
    known: dict[str, Any]


def judge(pack: Pack, policy: Policy, subject: str, *, on: date, by: Actor) -> Payable:
    """What a subject that qualifies is to be paid; the reading is recorded. Raises KeptOut for every other subject."""
    found = judge_all(pack, policy, [subject], on=on, by=by)[subject]
    if isinstance(found, KeptOut):
        raise found
    return found


def judge_all(pack: Pack, policy: Policy, subjects: Collection[str], *, on: date, by: Actor) -> Mapping[str, Payable | KeptOut]:
    """The same for many, read together. Facts are not read of those with whom a matter of the policy is still open."""
    made: dict[str, Payable | KeptOut] = {name: KeptOut(why) for name, why in still_open(pack, policy, subjects).items()}
    chosen = sorted(set(subjects) - made.keys())
    wanted = _wanted(pack, version_of(policy, on), on)
    under = Ground("delivery", f"policy:{policy.id}")
    with transaction.atomic():
        begin_reading(pack, policy.subject, chosen, under=under, by=by, on=on, wanted=Wanted(tuple(wanted)))
        table = frame.build(pack, policy.subject, on=on, wanted=wanted, subjects=chosen)
        for row in table.to_pylist():
            subject = row.pop(frame.SUBJECT)
            made[subject] = _payable(pack, policy, {name: value for name, value in row.items() if value is not None}, on)
    return made | {subject: KeptOut(_NOBODY) for subject in subjects if subject not in made}


def _wanted(pack: Pack, version: PolicyVersion, on: date) -> list[str]:
    """What the version stands on: its clauses, its amount, and the score that its queue goes by."""
    score = version.delivery.score if version.delivery else None
    scored = facts_in(pack, [expression(pack, score, version)]) if score else frozenset()
    return sorted({*wanted_facts(pack, [version], on, ()), *scored})


def _payable(pack: Pack, policy: Policy, known: dict[str, Any], on: date) -> Payable | KeptOut:
    verdict = explain(pack, policy, known, on=on)
    if verdict.verdict != "eligible" or not verdict.amount or verdict.version.amount.kind != "payment":
        return KeptOut(_WHY.get(verdict.verdict, "没有可以拨付的金额，或者金额还不知道"))
    return Payable(verdict, verdict.amount, known)
