# SPDX-License-Identifier: Apache-2.0
"""First: a register that is a pure function of state and time.

A guest polls a free-running counter. The filter answers every read of it and passes on all
else, so the device model keeps the rare work: here, writing the register starts it afresh.
"""

from __future__ import annotations

from lightexit import IoContext, Struct, Verdict, io_filter, muldiv64, u32, u64

COUNTER = 0x8
SECOND_NS = 10**9


class CounterState(Struct):
    """What model and filter share."""

    started_ns: u64
    hz: u32 = 3_579_545


@io_filter
def read_counter(ctx: IoContext, counter: CounterState) -> Verdict:
    """Ticks since the start, modulo 2**32."""
    if ctx.is_write or ctx.offset != COUNTER or ctx.size != 4:
        return Verdict.PASS
    elapsed_ns = u64(ctx.now_ns - counter.started_ns)
    ctx.data = u32(muldiv64(elapsed_ns, counter.hz, SECOND_NS))
    return Verdict.HANDLED
