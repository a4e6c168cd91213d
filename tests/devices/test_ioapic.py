# SPDX-License-Identifier: Apache-2.0
"""The I/O APIC by its data sheet: what its inputs send, and when they send it again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.devices.ioapic import (
    PINS,
    VERSION,
    Bit,
    IoApic,
    IoApicReg,
)
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.filter import ApicFlag, ApicMode
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.runners import in_engine, native_bus, plain
from lightexit.vm.places import IOAPIC as BASE

QUICK = settings(derandomize=True, deadline=None, max_examples=scale.full(100))
SELECT, WINDOW, EOI = BASE + IoApicReg.SELECT, BASE + IoApicReg.WINDOW, BASE + IoApicReg.EOI
FIXED, NMI = ApicMode.FIXED, ApicMode.NMI
VECTOR, OTHER = 0x41, 0x52


class Bench:
    """An I/O APIC and the messages that it has sent: destination, vector, mode."""

    def __init__(self, runner: Runner | None = None) -> None:
        self.sent: list[tuple[int, int, int]] = []
        self.changed: list[int] = []
        clock = ManualClock()
        self.ioapic = IoApic(clock, lambda *message: self.sent.append(message), self._note)
        self.rig = Rig(clock, [self.ioapic], runner=runner)

    def _note(self, number: int) -> None:
        self.changed.append(number)

    def put(self, index: int, value: int) -> None:
        self.rig.write(Space.MMIO, SELECT, index, 4)
        self.rig.write(Space.MMIO, WINDOW, value, 4)

    def get(self, index: int) -> int:
        self.rig.write(Space.MMIO, SELECT, index, 4)
        return self.rig.read(Space.MMIO, WINDOW, 4)

    def set_up(self, number: int, low: int, destination: int = 0) -> None:
        self.put(0x11 + 2 * number, destination << 24)
        self.put(0x10 + 2 * number, low)

    def low(self, number: int) -> int:
        return self.get(0x10 + 2 * number)

    def end(self, vector: int) -> None:
        self.rig.write(Space.MMIO, EOI, vector, 4)

    def drive(self, number: int, *levels: bool) -> None:
        for level in levels:
            self.ioapic.input(number).set(level)


@pytest.mark.parametrize("number", [0, 1, 23])
def test_an_edge_sends_its_message_once(number: int) -> None:
    bench = Bench()
    bench.set_up(number, VECTOR | Bit.LOGICAL, destination=0xC3)
    bench.drive(number, True, False)
    assert bench.sent == [(0xC3, VECTOR, FIXED | ApicFlag.LOGICAL)]
    bench.end(VECTOR)
    assert len(bench.sent) == 1


def test_an_edge_that_comes_while_it_is_masked_is_lost() -> None:
    bench = Bench()
    bench.set_up(5, VECTOR | Bit.MASKED)
    bench.drive(5, True)
    bench.set_up(5, VECTOR)
    assert bench.sent == []
    bench.drive(5, False, True)
    assert len(bench.sent) == 1


def test_a_level_is_sent_again_after_every_eoi_for_as_long_as_it_lasts() -> None:
    bench = Bench()
    bench.set_up(9, VECTOR | Bit.LEVEL, destination=1)
    bench.drive(9, True)
    assert bench.low(9) == VECTOR | Bit.LEVEL | Bit.REMOTE_IRR
    bench.end(OTHER)
    assert len(bench.sent) == 1
    bench.end(VECTOR)
    bench.drive(9, False)
    bench.end(VECTOR)
    assert bench.sent == [(1, VECTOR, FIXED | ApicFlag.LEVEL)] * 2
    assert bench.low(9) == VECTOR | Bit.LEVEL


def test_a_level_that_is_masked_waits() -> None:
    bench = Bench()
    bench.set_up(9, VECTOR | Bit.LEVEL | Bit.MASKED)
    bench.drive(9, True)
    assert bench.sent == []
    bench.set_up(9, VECTOR | Bit.LEVEL)
    assert len(bench.sent) == 1


def test_masking_does_not_end_an_interrupt_that_waits_for_its_eoi() -> None:
    bench = Bench()
    bench.set_up(9, VECTOR | Bit.LEVEL)
    bench.drive(9, True)
    bench.put(0x10 + 18, VECTOR | Bit.LEVEL | Bit.MASKED)
    bench.put(0x10 + 18, VECTOR | Bit.LEVEL)
    assert len(bench.sent) == 1
    bench.put(0x10 + 18, VECTOR | Bit.LEVEL | Bit.MASKED)
    bench.end(VECTOR)
    assert len(bench.sent) == 1
    bench.put(0x10 + 18, VECTOR | Bit.LEVEL)
    assert len(bench.sent) == 2


def test_an_eoi_ends_all_inputs_of_its_vector() -> None:
    bench = Bench()
    for number in (3, 4):
        bench.set_up(number, VECTOR | Bit.LEVEL)
        bench.drive(number, True)
    bench.end(VECTOR)
    assert len(bench.sent) == 4


def test_an_entry_made_edge_triggered_no_longer_waits() -> None:
    bench = Bench()
    bench.set_up(9, VECTOR | Bit.LEVEL)
    bench.drive(9, True)
    bench.set_up(9, VECTOR | Bit.MASKED)
    bench.set_up(9, VECTOR | Bit.LEVEL)
    assert len(bench.sent) == 2


def test_modes_that_have_no_eoi_are_edges_whatever_the_trigger_bit() -> None:
    bench = Bench()
    bench.set_up(2, NMI << 8 | Bit.LEVEL)
    bench.drive(2, True, False, True)
    assert bench.sent == [(0, 0, NMI)] * 2
    assert bench.low(2) == NMI << 8 | Bit.LEVEL


def test_registers_that_are_no_entries() -> None:
    bench = Bench()
    bench.put(0, 0xFFFF_FFFF)
    bench.put(1, 0)
    assert [bench.get(index) for index in (0, 1, 2, 3, 0x40, 0xFF)] == [
        0x0F00_0000,
        VERSION,
        0x0F00_0000,
        0,
        0,
        0,
    ]


@QUICK
@given(st.integers(0, PINS - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_an_entry_keeps_its_own_bits(number: int, low: int, high: int) -> None:
    bench = Bench()
    bench.put(0x11 + 2 * number, high)
    bench.put(0x10 + 2 * number, low)
    assert bench.get(0x11 + 2 * number) == high & 0xFF00_0000
    assert bench.low(number) == low & 0x1_AFFF


def test_route_listeners_are_called_before_a_message_is_rerouted() -> None:
    bench = Bench()
    bench.set_up(7, VECTOR)
    bench.changed.clear()
    bench.set_up(7, VECTOR | Bit.LEVEL, destination=2)
    assert bench.changed == [7, 7]
    bench.set_up(7, VECTOR | Bit.LEVEL | Bit.MASKED, destination=2)
    assert bench.changed == [7, 7], "a mask leads nowhere else"


def test_reset_masks_all_and_keeps_the_wires() -> None:
    bench = Bench()
    bench.set_up(9, VECTOR | Bit.LEVEL)
    bench.drive(9, True)
    bench.ioapic.reset()
    assert bench.low(9) == Bit.MASKED
    bench.set_up(9, VECTOR | Bit.LEVEL)
    assert len(bench.sent) == 2


@pytest.mark.parametrize("runner", [plain, in_engine(InterpreterEngine()), native_bus])
def test_masking_without_a_waiting_level_is_handled_by_the_filter(runner: Runner) -> None:
    bench = Bench(runner)
    bench.set_up(9, VECTOR | Bit.LEVEL)
    passed = bench.rig.passed
    for low in (VECTOR | Bit.LEVEL | Bit.MASKED, VECTOR | Bit.LEVEL):
        bench.put(0x10 + 18, low)
        assert bench.low(9) == low
    assert bench.rig.passed == passed
    bench.drive(9, True)
    assert len(bench.sent) == 1
