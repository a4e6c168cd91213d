# SPDX-License-Identifier: Apache-2.0
"""16550A UART: a serial port whose line is infinitely fast towards the host.

Fast path: reads of LSR, IIR, IER and the other plain registers, while reading them has no
side effect. Data both ways, and every read that clears something, goes to the model.
Reference: National Semiconductor PC16550D data sheet.

A character leaves as soon as it is written, so THRE and TEMT are always 1. It leaves as the byte
that was written, whatever length LCR says: the host's end is no line, and a guest that never sets
LCR means to be read. The receiver takes
characters as the host gives them (`feed`), and its time-out counts real character times.
"""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.uart_registers import (
    CHARACTER_ERRORS,
    CONNECTED,
    DELTAS,
    ERRORS,
    FIFO_BITS,
    IDLE,
    IIR_ID,
    Fcr,
    Ier,
    Iir,
    Lcr,
    Lsr,
    Mcr,
    Msr,
    UartReg,
    looped,
)
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u16, u64

CRYSTAL = 1_843_200
SECOND_NS = 10**9
NEVER = 2**64 - 1
FIFO_SIZE = 16
TRIGGERS = (1, 4, 8, 14)


class UartState(Struct):
    """Registers as they read; `fifo[head:head+count]`, as a ring, with errors beside it."""

    divisor: u16 = 12
    rbr: u8
    ier: u8
    iir: u8 = Iir.NONE
    fcr: u8
    lcr: u8
    mcr: u8
    lsr: u8 = IDLE
    msr: u8 = CONNECTED
    scr: u8
    inputs: u8 = CONNECTED
    thre_pending: bool
    timed_out: bool
    head: u8
    count: u8
    timeout_ns: u64 = NEVER
    fifo: Array[u8] = array(u8, FIFO_SIZE)
    errors: Array[u8] = array(u8, FIFO_SIZE)


@io_filter
def read_status(ctx: IoContext, uart: UartState) -> Verdict:
    """Answer reads without side effects."""
    if ctx.is_write:
        return Verdict.PASS
    match ctx.offset:
        case UartReg.LSR:
            if uart.lsr & ERRORS:
                return Verdict.PASS
            ctx.data = uart.lsr
        case UartReg.IIR_FCR:
            if uart.iir & IIR_ID == Iir.THRE or uart.timeout_ns != NEVER:
                return Verdict.PASS
            ctx.data = uart.iir
        case UartReg.IER:
            if uart.lcr & Lcr.DLAB:
                return Verdict.PASS
            ctx.data = uart.ier
        case UartReg.MSR:
            if uart.msr & DELTAS:
                return Verdict.PASS
            ctx.data = uart.msr
        case UartReg.LCR:
            ctx.data = uart.lcr
        case UartReg.MCR:
            ctx.data = uart.mcr
        case _:
            return Verdict.PASS
    return Verdict.HANDLED


