# SPDX-License-Identifier: Apache-2.0
"""Filters that are proved in tests, and bytecode of others that is held against their sources."""

from __future__ import annotations

from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u16


class Lamp(Struct):
    level: u8
    dim: u8 = 1
    is_on: bool
    past: Array[u16] = array(u16, 3)


@io_filter
def level(ctx: IoContext, lamp: Lamp) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = lamp.level >> (lamp.dim & 7)
    return Verdict.HANDLED


@io_filter
def mistaken(ctx: IoContext, lamp: Lamp) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = lamp.level >> (lamp.dim & 3)
    return Verdict.HANDLED
