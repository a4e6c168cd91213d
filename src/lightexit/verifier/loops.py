# SPDX-License-Identifier: Apache-2.0
"""Which instructions a loop is made of, what it compares with, and which loops were proved."""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.isa import Instruction, Kind
from lightexit.verifier.flow import Flow
from lightexit.verifier.state import Entered, State
from lightexit.verifier.transfer import Ways
from lightexit.verifier.value import Number
from lightexit.verifier.visits import Arrivals, Visit


class Loops:
    """The loops of one program, by the slot where their rounds start."""

    def __init__(self, flow: Flow) -> None:
        self._flow = flow
        self._bodies: dict[int, frozenset[int]] = {}
        self._proved: dict[tuple[int, tuple[int, ...]], Arrivals] = {}

    def body(self, start: int) -> frozenset[int]:
        """The slots from which a round may come to its end without passing its start."""
        if start not in self._bodies:
            inside = {start}
            work = [slot for slot in self._flow.predecessors[start] if slot >= start]
            while work:
                slot = work.pop()
                if slot not in inside:
                    inside.add(slot)
                    work.extend(self._flow.predecessors[slot])
            self._bodies[start] = frozenset(inside)
        return self._bodies[start]

    def around(self, slot: int, state: State) -> tuple[Entered, ...]:
        """Those of the state's loops that the path has not left."""
        calls = state.calls
        return tuple(
            loop
            for loop in state.loops
            if loop.calls == calls[: len(loop.calls)]
            and (len(calls) > len(loop.calls) or slot in self.body(loop.slot))
        )

    def started(self, slot: int, state: State) -> Visit | None:
        """The state's loop of which another round starts here."""
        for loop in state.loops:
            if loop.slot == slot and loop.calls == state.calls:
                assert isinstance(loop, Visit)
                return loop
        return None

    def inside_first(self, ways: Ways) -> Ways:
        """The two ways, such that the one that stays in the innermost loop comes first."""
        slot, state = ways[0]
        loop = state.loops[-1]
        leaves = loop.calls == state.calls and slot not in self.body(loop.slot)
        return ways[::-1] if leaves else ways

    def proved_at(self, slot: int, calls: tuple[int, ...]) -> Arrivals:
        """The visits that summarise all rounds of the loop there, in a function called this way."""
        return self._proved.setdefault((slot, calls), Arrivals())

    def constants(self, start: int, state: State) -> frozenset[int]:
        """What the loop compares with, as signed numbers."""
        found: set[int] = set()
        for slot in self.body(start):
            found.update(_constants(self._flow.at[slot], state))
        return frozenset(found)


def _constants(i: Instruction, state: State) -> Iterator[int]:
    if i.op.kind is Kind.LDDW and not i.src:
        yield i.imm64
    elif i.op.uses_imm and (i.op.kind is Kind.JUMP or i.op.name == "mov"):
        yield i.imm
        yield i.imm & 0xFFFFFFFF
    elif i.op.kind is Kind.JUMP and i.op.name != "ja":
        for register in (i.dst, i.src):
            held = state.registers[register]
            if isinstance(held, Number):
                yield held.scalar.wide.smin
                yield held.scalar.wide.smax
