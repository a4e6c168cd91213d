# SPDX-License-Identifier: Apache-2.0
"""Which bytes of which memory an access may touch: one function for each kind of region."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.abi import STATE_OFFSET, WRITABLE_FIELDS
from lightexit.isa import STACK_SIZE, Program
from lightexit.verifier import requirements as req
from lightexit.verifier import scalar, words
from lightexit.verifier.cells import Cells, span
from lightexit.verifier.requirements import RequirementError
from lightexit.verifier.state import CONTEXT_SIZE, WRITABLE_BYTES, State
from lightexit.verifier.value import Pointer, RegionKind


def _context_access(program: Program, needed: req.MemoryAccess, p: Pointer, _state: State) -> None:
    verb = "writes" if needed.writes else "reads"
    at, size = needed.offset, needed.size
    if not p.offset.is_const or p.offset.const != 0:
        raise RequirementError(
            f"{verb} the context through {words.pointer(program, p)}",
            "the context's own pointer and a constant offset, as Linux's verifier requires",
            registers=(needed.register,),
        )
    if not 0 <= at <= CONTEXT_SIZE - size or at % size or needed.atomic:
        raise RequirementError(
            f"{verb} {size} bytes at ctx + {at}" + " atomically" * needed.atomic,
            f"a plain, aligned access within the context's {CONTEXT_SIZE} bytes",
        )
    if needed.writes and span(at, size) & ~WRITABLE_BYTES:
        raise RequirementError(
            f"writes {words.context_field(at)}, which only the host writes",
            f"one of {', '.join(f'ctx.{name}' for name in WRITABLE_FIELDS)}",
        )


def _stack_access(program: Program, needed: req.MemoryAccess, p: Pointer, state: State) -> None:
    verb = "writes" if needed.writes else "reads"
    low, high = p.offset.wide.smin + needed.offset, p.offset.wide.smax + needed.offset
    if low < -STACK_SIZE or high + needed.size > 0:
        raise RequirementError(
            f"{verb} {needed.size} bytes at {words.integer(low)} to {words.integer(high)} "
            "of the stack",
            f"offsets from -{STACK_SIZE} up to below 0",
            registers=(needed.register,),
        )
    _check_alignment(program, needed, p)
    if needed.reads:
        start, length = low + STACK_SIZE, high - low + needed.size
        _check_written(needed, state.frames[p.region.number].stack, start, length)


def _check_written(needed: req.MemoryAccess, stack: Cells, start: int, length: int) -> None:
    missing = span(start, length) & ~stack.written
    exact = stack.items.get(start)
    whole = exact is not None and exact[0] == needed.size == length
    broken = stack.has_pointer(start, length) and (needed.atomic or not whole)
    if missing or broken:
        first = (missing & -missing).bit_length() - 1 if missing else start
        raise RequirementError(
            f"reads stack byte {first - STACK_SIZE}, "
            + ("which is part of a pointer" if broken else "which was never written"),
            "stack that every path has written" if missing else "the whole pointer, 8 bytes",
            registers=(needed.register,),
        )


def _check_alignment(program: Program, needed: req.MemoryAccess, p: Pointer) -> None:
    moved = scalar.binary("add", 64, p.offset, scalar.const(needed.offset)).bits
    if (moved.value | moved.mask) & (needed.size - 1):
        raise RequirementError(
            f"accesses {needed.size} bytes at {words.pointer(program, p)}, "
            f"offset {needed.offset}, which need not be a multiple of {needed.size}",
            "an aligned access",
            registers=(needed.register,),
        )


def _state_access(program: Program, needed: req.MemoryAccess, p: Pointer, _state: State) -> None:
    verb = "writes" if needed.writes else "reads"
    low, high = p.offset.wide.smin + needed.offset, p.offset.wide.smax + needed.offset
    state_map = program.maps[p.region.number]
    if low < STATE_OFFSET or high + needed.size > state_map.size:
        at = words.integer(low) if low == high else f"{words.integer(low)} to {words.integer(high)}"
        raise RequirementError(
            f"{verb} {needed.size} bytes at offset {at} of state '{state_map.name}', "
            f"which has {state_map.size} bytes, the first {STATE_OFFSET} "
            "of them reserved for the host",
            f"offsets {STATE_OFFSET} to {state_map.size - needed.size}",
            "" if low == high else "check the index against the array's length first",
            (needed.register,),
        )
    if needed.atomic:
        _check_alignment(program, needed, p)


def _rodata_access(program: Program, needed: req.MemoryAccess, p: Pointer, _state: State) -> None:
    if needed.writes:
        raise RequirementError(
            f"writes through {words.pointer(program, p)}",
            "reads of it only",
            "keep data that changes in a state",
            (needed.register,),
        )
    low, high = p.offset.wide.smin + needed.offset, p.offset.wide.smax + needed.offset
    size = len(program.rodata)
    if low < 0 or high + needed.size > size:
        at = words.integer(low) if low == high else f"{words.integer(low)} to {words.integer(high)}"
        raise RequirementError(
            f"reads {needed.size} bytes at offset {at} of the read-only data, "
            f"which has {size} bytes",
            f"offsets 0 to {size - needed.size}" if size >= needed.size else "a smaller read",
            "" if low == high else "check the index against the table's length first",
            (needed.register,),
        )


def _handle_access(program: Program, needed: req.MemoryAccess, p: Pointer, _state: State) -> None:
    raise RequirementError(
        f"accesses memory through {words.pointer(program, p)}",
        "a pointer to the value: map_value(index)",
        registers=(needed.register,),
    )


ACCESSES: dict[RegionKind, Callable[[Program, req.MemoryAccess, Pointer, State], None]] = {
    RegionKind.CONTEXT: _context_access,
    RegionKind.STACK: _stack_access,
    RegionKind.STATE: _state_access,
    RegionKind.RODATA: _rodata_access,
    RegionKind.HANDLE: _handle_access,
}
