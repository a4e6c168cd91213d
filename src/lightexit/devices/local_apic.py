# SPDX-License-Identifier: Apache-2.0
"""Local APIC: takes interrupt messages, decides which one its CPU gets, and has a timer.

Fast path: EOI, also of a level-triggered interrupt, whose broadcast the filter asks for; TPR and
CR8 both ways; interrupts of the CPU to itself; reads of PPR, ISR, TMR, IRR, the interrupt command
and the timer's current count.
Reference: Intel SDM volume 3, chapter 11. The registers are those of an xAPIC, in memory, or of an
x2APIC, in MSRs, as IA32_APIC_BASE says. Where nobody knows the TSC, its timer takes no deadlines.

The timer counts down VM time in ns, divided. Where the manual leaves the answer open: another
divider takes effect at once and keeps the count, as does another mode; levels of an interrupt
command mean nothing; a part of a register reads 0 and writes nothing, and so does what stands
between registers in memory. There is no suppression of broadcasts, and the version says so. SMIs
go nowhere. A base above 4 GiB, or where there is memory or another device, is refused by a #GP.

While the APIC is disabled by software, as at power-on, INTR (LINT0) reaches the CPU: guests that
know the 8259A only find it as in a PC without an APIC. Requests in IRR are kept until it is
enabled; fixed messages that arrive meanwhile are not accepted.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.bus.region import GeneralProtectionError, Region, mmio, msr
from lightexit.devices.local_apic_core import EXTERNAL, LocalApicCore
from lightexit.devices.local_apic_registers import (
    BASE_ADDRESS,
    BASE_ADDRESSES,
    BASE_MODES,
    BASES,
    CHANGES,
    ENABLED,
    EVERY,
    EVERY_X2,
    FIRST_CPU,
    ICR_RESERVED,
    ICR_WRITABLE,
    ID_SHIFT,
    LVT_READ_ONLY,
    LVT_WRITABLE,
    READ_ONLY,
    SELF_IPI,
    SHORTHAND_SHIFT,
    SIZE,
    SPACING,
    SVR_WRITABLE,
    VERSION,
    X2_WRITABLE,
    X2_WRITE_ONLY,
    X2APIC,
    ApicWindow,
    ErrorBit,
    LocalApicReg,
    Lvt,
    LvtBit,
    Shorthand,
)
from lightexit.devices.local_apic_state import (
    access_cr8,
    access_priorities,
    command_itself,
    end_of_interrupt,
    highest,
    interrupt_itself,
    is_word,
    pair_at,
    processor_priority,
    read_requests,
    word,
)
from lightexit.devices.local_apic_timer import (
    arm,
    disarm,
    start,
    waits_for_tsc,
)
from lightexit.errors import AuthorError

__all__ = ["EXTERNAL", "LocalApic"]

#: Registers that read as they were written.
_PLAIN = {
    LocalApicReg.ID: "id",
    LocalApicReg.TPR: "tpr",
    LocalApicReg.LDR: "ldr",
    LocalApicReg.DFR: "dfr",
    LocalApicReg.SVR: "svr",
    LocalApicReg.ESR: "esr",
    LocalApicReg.ICR_LOW: "icr_low",
    LocalApicReg.ICR_HIGH: "icr_high",
    LocalApicReg.INITIAL_COUNT: "initial",
    LocalApicReg.DIVIDE: "divide",
}


def registers_by_msr() -> Iterator[Region]:
    """Those of the x2APIC; where it has none, there is no MSR, so that the CPU raises #GP."""
    for first, last, filter in (
        (LocalApicReg.X2_ID, LocalApicReg.X2_VERSION, None),
        (LocalApicReg.X2_TPR, LocalApicReg.X2_TPR, access_priorities),
        (LocalApicReg.X2_PPR, LocalApicReg.X2_PPR, access_priorities),
        (LocalApicReg.X2_EOI, LocalApicReg.X2_EOI, end_of_interrupt),
        (LocalApicReg.X2_LDR, LocalApicReg.X2_LDR, None),
        (LocalApicReg.X2_SVR, LocalApicReg.X2_ISR7, access_priorities),
        (LocalApicReg.X2_TMR0, LocalApicReg.X2_ESR, read_requests),
        (LocalApicReg.X2_ICR, LocalApicReg.X2_ICR, command_itself),
        (LocalApicReg.X2_LVT_TIMER, LocalApicReg.X2_CURRENT_COUNT, read_requests),
        (LocalApicReg.X2_DIVIDE, LocalApicReg.X2_DIVIDE, None),
        (LocalApicReg.X2_SELF_IPI, LocalApicReg.X2_SELF_IPI, interrupt_itself),
    ):
        yield msr(last - first + 1, offset=first, filter=filter, name="x2apic")


def _allow(is_legal: bool) -> None:
    if not is_legal:
        raise GeneralProtectionError


