"""Codes of ordered values: how many cuts each has reached. Compiled; imported when a table is first encoded."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

_FEW = 12
_CHUNK = 4096


@njit(cache=True, nogil=True)
def rank(values: Any, cuts: Any, codes: Any) -> None:
    """codes[i] = how many of the rising `cuts` are <= values[i]; `codes` must be zeros."""
    if cuts.size <= _FEW:
        for start in range(0, values.size, _CHUNK):
            stop = min(start + _CHUNK, values.size)
            for cut in cuts:
                for i in range(start, stop):
                    codes[i] += values[i] >= cut
        return
    for i in range(values.size):
        low, high = 0, cuts.size
        while low < high:
            middle = (low + high) >> 1
            if values[i] >= cuts[middle]:
                low = middle + 1
            else:
                high = middle
        codes[i] = low


@njit(cache=True, nogil=True)
def pick(indices: Any, lookup: Any, codes: Any) -> None:
    """codes[i] = lookup[indices[i]]."""
    for i in range(indices.size):
        codes[i] = lookup[indices[i]]


@njit(cache=True, nogil=True)
def cover(bitmap: Any, offset: int, code: int, codes: Any) -> None:
    """codes[i] = code wherever bit `offset` + i of the Arrow validity bitmap is clear."""
    for i in range(codes.size):
        bit = i + offset
        if not (bitmap[bit >> 3] >> np.uint8(bit & 7)) & 1:
            codes[i] = code
