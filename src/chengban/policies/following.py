"""Matching stays true (匹配跟随): changed facts judge their subjects again, a changed policy judges everybody.

A run's bitmaps stay as they were made; beside them stands what was found since, subject by subject, and the counts move along. Both
are written in one transaction with the batch up to which they hold, so that nothing is followed twice or passed over.
"""

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from chengban import ledger
from chengban.facts import frame, shelf, store
from chengban.facts.batches import loaded_between
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.packs.model import Policy
from chengban.packs.vocabulary import kept_with
from chengban.policies.domain import COUNTS, KINDS, digest, last_batch, latest_run, policy_row, run_match, stale_policies
from chengban.policies.followed import Judged, changes, judge
from chengban.policies.matching import Kindly, Matched
from chengban.policies.models import MatchRun, PolicyMatch, SubjectMatch

LARGEST_SHARE = Decimal("0.1")
"""Of the subjects of a kind: when more than these changed, everybody is matched again, which is then quicker."""
MOST_REACHED = 8
"""Policies that are matched one by one when a pack changes; when more of them changed, everything is."""
_CHUNK = 5_000


@dataclass(frozen=True)
class Following:
    """What one turn did. `run` none: nothing was loaded yet. `full`: everybody was matched again, and why."""

    run: MatchRun | None
    subjects: int = 0
    changes: int = 0
    reached: tuple[str, ...] = ()
    full: str = ""
    seconds: float = 0.0

    @property
    def is_idle(self) -> bool:
        return not (self.subjects or self.reached or self.full)


def follow(pack: Pack, *, by: Actor, on: date) -> Following:
    """Bring the newest run up to the last settled batch and to the pack; where that is not worth it, make a new run for the day.

    Any number of followers may run; they take turns.
    """
    started = time.perf_counter()
    with transaction.atomic():
        take_turn()
        made = _follow(pack, by, on)
    return Following(*made, seconds=time.perf_counter() - started)


def reach_everyone(pack: Pack, policy: Policy, *, by: Actor, on: date) -> MatchRun:
    """Match everybody with one policy that was published, changed or withdrawn, into the newest run; the others stay as they are.

    Where there is no run of the day yet, one is made.
    """
    with transaction.atomic():
        take_turn()
        run = latest_run()
        if run is None or run.followed_to is None or run.on != on:
            return run_match(pack, by=by, on=on)
        _reach(pack, run, [policy], by)
        if not stale_policies(pack, run):
            _agree(pack, run)
    return run


