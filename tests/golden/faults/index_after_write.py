# SPDX-License-Identifier: Apache-2.0
"""An index or a divisor that is bounded before a write stays bounded after it."""

from __future__ import annotations

from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    io_filter,
    u8,
    u64,
)


class S(Struct):
    a: u64
    b: u64
    p: u8
    q: u8
    arr: Array[u8] = array(u8, 8)
    arr5: Array[u8] = array(u8, 5)


@io_filter
def d1(ctx: IoContext, s: S) -> Verdict:
    s.p = 1
    ctx.data = s.a // (s.b % 9 + 1)
    return Verdict.HANDLED


@io_filter
def d2(ctx: IoContext, s: S) -> Verdict:
    s.p = 1
    ctx.data = s.a // (s.b | 1)
    return Verdict.HANDLED


@io_filter
def d3(ctx: IoContext, s: S) -> Verdict:
    s.p = 1
    ctx.data = s.arr[s.q & 7]
    return Verdict.HANDLED


@io_filter
def d4(ctx: IoContext, s: S) -> Verdict:
    s.p = 1
    ctx.data = s.arr5[s.q % 5]
    return Verdict.HANDLED


@io_filter
def d5(ctx: IoContext, s: S) -> Verdict:
    s.p = 1
    for i in range(5):
        s.arr5[i] = u8(s.arr5[i] + 1)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def d6(ctx: IoContext, s: S) -> Verdict:
    k = s.q & 3
    s.p = 1
    ctx.data = s.arr5[k + 1]
    return Verdict.HANDLED


@io_filter
def d7(ctx: IoContext, s: S) -> Verdict:
    k = s.q
    if k >= 5:
        return Verdict.PASS
    s.p = 1
    s.arr5[k] = 3
    ctx.data = s.arr5[4 - k]
    return Verdict.HANDLED


@io_filter
def d8(ctx: IoContext, s: S) -> Verdict:
    d = s.a % 9 + 1
    s.p = 1
    x = 7
    for i in range(3):
        x = u64(x + s.b // d)
    ctx.data = x
    return Verdict.HANDLED
