# SPDX-License-Identifier: Apache-2.0
"""isa-debug-exit: the exit status, reads, reset."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.devices.debug_exit import DebugExit
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain


def debug_exit() -> tuple[Rig, list[int]]:
    seen: list[int] = []
    clock = ManualClock()
    return Rig(clock, [DebugExit(clock, seen.append)], runner=plain), seen


@pytest.mark.parametrize(("value", "status"), [(0, 1), (1, 3), (0x10, 0x21), (0x7F, 0xFF)])
def test_a_write_ends_the_run_with_an_odd_status(value: int, status: int) -> None:
    rig, seen = debug_exit()
    rig.outb(0xF4, value)
    assert seen == [status]


def test_all_bits_of_a_wide_write_count() -> None:
    rig, seen = debug_exit()
    rig.write(Space.PIO, 0xF4, 0x8000_0001, 4)
    assert seen == [0x1_0000_0003]
    assert rig.devices[0].state.value == 0x8000_0001


def test_reads_are_zero_and_end_nothing() -> None:
    rig, seen = debug_exit()
    assert [rig.inb(0xF4 + offset) for offset in range(4)] == [0, 0, 0, 0]
    assert seen == []


def test_a_reset_forgets_the_value() -> None:
    rig, seen = debug_exit()
    rig.outb(0xF4, 5)
    rig.devices[0].reset()
    assert (rig.devices[0].state.value, seen) == (0, [11])
