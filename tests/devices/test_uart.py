# SPDX-License-Identifier: Apache-2.0
"""Laws of the PC16550D data sheet."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.uart import CRYSTAL, FIFO_SIZE, TRIGGERS, Uart
from lightexit.devices.uart_registers import (
    CONNECTED,
    IDLE,
    Fcr,
    Ier,
    Iir,
    Lcr,
    Lsr,
    Mcr,
    Msr,
    UartReg,
)
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.places import COM1

IRQ = 4
FIFOS = 0xC0


class Guest:
    """Works a UART's ports; `sent` is what came out."""

    def __init__(self) -> None:
        self.clock, irq = ManualClock(), Line()
        self.sent = bytearray()
        self.uart = Uart(self.clock, irq, self.sent.extend)
        self.rig = Rig(self.clock, [self.uart], outputs={IRQ: irq}, runner=plain)

    def read(self, register: int) -> int:
        return self.rig.inb(COM1 + register)

    def write(self, register: int, value: int) -> None:
        self.rig.outb(COM1 + register, value)

    def set_divisor(self, divisor: int, lcr: int) -> None:
        self.write(UartReg.LCR, Lcr.DLAB | lcr)
        self.write(UartReg.RBR_THR, divisor & 0xFF)
        self.write(UartReg.IER, divisor >> 8)
        self.write(UartReg.LCR, lcr)

    @property
    def levels(self) -> list[bool]:
        return [level for _, _, level in self.rig.edges]


@pytest.fixture
def guest() -> Guest:
    guest = Guest()
    guest.write(UartReg.LCR, 3)
    return guest


def test_registers_after_reset() -> None:
    guest = Guest()
    found = {register: guest.read(register) for register in UartReg if register != UartReg.RBR_THR}
    assert found == {
        UartReg.IER: 0,
        UartReg.IIR_FCR: Iir.NONE,
        UartReg.LCR: 0,
        UartReg.MCR: 0,
        UartReg.LSR: IDLE,
        UartReg.MSR: CONNECTED,
        UartReg.SCR: 0,
    }


@given(st.integers(0, 0xFFFF))
@settings(derandomize=True, deadline=None)
def test_the_divisor_hides_behind_dlab(divisor: int) -> None:
    guest = Guest()
    guest.write(UartReg.IER, 5)
    guest.set_divisor(divisor, Lcr.DLAB | 3)
    assert guest.read(UartReg.RBR_THR) | guest.read(UartReg.IER) << 8 == divisor
    guest.write(UartReg.LCR, 3)
    assert guest.read(UartReg.IER) == 5
    assert not guest.sent


