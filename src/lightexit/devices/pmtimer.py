# SPDX-License-Identifier: Apache-2.0
"""ACPI fixed hardware as the PIIX4 has it: PM timer, PM1 event and control, GPE0, APM ports.

Fast path: 32-bit reads of the timer, which firmware and kernels poll. The model does the rest.
Reference: ACPI 6.5 sections 4.8.3 and 4.8.4, Intel 82371AB (PIIX4) data sheet sections 7.2
and 11.5.

The machine says where the windows are; PIIX4's PMBASE register (see `i440fx`) is what the firmware
is told, and does not move them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.width import read_bytes, split_bytes
from lightexit.filter import (
    IoContext,
    Struct,
    Verdict,
    inline,
    io_filter,
    muldiv64,
    u8,
    u16,
    u32,
    u64,
)

FREQUENCY = 3_579_545
SECOND_NS = 10**9
SIZE = 0x40


class PmReg(IntEnum):
    """The PM block, then the APM ports and the GPE0 block behind it."""

    PM1_STS = 0x00
    PM1_EN = 0x02
    PM1_CNT = 0x04
    PM_TMR = 0x08
    APMC = 0x40
    APMS = 0x41
    GPE0_STS = 0x44
    GPE0_EN = 0x46


class PmEvent(IntEnum):
    """Bits of PM1_STS, and of PM1_EN where they have an enable."""

    TMR = 1 << 0
    BM = 1 << 4
    GBL = 1 << 5
    PWRBTN = 1 << 8
    RTC = 1 << 10
    WAK = 1 << 15


class PmControl(IntEnum):
    """Bits of PM1_CNT."""

    SCI_EN = 1 << 0
    BM_RLD = 1 << 1
    SLP_TYP = 7 << 10
    SLP_EN = 1 << 13


STATUS_BITS = PmEvent.TMR | PmEvent.BM | PmEvent.GBL | PmEvent.PWRBTN | PmEvent.RTC | PmEvent.WAK
ENABLE_BITS = PmEvent.TMR | PmEvent.GBL | PmEvent.PWRBTN | PmEvent.RTC
CONTROL_BITS = PmControl.SCI_EN | PmControl.BM_RLD | PmControl.SLP_TYP
#: SLP_TYP for S3, suspend to RAM.
SUSPEND = 1
#: Bytes for the APM command port by which an OS takes ACPI over and gives it back.
ACPI_ENABLE, ACPI_DISABLE = 0xF1, 0xF0


class PmState(Struct):
    """The registers, and `overflow_ns`: the VM time at which TMR_STS is set next. SLP_EN, which
    reads 0, is set in `control` while the guest has suspended the machine."""

    status: u16
    enable: u16
    control: u16
    apm_command: u8
    apm_status: u8
    gpe_status: u16
    gpe_enable: u16
    counter_mask: u32 = 0xFF_FFFF
    overflow_ns: u64


@inline
def timer(pm: PmState, now: u64) -> u32:
    """PM_TMR: the PM clock's ticks since VM time 0, modulo the counter's width."""
    return u32(muldiv64(now, FREQUENCY, SECOND_NS) & pm.counter_mask)


@io_filter
def read_timer(ctx: IoContext, pm: PmState) -> Verdict:
    """Answer 32-bit reads of PM_TMR."""
    if ctx.is_write or ctx.offset != PmReg.PM_TMR or ctx.size != 4:
        return Verdict.PASS
    ctx.data = timer(pm, ctx.now_ns)
    return Verdict.HANDLED


def next_overflow(now_ns: int, counter_bits: int) -> int:
    """The first VM time after `now_ns` at which the counter's top bit changes."""
    half = 1 << (counter_bits - 1)
    ticks = (now_ns * FREQUENCY // SECOND_NS // half + 1) * half
    return -(-ticks * SECOND_NS // FREQUENCY)


class PmTimer(Device[PmState]):
    """Drives `sci` while an enabled event is pending; `sleep` is called with SLP_TYP; for
    `SUSPEND`, it `is_asleep` then."""

    name = "pm"
    registers = PmReg
    regions = (
        pio(SIZE, name="pm", filter=read_timer),
        pio(2, name="apm", offset=PmReg.APMC),
        pio(4, name="gpe0", offset=PmReg.GPE0_STS),
    )

    def __init__(
        self,
        clock: Clock,
        sci: Line,
        sleep: Callable[[int], object] | None = None,
        *,
        counter_bits: int = 24,
    ) -> None:
        super().__init__(clock)
        self.lines = (sci,)
        self._sci = sci
        self._sleep = sleep
        self._counter_bits = counter_bits
        self.reset()

    def reset(self) -> None:
        """Clear all registers; the counter runs on."""
        super().reset()
        self.state.counter_mask = (1 << self._counter_bits) - 1
        self.state.overflow_ns = next_overflow(self.clock.now_ns(), self._counter_bits)
        self._drive()

    def configuration(self) -> dict[str, object]:
        """The counter's width."""
        return {"counter_bits": self._counter_bits}

    def read(self, offset: int, size: int) -> int:
        """Any bytes of the registers."""
        now = self.clock.now_ns()
        self.advance(now)
        return read_bytes(self._image(now), offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Any bytes of the registers, lowest first."""
        self.advance(self.clock.now_ns())
        for place, byte in split_bytes(offset, value, size):
            self._write_byte(place, byte)
        self._drive()

    def next_wakeup(self) -> int | None:
        """The next overflow, where it would raise the SCI."""
        pm = self.state
        waits = pm.enable & ~pm.status & PmEvent.TMR and pm.control & PmControl.SCI_EN
        return pm.overflow_ns if waits else None

    def advance(self, now_ns: int) -> None:
        """Set TMR_STS if the counter's top bit has changed."""
        pm = self.state
        if now_ns >= pm.overflow_ns:
            pm.status |= PmEvent.TMR
            pm.overflow_ns = next_overflow(now_ns, self._counter_bits)
            self._drive()

    @property
    def tells_power_button(self) -> bool:
        """Whether the power button raises the SCI: the guest has enabled both."""
        pm = self.state
        return bool(pm.enable & PmEvent.PWRBTN and pm.control & PmControl.SCI_EN)

    def press_power_button(self) -> None:
        """Signal the power button's event."""
        self.signal(PmEvent.PWRBTN)

    def signal(self, event: PmEvent) -> None:
        """Set its bit in PM1_STS."""
        self.state.status |= event
        self._drive()

    @property
    def is_asleep(self) -> bool:
        """Whether the guest has suspended the machine, until `wake`."""
        return bool(self.state.control & PmControl.SLP_EN)

    @property
    def has_wake_event(self) -> bool:
        """Whether there is something to wake a suspended guest for; the power button needs no
        enable (section 4.8.3.1)."""
        pm = self.state
        enabled = pm.enable & PmEvent.RTC | PmEvent.PWRBTN
        return bool(pm.status & enabled or pm.gpe_status & pm.gpe_enable)

    def wake(self) -> None:
        """Set WAK_STS: the machine has left a sleep state."""
        self.state.control &= ~PmControl.SLP_EN
        self.state.status |= PmEvent.WAK

    def _drive(self) -> None:
        pm = self.state
        pending = pm.status & pm.enable & ENABLE_BITS or pm.gpe_status & pm.gpe_enable
        self._sci.set(bool(pending and pm.control & PmControl.SCI_EN))

    def _image(self, now: int) -> bytes:
        pm = self.state
        control = pm.control & ~PmControl.SLP_EN
        block = struct.pack("<HHHHI", pm.status, pm.enable, control, 0, timer(pm, now))
        behind = struct.pack(
            "<BBHHH", pm.apm_command, pm.apm_status, 0, pm.gpe_status, pm.gpe_enable
        )
        return block.ljust(SIZE, b"\0") + behind

    def _write_byte(self, offset: int, byte: int) -> None:
        pm = self.state
        shift = 8 * (offset & 1)
        bits, kept = byte << shift, 0xFF00 >> shift
        match offset & ~1:
            case PmReg.PM1_STS:
                pm.status &= ~(bits & STATUS_BITS)
            case PmReg.PM1_EN:
                pm.enable = (pm.enable & kept | bits) & ENABLE_BITS
            case PmReg.PM1_CNT:
                self._write_control(pm.control & kept | bits, sleep=bool(bits & PmControl.SLP_EN))
            case PmReg.APMC:
                self._write_apm(offset, byte)
            case PmReg.GPE0_STS:
                pm.gpe_status &= ~bits
            case PmReg.GPE0_EN:
                pm.gpe_enable = pm.gpe_enable & kept | bits

    def _write_control(self, value: int, *, sleep: bool) -> None:
        pm = self.state
        pm.control = value & CONTROL_BITS | pm.control & PmControl.SLP_EN
        if sleep and self._sleep is not None:
            kind = (value & PmControl.SLP_TYP) >> 10
            if kind == SUSPEND:
                pm.control |= PmControl.SLP_EN
            self._sleep(kind)

    def _write_apm(self, offset: int, byte: int) -> None:
        """What firmware's SMI handler would do for the two ACPI commands, done in hardware."""
        pm = self.state
        if offset == PmReg.APMS:
            pm.apm_status = byte
            return
        pm.apm_command = byte
        if byte == ACPI_ENABLE:
            pm.control |= PmControl.SCI_EN
        elif byte == ACPI_DISABLE:
            pm.control &= ~PmControl.SCI_EN
