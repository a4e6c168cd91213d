# SPDX-License-Identifier: Apache-2.0
"""A filter that may request an unsupported action is refused when its device is attached."""

from __future__ import annotations

from typing import Any

import pytest

from bus.plain import Recorder
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import ApicMode, Filter, IoContext, Verdict, io_filter

PORT = 0x40


@io_filter
def raises_line(ctx: IoContext) -> Verdict:
    ctx.data = 0
    ctx.raise_line(ctx.offset & 1)
    return Verdict.HANDLED


@io_filter
def rings(ctx: IoContext) -> Verdict:
    ctx.data = 0
    ctx.signal(0)
    return Verdict.HANDLED


@io_filter
def ends_interrupt(ctx: IoContext) -> Verdict:
    ctx.data = 0
    ctx.end_of_interrupt(1)
    return Verdict.HANDLED


@io_filter
def sends(ctx: IoContext) -> Verdict:
    ctx.data = 0
    ctx.send_apic(0, 1, ApicMode.FIXED)
    return Verdict.HANDLED


def attach(filter: Filter[Any], lines: int) -> Recorder:
    device = Recorder(pio(8, filter=filter).at(PORT))
    device.lines = tuple(Line() for _ in range(lines))
    Bus(ManualClock(), NativeEngine()).attach(device)
    return device


@pytest.mark.parametrize(
    ("filter", "says"),
    [
        (
            raises_line,
            (
                "raises_line: may ask for line 1 (ctx.raised_lines)",
                "expected: number 0 only: the device has 1 line",
                "help: bound the number first, if it is computed",
            ),
        ),
        (
            rings,
            (
                "rings: may ask for doorbell 0 (ctx.doorbells)",
                "expected: none: the device has 0 doorbells",
            ),
        ),
        (
            ends_interrupt,
            ("ends_interrupt: may ask for EOIs", "expected: lines, doorbells only"),
        ),
        (sends, ("sends: may ask for APIC messages", "(ctx.requests)")),
    ],
)
def test_actions_that_the_device_does_not_have_are_refused(
    filter: Filter[Any], says: tuple[str, ...]
) -> None:
    with pytest.raises(AuthorError) as refusal:
        attach(filter, lines=1)
    for part in says:
        assert part in str(refusal.value), str(refusal.value)


def test_the_refusal_points_at_the_authors_line() -> None:
    with pytest.raises(AuthorError) as refusal:
        attach(raises_line, lines=1)
    where = refusal.value.where
    assert where is not None
    assert (where.file, where.text.strip()) == (__file__, "ctx.raise_line(ctx.offset & 1)")


def test_actions_within_the_device_are_attached() -> None:
    attach(raises_line, lines=2)
