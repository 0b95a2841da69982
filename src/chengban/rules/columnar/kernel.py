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

# Tape: opcode, then its operands. Registers are numbers; leaves name a source.
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
                _fetch_ahead(builder, builder.add(builder.add(base, offset), ir.Constant(_I64, BLOCK * width // 8)))
                inside = builder.icmp_unsigned("<=", builder.sub(codes, lows), spans)
                word = builder.xor(builder.bitcast(inside, _I64), args[3])
                slot = builder.add(target_address, builder.mul(loop.index, ir.Constant(_I64, 8)))
                builder.store(word, builder.inttoptr(slot, _I64.as_pointer()))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, types.int64, types.int64, types.int64), generate

    return leaf


def _fetch_ahead(builder: Any, address: Any) -> None:
    """Ask for a line of the next block, which the processor cannot guess: each block goes through all sources."""
    pointer, number = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer, number, number, number])
    prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    builder.call(prefetch, [builder.inttoptr(address, pointer), *(ir.Constant(number, value) for value in (0, 2, 1))])


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
    sources: np.ndarray,
    rows: int,
    first_block: int,
    last_block: int,
    registers: np.ndarray,
    counts: np.ndarray,
    bitmaps: np.ndarray,
    origin: int,
) -> None:
    """Run `tape` over blocks [first_block, last_block) of the codes that begin at the addresses `sources` (int64).

    Codes are uint8 or uint16, as the leaf says, on 64-byte boundaries and padded to whole blocks. `registers` is (n, 32)
    uint64 on a 64-byte boundary, its last two rows spare; `counts` (outputs,) int64 is added to; `bitmaps` is (outputs,
    words) uint64 from block `origin` on, or has no rows when only counts are wanted.

    Inside the loop there are addresses and no slices: a slice counts references, and two cores that count on one line of
    memory took more time than the folds themselves.
    """
    words, base = tape.ctypes.data, registers.ctypes.data
    last = registers.shape[0] - 1
    spare, other = base + last * REGISTER_BYTES, base + (last - 1) * REGISTER_BYTES
    keep = bitmaps.shape[0] > 0
    for block in range(first_block, last_block):
        left = rows - block * BLOCK
        at = 0
        while at < tape.size:
            kind, target, count = tape[at], np.int64(tape[at + 1]), np.int64(tape[at + 2])
            operands = words + (at + 3) * 4
            if kind == OR:
                _any_of(base, operands, count, base + target * REGISTER_BYTES)
            elif kind == AND:
                _all_of(base, operands, count, base + target * REGISTER_BYTES)
            elif kind <= LEAF16:
                low, span, flip = np.int64(tape[at + 3]), np.int64(tape[at + 4]), -np.int64(tape[at + 5])
                if kind == LEAF8:
                    _leaf8(sources[count] + block * BLOCK, low, span, flip, base + target * REGISTER_BYTES)
                else:
                    _leaf16(sources[count] + block * BLOCK * 2, low, span, flip, base + target * REGISTER_BYTES)
                count = np.int64(3)
            elif kind == ROOT:
                _all_of(base, operands, count, spare)
                if left < BLOCK:
                    _clear_after(registers, last, left)
                counts[target] += _ones(spare)
            else:
                _near(base, operands, count, spare, other)
                if left < BLOCK:
                    _clear_after(registers, last, left)
                    _clear_after(registers, last - 1, left)
                counts[target] += _ones(spare)
                for clause in range(count):
                    missed = base + np.int64(tape[at + 3 + clause]) * REGISTER_BYTES
                    counts[target + 1 + clause] += _ones_without(spare, missed)
                counts[target + 1 + count] += _ones(other)
            if keep and kind >= ROOT:
                for word in range(WORDS):
                    bitmaps[target, (block - origin) * WORDS + word] = registers[last, word]
            at += 3 + count


@njit(cache=True, nogil=True)
def _clear_after(registers: np.ndarray, number: int, rows: int) -> None:
    for word in range(WORDS):
        left = rows - word * 64
        if left <= 0:
            registers[number, word] = np.uint64(0)
        elif left < 64:
            registers[number, word] &= (np.uint64(1) << np.uint64(left)) - np.uint64(1)
