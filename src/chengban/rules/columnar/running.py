"""Run a tape over encoded columns on all cores; the first run loads numba."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from .compiled import kernel
from .encoding import BLOCK, Encoded, aligned, threads
from .tape import Tape

_WORDS = BLOCK // 64
_LEAST_WORK = 30_000
"""Below so many words of tape, all blocks together, a thread costs more than it saves."""

Counts = npt.NDArray[np.int64]
Bitmaps = npt.NDArray[np.uint64]


def run_tape(tape: Tape, encoded: Encoded, *, keep: bool) -> tuple[Counts, Bitmaps]:
    """(counts of each output, bitmaps (outputs, words) of 64 rows a word); no bitmaps unless `keep`."""
    blocks = -(-encoded.rows // BLOCK)
    bitmaps = bitmap_matrix(tape.outputs if keep else 0, blocks)
    parts = max(1, min(threads(), blocks * tape.words.size // _LEAST_WORK))
    bounds = [blocks * part // parts for part in range(parts + 1)]
    spans = list(pairwise(bounds))
    if parts == 1:
        return _run_blocks(tape, encoded, spans[0], bitmaps), bitmaps
    counts = list(_pool(os.getpid()).map(lambda span: _run_blocks(tape, encoded, span, bitmaps), spans))
    return np.sum(counts, axis=0), bitmaps


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """Threads that stay: to start them takes longer than a small match. A process that forks has none of its parent's."""
    return ThreadPoolExecutor(threads())


def run_span(tape: Tape, encoded: Encoded, span: tuple[int, int], bitmaps: Bitmaps) -> Counts:
    """Blocks [first, last) only; `bitmaps` begins with the first of them."""
    return _run_blocks(tape, encoded, span, bitmaps, span[0])


def _run_blocks(tape: Tape, encoded: Encoded, span: tuple[int, int], bitmaps: Bitmaps, origin: int = 0) -> Counts:
    counts = np.zeros(tape.outputs, np.int64)
    registers = aligned((tape.registers, _WORDS), np.uint64)
    kernel().run(tape.words, encoded.addresses(), encoded.rows, *span, registers, counts, bitmaps, origin)
    return counts


def bitmap_matrix(outputs: int, blocks: int) -> Bitmaps:
    """Zeroed bitmaps; the odd stride keeps equal rows of neighbours out of one cache set."""
    words = blocks * _WORDS
    stride = words + 8 if words % 64 == 0 else words
    bitmaps: Bitmaps = aligned((outputs, stride), np.uint64)
    return bitmaps


def to_booleans(bitmap: npt.NDArray[np.uint64], rows: int) -> npt.NDArray[np.bool_]:
    """A packed bitmap as one boolean a row."""
    bits: Any = np.unpackbits(bitmap.view(np.uint8), count=rows, bitorder="little")
    booleans: npt.NDArray[np.bool_] = bits.view(np.bool_)
    return booleans
