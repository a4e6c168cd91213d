# SPDX-License-Identifier: Apache-2.0
"""Abstract values in words, for refusals."""

from __future__ import annotations

from lightexit.abi import IoContext
from lightexit.isa import FRAME_POINTER, STACK_SIZE, Program
from lightexit.verifier.bounds import Bounds
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import State, initial
from lightexit.verifier.value import AbstractRegion, Number, Pointer, RegionKind, Value, covers

_WIDTHS = (8, 16, 32, 64)
_AT_FIRST = initial().context.items


def integer(x: int) -> str:
    """A number as a reader wants it: large ones in hexadecimal."""
    return str(x) if abs(x) < 1 << 16 else f"{'-' * (x < 0)}{abs(x):#x}"


def interval(s: Scalar) -> tuple[int, int]:
    """The tighter of the unsigned and the signed bounds."""
    wide: Bounds = s.wide
    if wide.smax - wide.smin < wide.umax - wide.umin:
        return wide.smin, wide.smax
    return wide.umin, wide.umax


def number(s: Scalar) -> str:
    """ "the number 5", "a u32 in [0, 300]", "a multiple of 4 in [0, 64]", "any u64"."""
    if s.is_const:
        return f"the number {integer(interval(s)[0])}"
    low, high = interval(s)
    width = next(w for w in _WIDTHS if high < 1 << w)
    kind = f"u{width}" if low >= 0 else "signed number"
    if low == 0 and high == (1 << width) - 1:
        return f"any {kind}"
    step = s.bits.mask & -s.bits.mask
    if step > 1 and not s.bits.value & (step - 1):
        kind = f"multiple of {step}"
    return f"a {kind} in [{integer(low)}, {integer(high)}]"


def region(program: Program, r: AbstractRegion) -> str:
    """The region's name."""
    if r.kind in (RegionKind.STATE, RegionKind.HANDLE):
        return f"{r.kind.value} '{program.maps[r.number].name}'"
    return str(r.kind.value)


def pointer(program: Program, p: Pointer) -> str:
    """ "a pointer to state 'pit' + 24"."""
    low, high = interval(p.offset)
    if p.offset.is_const:
        distance = f" {'-' if low < 0 else '+'} {abs(low)}" if low else ""
    else:
        distance = f" + [{integer(low)}, {integer(high)}]"
    return f"{'null or ' * bool(p.null)}a pointer to {region(program, p.region)}{distance}"


def value(program: Program, v: Value | None) -> str:
    """Any value."""
    if v is None:
        return "nothing (never written)"
    return number(v.scalar) if isinstance(v, Number) else pointer(program, v)


def context_field(offset: int) -> str:
    """The name of the context field that holds the byte at `offset`."""
    for field in IoContext.layout.fields:
        if field.offset <= offset < field.offset + field.size:
            return f"ctx.{field.name}"
    return f"ctx + {offset}"


def state(program: Program, s: State) -> list[str]:
    """All that is known, one item a line: registers, the stack, and known parts of the context."""
    said = [
        f"r{register} is {value(program, held)}"
        for register, held in enumerate(s.registers[:FRAME_POINTER])
        if held is not None
    ]
    for at, (_, held) in sorted(s.stack.items.items()):
        said.append(f"stack {at - STACK_SIZE} is {value(program, held)}")
    for at, (size, held) in sorted(s.context.items.items()):
        at_first = _AT_FIRST.get(at)
        if at_first is None or at_first[0] != size or not covers(held, at_first[1]):
            said.append(f"{context_field(at)} is {value(program, held)}")
    if s.wrote >= 0:
        said.append(f"a state was written at instruction {s.wrote}")
    return said
