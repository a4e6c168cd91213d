# SPDX-License-Identifier: Apache-2.0
"""Descending ranges whose last step passes below 0: as in CPython."""

from __future__ import annotations

from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u64


class S(Struct):
    a: u64
    b: u64
    p: u8
    q: u8
    r: u64
    t: u64
    n: u64
    arr: Array[u8] = array(u8, 8)


@io_filter
def down_by_2_with_break(ctx: IoContext, s: S) -> Verdict:
    n = 0
    for i in range(5, s.q & 3, -2):
        n = u64(n + 1)
        if n == 4:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def constant_5_0_minus_2(ctx: IoContext, s: S) -> Verdict:
    n = 0
    for i in range(5, 0, -2):
        n = u64(n * 10 + i)
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def constant_5_0_minus_2_break(ctx: IoContext, s: S) -> Verdict:
    n = 0
    for i in range(5, 0, -2):
        n = u64(n + s.arr[i])
        if n > s.a:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def constant_early_return(ctx: IoContext, s: S) -> Verdict:
    n = 0
    for i in range(7, 0, -3):
        n = u64(n + 1)
        if n > 3:
            ctx.data = 99
            return Verdict.HANDLED
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def index_below_the_array(ctx: IoContext, s: S) -> Verdict:
    n = 0
    k = 0
    for i in range(5, s.q & 3, -2):
        n = u64(n * 256 + s.arr[i])
        k = u64(k + 1)
        if k == 4:
            break
    ctx.data = n
    return Verdict.HANDLED


@io_filter
def write_below_the_array(ctx: IoContext, s: S) -> Verdict:
    k = 0
    for i in range(5, s.q & 3, -2):
        s.arr[i] = 255
        k = u64(k + 1)
        if k == 4:
            break
    ctx.data = k
    return Verdict.HANDLED
