# SPDX-License-Identifier: Apache-2.0
"""Checks requirements against a state; a violation is reported in terms of the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lightexit.isa import MAX_FRAMES, Program
from lightexit.verifier import requirements as req
from lightexit.verifier import scalar, words
from lightexit.verifier.accesses import ACCESSES
from lightexit.verifier.helpers import HELPERS, INSTEAD, KEY_SIZE, Helper
from lightexit.verifier.requirements import RequirementError
from lightexit.verifier.scalar import Scalar
from lightexit.verifier.state import State
from lightexit.verifier.value import Number, Pointer, RegionKind, Value, constant

#: The most that may be added to a pointer at once, and the farthest it may lead (the kernel's).
MAX_DISTANCE = 1 << 29


def _number_or_constant(state: State, register: int | None, value: int) -> Value:
    held = constant(value) if register is None else state.registers[register]
    assert held is not None
    return held


def _is_number(state: State, register: int | None) -> bool:
    return register is None or isinstance(state.registers[register], Number)


def is_zero(value: Value) -> bool:
    """Whether the value is the constant 0."""
    return isinstance(value, Number) and value.scalar.is_const and value.scalar.const == 0


def not_written(register: int) -> RequirementError:
    """The refusal of an instruction that reads what was never written."""
    return RequirementError(
        f"r{register} is read, but nothing was written to it on this path",
        "a register that every path has written (calls clobber r1 to r5)",
        "give the variable a value before the branch",
    )


class Checker:
    """Checks the requirements of one program's instructions."""

    def __init__(self, program: Program, helpers: frozenset[int], answers: bool) -> None:
        self.program = program
        self.answers = answers
        self.helpers = helpers

    def check_unreached(self, required: Sequence[req.Requirement], state: State) -> None:
        """What no engine runs is refused wherever it stands: they know of no dead code."""
        for needed in required:
            if isinstance(needed, req.Never | req.HasUse | req.StateExists | req.DataExists):
                CHECKS[type(needed)](self, needed, state)
            elif isinstance(needed, req.MayCallHelper):
                self._known_helper(needed.number)

    def _says(self, state: State, register: int) -> str:
        return f"r{register} is {words.value(self.program, state.registers[register])}"

    def holds(self, needed: req.Holds, state: State) -> None:
        """The register was written."""
        if state.registers[needed.register] is None:
            raise not_written(needed.register)

    def is_number(self, needed: req.IsNumber, state: State) -> None:
        """The register is not a pointer."""
        if not isinstance(state.registers[needed.register], Number):
            raise RequirementError(
                f"{self._says(state, needed.register)}, used in {needed.purpose}",
                "a number",
                registers=(needed.register,),
            )

    def arithmetic(self, needed: req.Arithmetic, state: State) -> None:
        """Numbers, or a pointer and a bounded number."""
        left = state.registers[needed.dst]
        if _is_number(state, needed.src) and isinstance(left, Number):
            return
        right = _number_or_constant(state, needed.src, needed.constant)
        shown = (needed.dst,) if needed.src is None else (needed.dst, needed.src)
        if needed.width == 64 and needed.name == "add":
            pair = (left, right) if isinstance(left, Pointer) else (right, left)
            if isinstance(pair[0], Pointer) and isinstance(pair[1], Number):
                self._distance(pair[0], pair[1].scalar, "add", shown)
                return
        if needed.width == 64 and needed.name == "sub" and isinstance(left, Pointer):
            if isinstance(right, Number):
                self._distance(left, right.scalar, "sub", shown)
                return
            if left.region == right.region and not left.null and not right.null:
                return
        raise RequirementError(
            f"`{needed.name}` of {needed.width} bits on a pointer: "
            + "; ".join(self._says(state, r) for r in shown),
            "64-bit addition or subtraction of a number, or the distance of two pointers "
            "into the same memory: addresses must not become data",
            registers=shown,
        )

    def _distance(self, p: Pointer, by: Scalar, name: str, shown: tuple[int, ...]) -> None:
        where = words.region(self.program, p.region)
        if p.null or p.region.kind is RegionKind.HANDLE:
            raise RequirementError(
                f"arithmetic on {words.pointer(self.program, p)}",
                "a pointer that is not null" if p.null else "no arithmetic on a handle",
                "compare it with 0 first" if p.null else "",
                shown,
            )
        if p.region.kind is RegionKind.CONTEXT and not by.is_const:
            raise RequirementError(
                f"{words.number(by)} is added to the pointer to the context",
                "a constant: the context has no arrays",
                registers=shown,
            )
        reached = scalar.binary(name, 64, p.offset, by).wide
        for low, high in ((by.wide.smin, by.wide.smax), (reached.smin, reached.smax)):
            if low < -MAX_DISTANCE or high > MAX_DISTANCE:
                raise RequirementError(
                    f"{words.number(by)} is added to a pointer to {where}",
                    "an index with a bound, checked before it is used",
                    "test it first: `if i < N:`",
                    shown,
                )

    def comparable(self, needed: req.Comparable, state: State) -> None:
        """Numbers; pointers into one region; a pointer and null."""
        left = state.registers[needed.dst]
        if _is_number(state, needed.src) and isinstance(left, Number):
            return
        right = _number_or_constant(state, needed.src, needed.constant)
        if needed.width == 64 and needed.name != "jset":
            if isinstance(left, Pointer) and isinstance(right, Pointer):
                if left.region == right.region and not left.null and not right.null:
                    return
            elif needed.name in ("jeq", "jne") and (
                is_zero(right) or (isinstance(left, Number) and is_zero(left))
            ):
                return
        shown = (needed.dst,) if needed.src is None else (needed.dst, needed.src)
        raise RequirementError(
            "a comparison that depends on addresses: "
            + "; ".join(self._says(state, r) for r in shown),
            "two numbers, two pointers into the same memory, or a pointer and 0",
            registers=shown,
        )

    def access(self, needed: req.MemoryAccess, state: State) -> None:
        """The bytes lie within the region, and may be read or written."""
        p = state.registers[needed.register]
        if not isinstance(p, Pointer):
            raise RequirementError(
                f"{self._says(state, needed.register)}, used as an address",
                "a pointer to the context, a state or the stack",
                registers=(needed.register,),
            )
        if p.null:
            raise RequirementError(
                f"{self._says(state, needed.register)}, and is used as an address",
                "a pointer that is not null",
                "compare it with 0 first",
                (needed.register,),
            )
        ACCESSES[p.region.kind](self.program, needed, p, state)

    def may_store(self, needed: req.MayStore, state: State) -> None:
        """Pointers may be kept on the stack only, whole, and not in a caller's frame."""
        value, base = state.registers[needed.register], state.registers[needed.base]
        if not isinstance(value, Pointer) or not isinstance(base, Pointer):
            return
        where = words.region(self.program, base.region)
        if base.region.kind is not RegionKind.STACK:
            raise RequirementError(
                f"stores {words.value(self.program, value)} into {where}",
                "a number: addresses must not leave the program",
                "store an index instead of the pointer",
                (needed.register,),
            )
        dangling = (
            value.region.kind is RegionKind.STACK and value.region.number > base.region.number
        )
        if needed.size != 8 or not base.offset.is_const or dangling:
            raise RequirementError(
                f"keeps {words.value(self.program, value)} on the stack"
                + (" of a caller" if dangling else f", {needed.size} bytes of it"),
                "all 8 bytes of a pointer, at a constant offset, in a frame that ends no later",
                registers=(needed.register,),
            )

    def has_use(self, _needed: req.HasUse, _state: State) -> None:
        """Some helper that may be called takes the handle of a state."""
        if not any("map" in HELPERS[n].arguments for n in self.helpers if n in HELPERS):
            raise RequirementError(
                "loads the handle of a state, which only helpers can use",
                "a pointer to the value: no engine runs a filter that calls helpers",
                "map_value(index)",
            )

    def state_exists(self, needed: req.StateExists, _state: State) -> None:
        """The index and the offset mean something."""
        maps = self.program.maps
        if not 0 <= needed.number < len(maps):
            raise RequirementError(
                f"refers to state {needed.number}",
                f"an index below {len(maps)}" if maps else "no state: the program declares none",
            )
        self._offset_exists(
            needed.offset, f"state '{maps[needed.number].name}'", maps[needed.number].size
        )

    def data_exists(self, needed: req.DataExists, state: State) -> None:
        """The index and the offset mean something: of a state, or of read-only data."""
        if self.program.is_rodata(needed.number):
            size = len(self.program.rodata)
            self._offset_exists(needed.offset, RegionKind.RODATA.value, size)
        else:
            self.state_exists(req.StateExists(*needed), state)

    def _offset_exists(self, offset: int, what: str, size: int) -> None:
        if not size:
            raise RequirementError(
                f"uses {what}, whose size is not known",
                "a state of known size",
                "compile the object with -g, or tell the size: --state NAME=BYTES",
            )
        if not 0 <= offset < size:
            raise RequirementError(
                f"takes the address of byte {offset} of {what}", f"an offset from 0 to {size - 1}"
            )

    def may_call_helper(self, needed: req.MayCallHelper, state: State) -> None:
        """The helper is known, allowed, and its arguments fit."""
        helper = self._known_helper(needed.number)
        for register, kind in enumerate(helper.arguments, 1):
            self.holds(req.Holds(register), state)
            value = state.registers[register]
            if kind == "key":
                self.access(req.MemoryAccess(register, 0, KEY_SIZE, reads=True), state)
            elif not isinstance(value, Pointer) or value.region.kind is not RegionKind.HANDLE:
                raise RequirementError(
                    f"{self._says(state, register)}, argument of {helper.name}",
                    "the handle of a state: map_by_idx(index)",
                    registers=(register,),
                )

    def _known_helper(self, number: int) -> Helper:
        helper = HELPERS.get(number)
        if helper is None or number not in self.helpers:
            known = helper.name if helper else f"number {number}"
            name, advice = INSTEAD.get(number, (known, ""))
            raise RequirementError(
                f"calls helper {name}",
                "no helper: a filter is a function of its context and states",
                advice,
            )
        return helper

    def may_enter(self, needed: req.MayEnter, state: State) -> None:
        """Room for a frame, of a function that is not running yet."""
        if any(frame.entry == needed.target for frame in state.frames):
            raise RequirementError(
                f"calls the function at instruction {needed.target}, which is on the call stack",
                "no recursion",
                "write a loop with a bound",
            )
        if len(state.frames) == MAX_FRAMES:
            raise RequirementError(
                f"calls a function with {MAX_FRAMES} frames on the call stack",
                f"at most {MAX_FRAMES} functions deep",
            )

    def may_return(self, _needed: req.MayReturn, state: State) -> None:
        """A result for the caller (a function may return nothing), or an answer for the host."""
        result = state.registers[0]
        if len(state.frames) == 1:
            self.holds(req.Holds(0), state)
            self._check_result(result)
            if self.answers:
                self._check_verdict(result, state)
        elif isinstance(result, Pointer) and result.region == (
            RegionKind.STACK,
            len(state.frames) - 1,
        ):
            raise RequirementError(
                "returns a pointer to its own stack frame, which ends with the function",
                "a number, or a pointer to other memory",
                registers=(0,),
            )

    def _check_result(self, result: Value | None) -> None:
        most = 1 if self.answers else scalar.FULL64
        if not isinstance(result, Number) or result.scalar.umax > most:
            raise RequirementError(
                f"the verdict is {words.value(self.program, result)}",
                "0 (PASS) or 1 (HANDLED)",
                "return Verdict.PASS or Verdict.HANDLED",
                (0,),
            )

    def _check_verdict(self, result: Value | None, state: State) -> None:
        assert isinstance(result, Number)
        if scalar.contains(result.scalar, 0) and state.wrote >= 0:
            raise RequirementError(
                f"may PASS after it has changed a state ({self._place(state.wrote)})",
                "HANDLED whenever a state was written: after a PASS the model answers the same "
                "access, and would find the state half updated",
                "decide first and write last; a fault (an index out of range, a division by a "
                "possibly-zero value) after a write is a PASS, too",
                # All returns may share one exit; the write is where it is written.
                at=state.wrote,
            )
        if scalar.contains(result.scalar, 1) and state.field("is_write").umin == 0:
            self._check_data(state)

    def _place(self, slot: int) -> str:
        where = self.program.where(slot)
        return f"line {where.line}" if where else f"instruction {slot}"

    def _check_data(self, state: State) -> None:
        if not state.wrote_field("data"):
            raise RequirementError(
                "answers HANDLED to a read without having written ctx.data",
                "ctx.data, all 8 bytes of it, on every path that handles a read",
                "assign ctx.data, or return Verdict.PASS when not ctx.is_write",
            )
        most, data = state.field("size").umax, state.field("data")
        if data.umax >> 8 * most:
            raise RequirementError(
                f"answers a read of at most {most} bytes with {words.number(data)}",
                "no bits outside the access size",
                f"wrap the value: u{8 * most}(...)" if most in (1, 2, 4) else "",
            )

    def never(self, needed: req.Never, _state: State) -> None:
        """Not in a filter."""
        raise RequirementError(needed.what, needed.expected)


#: By kind of requirement; that a register holds something is looked at first of all.
CHECKS: dict[type, Callable[[Checker, Any, State], None]] = {
    req.IsNumber: Checker.is_number,
    req.MemoryAccess: Checker.access,
    req.MayStore: Checker.may_store,
    req.Arithmetic: Checker.arithmetic,
    req.Comparable: Checker.comparable,
    req.HasUse: Checker.has_use,
    req.StateExists: Checker.state_exists,
    req.DataExists: Checker.data_exists,
    req.MayCallHelper: Checker.may_call_helper,
    req.MayEnter: Checker.may_enter,
    req.MayReturn: Checker.may_return,
    req.Never: Checker.never,
}
