# SPDX-License-Identifier: Apache-2.0
"""Laws of the ACPI fixed hardware registers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.pmtimer import (
    ACPI_DISABLE,
    ACPI_ENABLE,
    FREQUENCY,
    SUSPEND,
    PmControl,
    PmEvent,
    PmReg,
    PmTimer,
)
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.places import PM as BASE

SCI = 9
TICKS_PER_NS = Fraction(FREQUENCY, 10**9)
HALF_NS = Fraction(1 << 23) / TICKS_PER_NS


class Guest:
    """Works the PM block's ports."""

    def __init__(self, start_ns: int = 0, counter_bits: int = 24) -> None:
        self.clock, sci = ManualClock(start_ns), Line()
        self.slept: list[int] = []
        self.pm = PmTimer(self.clock, sci, self.slept.append, counter_bits=counter_bits)
        self.rig = Rig(self.clock, [self.pm], outputs={SCI: sci}, runner=plain)

    def read(self, register: int, size: int = 2) -> int:
        return self.rig.read(Space.PIO, BASE + register, size)

    def write(self, register: int, value: int, size: int = 2) -> None:
        self.rig.write(Space.PIO, BASE + register, value, size)

    @property
    def edges(self) -> list[tuple[int, bool]]:
        return [(when, level) for when, _, level in self.rig.edges]


@given(st.integers(0, 2**63), st.sampled_from([24, 32]))
@settings(derandomize=True, deadline=None)
def test_the_timer_counts_3579545_hz_exactly(now: int, bits: int) -> None:
    guest = Guest(now, bits)
    assert guest.read(PmReg.PM_TMR, 4) == int(now * TICKS_PER_NS) % 2**bits
    assert guest.rig.passed == 0


def test_narrow_reads_give_the_bytes_of_the_timer() -> None:
    guest = Guest(123_456_789)
    whole = guest.read(PmReg.PM_TMR, 4)
    by_bytes = [guest.read(PmReg.PM_TMR + lane, 1) for lane in range(4)]
    by_words = [guest.read(PmReg.PM_TMR + lane, 2) for lane in (0, 2)]
    assert int.from_bytes(bytes(by_bytes), "little") == whole
    assert by_words[0] | by_words[1] << 16 == whole


def test_writing_the_timer_does_nothing() -> None:
    guest = Guest(10**9)
    guest.write(PmReg.PM_TMR, 0, 4)
    assert guest.read(PmReg.PM_TMR, 4) == FREQUENCY


@given(st.integers(0, 10**13), st.sampled_from([24, 32]))
@settings(derandomize=True, deadline=None)
def test_tmr_sts_is_set_at_the_first_tick_with_another_top_bit(start: int, bits: int) -> None:
    guest = Guest(start, bits)
    top = 1 << (bits - 1)
    due = guest.pm.state.overflow_ns
    before = guest.read(PmReg.PM_TMR, 4) & top
    guest.rig.wait(due - 1 - start)
    assert guest.read(PmReg.PM_TMR, 4) & top == before
    assert not guest.read(PmReg.PM1_STS) & PmEvent.TMR
    guest.rig.wait(1)
    assert guest.read(PmReg.PM_TMR, 4) & top != before
    assert guest.read(PmReg.PM1_STS) & PmEvent.TMR


def test_tmr_sts_stays_until_one_is_written_and_comes_back() -> None:
    guest = Guest()
    guest.rig.wait(int(HALF_NS) + 1)
    guest.write(PmReg.PM1_STS, 0xFFFF & ~PmEvent.TMR)
    assert guest.read(PmReg.PM1_STS) & PmEvent.TMR
    guest.write(PmReg.PM1_STS, PmEvent.TMR)
    assert not guest.read(PmReg.PM1_STS) & PmEvent.TMR
    guest.rig.wait(int(HALF_NS))
    assert guest.read(PmReg.PM1_STS) & PmEvent.TMR


def test_the_sci_needs_event_enable_and_sci_en() -> None:
    guest = Guest()
    guest.rig.wait(int(HALF_NS) + 1)
    guest.write(PmReg.PM1_EN, PmEvent.TMR)
    assert guest.edges == []
    guest.write(PmReg.PM1_CNT, PmControl.SCI_EN)
    now = guest.clock.now_ns()
    assert guest.edges == [(now, True)]
    guest.write(PmReg.PM1_STS, PmEvent.TMR)
    assert guest.edges == [(now, True), (now, False)]


