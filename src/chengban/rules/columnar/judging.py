"""One record's outcomes into verdicts and misses of every policy. Compiled; imported at the first `match_one`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

INELIGIBLE, ELIGIBLE, UNKNOWN = 0, 1, 2


@njit(cache=True, nogil=True)
def look_up(codes: Any, sources: Any, bases: Any, table: Any, outcomes: Any) -> None:
    """outcomes[test] = the outcome of the test for the code of its source."""
    for test in range(sources.size):
        outcomes[test] = table[bases[test] + codes[sources[test]]]


@njit(cache=True, nogil=True)
def judge(
    outcomes: Any,
    tests: Any,
    states: Any,
    kinds: Any,
    starts: Any,
    operands: Any,
    clauses: Any,
    holds: Any,
    may_hold: Any,
    verdicts: Any,
    misses: Any,
) -> None:
    """Atoms, then groups (kinds 1 is "and"), each after its parts, then the clauses [clauses[p], clauses[p + 1]) of policy p.

    Operands number atoms first and groups after them. There is no early exit: a branch that is guessed wrong costs more
    than reading the rest.
    """
    atoms = tests.size
    values = np.empty(atoms + kinds.size, np.uint8)
    for atom in range(atoms):
        values[atom] = (states[atom] >> outcomes[tests[atom]]) & 1
    for group in range(kinds.size):
        count = 0
        for place in range(starts[group], starts[group + 1]):
            count += values[operands[place]]
        values[atoms + group] = count == starts[group + 1] - starts[group] if kinds[group] else count > 0
    for policy in range(clauses.size - 1):
        held, possible = 0, 1
        for clause in range(clauses[policy], clauses[policy + 1]):
            held += values[holds[clause]]
            possible &= values[may_hold[clause]]
        missing = clauses[policy + 1] - clauses[policy] - held
        misses[policy] = missing
        verdicts[policy] = ELIGIBLE if missing == 0 else UNKNOWN if possible else INELIGIBLE
