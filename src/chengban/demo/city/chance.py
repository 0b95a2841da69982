"""Chance that can be repeated: one stream a purpose, so that a new register changes no other's rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from chengban.demo.city.columns import Floats, Ints, Mask, Text, choose


@dataclass(frozen=True, slots=True)
class Chance:
    """The seed of a city; `of(purpose)` is the generator for one purpose."""

    seed: int

    def of(self, purpose: str) -> np.random.Generator:
        return np.random.Generator(np.random.PCG64([self.seed, crc32(purpose.encode())]))


def even(rng: np.random.Generator, count: int) -> Floats:
    """Numbers in [0, 1), one in each of `count` equal intervals, in random order: totals hardly vary with the seed."""
    return (rng.permutation(count) + rng.random(count)) / max(count, 1)


def weighted(rng: np.random.Generator, count: int, weights: NDArray[Any]) -> Ints:
    """Indices drawn evenly with these weights: each share is met to within one."""
    edges = np.cumsum(np.asarray(weights, np.float64))
    return np.minimum(np.searchsorted(edges / edges[-1], even(rng, count), side="right"), len(edges) - 1)


def share(rng: np.random.Generator, count: int, part: float) -> Mask:
    """A mask that is true for `part` of the rows, to within one."""
    return even(rng, count) < part


def spread(rng: np.random.Generator, count: int, low: float, high: float) -> Floats:
    """Numbers evenly between `low` and `high`."""
    return low + (high - low) * rng.random(count)


def skewed(rng: np.random.Generator, count: int, median: float, sigma: float) -> Floats:
    """Log-normal numbers with this median: most small, few large."""
    return median * np.exp(sigma * rng.standard_normal(count))


def days_between(rng: np.random.Generator, first: NDArray[Any] | int, last: NDArray[Any] | int, count: int) -> Ints:
    """Days between two days, both included; where `last` is before `first` it is `first`."""
    width = np.maximum(np.asarray(last, np.int64) - np.asarray(first, np.int64), 0) + 1
    start = np.asarray(first, np.int64)
    return np.asarray(start + (rng.random(count) * width).astype(np.int64))


def mix(rng: np.random.Generator, count: int, weights: Mapping[str, float]) -> Text:
    """Words drawn with these weights."""
    return choose(tuple(weights), weighted(rng, count, np.array(list(weights.values()), np.float64)))
