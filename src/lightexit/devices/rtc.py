# SPDX-License-Identifier: Apache-2.0
"""MC146818 real-time clock with 128 bytes of CMOS RAM, as wired into a PC.

Fast path: the index register, and every read of the data port but register C, as long as no
update is due. An update brings the registers themselves up to date, once a second at most, so
that a read is an array access. The model does the rest.
Reference: Motorola MC146818A data sheet. Of it, not here: daylight saving (DSE is kept and has
no effect, as in PC chip sets), the square wave, time bases other than 32.768 kHz (the divider
stands still), the update cycle's own length (an update is instantaneous, UIP is set for the
t_BUC before it).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices import calendar
from lightexit.devices.calendar import Format
from lightexit.devices.device import Device
from lightexit.filter import Array, IoContext, Struct, Verdict, array, inline, io_filter, u8, u64

SECOND_NS = 10**9
FREQUENCY = 32768
NEVER = 2**64 - 1
#: How long before an update UIP is set (t_BUC): in ticks of 32.768 kHz, and whole ns.
UIP_TICKS = 8
UIP_NS = UIP_TICKS * SECOND_NS // FREQUENCY
CMOS_SIZE = 128
DIVIDER, DIVIDER_RUNS = 0x70, 0x20
RATE = 0x0F
VALID = 0x80
MIB = 1 << 20


class RtcReg(IntEnum):
    """The two ports."""

    INDEX = 0
    DATA = 1


class Cmos(IntEnum):
    """Where things stand in the CMOS."""

    A = 0x0A
    B = 0x0B
    C = 0x0C
    D = 0x0D
    SHUTDOWN = 0x0F
    EQUIPMENT = 0x14
    BASE_MEMORY = 0x15
    EXTENDED_MEMORY = 0x17
    EXTENDED_MEMORY_COPY = 0x30
    MEMORY_ABOVE_16M = 0x34
    BOOT_ORDER_HIGH = 0x38
    BOOT_ORDER = 0x3D
    MEMORY_ABOVE_4G = 0x5B
    EXTRA_CPUS = 0x5F


class A(IntEnum):
    """Register A."""

    UIP = 0x80


class B(IntEnum):
    """Register B."""

    SET = 0x80
    PIE = 0x40
    AIE = 0x20
    UIE = 0x10
    DM = 0x04
    HOURS_24 = 0x02


class C(IntEnum):
    """Register C. The flags stand where register B has their enables."""

    IRQF = 0x80
    PF = 0x40
    AF = 0x20
    UF = 0x10


FLAGS = C.PF | C.AF | C.UF


class RtcState(Struct):
    """`cmos` holds all registers as they are until `next_update_ns`; register A without UIP."""

    next_update_ns: u64 = SECOND_NS
    next_periodic_ns: u64 = NEVER
    index: u8
    cmos: Array[u8] = array(u8, CMOS_SIZE)


@inline
def updating(rtc: RtcState, now: u64) -> bool:
    """UIP: an update is due within t_BUC, 244 us. `now` is before `next_update_ns`."""
    if rtc.cmos[Cmos.B] & B.SET:
        return False
    return u64(rtc.next_update_ns - now) <= UIP_NS


@inline
def register(rtc: RtcState, now: u64) -> u8:
    """What the data port reads while no update is due; reading C has further effects."""
    index = rtc.index & 0x7F
    if index == Cmos.A and updating(rtc, now):
        return rtc.cmos[Cmos.A] | A.UIP
    return rtc.cmos[index]


@io_filter
def access_cmos(ctx: IoContext, rtc: RtcState) -> Verdict:
    """Answer the index register, and reads of data that no update or side effect touches."""
    if ctx.offset == RtcReg.INDEX:
        if ctx.is_write:
            rtc.index = u8(ctx.data)
        else:
            ctx.data = 0xFF
        return Verdict.HANDLED
    if ctx.is_write or rtc.index & 0x7F == Cmos.C or ctx.now_ns >= rtc.next_update_ns:
        return Verdict.PASS
    ctx.data = register(rtc, ctx.now_ns)
    return Verdict.HANDLED


def memory_size(ram_bytes: int) -> dict[int, int]:
    """The CMOS bytes from which firmware learns the RAM size."""
    above_1m = min(max(ram_bytes - MIB, 0) >> 10, 0xFFFF)
    above_16m = min(max(min(ram_bytes, 3072 * MIB) - 16 * MIB, 0) >> 16, 0xFFFF)
    above_4g = max(ram_bytes - 3072 * MIB, 0) >> 16
    fields = {
        Cmos.BASE_MEMORY: (640, 2),
        Cmos.EXTENDED_MEMORY: (above_1m, 2),
        Cmos.EXTENDED_MEMORY_COPY: (above_1m, 2),
        Cmos.MEMORY_ABOVE_16M: (above_16m, 2),
        Cmos.MEMORY_ABOVE_4G: (above_4g, 3),
    }
    return {
        first + lane: value >> 8 * lane & 0xFF
        for first, (value, size) in fields.items()
        for lane in range(size)
    }


def date_and_time(unix_seconds: int) -> dict[int, int]:
    """The time registers, in BCD and 24 hours, of a moment in UTC."""
    moment = time.gmtime(unix_seconds)
    values = {
        calendar.SECONDS: moment.tm_sec,
        calendar.MINUTES: moment.tm_min,
        calendar.HOURS: moment.tm_hour,
        calendar.WEEKDAY: (moment.tm_wday + 1) % 7 + 1,
        calendar.DAY: moment.tm_mday,
        calendar.MONTH: moment.tm_mon,
        calendar.YEAR: moment.tm_year % 100,
        calendar.CENTURY: moment.tm_year // 100,
    }
    bcd = Format(binary=False, hours24=True)
    return {index: bcd.encode(value) for index, value in values.items()}


POWER_ON: Mapping[int, int] = {
    Cmos.A: 0x26,
    Cmos.B: int(B.HOURS_24),
    Cmos.D: VALID,
    Cmos.EQUIPMENT: 0x02,
    Cmos.BOOT_ORDER: 0x12,
    Cmos.BOOT_ORDER_HIGH: 0x30,
}


def period_ticks(rate: int) -> int:
    """The periodic interrupt's period in ticks of 32.768 kHz; 0 is off (data sheet, table 5)."""
    if rate == 0:
        return 0
    return 1 << (rate + 6 if rate <= 2 else rate - 1)


