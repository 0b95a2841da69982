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


@njit(cache=True, nogil=True, inline="always")
def _holds(operand: int, outcomes: Any, values: Any) -> bool:
    """A group by its number, or an atom as −1 − (16 × test + states)."""
    if operand >= 0:
        return bool(values[operand])
    atom = -1 - operand
    return bool((atom & 15) >> outcomes[atom >> 4] & 1)


@njit(cache=True, nogil=True)
def judge(
    outcomes: Any, kinds: Any, starts: Any, operands: Any, clauses: Any, holds: Any, fails: Any, verdicts: Any, misses: Any
) -> None:
    """Groups first, each after its parts: kinds 1 is "and"; then per policy its clauses [clauses[p], clauses[p + 1])."""
    values = np.empty(kinds.size, np.bool_)
    for group in range(kinds.size):
        wanted = kinds[group] == 0
        found = not wanted
        for place in range(starts[group], starts[group + 1]):
            if _holds(operands[place], outcomes, values) == wanted:
                found = wanted
                break
        values[group] = found
    for policy in range(clauses.size - 1):
        missing, ruled_out = 0, False
        for clause in range(clauses[policy], clauses[policy + 1]):
            if not _holds(holds[clause], outcomes, values):
                missing += 1
                ruled_out = ruled_out or _holds(fails[clause], outcomes, values)
        misses[policy] = missing
        verdicts[policy] = ELIGIBLE if missing == 0 else INELIGIBLE if ruled_out else UNKNOWN
