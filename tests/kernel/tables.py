# SPDX-License-Identifier: Apache-2.0
"""A filter that looks everything up in constant tables, which no device of the library does."""

from __future__ import annotations

from lightexit.filter import IoContext, Struct, Verdict, io_filter, u32

WIDE = (0x1234_5678, 0xFFFF_FFFF, 0, 0x8000_0000, 5)
BELOW_0 = (-1, 300, -(2**31), 7)
TEXT = b"look it up"
SETS = (True, False, True)


class Level(Struct):
    """What is written, at least in part."""

    level: u32


@io_filter
def look_up(ctx: IoContext, state: Level) -> Verdict:
    """Reads give elements of every table; an offset behind the first one passes."""
    first = WIDE[ctx.offset]
    if ctx.is_write:
        if not SETS[ctx.offset % len(SETS)]:
            return Verdict.PASS
        state.level = u32(ctx.data + BELOW_0[ctx.offset & 3])
        return Verdict.HANDLED
    ctx.data = u32(first ^ TEXT[state.level % len(TEXT)] << 8 ^ BELOW_0[state.level & 3])
    return Verdict.HANDLED