def take_turn() -> None:
    """One follower at a time, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('policies.follow', 0))")


Made = tuple[MatchRun | None, int, int, tuple[str, ...], str]


def _follow(pack: Pack, by: Actor, on: date) -> Made:
    run, last = latest_run(), last_batch()
    if run is None or run.followed_to is None:
        return (_full(pack, by, on), 0, 0, (), "first") if last else (None, 0, 0, (), "")
    reached = tuple(stale_policies(pack, run))
    if len(reached) > MOST_REACHED:
        return _full(pack, by, on), 0, 0, (), "pack"
    if reached:
        _reach(pack, run, [pack.policies[name] for name in reached if name in pack.policies], by)
    if reached or run.pack_digest != digest(pack):
        _agree(pack, run)
    if last == run.followed_to:
        return run, 0, 0, reached, ""
    changed = {kind: changed_subjects(pack, kind, run, last) for kind in KINDS}
    if any(len(some) > LARGEST_SHARE * max(_size(run, kind), 10) for kind, some in changed.items()):
        return _full(pack, by, on), sum(map(len, changed.values())), 0, reached, "share"
    found = sum(_judge_again(pack, run, kind, some, last) for kind, some in changed.items() if some)
    subjects = sum(map(len, changed.values()))
    if subjects:
        told = {"after": run.followed_to, "until": last, "subjects": subjects, "changes": found}
        ledger.append(by, "policies.follow", f"match:{run.pk}", told)
    run.followed_to, run.followed_at = last, clock.now()
    run.save(update_fields=["followed_to", "followed_at", "enterprises", "people"])
    return run, subjects, found, reached, ""


def _full(pack: Pack, by: Actor, on: date) -> MatchRun:
    return run_match(pack, by=by, on=on)


def _size(run: MatchRun, kind: frame.Kind) -> int:
    return run.enterprises if kind == "enterprise" else run.people


def changed_subjects(pack: Pack, kind: frame.Kind, run: MatchRun, until: int) -> set[str]:
    """The subjects of whom something that policies stand on was loaded since the run was followed."""
    assert run.followed_to is not None
    loaded = loaded_between(run.followed_to, until)
    read = {frame.subjects_of(pack, kind).register_, *frame.needs(pack, kind, _work(pack, kind, run.on).wanted())}
    found = (store.changed_subjects(pack.registers[name], run.followed_to, until) for name in sorted(read & loaded))
    return set().union(*found)


def _work(pack: Pack, kind: frame.Kind, on: date) -> Kindly:
    """The policies compiled, once for as long as the follower lives."""
    return kept_with(pack, ("followed", kind, on), pack, lambda: Kindly(pack, kind, on))


def _judge_again(pack: Pack, run: MatchRun, kind: frame.Kind, subjects: Collection[str], until: int) -> int:
    """How many standings changed. The counts move by what the subjects came to before, and come to now."""
    assert run.followed_to is not None
    work = _work(pack, kind, run.on)
    was, now = judge(work, subjects, run.followed_to), judge(work, subjects, until)
    _resize(run, kind, len(now.subjects) - len(was.subjects))
    rows = list(run.policies.filter(policy__in=list(work.versions)).defer("bits_eligible", "bits_unknown", "near_clauses"))
    for row in rows:
        _shift(row, was.outcomes[row.policy], now.outcomes[row.policy])
    PolicyMatch.objects.bulk_update(rows, COUNTS)
    return _keep(run, rows, was, now, until)


def _resize(run: MatchRun, kind: frame.Kind, by: int) -> None:
    if kind == "enterprise":
        run.enterprises += by
    else:
        run.people += by


def _shift(row: PolicyMatch, was: Matched, now: Matched) -> None:
    for name in COUNTS[:-1]:
        before, after = getattr(was, name), getattr(now, name)
        if after is not None:
            setattr(row, name, getattr(row, name) - before + after)
    groups = dict.fromkeys([*row.breakdown, *was.breakdown, *now.breakdown])
    row.breakdown = {group: _moved(*(side.breakdown.get(group, {}) for side in (row, was, now))) for group in groups}


def _moved(counts: Mapping[str, int], was: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """Counts by name, those that are 0 left out."""
    names = dict.fromkeys([*counts, *was, *now])
    moved = {name: counts.get(name, 0) - was.get(name, 0) + now.get(name, 0) for name in names}
    return {name: count for name, count in moved.items() if count}


def _keep(run: MatchRun, rows: Iterable[PolicyMatch], was: Judged, now: Judged, until: int) -> int:
    common = {"run": run, "known_by": until, "at": clock.now()}
    found = [
        SubjectMatch(policy=row.policy, version=row.version, subject=subject, verdict=told, near=near, amount=amount, **common)
        for row in rows
        for subject, told, near, amount in changes(was, now, row.policy)
    ]
    SubjectMatch.objects.bulk_create(
        found,
        batch_size=_CHUNK,
        update_conflicts=True,
        unique_fields=["run", "policy", "subject"],
        update_fields=["version", "verdict", "near", "amount", "known_by", "at"],
    )
    return len(found)


def _reach(pack: Pack, run: MatchRun, policies: Collection[Policy], by: Actor) -> None:
    """The policies' rows made anew, as known after the batch that the run was followed to."""
    assert run.followed_to is not None
    outcomes: dict[str, Matched] = {}
    for kind in KINDS:
        work = Kindly(pack, kind, run.on)
        work.versions = {name: work.versions[name] for name in work.versions if name in {policy.id for policy in policies}}
        if work.versions:
            table = shelf.frame_of(pack, kind, on=run.on, known_by=run.followed_to, wanted=work.wanted())
            outcomes |= {matched.policy.id: matched for matched in work.match(table)[0]}
    names = [policy.id for policy in policies]
    run.followed.filter(policy__in=names).delete()
    run.policies.filter(policy__in=names).delete()
    PolicyMatch.objects.bulk_create(policy_row(pack, run, policy, outcomes.get(policy.id)) for policy in policies)
    for policy in policies:
        ledger.append(
            by, "policies.reach", f"policy:{policy.id}", {"run": run.pk, "on": run.on.isoformat(), "known_by": run.followed_to}
        )


def _agree(pack: Pack, run: MatchRun) -> None:
    """The run says what the pack says; of policies that the pack has no more it says nothing."""
    for rows in (run.policies, run.followed):
        rows.exclude(policy__in=list(pack.policies)).delete()
    run.pack_digest = digest(pack)
    run.save(update_fields=["pack_digest"])