class Uart(Device[UartState]):
    """Drives `irq`; calls `sink` with every byte that goes out."""

    name = "uart"
    registers = UartReg
    regions = (pio(8, register_width=1, filter=read_status),)

    def __init__(self, clock: Clock, irq: Line, sink: Callable[[bytes], object]) -> None:
        super().__init__(clock)
        self.lines = (irq,)
        #: Called, with the state locked, when no character waits any more: time to `feed`.
        self.emptied: Callable[[], object] = lambda: None
        self._irq = irq
        self._sink = sink

    def reset(self) -> None:
        """Power-on state; the modem inputs are the other side's and stay."""
        inputs = self.state.inputs
        super().reset()
        self.state.inputs = inputs
        self.state.msr = inputs
        self._settle()

    def feed(self, data: bytes) -> int:
        """Characters from the host. Returns how many were taken; offer the rest again later."""
        self.advance(self.clock.now_ns())
        if self.state.mcr & Mcr.LOOP:
            return 0
        taken = data[: self._capacity() - self.state.count]
        for byte in taken:
            self._receive(byte)
        self._settle()
        return len(taken)

    def receive(self, byte: int, errors: int = 0) -> None:
        """One character off the wire, with `Lsr.PE`, `FE` or `BI`; it may overrun."""
        self.advance(self.clock.now_ns())
        if not self.state.mcr & Mcr.LOOP:
            self._receive(byte & 0xFF, errors & CHARACTER_ERRORS)
            self._settle()

    def set_modem(self, inputs: int) -> None:
        """The levels of CTS, DSR, RI and DCD, as `Msr` bits."""
        self.state.inputs = inputs & ~DELTAS & 0xFF
        self._update_modem()
        self._settle()

    def read(self, offset: int, size: int) -> int:
        """A register, with what reading it does."""
        self.advance(self.clock.now_ns())
        if offset not in UartReg._value2member_map_:
            return super().read(offset, size)
        return self._read_register(UartReg(offset))

    def write(self, offset: int, value: int, size: int) -> None:
        """A register."""
        self.advance(self.clock.now_ns())
        if offset in UartReg._value2member_map_:
            self._write_register(UartReg(offset), value & 0xFF)
            self._settle()

    def next_wakeup(self) -> int | None:
        """The receiver's time-out, where it interrupts."""
        uart = self.state
        waits = uart.ier & Ier.RDA and uart.timeout_ns != NEVER
        return uart.timeout_ns if waits else None

    def advance(self, now_ns: int) -> None:
        """Notice the receiver's time-out."""
        uart = self.state
        if now_ns >= uart.timeout_ns:
            uart.timed_out = True
            uart.timeout_ns = NEVER
            self._settle()

    def _read_register(self, register: UartReg) -> int:
        uart = self.state
        match register:
            case UartReg.RBR_THR | UartReg.IER if uart.lcr & Lcr.DLAB:
                return uart.divisor >> 8 * register & 0xFF
            case UartReg.RBR_THR:
                return self._take()
            case UartReg.IER:
                return uart.ier
            case UartReg.IIR_FCR:
                return self._identification()
            case UartReg.LSR:
                return self._line_status()
            case UartReg.MSR:
                return self._modem_status()
        return {UartReg.LCR: uart.lcr, UartReg.MCR: uart.mcr, UartReg.SCR: uart.scr}[register]

    def _identification(self) -> int:
        """IIR; reading it takes a THRE interrupt down, if it names that."""
        value = self.state.iir
        if value & IIR_ID == Iir.THRE:
            self.state.thre_pending = False
            self._settle()
        return value

    def _line_status(self) -> int:
        """LSR; reading it takes the errors down."""
        uart = self.state
        value = uart.lsr
        if value & ERRORS:
            uart.lsr = value & ~ERRORS
            uart.errors[uart.head] = 0
            self._settle()
        return value

    def _modem_status(self) -> int:
        """MSR; reading it takes the deltas down."""
        value = self.state.msr
        if value & DELTAS:
            self.state.msr = value & ~DELTAS
            self._settle()
        return value

    def _write_register(self, register: UartReg, value: int) -> None:
        uart = self.state
        match register:
            case UartReg.RBR_THR | UartReg.IER if uart.lcr & Lcr.DLAB:
                shift = 8 * register
                uart.divisor = uart.divisor & 0xFF00 >> shift | value << shift
            case UartReg.RBR_THR:
                self._transmit(value)
            case UartReg.IER:
                uart.thre_pending |= bool(value & ~uart.ier & Ier.THRE)
                uart.ier = value & 0x0F
            case UartReg.IIR_FCR:
                self._write_fcr(value)
            case UartReg.LCR:
                uart.lcr = value
            case UartReg.MCR:
                uart.mcr = value & 0x1F
                self._update_modem()
            case UartReg.SCR:
                uart.scr = value

    def _write_fcr(self, value: int) -> None:
        """Switching the FIFOs on or off clears them; the other bits need ENABLE."""
        uart = self.state
        enabled = bool(value & Fcr.ENABLE)
        if (value ^ uart.fcr) & Fcr.ENABLE or (enabled and value & Fcr.CLEAR_RX):
            self._clear_receiver()
        uart.fcr = value & (FIFO_BITS | Fcr.DMA | Fcr.ENABLE) if enabled else 0

    def _transmit(self, byte: int) -> None:
        """The line goes low while the character is under way, which takes no time."""
        uart = self.state
        if uart.ier & Ier.THRE:
            uart.thre_pending = False
            self._settle()
        if uart.mcr & Mcr.LOOP:
            self._receive(byte & self._character_mask())
        else:
            self._sink(bytes([byte & 0xFF]))
        uart.thre_pending = True

    def _character_mask(self) -> int:
        return 0xFF >> 3 - (self.state.lcr & 3)

    def _capacity(self) -> int:
        return FIFO_SIZE if self.state.fcr & Fcr.ENABLE else 1

    def _receive(self, byte: int, errors: int = 0) -> None:
        """A full FIFO loses the new character, a full RBR the old one."""
        uart = self.state
        if uart.count >= self._capacity():
            uart.lsr |= Lsr.OE
            if uart.fcr & Fcr.ENABLE:
                return
            uart.count = 0
        place = (uart.head + uart.count) % FIFO_SIZE
        uart.fifo[place] = byte
        uart.errors[place] = errors
        uart.count += 1
        if uart.count == 1:
            uart.lsr |= errors
        self._restart_timeout()

    def _take(self) -> int:
        uart = self.state
        if uart.count:
            uart.rbr = uart.fifo[uart.head]
            uart.head = (uart.head + 1) % FIFO_SIZE
            uart.count -= 1
            uart.lsr |= uart.errors[uart.head] if uart.count else 0
            uart.timed_out = False
            self._restart_timeout()
            self._settle()
            if not uart.count:
                self.emptied()
            return uart.rbr
        return 0 if uart.fcr & Fcr.ENABLE else uart.rbr

    def _clear_receiver(self) -> None:
        uart = self.state
        uart.head = uart.count = uart.rbr = 0
        uart.timed_out = False
        uart.timeout_ns = NEVER
        self.emptied()

    def _restart_timeout(self) -> None:
        """Four character times after the last character came or was read (FIFO mode)."""
        uart = self.state
        if uart.timed_out:
            return
        counts = uart.fcr & Fcr.ENABLE and uart.count
        uart.timeout_ns = self.clock.now_ns() + self._timeout_ns() if counts else NEVER

    def _timeout_ns(self) -> int:
        """Four times start, data, parity and stop bits at 1.8432 MHz / 16 / divisor."""
        uart = self.state
        bits = 7 + (uart.lcr & 3) + bool(uart.lcr & Lcr.PARITY) + bool(uart.lcr & Lcr.STOP)
        return -(-4 * bits * 16 * max(uart.divisor, 1) * SECOND_NS // CRYSTAL)

    def _update_modem(self) -> None:
        """MSR from the inputs, or in loopback from MCR; what changed shows in the deltas."""
        uart = self.state
        now = looped(uart.mcr) if uart.mcr & Mcr.LOOP else uart.inputs
        changed = (uart.msr ^ now) & ~DELTAS
        if now & Msr.RI:
            changed &= ~Msr.RI  # only the trailing edge of RI counts
        uart.msr = now | uart.msr & DELTAS | changed >> 4

    def _settle(self) -> None:
        """LSR's level bits, IIR, and the line."""
        uart = self.state
        fifos = uart.fcr & Fcr.ENABLE
        levels = IDLE | Lsr.DR if uart.count else IDLE
        if fifos and uart.count and self._holds_errors():
            levels |= Lsr.FIFO_ERROR
        uart.lsr = uart.lsr & ERRORS | levels
        identification = self._identify() if uart.ier else Iir.NONE
        uart.iir = identification | (FIFO_BITS if fifos else 0)
        self._irq.set(identification != Iir.NONE)

    def _holds_errors(self) -> bool:
        uart = self.state
        return any(uart.errors[(uart.head + n) % FIFO_SIZE] for n in range(uart.count))

    def _identify(self) -> Iir:
        """The pending interrupt of highest priority."""
        uart = self.state
        if uart.ier & Ier.LINE and uart.lsr & ERRORS:
            return Iir.LINE
        if uart.ier & Ier.RDA and uart.count >= self._trigger():
            return Iir.RDA
        if uart.ier & Ier.RDA and uart.timed_out:
            return Iir.TIMEOUT
        if uart.ier & Ier.THRE and uart.thre_pending:
            return Iir.THRE
        if uart.ier & Ier.MODEM and uart.msr & DELTAS:
            return Iir.MODEM
        return Iir.NONE

    def _trigger(self) -> int:
        return TRIGGERS[self.state.fcr >> 6] if self.state.fcr & Fcr.ENABLE else 1
