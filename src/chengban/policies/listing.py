"""Whom a simulated change touches, one by one, in a CSV: an act of reading many files, and recorded as one."""

import csv
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import transaction

from chengban import ledger, rules
from chengban.ledger import Actor
from chengban.lib import quiet
from chengban.packs import Pack
from chengban.policies.explaining import in_yuan
from chengban.policies.matching import payout_of
from chengban.policies.simulating import Outcome, Simulation

COLUMNS = ("subject", "change", "verdict_before", "verdict_after", "amount_before", "amount_after")
CHANGES = ("gains", "loses", "becomes_unknown", "stays")
Amounts = npt.NDArray[np.object_]


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
    paid_before = _amounts(pack, made, before)
    paid_after = paid_before if after is before else _amounts(pack, made, after)
    columns = (changes, before.verdicts, after.verdicts, paid_before, paid_after)
    yield from zip(made.subjects.take(pa.array(chosen)).to_pylist(), *(column[chosen] for column in columns), strict=True)


def _amounts(pack: Pack, made: Simulation, outcome: Outcome) -> Amounts:
    """In 元 to the fen for each subject that qualifies; none for the others, and where it is not known."""
    amounts: Amounts = np.full(len(outcome.eligible), None, np.object_)
    node = payout_of(pack, outcome.version, made.on)
    if node is None:
        return amounts
    with quiet.to_log("chengban.policies", policy=made.policy.id):
        values = rules.evaluate_column(node, made.table.filter(pa.array(outcome.eligible))).values.to_pylist()
    amounts[outcome.eligible] = [in_yuan(outcome.version, value) if isinstance(value, Decimal) else None for value in values]
    return amounts
