"""From formulas to the kernel's tape: atoms become sets of codes, sets become leaves, groups become folds.

Registers are given out again after their last use, so that a tape touches as little memory as it can.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from .books import Outcomes
from .formula import ALWAYS, ANY_STATE, NEVER, Atom, Formulas

# The kernel's opcodes; kept here too because importing the kernel loads numba.
LEAF8, LEAF16, OR, AND, ROOT, NEAR = 0, 1, 2, 3, 4, 5
_LONG_RUN = 8
"""Runs of at least so many codes get a leaf of their own; shorter ones are made of single codes, which others share.

A leaf reads 2,048 bytes where a fold reads 256 of each operand, and few leaves keep the registers near.
"""


@dataclass(frozen=True, slots=True)
class TestCodes:
    """Where a test is coded: source number `row`, codes of `width` bits, and its outcome for each code."""

    __test__ = False

    row: int
    width: Literal[8, 16]
    outcomes: Outcomes


@dataclass(frozen=True, slots=True)
class Root:
    """One answer to count: rows where all `clauses` hold, or (`near`) where exactly one does not."""

    clauses: tuple[int, ...]
    near: bool = False

    @property
    def outputs(self) -> int:
        """Counts that it writes: a near root its total, each of its clauses, and the rows where all hold."""
        return 2 + len(self.clauses) if self.near else 1


@dataclass(frozen=True, slots=True)
class Tape:
    """The program of the kernel; `outputs` counts, of which root i writes those from `first_output[i]` on."""

    words: npt.NDArray[np.int32]
    registers: int
    outputs: int
    first_output: tuple[int, ...]
    operands: int
    """Register reads that one block costs, for the bound that memory speed sets."""


_ACCEPTED = [bytes(states >> outcome & 1 if outcome < 4 else 0 for outcome in range(256)) for states in range(ANY_STATE + 1)]
"""For each mask of states, 1 for an outcome that it holds."""
_STRETCH = re.compile(b"\0+"), re.compile(b"\1+")
_Set = tuple[int, int, bytes]
"""(width, row, one byte per code): the codes of one source that an atom accepts."""


@dataclass(slots=True)
class _Op:
    kind: int
    operands: tuple[int, ...]
    leaf: tuple[int, int, int, int] = (0, 0, 0, 0)
    output: int = 0


@dataclass(slots=True)
class TapeBuilder:
    """Builds one tape for the roots of one arena."""

    formulas: Formulas
    tests: Mapping[int, TestCodes]
    _ops: list[_Op] = field(default_factory=list)
    _by_formula: dict[int, int] = field(default_factory=dict)
    _by_set: dict[_Set, int] = field(default_factory=dict)
    _by_leaf: dict[tuple[int, int, int, int, int], int] = field(default_factory=dict)
    _by_fold: dict[tuple[int, tuple[int, ...]], int] = field(default_factory=dict)

    def build(self, roots: Sequence[Root]) -> Tape:
        """The tape that answers all roots, in their order."""
        first, outputs = [], 0
        for root in roots:
            clauses = tuple(self._value(clause) for clause in root.clauses)
            self._ops.append(_Op(NEAR if root.near else ROOT, clauses, output=outputs))
            first.append(outputs)
            outputs += root.outputs
        words, registers = _assign(self._ops)
        reads = sum(len(op.operands) for op in self._ops)
        return Tape(words, registers, outputs, tuple(first), reads)

    def _value(self, number: int) -> int:
        """The op that computes a formula, added when it is new."""
        if number not in self._by_formula:
            self._by_formula[number] = self._compile(number)
        return self._by_formula[number]

    def _compile(self, number: int) -> int:
        if number in (NEVER, ALWAYS):
            return self._fold(OR if number == NEVER else AND, ())
        node = self.formulas.nodes[number]
        if isinstance(node, Atom):
            return self._code_set(self._set_of(node))
        sets: dict[tuple[int, int], list[_Set]] = {}
        values = []
        for part in node.parts:
            child = self.formulas.nodes[part]
            if isinstance(child, Atom):
                code_set = self._set_of(child)
                sets.setdefault(code_set[:2], []).append(code_set)
            else:
                values.append(self._value(part))
        values += [self._code_set(_merge(node.kind, group)) for group in sets.values()]
        return self._fold(AND if node.kind == "and" else OR, tuple(values))

    def _set_of(self, atom: Atom) -> _Set:
        test = self.tests[atom.test]
        return test.width, test.row, test.outcomes.tobytes().translate(_ACCEPTED[atom.states])

    def _code_set(self, code_set: _Set) -> int:
        if code_set not in self._by_set:
            self._by_set[code_set] = self._compile_set(code_set)
        return self._by_set[code_set]

    def _compile_set(self, code_set: _Set) -> int:
        width, row, accepted = code_set
        inside, outside = _runs(accepted, 1), _runs(accepted, 0)
        if not inside or not outside:
            return self._fold(OR if not inside else AND, ())
        if len(inside) == 1:
            return self._leaf(width, row, *inside[0], 0)
        if len(outside) == 1:
            return self._leaf(width, row, *outside[0], 1)
        flip = sum(map(_cost, outside)) < sum(map(_cost, inside))
        leaves = [self._leaf(width, row, *piece, int(flip)) for run in (outside if flip else inside) for piece in _pieces(run)]
        return self._fold(AND if flip else OR, tuple(leaves))

    def _leaf(self, width: int, row: int, low: int, high: int, flip: int) -> int:
        key = (width, row, low, high, flip)
        if key not in self._by_leaf:
            self._by_leaf[key] = len(self._ops)
            self._ops.append(_Op(LEAF8 if width == 8 else LEAF16, (), (row, low, high - low, flip)))
        return self._by_leaf[key]

    def _fold(self, kind: int, values: tuple[int, ...]) -> int:
        operands = tuple(sorted(set(values)))
        if len(operands) == 1:
            return operands[0]
        key = (kind, operands)
        if key not in self._by_fold:
            self._by_fold[key] = len(self._ops)
            self._ops.append(_Op(kind, operands))
        return self._by_fold[key]


def _merge(kind: str, group: Sequence[_Set]) -> _Set:
    """Sets of one column under one group are one set."""
    masks = [np.frombuffer(accepted, np.uint8) for _, _, accepted in group]
    merged = np.bitwise_and.reduce(masks) if kind == "and" else np.bitwise_or.reduce(masks)
    return (*group[0][:2], merged.tobytes())


def _runs(accepted: bytes, value: int) -> list[tuple[int, int]]:
    """The stretches [low, high] of codes whose byte is `value`."""
    return [(found.start(), found.end() - 1) for found in _STRETCH[value].finditer(accepted)]


def _cost(run: tuple[int, int]) -> int:
    """In operands: what a leaf costs, or the single codes."""
    return min(run[1] - run[0] + 1, _LONG_RUN)


def _pieces(run: tuple[int, int]) -> list[tuple[int, int]]:
    return [run] if run[1] - run[0] + 1 >= _LONG_RUN else [(code, code) for code in range(run[0], run[1] + 1)]


def _assign(ops: Sequence[_Op]) -> tuple[npt.NDArray[np.int32], int]:
    """The words of the tape and the number of registers it needs, two spare ones at the end included."""
    last_use = [-1] * len(ops)
    for place, op in enumerate(ops):
        for operand in op.operands:
            last_use[operand] = place
    words: list[int] = []
    register, free, used = [0] * len(ops), [], 0
    for place, op in enumerate(ops):
        operands = [register[operand] for operand in op.operands]
        free += [register[operand] for operand in set(op.operands) if last_use[operand] == place]
        target = op.output
        if op.kind not in (ROOT, NEAR):
            if not free:
                free.append(used)
                used += 1
            target = register[place] = free.pop()
            if last_use[place] < 0:
                free.append(target)
        words += [op.kind, target, *(op.leaf if op.kind in (LEAF8, LEAF16) else (len(operands), *operands))]
    return np.array(words, np.int32), used + 2