@given(st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_unused_bits_of_ier_and_mcr_read_zero(value: int) -> None:
    guest = Guest()
    for register in (UartReg.IER, UartReg.MCR, UartReg.SCR, UartReg.LCR):
        guest.write(register, value)
    assert guest.read(UartReg.MCR) == value & 0x1F
    assert guest.read(UartReg.SCR) == value
    guest.write(UartReg.LCR, 0)
    assert guest.read(UartReg.IER) == value & 0x0F


@given(st.binary(max_size=40), st.integers(0, 0x7F), st.integers(0, 0xFFFF))
@settings(derandomize=True, deadline=None)
def test_what_is_written_comes_out_whole_however_the_line_is_set(
    data: bytes, lcr: int, divisor: int
) -> None:
    guest = Guest()
    guest.set_divisor(divisor, lcr)
    for byte in data:
        guest.write(UartReg.RBR_THR, byte)
        assert guest.read(UartReg.LSR) == IDLE
    assert guest.sent == data


def test_a_guest_that_never_sets_the_line_is_read_all_the_same() -> None:
    guest = Guest()
    for byte in b"Hello":
        guest.write(UartReg.RBR_THR, byte)
    assert guest.sent == b"Hello"


@given(st.integers(0, 255), st.integers(0, 3))
@settings(derandomize=True, deadline=None)
def test_in_loopback_a_character_has_the_bits_that_lcr_says(byte: int, length: int) -> None:
    guest = Guest()
    guest.write(UartReg.LCR, length)
    guest.write(UartReg.MCR, Mcr.LOOP)
    guest.write(UartReg.RBR_THR, byte)
    assert guest.read(UartReg.RBR_THR) == byte & 0xFF >> 3 - length


def test_thre_interrupts_when_enabled_and_after_each_character(guest: Guest) -> None:
    guest.write(UartReg.IER, Ier.THRE)
    assert guest.levels == [True]
    assert guest.read(UartReg.IIR_FCR) == Iir.THRE
    assert guest.read(UartReg.IIR_FCR) == Iir.NONE
    assert guest.levels == [True, False]
    guest.write(UartReg.RBR_THR, 0x41)
    guest.write(UartReg.RBR_THR, 0x42)
    assert guest.levels == [True, False, True, False, True]


def test_a_read_of_iir_clears_thre_only_if_that_was_the_source(guest: Guest) -> None:
    guest.write(UartReg.IER, Ier.THRE | Ier.RDA)
    guest.uart.feed(b"x")
    assert guest.read(UartReg.IIR_FCR) == Iir.RDA
    assert guest.read(UartReg.RBR_THR) == ord("x")
    assert guest.read(UartReg.IIR_FCR) == Iir.THRE


def test_interrupts_have_their_priorities(guest: Guest) -> None:
    guest.write(UartReg.IER, 0x0F)
    guest.uart.set_modem(0)
    guest.uart.receive(1)
    guest.uart.receive(2, Lsr.FE)
    found = [guest.read(UartReg.IIR_FCR)]
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR | Lsr.OE | Lsr.FE
    found.append(guest.read(UartReg.IIR_FCR))
    assert guest.read(UartReg.RBR_THR) == 2
    found += [guest.read(UartReg.IIR_FCR), guest.read(UartReg.IIR_FCR)]
    assert guest.read(UartReg.MSR) == Msr.DCTS | Msr.DDSR | Msr.DDCD
    found.append(guest.read(UartReg.IIR_FCR))
    assert found == [Iir.LINE, Iir.RDA, Iir.THRE, Iir.MODEM, Iir.NONE]
    assert guest.levels[-1] is False


def test_without_fifos_the_new_character_destroys_the_old(guest: Guest) -> None:
    guest.uart.receive(1)
    guest.uart.receive(2)
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR | Lsr.OE
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR
    assert guest.read(UartReg.RBR_THR) == 2
    assert guest.read(UartReg.LSR) == IDLE


def test_a_full_fifo_loses_the_new_character(guest: Guest) -> None:
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE)
    for byte in range(FIFO_SIZE + 1):
        guest.uart.receive(byte)
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR | Lsr.OE
    assert [guest.read(UartReg.RBR_THR) for _ in range(FIFO_SIZE)] == list(range(FIFO_SIZE))
    assert guest.read(UartReg.LSR) == IDLE


@pytest.mark.parametrize(("bits", "level"), list(enumerate(TRIGGERS)))
def test_the_receiver_interrupts_at_its_trigger_level(bits: int, level: int) -> None:
    guest = Guest()
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE | bits << 6)
    guest.write(UartReg.IER, Ier.RDA)
    guest.uart.feed(bytes(level - 1))
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.NONE
    guest.uart.feed(b"x")
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.RDA
    guest.read(UartReg.RBR_THR)
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.NONE
    assert guest.levels == [True, False]


@given(
    st.integers(1, 0xFFFF),
    st.integers(0, 3),
    st.sampled_from([0, Lcr.PARITY]),
    st.sampled_from([0, Lcr.STOP]),
)
@settings(derandomize=True, deadline=None)
def test_the_time_out_comes_after_four_characters(
    divisor: int, length: int, parity: int, stop: int
) -> None:
    guest = Guest()
    guest.set_divisor(divisor, length | parity | stop)
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE | 0xC0)
    guest.write(UartReg.IER, Ier.RDA)
    guest.uart.feed(b"ab")
    bits = 1 + 5 + length + bool(parity) + 1 + bool(stop)
    due = Fraction(4 * bits * 16 * divisor * 10**9, CRYSTAL)
    assert guest.uart.next_wakeup() == -(-due.numerator // due.denominator)
    guest.rig.wait(int(due - 1))
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.NONE
    guest.rig.wait(2)
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.TIMEOUT
    guest.read(UartReg.RBR_THR)
    assert guest.read(UartReg.IIR_FCR) == FIFOS | Iir.NONE
    assert guest.levels == [True, False]
    assert guest.uart.next_wakeup() is not None


def test_an_error_shows_when_its_character_reaches_the_top(guest: Guest) -> None:
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE)
    guest.uart.receive(1)
    guest.uart.receive(2, Lsr.PE)
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR | Lsr.FIFO_ERROR
    guest.read(UartReg.RBR_THR)
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR | Lsr.FIFO_ERROR | Lsr.PE
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR
    guest.read(UartReg.RBR_THR)
    assert guest.read(UartReg.LSR) == IDLE


