"""The kernel: one pass over code columns in blocks of 2,048 rows, each block an int32 tape over bitmap registers.

A register holds one bit a row of the block (32 words). A leaf compares 64 codes at once and keeps the mask; AND and
OR fold any number of registers without their accumulator leaving the vector registers. Loading numba takes most of a
second, so nothing imports this module before the first match.
"""

# numba and llvmlite are not typed, and an intrinsic is called without the typing context it is declared with.
# mypy: disable-error-code="no-untyped-call,call-arg,assignment,import-untyped"
from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

BLOCK = 2048
WORDS = BLOCK // 64
REGISTER_BYTES = WORDS * 8

# Tape: opcode, then its operands. Registers are numbers; leaves name a row of the code matrix.
LEAF8, LEAF16, OR, AND, ROOT, NEAR = 0, 1, 2, 3, 4, 5

_I64 = ir.IntType(64)
_WIDE = ir.VectorType(_I64, WORDS)


def _splat(builder: Any, value: Any, lanes: ir.VectorType) -> Any:
    single = builder.insert_element(ir.Constant(lanes, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), None)
    return builder.shuffle_vector(single, ir.Constant(lanes, ir.Undefined), zeros)


def _leaf(width: int) -> Any:
    """An intrinsic `leaf(source, low, span, flip, target)`: bits of `low <= code <= low + span`, flipped on demand."""

    @intrinsic
    def leaf(typing: Any, source: Any, low: Any, span: Any, flip: Any, target: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            code, lanes = ir.IntType(width), ir.VectorType(ir.IntType(width), 64)
            base, target_address = args[0], args[4]
            lows = _splat(builder, builder.trunc(args[1], code), lanes)
            spans = _splat(builder, builder.trunc(args[2], code), lanes)
            with cgutils.for_range(builder, ir.Constant(_I64, WORDS)) as loop:
                offset = builder.mul(loop.index, ir.Constant(_I64, 8 * width))
                address = builder.inttoptr(builder.add(base, offset), lanes.as_pointer())
                codes = builder.load(address, align=64)
                inside = builder.icmp_unsigned("<=", builder.sub(codes, lows), spans)
                word = builder.xor(builder.bitcast(inside, _I64), args[3])
                slot = builder.add(target_address, builder.mul(loop.index, ir.Constant(_I64, 8)))
                builder.store(word, builder.inttoptr(slot, _I64.as_pointer()))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64, types.int64, types.int64), generate

    return leaf


def _fold(kind: str) -> Any:
    """An intrinsic `fold(registers, operands, count, target)`: AND or OR of `count` registers into `target`."""

    @intrinsic
    def fold(typing: Any, registers: Any, operands: Any, count: Any, target: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            registers, operands, count, target = args
            start = ir.Constant(_WIDE, [(-1 if kind == "and" else 0)] * WORDS)
            total = cgutils.alloca_once_value(builder, start)
            with cgutils.for_range(builder, count) as loop:
                where = builder.add(operands, builder.mul(loop.index, ir.Constant(_I64, 4)))
                number = builder.load(builder.inttoptr(where, ir.IntType(32).as_pointer()))
                register = _register(builder, registers, builder.zext(number, _I64))
                builder.store(getattr(builder, kind + "_")(builder.load(total), register), total)
            builder.store(builder.load(total), builder.inttoptr(target, _WIDE.as_pointer()), align=64)
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64, types.int64), generate

    return fold


def _register(builder: Any, registers: Any, number: Any) -> Any:
    address = builder.add(registers, builder.mul(number, ir.Constant(_I64, REGISTER_BYTES)))
    return builder.load(builder.inttoptr(address, _WIDE.as_pointer()), align=64)


@intrinsic
def _near(typing: Any, registers: Any, operands: Any, count: Any, target: Any, all_target: Any) -> Any:
    """Bits of the rows where exactly one of the registers is 0 (a counter of two bits that saturates), and where none is."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        registers, operands, count, target, all_target = args
        all_so_far = cgutils.alloca_once_value(builder, ir.Constant(_WIDE, [-1] * WORDS))
        at_most_one = cgutils.alloca_once_value(builder, ir.Constant(_WIDE, [-1] * WORDS))
        with cgutils.for_range(builder, count) as loop:
            where = builder.add(operands, builder.mul(loop.index, ir.Constant(_I64, 4)))
            number = builder.load(builder.inttoptr(where, ir.IntType(32).as_pointer()))
            holds = _register(builder, registers, builder.zext(number, _I64))
            before = builder.load(all_so_far)
            still = builder.and_(builder.load(at_most_one), builder.or_(holds, before))
            builder.store(still, at_most_one)
            builder.store(builder.and_(before, holds), all_so_far)
        near = builder.and_(builder.load(at_most_one), builder.not_(builder.load(all_so_far)))
        builder.store(near, builder.inttoptr(target, _WIDE.as_pointer()), align=64)
        builder.store(builder.load(all_so_far), builder.inttoptr(all_target, _WIDE.as_pointer()), align=64)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64, types.int64, types.int64), generate


@intrinsic
def _ones(typing: Any, address: Any) -> Any:
    """The number of set bits in the register at `address`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        register = builder.load(builder.inttoptr(args[0], _WIDE.as_pointer()), align=64)
        return _sum_of_bits(builder, register)

    return types.int64(types.int64), generate


