# SPDX-License-Identifier: Apache-2.0
"""Third: a search with a bounded loop, two states, and an interrupt line.

An interrupt controller after the manner of RISC-V's PLIC. Reading CLAIM finds the pending
source of the highest priority above the CPU's threshold, takes it, and lowers the interrupt
line when nothing is pending any more. The thresholds live in a state of their own.
"""

from __future__ import annotations

from lightexit import Array, IoContext, Struct, Verdict, array, inline, io_filter, u8, u32

CLAIM = 0x4
SOURCES = 8
CPUS = 4
LINE = 0


class Sources(Struct):
    """Who asks for attention, and how urgently."""

    pending: u8
    priority: Array[u8] = array(u8, SOURCES)


class Thresholds(Struct):
    """For each CPU, the priority that a source must exceed."""

    minimum: Array[u8] = array(u8, CPUS)


@inline
def most_urgent(sources: Sources, threshold: u8) -> u32:
    """The number of the source to serve; 0, which is no source, when there is none."""
    best: u32 = 0
    highest: u8 = threshold
    for source in range(1, SOURCES):
        if sources.pending >> source & 1 and sources.priority[source] > highest:
            best = source
            highest = sources.priority[source]
    return best


@io_filter
def claim(ctx: IoContext, sources: Sources, thresholds: Thresholds) -> Verdict:
    """Hand the most urgent source to the CPU that asks."""
    if ctx.is_write or ctx.offset != CLAIM or ctx.size != 4:
        return Verdict.PASS
    threshold = thresholds.minimum[ctx.vcpu]
    source = most_urgent(sources, threshold)
    sources.pending = sources.pending & ~(1 << source)
    if sources.pending == 0:
        ctx.lower_line(LINE)
    ctx.data = source
    return Verdict.HANDLED
