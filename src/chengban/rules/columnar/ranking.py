"""Codes of values, a million rows in a millisecond or less. Compiled; imported when a table is first encoded.

Each loop has no branch that depends on the data, and runs from 0 over a slice, so that the compiler can take many rows
at a time.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_GROUP = 8
"""Limits compared in one pass over the values; as many as fit the vector registers."""
_MANY = 64
"""From so many limits on, halving is faster than comparing with each."""
_CHUNK = 4096
KNOWN, NULL, MISSING = 0, 1, 2


@njit(cache=True, nogil=True)
def rank(values: Any, limits: Any, codes: Any) -> None:
    """codes[i] += how many of the rising `limits` lie below values[i]; their number is a multiple of 8."""
    if limits.size > _MANY:
        for i in range(values.size):
            low, high = 0, limits.size
            while low < high:
                middle = (low + high) >> 1
                if values[i] > limits[middle]:
                    low = middle + 1
                else:
                    high = middle
            codes[i] += low
        return
    for start in range(0, values.size, _CHUNK):
        some, found = values[start : start + _CHUNK], codes[start : start + _CHUNK]
        for group in range(0, limits.size, _GROUP):
            a, b, c, d = limits[group], limits[group + 1], limits[group + 2], limits[group + 3]
            e, f, g, h = limits[group + 4], limits[group + 5], limits[group + 6], limits[group + 7]
            for i in range(some.size):
                v = some[i]
                found[i] += (v > a) + (v > b) + (v > c) + (v > d) + (v > e) + (v > f) + (v > g) + (v > h)


@njit(cache=True, nogil=True)
def pick(indices: Any, lookup: Any, codes: Any) -> None:
    """codes[i] = lookup[indices[i]]; the index of a row that is null may be anything, and so is its code then."""
    last = lookup.size - 1
    for i in range(indices.size):
        codes[i] = lookup[max(0, min(np.int64(indices[i]), last))]


@njit(cache=True, nogil=True)
def cover(known: Any, code: Any, codes: Any) -> None:
    """codes[i] = code wherever known[i] is 0."""
    for i in range(codes.size):
        codes[i] = codes[i] if known[i] else code


@njit(cache=True, nogil=True)
def cover_endless(values: Any, code: Any, codes: Any) -> None:
    """codes[i] = code wherever values[i] is NaN or infinite."""
    for i in range(codes.size):
        codes[i] = codes[i] if abs(values[i]) < np.inf else code


@njit(cache=True, nogil=True)
def cover_states(states: Any, null_code: Any, unknown_code: Any, codes: Any) -> None:
    """The codes of null and of unknown where the state says so."""
    for i in range(codes.size):
        codes[i] = codes[i] if states[i] == KNOWN else null_code if states[i] == NULL else unknown_code


@njit(cache=True, nogil=True)
def cross(numerators: Any, divisors: Any, wholes: Any, parts: Any, least: Any, ranks: Any) -> None:
    """ranks[i] += how many cuts wholes/parts the quotient has reached: numerator × part − divisor × whole >= least."""
    for start in range(0, ranks.size, _CHUNK):
        above, below, found = numerators[start : start + _CHUNK], divisors[start : start + _CHUNK], ranks[start : start + _CHUNK]
        for cut in range(wholes.size):
            whole, part, bound = wholes[cut], parts[cut], least[cut]
            for i in range(found.size):
                difference = above[i] * part - below[i] * whole
                found[i] += (difference if below[i] >= 0 else -difference) >= bound


@njit(cache=True, nogil=True, error_model="numpy")
def divide(
    left: Any, left_error: Any, left_state: Any, right: Any, right_error: Any, right_state: Any,
    epsilon: float, tiny: float, low: Any, high: Any, states: Any, exact: Any,
) -> None:  # fmt: skip
    """Bounds low <= left ÷ right <= high (endless where none is sure), states, and where the quotient is 0 or missing."""
    for i in range(low.size):
        value = left[i] / right[i]
        room = abs(right[i]) - right_error[i]
        error = (left_error[i] + abs(value) * right_error[i]) / room + abs(value) * epsilon + tiny
        state = max(left_state[i], right_state[i])
        finite = (left_error[i] < np.inf) & (right_error[i] < np.inf)
        by_zero = (right[i] == 0) & (right_error[i] == 0) & (left_error[i] < np.inf) & (state == KNOWN)
        zero = (left[i] == 0) & (left_error[i] == 0) & (room > 0)
        sure = (room > 0) & (abs(value) < np.inf) & (error < np.inf)
        low[i] = value - error if sure else -np.inf
        high[i] = value + error if sure else np.inf
        states[i] = NULL if by_zero else state
        exact[i] = by_zero | zero | ((state == MISSING) & finite)