@intrinsic
def _ones_without(typing: Any, address: Any, other: Any) -> Any:
    """The number of bits set in the register at `address` and clear in the one at `other`."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        left, right = (builder.load(builder.inttoptr(a, _WIDE.as_pointer()), align=64) for a in args)
        return _sum_of_bits(builder, builder.and_(left, builder.not_(right)))

    return types.int64(types.int64, types.int64), generate


def _sum_of_bits(builder: Any, register: Any) -> Any:
    module, wide = builder.module, f"v{WORDS}i64"
    counts = cgutils.get_or_insert_function(module, ir.FunctionType(_WIDE, [_WIDE]), f"llvm.ctpop.{wide}")
    total = cgutils.get_or_insert_function(module, ir.FunctionType(_I64, [_WIDE]), f"llvm.vector.reduce.add.{wide}")
    return builder.call(total, [builder.call(counts, [register])])


_leaf8, _leaf16 = _leaf(8), _leaf(16)
_all_of, _any_of = _fold("and"), _fold("or")


@njit(cache=True, nogil=True)
def run(
    tape: np.ndarray,
    codes8: np.ndarray,
    codes16: np.ndarray,
    rows: int,
    first_block: int,
    last_block: int,
    registers: np.ndarray,
    counts: np.ndarray,
    bitmaps: np.ndarray,
    origin: int,
) -> None:
    """Run `tape` over blocks [first_block, last_block) of the code matrices, (columns, padded rows) each.

    `registers` is (n, 32) uint64 on a 64-byte boundary, its last two rows spare; `counts` (outputs,) int64 is added to;
    `bitmaps` is (outputs, words) uint64 from block `origin` on, or has no rows when only counts are wanted.
    """
    base = registers.ctypes.data
    keep = bitmaps.shape[0] > 0
    for block in range(first_block, last_block):
        at = 0
        while at < tape.size:
            kind = tape[at]
            if kind <= LEAF16:
                _mark(tape[at : at + 6], codes8, codes16, block, base)
                at += 6
                continue
            count = np.int64(tape[at + 2])
            operands = tape[at + 3 : at + 3 + count]
            if kind == OR:
                _any_of(base, operands.ctypes.data, count, base + tape[at + 1] * REGISTER_BYTES)
            elif kind == AND:
                _all_of(base, operands.ctypes.data, count, base + tape[at + 1] * REGISTER_BYTES)
            else:
                output, left = tape[at + 1], rows - block * BLOCK
                if kind == ROOT:
                    _answer(operands, left, registers, counts[output : output + 1])
                else:
                    _answer_near(operands, left, registers, counts[output : output + count + 2])
                if keep:
                    words = bitmaps[output, (block - origin) * WORDS : (block - origin + 1) * WORDS]
                    words[:] = registers[registers.shape[0] - 1]
            at += 3 + count


@njit(cache=True, nogil=True)
def _mark(leaf: np.ndarray, codes8: np.ndarray, codes16: np.ndarray, block: int, base: int) -> None:
    target = base + leaf[1] * REGISTER_BYTES
    low, span, flip = np.int64(leaf[3]), np.int64(leaf[4]), -np.int64(leaf[5])
    if leaf[0] == LEAF8:
        _leaf8(codes8[leaf[2]].ctypes.data + block * BLOCK, low, span, flip, target)
    else:
        _leaf16(codes16[leaf[2]].ctypes.data + block * BLOCK * 2, low, span, flip, target)


@njit(cache=True, nogil=True)
def _answer(clauses: np.ndarray, rows: int, registers: np.ndarray, counts: np.ndarray) -> None:
    """Rows where all clauses hold, into the last register."""
    spare = registers[registers.shape[0] - 1]
    _all_of(registers.ctypes.data, clauses.ctypes.data, np.int64(clauses.size), spare.ctypes.data)
    if rows < BLOCK:
        _clear_after(spare, rows)
    counts[0] += _ones(spare.ctypes.data)


@njit(cache=True, nogil=True)
def _answer_near(clauses: np.ndarray, rows: int, registers: np.ndarray, counts: np.ndarray) -> None:
    """Rows where exactly one clause does not hold, into the last register; counts end with those where all hold."""
    near, every = registers[registers.shape[0] - 1], registers[registers.shape[0] - 2]
    base = registers.ctypes.data
    _near(base, clauses.ctypes.data, np.int64(clauses.size), near.ctypes.data, every.ctypes.data)
    if rows < BLOCK:
        _clear_after(near, rows)
        _clear_after(every, rows)
    counts[0] += _ones(near.ctypes.data)
    for clause in range(clauses.size):
        counts[1 + clause] += _ones_without(near.ctypes.data, base + clauses[clause] * REGISTER_BYTES)
    counts[1 + clauses.size] += _ones(every.ctypes.data)


@njit(cache=True, nogil=True)
def _clear_after(register: np.ndarray, rows: int) -> None:
    for word in range(WORDS):
        left = rows - word * 64
        if left <= 0:
            register[word] = np.uint64(0)
        elif left < 64:
            register[word] &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