def test_the_sci_rises_at_the_wakeup() -> None:
    guest = Guest()
    assert guest.pm.next_wakeup() is None
    guest.write(PmReg.PM1_EN, PmEvent.TMR)
    guest.write(PmReg.PM1_CNT, PmControl.SCI_EN)
    wakeup = guest.pm.next_wakeup()
    assert wakeup is not None
    guest.rig.wait(10 * wakeup)
    assert guest.edges == [(wakeup, True)]
    assert guest.pm.next_wakeup() is None


def test_the_apm_commands_take_acpi_over_and_give_it_back() -> None:
    guest = Guest()
    guest.rig.outb(0xB3, 0x5A)
    guest.rig.outb(0xB2, ACPI_ENABLE)
    assert guest.read(PmReg.PM1_CNT) & PmControl.SCI_EN
    guest.rig.outb(0xB2, ACPI_DISABLE)
    assert not guest.read(PmReg.PM1_CNT) & PmControl.SCI_EN
    assert (guest.rig.inb(0xB2), guest.rig.inb(0xB3)) == (ACPI_DISABLE, 0x5A)


@pytest.mark.parametrize("sleep_type", range(8))
def test_slp_en_reports_the_sleep_type_and_reads_zero(sleep_type: int) -> None:
    guest = Guest()
    guest.write(PmReg.PM1_CNT, sleep_type << 10)
    assert guest.slept == []
    guest.write(PmReg.PM1_CNT, sleep_type << 10 | PmControl.SLP_EN)
    assert guest.slept == [sleep_type]
    assert guest.read(PmReg.PM1_CNT) == sleep_type << 10


def test_the_power_button_and_waking_are_events() -> None:
    guest = Guest()
    guest.write(PmReg.PM1_EN, PmEvent.PWRBTN)
    guest.write(PmReg.PM1_CNT, PmControl.SCI_EN)
    guest.pm.press_power_button()
    guest.pm.wake()
    assert guest.edges == [(0, True)]
    assert guest.read(PmReg.PM1_STS) == PmEvent.PWRBTN | PmEvent.WAK
    guest.write(PmReg.PM1_STS + 1, (PmEvent.PWRBTN | PmEvent.WAK) >> 8, 1)
    assert guest.read(PmReg.PM1_STS) == 0
    assert guest.edges[-1] == (0, False)


def test_suspended_it_waits_for_an_event_that_wakes() -> None:
    guest = Guest()
    guest.write(PmReg.PM1_CNT, SUSPEND << 10 | PmControl.SLP_EN)
    guest.write(PmReg.PM1_CNT, PmControl.SCI_EN, 1)
    assert (guest.slept, guest.pm.is_asleep) == ([SUSPEND], True)
    guest.pm.signal(PmEvent.RTC)
    assert not guest.pm.has_wake_event
    guest.write(PmReg.PM1_EN, PmEvent.RTC)
    assert guest.pm.has_wake_event
    guest.pm.wake()
    assert not guest.pm.is_asleep
    guest.write(PmReg.PM1_STS, PmEvent.RTC)
    assert not guest.pm.has_wake_event
    guest.pm.press_power_button()
    assert guest.pm.has_wake_event


def test_reserved_bits_read_zero() -> None:
    guest = Guest()
    guest.write(PmReg.PM1_EN, 0xFFFF)
    guest.write(PmReg.PM1_CNT, 0xDFFF)
    assert guest.read(PmReg.PM1_EN) == PmEvent.TMR | PmEvent.GBL | PmEvent.PWRBTN | PmEvent.RTC
    assert guest.read(PmReg.PM1_CNT) == PmControl.SCI_EN | PmControl.BM_RLD | PmControl.SLP_TYP
    assert guest.read(0x20, 4) == 0


def test_a_double_word_spans_two_registers() -> None:
    guest = Guest()
    guest.write(PmReg.PM1_STS, PmEvent.TMR << 16, 4)
    assert guest.read(PmReg.PM1_EN) == PmEvent.TMR
    assert guest.read(PmReg.PM1_STS, 4) == PmEvent.TMR << 16


def test_gpe0_keeps_enables_and_clears_status_by_ones() -> None:
    guest = Guest()
    guest.pm.state.gpe_status = 0x0102
    guest.rig.write(Space.PIO, 0xAFE2, 0x5AFF, 2)
    guest.rig.write(Space.PIO, 0xAFE0, 0x02, 1)
    assert guest.rig.read(Space.PIO, 0xAFE0, 4) == 0x5AFF_0100


def test_a_reset_keeps_the_counter_running() -> None:
    guest = Guest(10**9)
    guest.write(PmReg.PM1_EN, PmEvent.TMR)
    guest.pm.reset()
    assert guest.read(PmReg.PM1_EN) == 0
    assert guest.read(PmReg.PM_TMR, 4) == FREQUENCY
