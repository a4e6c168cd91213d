# SPDX-License-Identifier: Apache-2.0
"""Loops that store into a state: all accepted, and as in CPython."""

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
    q: u8
    last: u8
    arr: Array[u8] = array(u8, 8)


@io_filter
def step3(ctx: IoContext, s: S) -> Verdict:
    for i in range(0, 4, 3):
        s.last = u8(i)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def step1(ctx: IoContext, s: S) -> Verdict:
    for i in range(4):
        s.last = u8(i)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def step1_long(ctx: IoContext, s: S) -> Verdict:
    for i in range(40):
        s.last = u8(i)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def step2_10(ctx: IoContext, s: S) -> Verdict:
    for i in range(0, 10, 2):
        s.last = u8(i)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def dynamic(ctx: IoContext, s: S) -> Verdict:
    for i in range(s.q & 7):
        s.last = u8(i)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def step5(ctx: IoContext, s: S) -> Verdict:
    for i in range(1, 12, 5):
        s.last = u8(i)
        ctx.data = u64(i)
    return Verdict.HANDLED


@io_filter
def while_form(ctx: IoContext, s: S) -> Verdict:
    i = 0
    while i < 4:
        s.last = u8(i)
        i = u64(i + 3)
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def data_only(ctx: IoContext, s: S) -> Verdict:
    for i in range(1, 12, 5):
        ctx.data = u64(i)
    return Verdict.HANDLED
