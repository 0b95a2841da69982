"""The verbs of policies: match the city, say what a subject qualifies for and why, simulate a change."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from django.db import transaction

from chengban import ledger
from chengban.facts import frame
from chengban.facts.models import Batch
from chengban.facts.profile import Profile
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.explaining import Verdict, explain, version_of
from chengban.policies.listing import keep_list
from chengban.policies.matching import Kindly, Matched, wanted_facts
from chengban.policies.models import MatchRun, PolicyMatch
from chengban.policies.parameters import with_parameters
from chengban.policies.simulating import Simulation, Simulator, simulated_by

Step = Callable[[str, int, int], None]
Tell = Callable[[int, int], None]


def run_match(pack: Pack, *, by: Actor, on: date, progress: Step = lambda step, done, total: None) -> MatchRun:
    """Match every subject with every policy in force at the business date, and keep what it came to."""
    started = time.perf_counter()
    with transaction.atomic():
        last = last_batch()
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
            publications=pack.publications,
        )
        PolicyMatch.objects.bulk_create(_rows(pack, run, outcomes))
        ledger.append(by, "policies.match", f"match:{run.pk}", {"on": on.isoformat(), "known_by": last})
    return run


def _named(progress: Step, kind: str) -> Tell:
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


def last_batch() -> int:
    """The newest batch of any register: what the city knows now. 0 before anything was loaded."""
    return Batch.objects.order_by("-id").values_list("id", flat=True).first() or 0


def latest_run() -> MatchRun | None:
    return MatchRun.objects.order_by("-id").first()


def is_current(pack: Pack, run: MatchRun, on: date) -> bool:
    """Whether a run still says what a new one would: same day, same data, same pack."""
    same_policies = run.publications == pack.publications and run.pack_digest == digest(pack)
    return run.on == on and run.known_by == last_batch() and same_policies


def digest(pack: Pack) -> str:
    """SHA-256 over the pack's files."""
    total = hashlib.sha256()
    for path in sorted(Path(pack.folder).rglob("*")):
        if path.is_file():
            total.update(path.relative_to(pack.folder).as_posix().encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def policies_of(pack: Pack, profile: Profile, *, on: date, language: str = "zh") -> list[Verdict]:
    """Every policy in force for this kind of subject, the ones that pay first."""
    verdicts = [
        explain(pack, policy, profile.known, on=on, language=language)
        for policy in pack.policies.values()
        if policy.subject == profile.kind and policy.in_force(on) is not None
    ]
    order = {"eligible": 0, "unknown": 2, "ineligible": 3}
    return sorted(verdicts, key=lambda made: (1 if made.near else order[made.verdict], -(made.amount or 0), made.policy.id))


def open_simulator(pack: Pack, policy: Policy, *, on: date, progress: Tell = lambda done, total: None) -> Simulator:
    """A simulator over the city as it is known now. Raises `NotInForce`."""
    wanted = wanted_facts(pack, [version_of(policy, on)], on, simulated_by(pack).values())
    started = time.perf_counter()
    table = frame.build(pack, policy.subject, on=on, known_by=last_batch(), wanted=wanted, progress=progress)
    return Simulator(pack, policy, table, on=on, frame_seconds=time.perf_counter() - started)


def simulate_policy(
    pack: Pack,
    policy: Policy,
    settings: Iterable[tuple[str, str]] = (),
    *,
    by: Actor,
    on: date,
    list_to: Path | None = None,
    progress: Tell = lambda done, total: None,
) -> Simulation:
    """What the policy comes to, and with `settings` what they change; with `list_to`, whom, in a file and the ledger.

    Raises `NotInForce` and `WrongParameter`, both before anything is read.
    """
    changed = list(settings)
    with_parameters(version_of(policy, on), changed)
    made = open_simulator(pack, policy, on=on, progress=progress).simulate(changed)
    if list_to is not None:
        keep_list(pack, made, list_to, by=by)
    return made
