# SPDX-License-Identifier: Apache-2.0
"""Port 0x92, the debug console, and accesses narrower than a register."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.port92 import Port92
from lightexit.devices.width import read_bytes, size_mask, split_bytes
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

A20, RESET = 20, 99


def port92() -> Rig:
    clock, a20, reset = ManualClock(), Line(), Line()
    return Rig(clock, [Port92(clock, a20, reset)], outputs={A20: a20, RESET: reset}, runner=plain)


@given(st.lists(st.integers(0, 255), min_size=1))
@settings(derandomize=True, deadline=None)
def test_port_92_reads_back_and_drives_its_lines(values: list[int]) -> None:
    rig = port92()
    assert rig.inb(0x92) == 0x02
    rising = 0
    before = 0x02
    for value in values:
        rig.outb(0x92, value)
        assert rig.inb(0x92) == value
        assert rig.outputs[A20].level == bool(value & 2)
        rising += bool(value & ~before & 1)
        before = value
    resets = [level for _, line, level in rig.edges if line == RESET]
    assert resets == [True, False] * rising
    assert rig.handled == len(values) + 1


def test_a_reset_of_port_92_opens_a20() -> None:
    rig = port92()
    rig.outb(0x92, 0x01)
    rig.devices[0].reset()
    assert rig.outputs[A20].level is True
    assert rig.inb(0x92) == 0x02


@given(st.binary(max_size=30))
@settings(derandomize=True, deadline=None)
def test_the_debug_console_prints_every_byte_and_can_be_detected(data: bytes) -> None:
    sent = bytearray()
    clock = ManualClock()
    rig = Rig(clock, [Debugcon(clock, sent.extend)], runner=plain)
    for byte in data:
        rig.outb(0x402, byte)
        assert rig.inb(0x402) == 0xE9
    assert sent == data
    assert (rig.handled, rig.passed) == (len(data), len(data))


@given(st.binary(min_size=1, max_size=20), st.integers(0, 24), st.sampled_from([1, 2, 4]))
@settings(derandomize=True, deadline=None)
def test_bytes_past_the_end_read_as_ones(image: bytes, offset: int, size: int) -> None:
    value = read_bytes(image, offset, size)
    expected = (image + b"\xff" * 32)[offset : offset + size] if offset < len(image) else None
    assert value == int.from_bytes(expected or b"\xff" * size, "little")
    assert value <= size_mask(size)


@given(st.integers(0, 100), st.integers(0, 2**40), st.sampled_from([1, 2, 4]))
@settings(derandomize=True, deadline=None)
def test_split_bytes_are_the_value_again(offset: int, value: int, size: int) -> None:
    parts = split_bytes(offset, value, size)
    assert [place for place, _ in parts] == list(range(offset, offset + size))
    assert sum(byte << 8 * n for n, (_, byte) in enumerate(parts)) == value & size_mask(size)


def test_port_io_knows_three_sizes() -> None:
    assert [size_mask(size) for size in range(9)] == [0, 0xFF, 0xFFFF, 0, 0xFFFF_FFFF, 0, 0, 0, 0]
