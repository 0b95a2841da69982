"""Products and quotients as exact fractions of integers, so that the many amounts that end on half a fen are told apart quickly.

FEEL rounds a quotient to 34 digits. Where no sum stands above a division, what that rounds away is far below the 26 digits that
are asked for here; where it might matter, the row is computed as FEEL computes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..nodes import BinaryArithmetic, If, Node
from . import numbers
from .compute import Computer
from .formula import TRUE_STATE, UNKNOWN_STATE
from .vectors import KNOWN, NULL, States

_APART = 10**26
"""A half and a value that differ by more than one part in this are two values for FEEL too."""


class NoQuotient(Exception):
    """The expression is not made of products, quotients and choices over exact columns, or its rows are too near to halves."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """top ÷ bottom in each row whose state is KNOWN; there the bottom is not 0."""

    top: numbers.Scaled
    bottom: numbers.Scaled
    state: States


def quotient(node: Node, computer: Computer) -> Quotient:
    """The expression as one fraction a row. Raises `NoQuotient`, or `numbers.Inexact` where the integers grow too large."""
    if not computer.names.divides(node):
        vector = computer.vector(node)
        if vector.kind != "number":
            raise NoQuotient
        return Quotient(vector.data, numbers.ONE, vector.state)
    match node:
        case BinaryArithmetic(op="*", left=left, right=right):
            first, second = quotient(left, computer), quotient(right, computer)
            return _product(first, second, np.maximum(first.state, second.state))
        case BinaryArithmetic(op="/", left=left, right=right):
            first, second = quotient(left, computer), quotient(right, computer)
            state = np.maximum(first.state, second.state)
            state = np.where((second.top.ints == 0).astype(np.bool_) & (state == KNOWN), NULL, state).astype(np.uint8)
            return _product(first, Quotient(second.bottom, second.top, second.state), state)
        case If(condition=condition, yes=yes, no=no):
            outcomes = computer.outcomes(condition)
            if (outcomes == UNKNOWN_STATE).any():
                raise NoQuotient
            return _chosen(outcomes == TRUE_STATE, quotient(yes, computer), quotient(no, computer))
    raise NoQuotient


def _product(first: Quotient, second: Quotient, state: States) -> Quotient:
    return Quotient(numbers.multiply(first.top, second.top), numbers.multiply(first.bottom, second.bottom), state)


def _chosen(mask: npt.NDArray[np.bool_], yes: Quotient, no: Quotient) -> Quotient:
    top, bottom = numbers.choose(mask, yes.top, no.top), numbers.choose(mask, yes.bottom, no.bottom)
    return Quotient(top, bottom, np.where(mask, yes.state, no.state).astype(np.uint8))


def rounded_steps(found: Quotient, unit: int, rows: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """(each value × `unit` rounded to an integer, halves away from zero; where it is known). Raises `NoQuotient`."""
    known = np.broadcast_to(found.state, rows) == KNOWN
    top, bottom = (np.broadcast_to(part.ints, rows)[known].astype(object) for part in (found.top, found.bottom))
    top, bottom = top * (unit * 10**found.bottom.scale), bottom * 10**found.top.scale
    size, parts = np.abs(top), np.abs(bottom)
    away, rest = size // parts, size % parts
    over = 2 * rest - parts
    if not ((over == 0) | (np.abs(over) * _APART > size)).all() or (away >= _APART).any():
        raise NoQuotient
    steps = away + (over >= 0)
    return np.where((top < 0) != (bottom < 0), -steps, steps), known
