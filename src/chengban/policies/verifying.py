"""The nightly check (夜间核对): a full matching beside what was followed. A difference is an alarm, and the full matching holds."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction

from chengban import ledger
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack
from chengban.policies.domain import COUNTS, KINDS, Everybody, Step, keep_run, match_everybody, run_match
from chengban.policies.followed import Followed, as_identifiers, states_of
from chengban.policies.following import follow, take_turn
from chengban.policies.matching import Matched
from chengban.policies.models import MatchAlarm, MatchRun, PolicyMatch

_SAMPLE = 5


@dataclass(frozen=True)
class Checked:
    """`run` was checked as it was followed to a batch; `next_run` is what holds from now on. Clean: nothing differed."""

    run: MatchRun
    known_by: int
    alarms: tuple[MatchAlarm, ...]
    next_run: MatchRun
    seconds: float

    @property
    def is_clean(self) -> bool:
        return not self.alarms


@dataclass(frozen=True)
class _Snapshot:
    """A run as it was followed to one batch, read in one go while the follower may go on."""

    run: MatchRun
    known_by: int
    rows: tuple[PolicyMatch, ...]
    states: dict[str, Any]


def verify(pack: Pack, *, by: Actor, on: date, progress: Step = lambda step, done, total: None) -> Checked | None:
    """Hold the newest run, as it was followed, against a full matching as of the same day and batch; then the run for the day.

    None where nothing was loaded yet. A difference is kept as alarms and written to the ledger.
    """
    started = time.perf_counter()
    made = follow(pack, by=by, on=on)
    if made.run is None:
        return None
    seen = _snapshot(pack)
    full = match_everybody(pack, seen.run.on, seen.known_by, progress)
    with transaction.atomic():
        alarms = MatchAlarm.objects.bulk_create(_alarms(pack, seen, full))
        MatchRun.objects.filter(pk=seen.run.pk).update(checked_at=clock.now())
        told = {"known_by": seen.known_by, "alarms": {alarm.policy: alarm.differing for alarm in alarms}}
        ledger.append(by, "policies.verify", f"match:{seen.run.pk}", told)
        next_run = keep_run(pack, full, by=by)
    if next_run.on != on:
        next_run = run_match(pack, by=by, on=on, progress=progress)
    return Checked(seen.run, seen.known_by, tuple(alarms), next_run, time.perf_counter() - started)


def _snapshot(pack: Pack) -> _Snapshot:
    with transaction.atomic():
        take_turn()
        run = MatchRun.objects.latest("pk")
        assert run.followed_to is not None
        rows = tuple(run.policies.exclude(version=""))
        followed = {kind: Followed(pack, run, kind) for kind in KINDS}
        states = {row.policy: followed[pack.policies[row.policy].subject].states(row) for row in rows}
    return _Snapshot(run, run.followed_to, rows, states)


def _alarms(pack: Pack, seen: _Snapshot, full: Everybody) -> Iterator[MatchAlarm]:
    subjects = {kind: as_identifiers(array) for kind, array in full.subjects.items()}
    at = clock.now()
    for row in seen.rows:
        matched = full.outcomes[row.policy]
        followed, fresh = seen.states[row.policy], states_of(matched, subjects[pack.policies[row.policy].subject])
        same = np.array_equal(followed.subjects, fresh.subjects)
        everybody = fresh.subjects if same else np.union1d(followed.subjects, fresh.subjects)
        differing = everybody[followed.among(everybody).differ(fresh.among(everybody))]
        counts = _differing_counts(row, matched)
        if len(differing) or counts:
            sample = [subject.decode() for subject in differing[:_SAMPLE]]
            yield MatchAlarm(run=seen.run, policy=row.policy, differing=len(differing), sample=sample, counts=counts, at=at)


def _differing_counts(row: PolicyMatch, matched: Matched) -> dict[str, list[str]]:
    pairs = {name: (getattr(row, name), getattr(matched, name)) for name in COUNTS}
    return {name: [str(followed)[:200], str(full)[:200]] for name, (followed, full) in pairs.items() if followed != full}


def last_check() -> MatchRun | None:
    """The run that was checked last; its alarms are what differed."""
    return MatchRun.objects.exclude(checked_at=None).order_by("-pk").prefetch_related("alarms").first()
