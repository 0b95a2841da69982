"""What a policy says about one subject, clause by clause. Pure: it needs facts and a pack, and no database."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from chengban import rules
from chengban.packs import Pack
from chengban.packs.model import Clause, Policy, PolicyVersion
from chengban.packs.vocabulary import amount_of, calendar_facts, clauses_of, vocabulary
from chengban.policies.errors import NotInForce


@dataclass(frozen=True)
class Verdict:
    """One policy for one subject: what it says, clause by clause, and what it is worth in 元 (none: not known, or no amount)."""

    policy: Policy
    version: PolicyVersion
    explanation: rules.Explanation
    amount: Decimal | None

    @property
    def verdict(self) -> str:
        return self.explanation.verdict

    @property
    def near(self) -> Clause | None:
        """The only clause that is not true, where there is just one and it is false: the one step that is left."""
        short = [
            clause
            for clause, result in zip(self.version.clauses, self.explanation.clauses, strict=True)
            if result.verdict is not True
        ]
        failed = [result for result in self.explanation.clauses if result.verdict is False]
        return short[0] if len(short) == 1 and failed else None

    @property
    def missing(self) -> tuple[str, ...]:
        return self.explanation.missing


def clause_verdict(result: rules.ClauseResult) -> str:
    """One clause in the words of the whole: eligible, ineligible or unknown."""
    return "unknown" if rules.is_unknown(result.verdict) else "eligible" if result.verdict is True else "ineligible"


def explain(pack: Pack, policy: Policy, facts: dict[str, Any], *, on: date, language: str = "zh") -> Verdict:
    """What the version in force on a day says about the facts. Facts not given are unknown. Raises `NotInForce`."""
    version = version_of(policy, on)
    facts = {**calendar_facts(on), **facts}
    explanation = rules.explain(clauses_of(pack, version), facts, vocabulary(pack), language=language)
    return Verdict(policy, version, explanation, _amount(pack, version, facts, explanation))


def version_of(policy: Policy, on: date) -> PolicyVersion:
    """The version in force on a day. Raises `NotInForce`."""
    version = policy.in_force(on)
    if version is None:
        raise NotInForce(f"{policy.name}({policy.id}){_when(policy)},{on} 不在有效期内。")
    return version


def _when(policy: Policy) -> str:
    spans = "、".join(f"{version.since} 至 {version.until or '今'}" for version in policy.versions)
    return f"的版本有效期为 {spans}"


def _amount(pack: Pack, version: PolicyVersion, facts: dict[str, Any], explanation: rules.Explanation) -> Decimal | None:
    """The amount in 元 to the fen, for those who qualify and those who may."""
    node = amount_of(pack, version)
    if node is None or explanation.verdict == "ineligible":
        return None
    value = rules.evaluate_known(node, facts, vocabulary(pack))
    return in_yuan(version, value) if isinstance(value, Decimal) else None


def in_yuan(version: PolicyVersion, value: Decimal) -> Decimal:
    """A value of the version's amount, in 元 to the fen."""
    return (value * factor_of(version)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def factor_of(version: PolicyVersion) -> int:
    """How many 元 one unit of the version's amount is."""
    return 10_000 if version.amount.unit == "万元" else 1
