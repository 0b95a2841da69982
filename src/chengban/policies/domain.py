"""The verbs of policies: match the city, say what a subject qualifies for and why, simulate a change."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
from django.db import transaction

from chengban import ledger
from chengban.facts import frame, shelf
from chengban.facts.batches import last_settled
from chengban.facts.profile import Profile
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.policies.explaining import Verdict, explain, version_of
from chengban.policies.listing import keep_list
from chengban.policies.matching import Kindly, Matched, signature_of, wanted_facts
from chengban.policies.models import MatchRun, PolicyMatch
from chengban.policies.parameters import with_parameters
from chengban.policies.simulating import Simulation, Simulator, simulated_by

Step = Callable[[str, int, int], None]
Tell = Callable[[int, int], None]
KINDS: tuple[frame.Kind, ...] = ("enterprise", "person")
COUNTS = ("eligible", "unknown", "near", "amount", "amount_unknown", "breakdown")
"""What a policy's row holds beside its bitmaps: all of it can be added up."""


@dataclass(frozen=True)
class Everybody:
    """Every subject with every policy in force on a day, as known after a batch."""

    on: date
    known_by: int
    outcomes: dict[str, Matched]
    subjects: dict[str, pa.Array]
    """Kind → the identifiers, by row of the bitmaps."""
    seconds: float
    match_seconds: float


def run_match(pack: Pack, *, by: Actor, on: date, progress: Step = lambda step, done, total: None) -> MatchRun:
    """Match every subject with every policy in force at the business date, and keep what it came to."""
    with transaction.atomic():
        return keep_run(pack, match_everybody(pack, on, last_batch(), progress), by=by)


def match_everybody(
    pack: Pack, on: date, known_by: int, progress: Step = lambda step, done, total: None, *, shelve: bool = True
) -> Everybody:
    """Match from the registers themselves; the frames are put on the shelf for those who come later."""
    started = time.perf_counter()
    outcomes: dict[str, Matched] = {}
    subjects: dict[str, pa.Array] = {}
    match_seconds = 0.0
    for kind in KINDS:
        work = Kindly(pack, kind, on)
        table = frame.build(pack, kind, on=on, known_by=known_by, wanted=work.wanted(), progress=_named(progress, kind))
        made, seconds = work.match(table)
        if shelve:
            shelf.keep(pack, kind, table, on=on, known_by=known_by)
        outcomes |= {matched.policy.id: matched for matched in made}
        subjects[kind], match_seconds = table.column(frame.SUBJECT).combine_chunks(), match_seconds + seconds
    return Everybody(on, known_by, outcomes, subjects, time.perf_counter() - started, match_seconds)


def keep_run(pack: Pack, found: Everybody, *, by: Actor) -> MatchRun:
    """The match as a run of its own, which is followed from here on."""
    with transaction.atomic():
        run = MatchRun.objects.create(
            on=found.on,
            known_by=found.known_by,
            followed_to=found.known_by,
            pack_digest=digest(pack),
            enterprises=len(found.subjects["enterprise"]),
            people=len(found.subjects["person"]),
            at=clock.now(),
            seconds=found.seconds,
            match_seconds=found.match_seconds,
            by=str(by),
            publications=pack.publications,
        )
        outcomes = found.outcomes
        PolicyMatch.objects.bulk_create(policy_row(pack, run, policy, outcomes.get(policy.id)) for policy in pack.policies.values())
        ledger.append(by, "policies.match", f"match:{run.pk}", {"on": found.on.isoformat(), "known_by": found.known_by})
    return run


def _named(progress: Step, kind: str) -> Tell:
    return lambda done, total: progress(kind, done, total)


def policy_row(pack: Pack, run: MatchRun, policy: Policy, matched: Matched | None) -> PolicyMatch:
    """A policy's part of a run, matched on what was known after `followed_to`; without a match it is not in force."""
    row = PolicyMatch(run=run, policy=policy.id, known_by=run.followed_to or run.known_by)
    if matched is None:
        return row
    row.version = matched.version.version
    row.signature = signature_of(pack, matched.version, policy.subject, run.on)
    for name in (*COUNTS, "bits_eligible", "bits_unknown", "near_clauses"):
        setattr(row, name, getattr(matched, name))
    return row


def last_batch() -> int:
    """The newest batch up to which nothing is being loaded: what the city knows now. 0 before anything was loaded."""
    return last_settled()


def latest_run() -> MatchRun | None:
    return MatchRun.objects.order_by("-id").first()


def is_current(pack: Pack, run: MatchRun, on: date) -> bool:
    """Whether a run, followed as it was, says what a new one would: same day, same data, same pack."""
    return run.on == on and run.followed_to == last_batch() and run.pack_digest == digest(pack) and not stale_policies(pack, run)


def stale_policies(pack: Pack, run: MatchRun) -> list[str]:
    """The policies that the run was not matched by as the pack has them, and those that the pack has no more."""
    held = dict(run.policies.values_list("policy", "signature"))
    declared = {policy.id: _signature(pack, policy, run.on) for policy in pack.policies.values()}
    return [name for name in dict.fromkeys([*declared, *held]) if held.get(name) != declared.get(name)]


def _signature(pack: Pack, policy: Policy, on: date) -> str:
    version = policy.in_force(on)
    return "" if version is None else signature_of(pack, version, policy.subject, on)


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
    table = shelf.frame_of(pack, policy.subject, on=on, known_by=last_batch(), wanted=wanted, progress=progress)
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
