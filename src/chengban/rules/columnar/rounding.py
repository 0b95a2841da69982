"""Amounts of money over columns: the value of an expression in every row, rounded to a number of decimals.

Doubles with a bound on their error tell the rounded value wherever no half lies within the bound; the other rows are
computed exactly, and halves are rounded away from zero, as in money.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..evaluate import evaluate
from ..nodes import Node
from . import numbers
from .compute import Computer
from .filtering import Approximate, NoFilter, approximate
from .quotients import NoQuotient, quotient, rounded_steps
from .rows import warn_of_rows
from .vectors import KNOWN, Frame, Vector, to_values

Times = npt.NDArray[np.int64]
_LARGEST = 2.0**51
"""Doubles below this tell halves from their neighbours."""
_DIGITS = 28
_PLAIN = Context(prec=_DIGITS, rounding=ROUND_HALF_EVEN)
"""Thirds that were taken apart and put together again are whole again at 28 of FEEL's 34 digits: 0.00499…9 is a half."""
_SLICE = 1 << 16
"""Rows at a time: temporary columns of so many stay in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """`total` over the rows that have a number, and `known`, how many those are."""

    total: Decimal
    known: int


def rounded_total(
    node: Node,
    table: pa.Table,
    chosen: npt.NDArray[np.bool_],
    *,
    places: int,
    factor: int = 1,
    times: npt.NDArray[np.int64] | None = None,
) -> Rounded:
    """The sum over the rows `chosen` of the value × `factor`, each rounded to `places` decimals, halves up; exact.

    As for a single amount, the product has Python's 28 digits before it is rounded. Rows that are null, not known, or
    no number are left out. `times`: how often each row counts, where a row stands for several.
    """
    whole, steps, known = Frame(table), 0, 0
    rows = np.flatnonzero(chosen)
    for start in range(0, len(rows), _SLICE):
        some = rows[start : start + _SLICE]
        computer = Computer(whole.subset(some), evaluate, warn_of_rows)
        part, count = _steps(node, computer, factor * 10**places, np.ones(len(some), np.int64) if times is None else times[some])
        steps, known = steps + part, known + count
    return Rounded(Decimal(f"{steps}E-{places}"), known)


def _steps(node: Node, computer: Computer, unit: int, times: Times) -> tuple[int, int]:
    """(the sum of the rounded values × `unit`, how many there are)."""
    size = computer.frame.rows
    try:
        found = approximate(node, computer)
    except NoFilter:
        return _exact_steps(computer.vector(node), size, unit, times)
    lifted, sure = (np.broadcast_to(part, size) for part in _lifted(found, unit))
    state, certain = (np.broadcast_to(part, size) for part in (found.state, np.isfinite(found.error)))
    counted = sure & (state == KNOWN)
    total, count = _dot(np.rint(lifted[counted]).astype(np.int64), times[counted]), int(times[counted].sum())
    rest = np.flatnonzero(~(counted | ((state != KNOWN) & certain)))
    if len(rest):
        more, extra = _near_steps(node, computer.at(rest), len(rest), unit, times[rest])
        total, count = total + more, count + extra
    return total, count


def _lifted(found: Approximate, unit: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """(values × `unit`, where no half is within the error)."""
    with np.errstate(all="ignore"):
        lifted = found.value * unit
        room = found.error * (unit * 1.0001) + np.abs(lifted) * 2.0**-49 + 1e-9
        far = np.abs(lifted - np.floor(lifted) - 0.5) > room
        return lifted, far & (room < 0.25) & (np.abs(lifted) < _LARGEST)


def _near_steps(node: Node, computer: Computer, rows: int, unit: int, times: Times) -> tuple[int, int]:
    """Of rows that are on a half or too near to one."""
    try:
        steps, known = rounded_steps(quotient(node, computer), unit, rows)
    except (NoQuotient, numbers.Inexact):
        return _exact_steps(computer.vector(node), rows, unit, times)
    return _dot(steps, times[known]), int(times[known].sum())


def _exact_steps(vector: Vector, rows: int, unit: int, times: Times) -> tuple[int, int]:
    known = np.broadcast_to(vector.state, rows) == KNOWN
    if vector.kind == "number" and vector.data.bound * unit < 10**_DIGITS:
        return _scaled_steps(vector.data, known, unit, times), int(times[known].sum())
    pairs = zip(to_values(vector, rows)[known], times[known].tolist(), strict=True)
    numbered = [(value, often) for value, often in pairs if isinstance(value, Decimal)]
    steps = sum(int(_PLAIN.multiply(value, unit).to_integral_value(ROUND_HALF_UP)) * often for value, often in numbered)
    return steps, sum(often for _, often in numbered)


def _scaled_steps(exact: numbers.Scaled, known: npt.NDArray[np.bool_], unit: int, times: Times) -> int:
    ints, step = np.broadcast_to(exact.ints, known.shape)[known], 10**exact.scale
    if max(exact.bound * unit, 2 * step) >= 2**62:
        ints = ints.astype(object)
    lifted = np.abs(ints) * unit
    away = lifted // step + (lifted % step * 2 >= step)
    return _dot(np.where(ints < 0, -away, away), times[known])


def _dot(steps: npt.NDArray[Any], times: Times) -> int:
    """Σ steps × times, exact."""
    return sum(map(operator.mul, steps.tolist(), times.tolist()))
