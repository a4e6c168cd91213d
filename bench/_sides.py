# SPDX-License-Identifier: Apache-2.0
"""Functions of one meaning, timed so that none is at an advantage: `Side` and `in_turns`.

A CPU predicts the target of a call by where the call stands, a branch by where it lies and by what
ran before. With one place to call all from, what is called first in each turn pays for the others'
traces: one and the same filter took 0.65 times gcc's time, and 1.34 to 1.57 times with the order
swapped. So each side has loops and pages of its own, and both orders are run.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from lightexit.abi import IoContext
from lightexit.engine.native import compile_ir

CALLS, TURNS = 16_000, 24
#: A time that moves on by this many ns with each call.
TIME_STEP = 977
NOW = next(field.offset for field in IoContext.layout.fields if field.name == "now_ns")

#: The same loop at some places in a page: where a branch lies costs as much as a small filter.
PLACES = 8
LOOP = f"""
define void @loopNUMBER(ptr %function, ptr %context, ptr %values, i64 %calls) nounwind {{
entry:
  %now = getelementptr i8, ptr %context, i64 {NOW}
  br label %next
next:
  %i = phi i64 [ 0, %entry ], [ %following, %next ]
  %time = mul i64 %i, {TIME_STEP}
  store i64 %time, ptr %now
  %verdict = call i64 %function(ptr %context, ptr %values)
  %following = add i64 %i, 1
  %more = icmp ult i64 %following, %calls
  br i1 %more, label %next, label %done
done:
  ret void
}}
"""
LOOPS = "\n".join(LOOP.replace("NUMBER", str(number)) for number in range(PLACES))
RUN_LOOP = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3, ctypes.c_uint64)

#: Sets up what the function works on; returns its two arguments.
Prepare = Callable[[], tuple[int, int]]


class Side:
    """A function, and the loops that call it and nothing else, in a page of their own."""

    def __init__(self, address: int) -> None:
        self.address = address
        self._code = compile_ir(LOOPS)
        self._loops = [RUN_LOOP(self._code.address(f"loop{n}")) for n in range(PLACES)]

    def ns(self, place: int, arguments: tuple[int, int]) -> float:
        """ns of a call in one of the loops, with its share of the loop."""
        begun = time.perf_counter_ns()
        self._loops[place](self.address, *arguments, CALLS)
        return (time.perf_counter_ns() - begun) / CALLS


@dataclass(frozen=True)
class Times:
    """By side: ns of a call for each place of the loop, the lower quartile of all turns.

    What others do on the machine makes a turn slower, never faster.
    """

    by_side: dict[Side, list[float]]

    def ns(self, side: Side) -> list[float]:
        """For each place of the loop."""
        return self.by_side[side]

    def ratio(self, mine: Side, other: Side) -> float:
        """The median over the places of the loop, each compared with the same place."""
        return median(a / b for a, b in zip(self.ns(mine), self.ns(other), strict=True))


def in_turns(sides: Sequence[Side], prepare: Prepare) -> Times:
    """All sides, one after the other in this order, in every turn."""
    found: dict[Side, list[float]] = {side: [] for side in sides}
    for place in range(PLACES):
        turns = [[side.ns(place, prepare()) for side in sides] for _ in range(TURNS)]
        for side, times in zip(sides, zip(*turns, strict=True), strict=True):
            found[side].append(lower_quartile(times))
    return Times(found)


def lower_quartile(times: Sequence[float]) -> float:
    """A quarter of them is lower."""
    return quantiles(times, n=4)[0]
