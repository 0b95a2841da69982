"""Before money is promised or leaves, a subject is judged once more by its own facts of the day (拨付前核验)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from chengban.facts.errors import FactsError
from chengban.facts.profile import open_file
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.errors import PolicyError
from chengban.policies.explaining import Verdict, explain
from chengban.policies.in_flight import still_open

_WHY = {"ineligible": "现在不符合条件", "unknown": "还不知道是否符合"}


class KeptOut(PolicyError):
    """The policy pays the subject nothing today; the message says why."""


@dataclass(frozen=True)
class Payable:
    """A subject that qualifies for `amount` 元, by the facts that are `known` of it."""

    verdict: Verdict
    amount: Decimal
    known: dict[str, Any]


def judge(pack: Pack, policy: Policy, subject: str, *, on: date, by: Actor, purpose: str) -> Payable:
    """What a subject that qualifies is to be paid; the reading of its file is recorded.

    Raises KeptOut for every other subject, and, before its file is read, for one with whom a matter of the policy is still open.
    """
    reason = still_open(pack, policy, subject)
    if reason:
        raise KeptOut(reason)
    try:
        profile = open_file(pack, policy.subject, subject, by=by, on=on, purpose=purpose)
    except FactsError as error:
        raise KeptOut(str(error)) from error
    verdict = explain(pack, policy, profile.known, on=on)
    if verdict.verdict != "eligible" or not verdict.amount or verdict.version.amount.kind != "payment":
        raise KeptOut(_WHY.get(verdict.verdict, "没有可以拨付的金额，或者金额还不知道"))
    return Payable(verdict, verdict.amount, profile.known)