def periodic_phase(period: int) -> int:
    """Ticks from an update to the first periodic edge after it, less than a period.

    An edge comes t_PI / 2 + t_BUC before the update cycle (figure 17).
    """
    return (period // 2 - UIP_TICKS) % period


def next_edge(now_ns: int, update_ns: int, period: int) -> int:
    """The first VM time after `now_ns` at which a periodic edge comes."""
    origin = update_ns % SECOND_NS
    ticks = (now_ns + SECOND_NS - origin) * FREQUENCY // SECOND_NS
    phase = periodic_phase(period)
    edge = phase + ((ticks - phase) // period + 1) * period
    return origin - SECOND_NS - (-edge * SECOND_NS // FREQUENCY)


class Rtc(Device[RtcState]):
    """Drives `irq` (IRQ 8). VM time 0 is `unix_seconds`, in UTC; `cmos` overrides bytes."""

    name = "rtc"
    outlives_reset = "its battery keeps time and memory"
    registers = RtcReg
    regions = (pio(2, register_width=1, filter=access_cmos),)

    def __init__(
        self,
        clock: Clock,
        irq: Line,
        *,
        unix_seconds: int = 0,
        ram_bytes: int = 16 * MIB,
        cmos: Mapping[int, int] | None = None,
    ) -> None:
        super().__init__(clock)
        self.lines = (irq,)
        self._irq = irq
        known = memory_size(ram_bytes) | date_and_time(unix_seconds)
        for part in (POWER_ON, known, cmos or {}):
            for index, value in part.items():
                self.state.cmos[index] = value
        self._schedule_periodic(0)

    @property
    def format(self) -> Format:
        """How register B says that the time registers are written."""
        b = self.state.cmos[Cmos.B]
        return Format(binary=bool(b & B.DM), hours24=bool(b & B.HOURS_24))

    def reset(self) -> None:
        """The RESET pin: interrupts off. Time and RAM are the battery's and stay."""
        self.advance(self.clock.now_ns())
        cmos = self.state.cmos
        cmos[Cmos.B] &= ~(B.PIE | B.AIE | B.UIE | 0x08)
        cmos[Cmos.C] = 0
        self.state.index = 0
        self._drive()

    def read(self, offset: int, size: int) -> int:
        """The data port; reading register C takes all flags down."""
        if offset != RtcReg.DATA:
            return super().read(offset, size)
        now = self.clock.now_ns()
        self.advance(now)
        value = register(self.state, now)
        if self.state.index & 0x7F == Cmos.C:
            self.state.cmos[Cmos.C] = 0
            self._drive()
        return value

    def write(self, offset: int, value: int, size: int) -> None:
        """Set the index, or a register."""
        if offset == RtcReg.INDEX:
            self.state.index = value & 0xFF
        elif offset == RtcReg.DATA:
            now = self.clock.now_ns()
            self.advance(now)
            self._write_register(self.state.index & 0x7F, value & 0xFF, now)
            self._drive()

    def next_wakeup(self) -> int | None:
        """When the next enabled flag comes up, if none is up."""
        rtc = self.state
        b = rtc.cmos[Cmos.B]
        waits = b & ~rtc.cmos[Cmos.C]
        if rtc.cmos[Cmos.C] & C.IRQF:
            return None
        times = []
        if waits & B.PIE and rtc.next_periodic_ns != NEVER:
            times.append(rtc.next_periodic_ns)
        if not b & B.SET and rtc.next_update_ns != NEVER:
            times += [
                rtc.next_update_ns + (updates - 1) * SECOND_NS
                for updates in self._updates_to_flags(waits)
            ]
        return min(times, default=None)

    def _updates_to_flags(self, waits: int) -> list[int]:
        """How many updates from now each awaited flag comes up."""
        alarm = calendar.seconds_to_alarm(self.state.cmos, self.format) if waits & B.AIE else None
        return ([1] if waits & B.UIE else []) + ([alarm] if alarm is not None else [])

    def advance(self, now_ns: int) -> None:
        """Do all updates and periodic edges that are due."""
        rtc = self.state
        if now_ns < min(rtc.next_update_ns, rtc.next_periodic_ns):
            return
        if now_ns >= rtc.next_update_ns:
            updates = (now_ns - rtc.next_update_ns) // SECOND_NS + 1
            rtc.next_update_ns += updates * SECOND_NS
            if not rtc.cmos[Cmos.B] & B.SET:
                self._update(updates)
        if now_ns >= rtc.next_periodic_ns:
            rtc.cmos[Cmos.C] |= C.PF
            self._schedule_periodic(now_ns)
        self._drive()

    def _update(self, updates: int) -> None:
        cmos = self.state.cmos
        alarm = calendar.seconds_to_alarm(cmos, self.format)
        calendar.step(cmos, self.format, updates)
        cmos[Cmos.C] |= C.UF | (C.AF if alarm is not None and alarm <= updates else 0)

    def _schedule_periodic(self, now_ns: int) -> None:
        rtc = self.state
        period = period_ticks(rtc.cmos[Cmos.A] & RATE)
        runs = period and rtc.next_update_ns != NEVER
        rtc.next_periodic_ns = next_edge(now_ns, rtc.next_update_ns, period) if runs else NEVER

    def _drive(self) -> None:
        cmos = self.state.cmos
        flags = cmos[Cmos.C] & FLAGS
        raised = bool(flags & cmos[Cmos.B])
        cmos[Cmos.C] = flags | (C.IRQF if raised else 0)
        self._irq.set(raised)

    def _write_register(self, index: int, value: int, now: int) -> None:
        cmos = self.state.cmos
        match index:
            case Cmos.A:
                self._write_a(value & ~A.UIP, now)
            case Cmos.B:
                cmos[Cmos.B] = value & ~B.UIE if value & B.SET else value
            case Cmos.C | Cmos.D:
                pass
            case calendar.SECONDS:
                cmos[index] = value & 0x7F
            case _:
                cmos[index] = value

    def _write_a(self, value: int, now: int) -> None:
        """Out of divider reset, the first update comes half a second later."""
        rtc = self.state
        ran = rtc.cmos[Cmos.A] & DIVIDER == DIVIDER_RUNS
        runs = value & DIVIDER == DIVIDER_RUNS
        rtc.cmos[Cmos.A] = value
        if not runs:
            rtc.next_update_ns = NEVER
        elif not ran:
            rtc.next_update_ns = now + SECOND_NS // 2
        self._schedule_periodic(now)