def _is_entry(register: int) -> bool:
    """Of the local vector table."""
    return LocalApicReg.LVT_TIMER <= register <= LocalApicReg.LVT_ERROR


class LocalApic(LocalApicCore):
    """The model: what the filters leave of accesses to registers."""

    name = "local_apic"
    registers = LocalApicReg
    regions = (
        *(
            mmio(stop - start, offset=start, register_width=4, filter=filter, name="page")
            for start, stop, filter in (
                (0, 0xB0, access_priorities),
                (LocalApicReg.EOI, 0xB4, end_of_interrupt),
                (0xB4, 0x180, access_priorities),
                (LocalApicReg.TMR0, 0x300, read_requests),
                (LocalApicReg.ICR_LOW, 0x304, command_itself),
                (0x304, 0x3A0, read_requests),
                (0x3A0, SIZE, None),
            )
        ),
        *registers_by_msr(),
        msr(1, offset=LocalApicReg.BASE, name="base"),
        msr(1, offset=LocalApicReg.DEADLINE, name="deadline"),
        mmio(8, offset=LocalApicReg.CR8, register_width=8, filter=access_cr8, name="cr8"),
    )

    # What the guest sees

    def read(self, offset: int, size: int) -> int:
        """A register as 32 bits; an MSR, or CR8, as 64."""
        now_ns = self.clock.now_ns()
        self.advance(now_ns)
        if offset >= LocalApicReg.CR8:
            return self.state.tpr >> 4 if size == 8 else 0
        if offset >= SIZE:
            return self._read_msr(offset, now_ns)
        if self.state.window != ApicWindow.PAGE:
            return (1 << 8 * size) - 1
        return 0 if size != 4 or offset % SPACING else self._read(offset, now_ns)

    def _read_msr(self, offset: int, now_ns: int) -> int:
        if offset == LocalApicReg.BASE:
            is_first = FIRST_CPU if self._number == 0 else 0
            return self.state.base | is_first | BASES[ApicWindow(self.state.window)]
        if offset == LocalApicReg.DEADLINE:
            _allow(self._tsc is not None)
            return self.state.deadline
        _allow(self.state.window == ApicWindow.MSRS)
        return self._read_x2((offset - X2APIC) * SPACING, now_ns)

    def _read_x2(self, register: int, now_ns: int) -> int:
        _allow(register not in X2_WRITE_ONLY)
        match register:
            case LocalApicReg.ID:
                return self._number
            case LocalApicReg.LDR:
                return self._logical_id
            case LocalApicReg.ICR_LOW:
                return self.state.icr_high << 32 | self.state.icr_low
        return self._read(register, now_ns)

    def _read(self, offset: int, now_ns: int) -> int:
        for first in (LocalApicReg.ISR0, LocalApicReg.TMR0, LocalApicReg.IRR0):
            if is_word(offset, first):
                pair, bits = pair_at(offset), first.name[:3].lower()
                classes = self.state.classes[pair], self.state.classes[pair + 1]
                return word(*(getattr(each, bits) for each in classes))
        return self._register(offset, now_ns)

    def _register(self, offset: int, now_ns: int) -> int:
        match offset:
            case _ if offset in _PLAIN:
                return int(getattr(self.state, _PLAIN[LocalApicReg(offset)]))
            case LocalApicReg.VERSION:
                return VERSION
            case LocalApicReg.PPR:
                return processor_priority(self.state)
            case LocalApicReg.CURRENT_COUNT:
                return self._count(now_ns)
            case LocalApicReg.EOI | LocalApicReg.APR | LocalApicReg.REMOTE_READ:
                return 0
            case _ if _is_entry(offset):
                return self.state.lvt[(offset - LocalApicReg.LVT_TIMER) // SPACING]
        self._fail(ErrorBit.ILLEGAL_REGISTER)
        self._drive()
        return 0

    def write(self, offset: int, value: int, size: int) -> None:
        """A register as 32 bits; an MSR, or CR8, as 64."""
        now_ns = self.clock.now_ns()
        self.advance(now_ns)
        if offset >= LocalApicReg.CR8:
            self.state.tpr = value << 4 & 0xFF if size == 8 else self.state.tpr
        elif offset >= SIZE:
            self._write_msr(offset, value, now_ns)
        elif self.state.window == ApicWindow.PAGE and size == 4 and offset % SPACING == 0:
            self._write(offset, value, now_ns)
        self._drive()

    def _write_msr(self, offset: int, value: int, now_ns: int) -> None:
        if offset == LocalApicReg.BASE:
            self._move(value)
        elif offset == LocalApicReg.DEADLINE:
            self._wait_for_tsc(value, now_ns)
        else:
            _allow(self.state.window == ApicWindow.MSRS)
            self._write_x2((offset - X2APIC) * SPACING, value, now_ns)

    def _move(self, wanted: int) -> None:
        """The registers to another window, or the page to another address (section 11.12.5): what
        an x2APIC has changed is gone with it."""
        state, base = self.state, wanted & BASE_ADDRESSES
        then = next((each for each in BASES if BASES[each] == wanted & BASE_MODES), None)
        if then is None or wanted & ~(BASE_ADDRESSES | BASE_MODES | FIRST_CPU):
            raise GeneralProtectionError
        _allow(then == state.window or (state.window, then) in CHANGES)
        self._settle(base, then != ApicWindow.NONE)
        if then != state.window:
            if then == ApicWindow.NONE:
                self._begin()
            state.icr_high = 0
        state.window, state.base = then, base

    def _settle(self, to: int, is_on: bool) -> None:
        if (to, is_on) == self._placed:
            return
        if self._place is None:
            _allow(to == BASE_ADDRESS)
            return
        try:
            self._place(to, is_on)
        except AuthorError:
            raise GeneralProtectionError from None

    def _wait_for_tsc(self, deadline: int, now_ns: int) -> None:
        _allow(self._tsc is not None)
        if self._tsc is not None and waits_for_tsc(self.state):
            arm(self.state, deadline, self._tsc, now_ns)
            self.advance(now_ns)

    def _write_x2(self, register: int, value: int, now_ns: int) -> None:
        if register == LocalApicReg.ICR_LOW:
            _allow(not value & ICR_RESERVED)
            self.state.icr_high = value >> 32
        else:
            _allow(register in X2_WRITABLE or _is_entry(register))
            _allow(not value & ~self._x2_writable(register))
        if register == SELF_IPI:
            self._command(Shorthand.SELF << SHORTHAND_SHIFT | value)
        else:
            self._write(register, value & EVERY_X2, now_ns)

    def _x2_writable(self, register: int) -> int:
        if not _is_entry(register):
            return X2_WRITABLE[register]
        number = Lvt((register - LocalApicReg.LVT_TIMER) // SPACING)
        deadline = LvtBit.DEADLINE if number is Lvt.TIMER and self._tsc is not None else 0
        return LVT_WRITABLE[number] | LVT_READ_ONLY | deadline

    def _write(self, offset: int, value: int, now_ns: int) -> None:
        state = self.state
        match offset:
            case LocalApicReg.ID:
                state.id = value & EVERY << ID_SHIFT
            case LocalApicReg.TPR:
                state.tpr = value & 0xFF
            case LocalApicReg.EOI:
                self._end_of_interrupt()
            case LocalApicReg.LDR:
                state.ldr = value & EVERY << ID_SHIFT
            case LocalApicReg.DFR:
                state.dfr = value | 0x0FFF_FFFF
            case LocalApicReg.SVR:
                self._enable(value & SVR_WRITABLE)
            case LocalApicReg.ESR:
                state.esr, state.errors = state.errors, 0
            case LocalApicReg.ICR_LOW:
                state.icr_low = value & ICR_WRITABLE
                self._command(state.icr_low)
            case LocalApicReg.ICR_HIGH:
                state.icr_high = value & EVERY << ID_SHIFT
            case LocalApicReg.INITIAL_COUNT if not waits_for_tsc(state):
                state.initial = value
                start(state, value, now_ns)
            case LocalApicReg.DIVIDE:
                count, state.divide = self._count(now_ns), value & 0xB
                if not waits_for_tsc(state):
                    start(state, count, now_ns)
            case _ if _is_entry(offset):
                self._write_entry(Lvt((offset - LocalApicReg.LVT_TIMER) // SPACING), value)
            case _ if offset not in (*READ_ONLY, LocalApicReg.INITIAL_COUNT):
                self._fail(ErrorBit.ILLEGAL_REGISTER)

    def _enable(self, svr: int) -> None:
        """Disabled, it masks its whole vector table (section 11.4.7.2)."""
        self.state.svr = svr
        self.state.requested = highest(self.state) if svr & ENABLED else 0
        if not svr & ENABLED:
            for entry in Lvt:
                self.state.lvt[entry] |= LvtBit.MASKED

    def _write_entry(self, number: Lvt, value: int) -> None:
        lvt = self.state.lvt
        low = value & LVT_WRITABLE[number]
        if number is Lvt.TIMER and self._tsc is not None:
            low |= value & LvtBit.DEADLINE
            if (low ^ lvt[number]) & LvtBit.DEADLINE:
                disarm(self.state)
        if number is Lvt.LINT0 and low & LvtBit.LEVEL:
            low |= lvt[number] & LvtBit.REMOTE_IRR
        lvt[number] = low if self.state.svr & ENABLED else low | LvtBit.MASKED
        if number is Lvt.LINT0:
            self._look_at_level()
