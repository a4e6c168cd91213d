# SPDX-License-Identifier: Apache-2.0
"""10,000 ranges against one: ns per access by a filter, for ports and for memory.

A native loop calls the dispatch routine as Unicorn does. The variants run in turns, each once
without a clock, as others have left it other caches; medians count, of times and of the ratios
within a turn. One range is there twice: their ratio is the noise. Goal: at most 1.2 for a register
that a guest keeps reading. At random over all ranges, what is measured is the CPU's caches: 10,000
windows and counters do not fit the inner ones.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from bench._ratio import Ratio
from bench._turns import in_turns
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import Clock, HostClock
from lightexit.bus.native import dispatch
from lightexit.bus.region import Region
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import InternalError
from lightexit.filter import IoContext, Struct, Verdict, io_filter, u8

RANGES, ROUNDS, ADDRESSES, TURNS = 10_000, 41, 4096, 5
FIRST = {Space.PIO: 0x1000, Space.MMIO: 0xD000_0000}
GOALS = {f"10,000 ranges, {each}": 1.2 for each in ("one register", "8 in turn")}
STEP = {Space.PIO: 4, Space.MMIO: 0x1000}

_LOOP_IR = """
define void @{name}(ptr %function, ptr %who, ptr %list, i64 %count) nounwind {{
entry:
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %following, %next ]
  %p = getelementptr i64, ptr %list, i64 %i
  %address = load i64, ptr %p
  %port = trunc i64 %address to i32
  %value = call {call}
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %count
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""
LOOPS = _LOOP_IR.format(
    name="ports", call="i32 %function(ptr null, i32 %port, i32 1, ptr %who)"
) + _LOOP_IR.format(name="memory", call="i64 %function(ptr null, i64 %address, i32 1, ptr %who)")
_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_uint64)


class ByteState(Struct):
    """One register."""

    value: u8


@io_filter
def read_byte(ctx: IoContext, state: ByteState) -> Verdict:
    """Reads."""
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = state.value
    return Verdict.HANDLED


class Wide(Device[ByteState]):
    """The same register in many ranges."""

    name = "wide"

    def __init__(self, clock: Clock, space: Space, count: int) -> None:
        super().__init__(clock)
        bases = (FIRST[space] + number * STEP[space] for number in range(count))
        self.regions = tuple(Region(space, 4, filter=read_byte).at(base) for base in bases)


@dataclass
class Variant:
    """So many ranges, of which these are read in turn."""

    name: str
    run: Callable[[], None]

    def ns(self) -> float:
        """ns of this thread's time per access, with the caches as it fills them itself."""
        self.run()
        begun = time.thread_time_ns()
        for _ in range(TURNS):
            self.run()
        return (time.thread_time_ns() - begun) / (TURNS * ADDRESSES)


class Place:
    """A bus with so many ranges in one space, and a native loop that reads some of them."""

    def __init__(self, code: Any, space: Space, count: int) -> None:
        clock = HostClock()
        self.bus, self.space, self.count = Bus(clock, NativeEngine()), space, count
        self.bus.attach(Wide(clock, space, count))
        self._aperture = self.bus.cpus[0].aperture(0)
        is_memory = space is Space.MMIO
        self._loop = _LOOP(code.address("memory" if is_memory else "ports"))
        self._function = dispatch().address("memory_read" if is_memory else "port_in")
        self._user = self._aperture.address if is_memory else self.bus.cpus[0].address

    def variant(self, name: str, chosen: Sequence[int]) -> Variant:
        """Read these ranges in turn."""
        addresses = (ctypes.c_uint64 * ADDRESSES)(
            *(
                FIRST[self.space] + chosen[i % len(chosen)] * STEP[self.space]
                for i in range(ADDRESSES)
            )
        )
        return Variant(name, lambda: self._loop(self._function, self._user, addresses, ADDRESSES))

    def check(self) -> None:
        """The filter answered everything."""
        counts = self.bus.counts()
        if self.bus.unclaimed() or any(count.passed for count in counts):
            raise InternalError("not every access was answered by the filter")


def compare(code: Any, space: Space) -> list[tuple[str, float, float]]:
    """Name, median ns and ratio to one range, of every variant."""
    random, one, twin = Random(1), Place(code, space, 1), Place(code, space, 1)
    many = Place(code, space, RANGES)
    variants = (
        one.variant("one range", [0]),
        twin.variant("its twin", [0]),
        many.variant("10,000 ranges, one register", [RANGES // 3]),
        many.variant("10,000 ranges, 8 in turn", random.sample(range(RANGES), 8)),
        many.variant("10,000 ranges, all at random", random.sample(range(RANGES), ADDRESSES)),
    )
    rounds = in_turns(ROUNDS, [variant.ns for variant in variants])
    one.check()
    many.check()
    return [
        (
            variant.name,
            median(turn[index] for turn in rounds),
            median(turn[index] / turn[0] for turn in rounds),
        )
        for index, variant in enumerate(variants)
    ]


def ratios() -> list[Ratio]:
    """For docs/."""
    code = compile_ir(LOOPS)
    return [
        Ratio(f"ranges, {space.name}", f"{name} / one", ratio, GOALS.get(name))
        for space in (Space.PIO, Space.MMIO)
        for name, _, ratio in compare(code, space)[1:]
    ]


def main() -> None:
    code = compile_ir(LOOPS)
    for space in (Space.PIO, Space.MMIO):
        for name, ns, ratio in compare(code, space):
            print(f"  {space.name:5}{name:30}{ns:8.2f} ns{ratio:8.2f}")


if __name__ == "__main__":
    main()