@pytest.mark.parametrize("fcr", [Fcr.ENABLE | Fcr.CLEAR_RX, 0])
def test_the_receive_fifo_can_be_cleared(guest: Guest, fcr: int) -> None:
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE)
    guest.uart.feed(b"abc")
    guest.write(UartReg.IIR_FCR, fcr)
    assert guest.read(UartReg.LSR) == IDLE
    assert guest.read(UartReg.IIR_FCR) == (FIFOS if fcr else 0) | Iir.NONE


@given(st.integers(0, 0x0F))
@settings(derandomize=True, deadline=None)
def test_loopback_turns_outputs_into_inputs(outputs: int) -> None:
    guest = Guest()
    guest.write(UartReg.MCR, Mcr.LOOP)
    guest.read(UartReg.MSR)
    guest.write(UartReg.MCR, Mcr.LOOP | outputs)
    pairs = {Mcr.DTR: Msr.DSR, Mcr.RTS: Msr.CTS, Mcr.OUT1: Msr.RI, Mcr.OUT2: Msr.DCD}
    inputs = sum(pairs[output] for output in pairs if outputs & output)
    deltas = inputs >> 4 & ~Msr.TERI
    assert guest.read(UartReg.MSR) == inputs | deltas
    assert guest.read(UartReg.MSR) == inputs


def test_loopback_data_comes_back_and_does_not_go_out(guest: Guest) -> None:
    guest.write(UartReg.MCR, Mcr.LOOP)
    guest.write(UartReg.RBR_THR, 0x5A)
    assert guest.uart.feed(b"x") == 0
    assert guest.read(UartReg.LSR) == IDLE | Lsr.DR
    assert guest.read(UartReg.RBR_THR) == 0x5A
    assert not guest.sent


def test_only_the_trailing_edge_of_ri_makes_a_delta(guest: Guest) -> None:
    guest.uart.set_modem(CONNECTED | Msr.RI)
    assert guest.read(UartReg.MSR) == CONNECTED | Msr.RI
    guest.uart.set_modem(CONNECTED)
    assert guest.read(UartReg.MSR) == CONNECTED | Msr.TERI


@given(st.binary(max_size=64), st.booleans())
@settings(derandomize=True, deadline=None)
def test_feeding_loses_nothing(data: bytes, fifos: bool) -> None:
    guest = Guest()
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE if fifos else 0)
    received = bytearray()
    rest = data
    while rest:
        taken = guest.uart.feed(rest)
        assert 1 <= taken <= (FIFO_SIZE if fifos else 1)
        rest = rest[taken:]
        while guest.read(UartReg.LSR) & Lsr.DR:
            received.append(guest.read(UartReg.RBR_THR))
    assert received == data
    assert not guest.read(UartReg.LSR) & Lsr.OE


def test_polling_is_answered_by_the_filter(guest: Guest) -> None:
    before = guest.rig.passed
    for register in (
        UartReg.IER,
        UartReg.IIR_FCR,
        UartReg.LCR,
        UartReg.MCR,
        UartReg.LSR,
        UartReg.MSR,
    ):
        guest.read(register)
    assert guest.rig.passed == before


@given(st.binary(min_size=1, max_size=100), st.booleans())
def test_whoever_feeds_hears_of_room_and_nothing_is_lost(data: bytes, fifos: bool) -> None:
    guest, calls = Guest(), list[int]()
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE * fifos)
    guest.uart.emptied = lambda: calls.append(guest.uart.state.count)
    left, seen = data, bytearray()
    while left or guest.read(UartReg.LSR) & Lsr.DR:
        left = left[guest.uart.feed(left) :]
        heard = len(calls)
        while len(calls) == heard:
            seen.append(guest.read(UartReg.RBR_THR))
    assert seen == data
    assert set(calls) == {0}
    assert not guest.read(UartReg.LSR) & Lsr.OE
    guest.uart.feed(b"x")
    heard = len(calls)
    guest.write(UartReg.IIR_FCR, Fcr.ENABLE * (not fifos))
    assert len(calls) > heard
