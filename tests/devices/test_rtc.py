# SPDX-License-Identifier: Apache-2.0
"""Laws of the MC146818 data sheet."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import calendar
from lightexit.devices.rtc import (
    SECOND_NS,
    UIP_NS,
    A,
    B,
    C,
    Cmos,
    Rtc,
    memory_size,
    period_ticks,
)
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

IRQ = 8
START = 1_709_164_790  # 2024-02-28 23:59:50 UTC, a Wednesday


class Guest:
    """Drives an RTC through its two ports."""

    def __init__(self) -> None:
        self.clock, irq = ManualClock(), Line()
        self.rtc = Rtc(self.clock, irq, unix_seconds=START)
        self.rig = Rig(self.clock, [self.rtc], outputs={IRQ: irq}, runner=plain)

    def read(self, index: int) -> int:
        self.rig.outb(0x70, index)
        return self.rig.inb(0x71)

    def write(self, index: int, value: int) -> None:
        self.rig.outb(0x70, index)
        self.rig.outb(0x71, value)

    def set_divider(self, rate: int) -> None:
        self.write(Cmos.A, 0x20 | rate)

    @property
    def edges(self) -> list[tuple[int, bool]]:
        return [(when, level) for when, _, level in self.rig.edges]


@pytest.fixture
def guest() -> Guest:
    return Guest()


def test_the_rtc_starts_at_the_given_time(guest: Guest) -> None:
    found = [guest.read(index) for index in (0, 2, 4, 6, 7, 8, 9, calendar.CENTURY)]
    assert found == [0x50, 0x59, 0x23, 0x04, 0x28, 0x02, 0x24, 0x20]


def test_registers_at_power_on(guest: Guest) -> None:
    assert [guest.read(index) for index in (Cmos.A, Cmos.B, Cmos.C, Cmos.D)] == [
        0x26,
        0x02,
        0,
        0x80,
    ]


def test_a_leap_day_follows(guest: Guest) -> None:
    guest.rig.wait(10 * SECOND_NS)
    assert [guest.read(index) for index in (0, 2, 4, 6, 7, 8)] == [0, 0, 0, 0x05, 0x29, 0x02]


@given(
    st.integers(0, 3 * SECOND_NS),
    st.integers(-2, 2).map(lambda off: 8 * SECOND_NS // 32768 + off) | st.integers(1, 10**6),
)
@settings(derandomize=True, deadline=None)
def test_uip_is_set_for_8_ticks_of_32768_hz_before_an_update(phase: int, early: int) -> None:
    guest = Guest()
    guest.write(Cmos.A, 0x70)
    guest.rig.wait(phase)
    guest.set_divider(6)
    guest.rig.wait(SECOND_NS // 2 - early)
    by_filter = guest.read(Cmos.A)
    guest.rig.run_by(None)
    assert by_filter == guest.read(Cmos.A)
    assert bool(by_filter & A.UIP) == (early * 32768 <= 8 * SECOND_NS)


@pytest.mark.parametrize("rate", range(3, 16))
def test_uip_rises_half_a_period_after_a_periodic_edge(rate: int) -> None:
    guest = Guest()
    guest.set_divider(rate)
    guest.write(Cmos.B, B.PIE | B.HOURS_24)
    half_ns = period_ticks(rate) * SECOND_NS // 32768 // 2
    guest.rig.wait(SECOND_NS - UIP_NS - half_ns - 2)
    guest.read(Cmos.C)
    edge = guest.rtc.next_wakeup()
    assert edge is not None
    assert edge + half_ns == pytest.approx(SECOND_NS - UIP_NS, abs=1.1)


def test_update_in_progress_shows_until_the_update(guest: Guest) -> None:
    guest.rig.wait(SECOND_NS - UIP_NS - 1)
    assert not guest.read(Cmos.A) & A.UIP
    guest.rig.wait(1)
    assert guest.read(Cmos.A) & A.UIP
    guest.rig.wait(UIP_NS - 1)
    assert guest.read(Cmos.A) & A.UIP
    assert guest.read(calendar.SECONDS) == 0x50
    guest.rig.wait(1)
    assert not guest.read(Cmos.A) & A.UIP
    assert guest.read(calendar.SECONDS) == 0x51


def test_set_holds_the_time_and_hides_uip_but_keeps_the_phase(guest: Guest) -> None:
    guest.write(Cmos.B, B.SET | B.HOURS_24 | B.UIE)
    assert guest.read(Cmos.B) == B.SET | B.HOURS_24  # SET takes UIE down
    guest.rig.wait(3 * SECOND_NS - 1000)
    assert guest.read(calendar.SECONDS) == 0x50
    assert not guest.read(Cmos.A) & A.UIP
    assert guest.read(Cmos.C) & C.UF == 0
    guest.write(Cmos.B, B.HOURS_24)
    guest.rig.wait(1000)
    assert guest.read(calendar.SECONDS) == 0x51


def test_out_of_divider_reset_the_first_update_comes_after_half_a_second(guest: Guest) -> None:
    guest.write(Cmos.A, 0x70)
    guest.rig.wait(7 * SECOND_NS + 123)
    assert guest.read(calendar.SECONDS) == 0x50
    guest.set_divider(0)
    guest.rig.wait(SECOND_NS // 2 - 1)
    assert guest.read(calendar.SECONDS) == 0x50
    guest.rig.wait(1)
    assert guest.read(calendar.SECONDS) == 0x51


def test_update_ended_interrupts_once_a_second_until_c_is_read(guest: Guest) -> None:
    guest.write(Cmos.B, B.UIE | B.HOURS_24)
    guest.rig.wait(5 * SECOND_NS)
    assert guest.edges == [(SECOND_NS, True)]
    assert guest.read(Cmos.C) & (C.IRQF | C.UF) == C.IRQF | C.UF
    assert guest.read(Cmos.C) == 0
    guest.rig.wait(SECOND_NS)
    assert guest.edges[1:] == [(5 * SECOND_NS, False), (6 * SECOND_NS, True)]


def test_an_alarm_interrupts_when_all_three_registers_match(guest: Guest) -> None:
    for index, value in ((1, 0x05), (3, 0x00), (5, 0x00), (Cmos.B, B.AIE | B.HOURS_24)):
        guest.write(index, value)
    guest.rig.wait(100 * SECOND_NS)
    assert guest.edges == [(15 * SECOND_NS, True)]
    assert guest.read(Cmos.C) & C.AF


def test_flags_come_up_without_their_enables_and_interrupt_when_enabled(guest: Guest) -> None:
    guest.rig.wait(2 * SECOND_NS)
    assert guest.edges == []
    guest.write(Cmos.B, B.UIE | B.HOURS_24)
    assert guest.edges == [(2 * SECOND_NS, True)]
    guest.write(Cmos.B, B.HOURS_24)
    assert guest.edges[-1] == (2 * SECOND_NS, False)
    assert guest.read(Cmos.C) & (C.IRQF | C.UF) == C.UF


#: Table 5 of the data sheet, for 32.768 kHz: interrupts per second by rate selection.
RATES = [0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2]


@pytest.mark.parametrize("rate", range(16))
def test_periodic_interrupts_have_the_rate_selected(rate: int) -> None:
    guest = Guest()
    period = period_ticks(rate)
    assert (32768 // period if period else 0) == RATES[rate]
    guest.set_divider(rate)
    guest.write(Cmos.B, B.PIE | B.HOURS_24)
    seen = 0
    count = min(RATES[rate], 64)
    for _ in range(count):
        guest.rig.wait(SECOND_NS // RATES[rate] + 1)
        seen += bool(guest.read(Cmos.C) & C.PF)
    assert seen == count


@pytest.mark.parametrize("rate", [6, 10, 15])
def test_an_update_comes_half_a_period_and_t_buc_after_a_periodic_edge(rate: int) -> None:
    guest = Guest()
    guest.set_divider(rate)
    guest.write(Cmos.B, B.PIE | B.HOURS_24)
    edges = []
    while guest.clock.now_ns() < SECOND_NS:
        wakeup = guest.rtc.next_wakeup()
        assert wakeup is not None
        guest.rig.wait(wakeup - guest.clock.now_ns())
        guest.read(Cmos.C)
        edges.append(wakeup)
    last = max(edge for edge in edges if edge < SECOND_NS)
    expected = (period_ticks(rate) // 2 + 8) * SECOND_NS / 32768
    assert abs(SECOND_NS - last - expected) < 2


def test_periodic_edges_do_not_drift_over_a_year(guest: Guest) -> None:
    guest.set_divider(6)
    guest.write(Cmos.B, B.PIE | B.HOURS_24)
    first = guest.rtc.next_wakeup()
    year = 365 * 86400 * SECOND_NS
    guest.rig.wait(year)
    guest.read(Cmos.C)
    guest.rtc.advance(year)
    again = guest.rtc.next_wakeup()
    assert first is not None
    assert again == year + first


def test_registers_c_and_d_are_read_only(guest: Guest) -> None:
    guest.write(Cmos.C, 0xFF)
    guest.write(Cmos.D, 0x00)
    assert (guest.read(Cmos.C), guest.read(Cmos.D)) == (0x00, 0x80)


def test_the_index_port_reads_all_ones_and_its_top_bit_selects_nothing(guest: Guest) -> None:
    guest.rig.outb(0x70, 0x80 | Cmos.D)
    assert (guest.rig.inb(0x70), guest.rig.inb(0x71)) == (0xFF, 0x80)


@given(st.integers(0x0E, 127).filter(lambda i: i != calendar.CENTURY), st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_ram_keeps_written_bytes(index: int, value: int) -> None:
    guest = Guest()
    guest.write(index, value)
    guest.rig.wait(3 * 86400 * SECOND_NS)
    assert guest.read(index) == value


def test_memory_size_is_reported_in_every_unit() -> None:
    told = memory_size(6 << 30)
    below_4g = told[0x34] | told[0x35] << 8
    above_4g = told[0x5B] | told[0x5C] << 8 | told[0x5D] << 16
    assert below_4g * 65536 + (16 << 20) == 3 << 30
    assert above_4g * 65536 == 3 << 30
    assert told[0x15] | told[0x16] << 8 == 640
    small = memory_size(8 << 20)
    assert (small[0x17] | small[0x18] << 8, small[0x34]) == (7 * 1024, 0)
    assert small[0x30] | small[0x31] << 8 == 7 * 1024


def test_a_reset_takes_interrupts_down_and_keeps_the_time(guest: Guest) -> None:
    guest.write(Cmos.B, B.UIE | B.HOURS_24)
    guest.rig.wait(2 * SECOND_NS)
    guest.rtc.reset()
    assert guest.edges[-1] == (2 * SECOND_NS, False)
    assert guest.read(Cmos.B) == B.HOURS_24
    assert guest.read(calendar.SECONDS) == 0x52


SETUPS = st.tuples(
    st.integers(0, 15),
    st.sampled_from([B.PIE, B.AIE, B.UIE, B.PIE | B.AIE, B.AIE | B.UIE, 0]),
    st.sampled_from([0, B.SET]),
    st.integers(0, 0x59),
    st.integers(1, 3 * 10**9),
)


@given(SETUPS)
@settings(derandomize=True, deadline=None)
def test_nothing_happens_before_the_wakeup_and_the_line_rises_at_it(
    setup: tuple[int, int, int, int, int],
) -> None:
    rate, enables, hold, alarm, start = setup
    guest = Guest()
    guest.set_divider(rate)
    guest.write(calendar.SECONDS_ALARM, alarm)
    guest.write(calendar.MINUTES_ALARM, 0xC0)
    guest.write(calendar.HOURS_ALARM, 0xC0)
    guest.rig.wait(start)
    guest.read(Cmos.C)
    guest.write(Cmos.B, enables | hold | B.HOURS_24)
    wakeup = guest.rtc.next_wakeup()
    if wakeup is None:
        guest.rtc.advance(start + 200 * SECOND_NS)
        assert guest.edges == []
        return
    guest.rtc.advance(wakeup - 1)
    assert guest.edges == []
    guest.rtc.advance(wakeup)
    assert [level for _, level in guest.edges] == [True]


@given(
    st.lists(st.integers(0, 3 * 10**9), max_size=20),
    st.integers(0, 15),
    st.integers(0, 255).filter(lambda b: not b & B.SET),
)
@settings(derandomize=True, deadline=None)
def test_how_often_it_is_advanced_does_not_matter(times: list[int], rate: int, b: int) -> None:
    often, once = Guest(), Guest()
    for guest in (often, once):
        guest.set_divider(rate)
        guest.write(Cmos.B, b)
    for now in sorted(times):
        often.rtc.advance(now)
    once.rtc.advance(max(times, default=0))
    assert bytes(often.rtc.state) == bytes(once.rtc.state)


def test_a_filter_leaves_due_changes_to_advance() -> None:
    """The bytes are the same with filters and without after `advance`, and not before."""
    filters, models = Guest(), Guest()
    models.rig.run_by(None)
    for guest in (filters, models):
        guest.clock.advance(SECOND_NS // 2)  # periodic edges have come, no update
        assert guest.read(Cmos.B) == B.HOURS_24
    assert bytes(filters.rtc.state) != bytes(models.rtc.state)
    for guest in (filters, models):
        guest.rtc.advance(guest.clock.now_ns())
    assert bytes(filters.rtc.state) == bytes(models.rtc.state)


def test_polling_is_answered_by_the_filter(guest: Guest) -> None:
    for index in (0, 2, 4, 7, 8, 9, Cmos.A, Cmos.B, Cmos.D, 0x34, 0x5F):
        guest.read(index)
    assert guest.rig.passed == 0
    guest.read(Cmos.C)
    assert guest.rig.passed == 1
