"""Whom a simulated change touches, one by one, in a CSV: an act of reading many files, and recorded as one."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from django.db import transaction

from chengban import ledger
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.policies.matching import amounts
from chengban.policies.simulating import Simulation

COLUMNS = ("subject", "change", "verdict_before", "verdict_after", "amount_before", "amount_after")
CHANGES = ("gains", "loses", "becomes_unknown", "stays")


def keep_list(pack: Pack, made: Simulation, path: Path, *, by: Actor) -> None:
    """Write everybody who qualifies before or after the change. What could not be recorded leaves no file."""
    part = path.with_name(f"{path.name}.part")
    try:
        with transaction.atomic():
            ledger.append(by, "policies.simulate", f"policy:{made.policy.id}", _told(made))
            _write(pack, made, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _told(made: Simulation) -> dict[str, object]:
    changed = {after.id: str(after.value) for before, after in made.parameters if before.value != after.value}
    counts = {name: int(getattr(made, name).sum()) for name in CHANGES}
    return {"on": made.on.isoformat(), "version": made.in_force.version.version, "parameters": changed, **counts}


def _write(pack: Pack, made: Simulation, path: Path) -> None:
    with open(path, "w", encoding="utf-8", newline="", opener=for_the_owner_only) as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(pack, made))


def for_the_owner_only(path: str, flags: int) -> int:
    """An opener: nobody else on the machine reads the file."""
    return os.open(path, flags, 0o600)


def rows(pack: Pack, made: Simulation) -> Iterator[tuple[object, ...]]:
    """For each subject that qualifies before or after: `COLUMNS`. An amount is there for who qualifies, where it is known."""
    before, after = made.in_force, made.outcome
    changes = np.select([getattr(made, name) for name in CHANGES], CHANGES, "")
    chosen = np.flatnonzero(changes != "")
    paid_before = amounts(pack, before.version, made.on, made.table, before.eligible)
    paid_after = paid_before if after is before else amounts(pack, after.version, made.on, made.table, after.eligible)
    columns = (changes, before.verdicts, after.verdicts, paid_before, paid_after)
    yield from zip(made.subjects.take(pa.array(chosen)).to_pylist(), *(column[chosen] for column in columns), strict=True)
