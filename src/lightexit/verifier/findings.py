# SPDX-License-Identifier: Apache-2.0
"""What a program was seen to do, over all paths."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from lightexit.isa import MAX_FRAMES, STACK_UNIT
from lightexit.verifier import scalar
from lightexit.verifier.state import ACTIONS, State
from lightexit.verifier.value import Number

Ranges = tuple[tuple[int, int], ...]


def _possible(state: State, name: str) -> int:
    """The bits that may be set in a field of the context."""
    bits = state.field(name).bits
    return bits.value | bits.mask


class Findings:
    """Filled by `Transfer`, read by the report. Map indices lead to the slot that first wrote."""

    def __init__(self) -> None:
        self.reads_clock = False
        self.read_maps: set[int] = set()
        self.written_maps: dict[int, int] = {}
        self.calls: set[tuple[int, int]] = set()
        self.stack: dict[int, int] = {}
        self.handled: dict[str, set[tuple[int, int]]] = {"read": set(), "write": set()}
        self.data_bits = 0
        #: Whether a path may end with PASS.
        self.passes = False
        self.actions: dict[str, int] = {}
        #: By action field and number of its highest bit: the slot that first stored such a value.
        self.askers: dict[tuple[str, int], int] = {}

    def copy(self) -> Findings:
        """Another that says the same."""
        other = Findings()
        vars(other).update({name: copy(value) for name, value in vars(self).items()})
        other.handled = {direction: ranges.copy() for direction, ranges in self.handled.items()}
        return other

    def restore(self, other: Findings) -> None:
        """Say what another says."""
        vars(self).update(vars(other.copy()))

    def touch_stack(self, entry: int, depth: int) -> bool:
        """The function at `entry` uses that many bytes of stack; whether that is news."""
        if self.stack.get(entry, 0) >= depth:
            return False
        self.stack[entry] = depth
        return True

    def stack_of(self, entries: Iterable[int]) -> int:
        """The stack that these functions use together, in bytes, as the kernel counts."""
        return sum(map(self._own, entries))

    def ask(self, slot: int, state: State) -> None:
        """The instruction at `slot` has stored into the context's actions."""
        for name in ACTIONS:
            if bits := _possible(state, name):
                self.askers.setdefault((name, bits.bit_length() - 1), slot)

    def answer(self, state: State) -> None:
        """A path ends here, with an answer in r0 and the context."""
        verdict = state.registers[0]
        if not isinstance(verdict, Number):
            return
        self.passes |= scalar.contains(verdict.scalar, 0)
        if not scalar.contains(verdict.scalar, 1):
            return
        offset, is_write = state.field("offset"), state.field("is_write")
        if is_write.umin == 0:
            self.handled["read"].add((offset.umin, offset.umax))
            if not state.field("size").is_const:
                self.data_bits = max(self.data_bits, state.field("data").umax.bit_length())
        if is_write.umax == 1:
            self.handled["write"].add((offset.umin, offset.umax))
        for name in ACTIONS:
            if bits := _possible(state, name):
                self.actions[name] = self.actions.get(name, 0) | bits

    def handled_offsets(self, direction: str) -> Ranges:
        """Ranges, both ends included, in order and disjoint, that a HANDLED is possible for."""
        merged: list[tuple[int, int]] = []
        for low, high in sorted(self.handled[direction]):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
            else:
                merged.append((low, high))
        return tuple(merged)

    def deepest_stack(self) -> int:
        """The most stack that a chain of calls uses, in bytes, as the kernel counts.

        Chains of more than `MAX_FRAMES` functions count as too deep, even if never run.
        """
        if not self.calls:
            return self._own(0)
        entries = {0, *(callee for _, callee in self.calls)}
        deepest = dict.fromkeys(entries, 0)
        for _ in range(MAX_FRAMES):
            below = dict.fromkeys(entries, 0)
            for caller, callee in self.calls:
                below[caller] = max(below[caller], deepest[callee])
            deepest = {entry: self._own(entry) + below[entry] for entry in entries}
        return deepest[0]

    def _own(self, entry: int) -> int:
        return max(-(-self.stack.get(entry, 0) // STACK_UNIT), 1) * STACK_UNIT
