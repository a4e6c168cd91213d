# SPDX-License-Identifier: Apache-2.0
"""Random programs from the table: any legal ones, and ones that every engine can run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from random import Random

from lightexit.isa.instruction import Instruction, build, encode
from lightexit.isa.program import Program
from lightexit.isa.table import BY_TEXT, FRAME_POINTER, ROWS, Kind, Op

_EXIT = BY_TEXT["exit"]
_LDDW = BY_TEXT["rd = imm64 ll"]
_STORE = BY_TEXT["*(u64 *)(rd off) = rs"]
_LOAD = BY_TEXT["rd = *(u64 *)(rs off)"]

_STACK = tuple(range(-8, -72, -8))

#: Registers that hold numbers in a runnable program; r1 is the context, r10 the stack.
_NUMBERS = (0, 2, 3, 4, 5, 6, 7, 8, 9)

#: Rows a runnable program is made of: all but calls and the pseudo forms of lddw.
RUNNABLE = tuple(
    op
    for op in ROWS
    if op.kind not in (Kind.CALL, Kind.EXIT) and (op.kind is not Kind.LDDW or op is _LDDW)
)


def edgy(random: Random, bits: int) -> int:
    """A signed number of that width, often near zero, a power of two or an end of the range."""
    value = random.choice((0, 1 << random.randrange(bits), random.getrandbits(bits)))
    value += random.choice((-1, 0, 1))
    return (value + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1))


def random_program(random: Random, length: int = 20, rows: Sequence[Op] = ROWS) -> Program:
    """A legal program of `length` instructions that no one should run."""

    def make(op: Op, slot: int, starts: Sequence[int]) -> Instruction:
        fields = {name: _any_value(random, op, name) for name in sorted(op.fields)}
        if op.target_field:
            fields[op.target_field] = random.choice(starts) - slot - 1
        return build(op, slot=slot, **fields)

    ops = [random.choice(rows) for _ in range(length - 1)]
    return Program("random", encode(_laid_out([*ops, _EXIT], 0, make)))


def _any_value(random: Random, op: Op, name: str) -> int:
    if name in ("dst", "src"):
        return random.randrange(FRAME_POINTER + (op.written_field != name))
    return edgy(random, 16 if name == "offset" else 32)


def _laid_out(
    ops: Sequence[Op], start: int, make: Callable[[Op, int, Sequence[int]], Instruction]
) -> list[Instruction]:
    """Let `make` fill each row in, given its slot and all slots from `start` to just behind."""
    starts = list(accumulate((1 + (op.kind is Kind.LDDW) for op in ops), initial=start))
    return [make(op, slot, starts[:-1]) for op, slot in zip(ops, starts, strict=False)]


def runnable_program(
    random: Random, length: int = 20, rows: Sequence[Op] = RUNNABLE, *, context_size: int
) -> Program:
    """A program that ends, is safe in every engine and returns a number below 2**32.

    It loads numbers into all registers, fills 64 bytes of stack, does `length` random things
    with these and with the context, `context_size` bytes that it only reads, and folds registers
    and stack into the result. Jumps lead forward; nothing is out of reach, which the kernel would
    refuse.
    """
    reached: set[int] = set()

    def make(op: Op, slot: int, starts: Sequence[int]) -> Instruction:
        fields = _safe_fields(random, op, context_size)
        if op.target_field:
            later = [each for each in starts if each > slot]
            skips = op.name != "ja" or later[0] in reached
            reached.add(target := random.choice(later) if skips else later[0])
            fields[op.target_field] = target - slot - 1
        return build(op, slot=slot, **fields)

    begin, end = _prologue(random), _epilogue()
    body = [random.choice(rows) for _ in range(length)]
    middle = _laid_out([*body, end[0].op], sum(1 + each.wide for each in begin), make)
    return Program("random", encode([*begin, *middle[:-1], *end]))


def _prologue(random: Random) -> list[Instruction]:
    return [
        build(_LDDW, dst=register, imm=edgy(random, 32), next_imm=edgy(random, 32))
        for register in _NUMBERS
    ] + [
        build(_STORE, dst=FRAME_POINTER, src=register, offset=offset)
        for register, offset in zip(_NUMBERS, _STACK, strict=False)
    ]


def _epilogue() -> list[Instruction]:
    scale, add = build(BY_TEXT["rd *= imm"], imm=0x01000193), build(BY_TEXT["rd += rs"])
    folded = [each for src in _NUMBERS[1:] for each in (scale, replace(add, src=src))]
    for offset in _STACK:
        folded += [build(_LOAD, dst=2, src=FRAME_POINTER, offset=offset), scale]
        folded += [replace(add, src=2)]
    return [*folded, build(BY_TEXT["rd >>= imm"], imm=32), build(_EXIT)]


def _safe_fields(random: Random, op: Op, context_size: int) -> dict[str, int]:
    chosen = {"dst": random.choice(_NUMBERS), "src": random.choice(_NUMBERS)}
    if "imm" in op.fields:
        chosen["imm"] = _safe_imm(random, op)
    if "next_imm" in op.fields:
        chosen["next_imm"] = edgy(random, 32)
    if op.kind in (Kind.LOAD, Kind.STORE, Kind.ATOMIC):
        chosen |= _safe_address(random, op, context_size)
    return {name: chosen[name] for name in op.fields & chosen.keys()}


def _safe_imm(random: Random, op: Op) -> int:
    """An immediate that the kernel takes: it refuses long shifts and division by constant 0."""
    if op.name in ("lsh", "rsh", "arsh"):
        return random.randrange(op.width)
    imm = edgy(random, 32)
    return imm or 1 if op.name in ("div", "sdiv", "mod", "smod") else imm


def _safe_address(random: Random, op: Op, context_size: int) -> dict[str, int]:
    size = op.width // 8
    base = "src" if op.kind is Kind.LOAD else "dst"
    if op.kind is Kind.LOAD and random.random() < 0.5:
        return {base: 1, "offset": random.randrange(0, context_size, size)}
    return {base: FRAME_POINTER, "offset": random.randrange(_STACK[-1], 0, size)}
