"""The verbs of policies: match the city, say what a subject qualifies for and why."""

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from chengban import ledger, rules
from chengban.facts import frame
from chengban.facts.models import Batch
from chengban.facts.profile import Profile
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Clause, Policy, PolicyVersion
from chengban.packs.vocabulary import amount_of, clauses_of, vocabulary
from chengban.policies.matching import Kindly, Matched
from chengban.policies.models import MatchRun, PolicyMatch

Step = Callable[[str, int, int], None]


class PolicyError(Exception):
    """Base of the room's errors; the message is shown as it is."""


class NotInForce(PolicyError):
    """The policy has no version in force on the day that was asked about."""


def run_match(pack: Pack, *, by: Actor, on: date, progress: Step = lambda step, done, total: None) -> MatchRun:
    """Match every subject with every policy in force at the business date, and keep what it came to."""
    started = time.perf_counter()
    with transaction.atomic():
        last = Batch.objects.order_by("-id").values_list("id", flat=True).first() or 0
        outcomes: dict[str, Matched] = {}
        sizes, match_seconds = {}, 0.0
        for kind in ("enterprise", "person"):
            work = Kindly(pack, kind, on)
            table = frame.build(pack, kind, on=on, known_by=last, wanted=work.wanted(), progress=_named(progress, kind))
            made, seconds = work.match(table)
            outcomes |= {matched.policy.id: matched for matched in made}
            sizes[kind], match_seconds = len(table), match_seconds + seconds
        run = MatchRun.objects.create(
            on=on,
            known_by=last,
            pack_digest=digest(pack),
            enterprises=sizes["enterprise"],
            people=sizes["person"],
            at=clock.now(),
            seconds=time.perf_counter() - started,
            match_seconds=match_seconds,
            by=str(by),
        )
        PolicyMatch.objects.bulk_create(_rows(pack, run, outcomes))
        ledger.append(by, "policies.match", f"match:{run.pk}", {"on": on.isoformat(), "known_by": last})
    return run


def _named(progress: Step, kind: str) -> Callable[[int, int], None]:
    return lambda done, total: progress(kind, done, total)


def _rows(pack: Pack, run: MatchRun, outcomes: dict[str, Matched]) -> Iterator[PolicyMatch]:
    for policy in pack.policies.values():
        matched = outcomes.get(policy.id)
        if matched is None:
            yield PolicyMatch(run=run, policy=policy.id)
            continue
        yield PolicyMatch(
            run=run,
            policy=policy.id,
            version=matched.version.version,
            eligible=matched.eligible,
            unknown=matched.unknown,
            near=matched.near,
            amount=matched.amount,
            amount_unknown=matched.amount_unknown,
            breakdown=matched.breakdown,
            bits_eligible=matched.bits_eligible,
            bits_unknown=matched.bits_unknown,
        )


def latest_run() -> MatchRun | None:
    return MatchRun.objects.order_by("-id").first()


def is_current(pack: Pack, run: MatchRun, on: date) -> bool:
    """Whether a run still says what a new one would: same day, same data, same pack."""
    last = Batch.objects.order_by("-id").values_list("id", flat=True).first() or 0
    return run.on == on and run.known_by == last and run.pack_digest == digest(pack)


def digest(pack: Pack) -> str:
    """SHA-256 over the pack's files."""
    total = hashlib.sha256()
    for path in sorted(Path(pack.folder).rglob("*")):
        if path.is_file():
            total.update(path.relative_to(pack.folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


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


def explain(pack: Pack, policy: Policy, facts: dict[str, Any], *, on: date, language: str = "zh") -> Verdict:
    """What the version in force on a day says about the facts. Facts not given are unknown. Raises `NotInForce`."""
    version = policy.in_force(on)
    if version is None:
        raise NotInForce(f"{policy.name}({policy.id}){_when(policy)},{on} 不在有效期内。")
    explanation = rules.explain(clauses_of(pack, version), facts, vocabulary(pack), language=language)
    return Verdict(policy, version, explanation, _amount(pack, version, facts, explanation))


def _when(policy: Policy) -> str:
    spans = "、".join(f"{version.since} 至 {version.until or '今'}" for version in policy.versions)
    return f"的版本有效期为 {spans}"


def _amount(pack: Pack, version: PolicyVersion, facts: dict[str, Any], explanation: rules.Explanation) -> Decimal | None:
    """The amount in 元 to the fen, for those who qualify and those who may."""
    node = amount_of(pack, version)
    if node is None or explanation.verdict == "ineligible":
        return None
    value = rules.evaluate_known(node, facts, vocabulary(pack))
    if not isinstance(value, Decimal):
        return None
    factor = 10_000 if version.amount.unit == "万元" else 1
    return (value * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def policies_of(pack: Pack, profile: Profile, *, on: date, language: str = "zh") -> list[Verdict]:
    """Every policy in force for this kind of subject, the ones that pay first."""
    verdicts = [
        explain(pack, policy, profile.known, on=on, language=language)
        for policy in pack.policies.values()
        if policy.subject == profile.kind and policy.in_force(on) is not None
    ]
    order = {"eligible": 0, "unknown": 2, "ineligible": 3}
    return sorted(verdicts, key=lambda made: (1 if made.near else order[made.verdict], -(made.amount or 0), made.policy.id))
