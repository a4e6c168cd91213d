# SPDX-License-Identifier: Apache-2.0
"""Local APIC: takes interrupt messages, decides which one its CPU gets, and has a timer.

Fast path: EOI, also of a level-triggered interrupt, whose broadcast the filter asks for; TPR both
ways; reads of PPR, ISR, TMR, IRR, the interrupt command and the timer's current count.
Reference: Intel SDM volume 3, chapter 11. The registers are those of an xAPIC, in memory.

The timer counts down VM time in ns, divided. Where the manual leaves the answer open: another
divider takes effect at once and keeps the count, as does another mode; levels of an interrupt
command mean nothing; a part of a register reads 0 and writes nothing, and so does what stands
between registers. LINT0 makes a request at its rising edge. There is no TSC-deadline mode and no
suppression of broadcasts, and the version says so. SMIs go nowhere.

While the APIC is disabled by software, as at power-on, INTR (LINT0) reaches the CPU: guests that
know the 8259A only find it as in a PC without an APIC. Requests in IRR are kept until it is
enabled; fixed messages that arrive meanwhile are not accepted.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.apic import Apic
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.devices.local_apic_registers import (
    COMMANDS,
    ENABLED,
    EVERY,
    FIRST_VECTOR,
    FLAT,
    ICR_WRITABLE,
    ID_SHIFT,
    LVT_WRITABLE,
    MODE_SHIFT,
    NEVER,
    READ_ONLY,
    SHORTHAND_SHIFT,
    SPACING,
    SVR_WRITABLE,
    VERSION,
    ErrorBit,
    IcrBit,
    LocalApicReg,
    Lvt,
    LvtBit,
    Shorthand,
)
from lightexit.devices.local_apic_state import (
    LocalApicState,
    access_priorities,
    current_count,
    end_of_interrupt,
    is_due,
    is_word,
    processor_priority,
    read_requests,
    shift_of,
)
from lightexit.filter import ApicFlag, ApicMode

#: What `acknowledge` gives where the 8259A has the vector.
EXTERNAL = -1
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


def with_bit(bits: int, vector: int, value: bool) -> int:
    """Bits of a class's vectors, with the vector's set or cleared."""
    bit = 1 << vector % 16
    return bits | bit if value else bits & ~bit


def highest(state: LocalApicState) -> int:
    """The highest vector in IRR; 0 for none."""
    classes = enumerate(each.irr for each in state.classes)
    return max((16 * number + irr.bit_length() - 1 for number, irr in classes if irr), default=0)


class LocalApic(Device[LocalApicState]):
    """The model: messages, commands, the vector table, and what the filters leave.

    `intr` is up while `acknowledge` has a vector for the CPU, of its own or of the 8259A. `apic`
    takes what it sends: messages for other local APICs, EOIs for I/O APICs, with its state locked.
    `signal` is told of an NMI, INIT or start-up for the CPU: mode and vector. With `virtual_wire`
    it begins as firmware leaves the one of the first CPU: enabled, its pins leading to the CPU.
    """

    name = "local_apic"
    registers = LocalApicReg
    regions = (
        mmio(LocalApicReg.EOI, register_width=4, filter=access_priorities),
        mmio(4, offset=LocalApicReg.EOI, register_width=4, filter=end_of_interrupt),
        mmio(0xCC, offset=LocalApicReg.EOI + 4, register_width=4, filter=access_priorities),
        mmio(0x220, offset=LocalApicReg.TMR0, register_width=4, filter=read_requests),
        mmio(0xC60, offset=LocalApicReg.CURRENT_COUNT + SPACING, register_width=4),
    )

    def __init__(
        self,
        clock: Clock,
        intr: Line,
        apic: Apic,
        signal: Callable[[int, int], object],
        *,
        number: int = 0,
        virtual_wire: bool = False,
    ) -> None:
        super().__init__(clock)
        self.intr = intr
        self._apic, self._signal = apic, signal
        self._number, self._virtual_wire = number, virtual_wire
        self.lines = (intr,)
        self.lint0, self.lint1 = self.inputs = (
            Line(lambda level: self._change_input(Lvt.LINT0, level)),
            Line(lambda level: self._change_input(Lvt.LINT1, level)),
        )
        self.reset()

    def reset(self) -> None:
        """Power-on state; the wires keep their levels."""
        state = self.state
        inputs = state.inputs
        state.reset()
        state.inputs, state.id = inputs, self._number << ID_SHIFT
        for entry in Lvt:
            state.lvt[entry] = LvtBit.MASKED
        if self._virtual_wire:
            state.svr |= ENABLED
            state.lvt[Lvt.LINT0] = ApicMode.EXTINT << MODE_SHIFT
            state.lvt[Lvt.LINT1] = ApicMode.NMI << MODE_SHIFT
        self._drive()

    def configuration(self) -> dict[str, object]:
        """Its number, by which messages find it."""
        return {"number": self._number}

    # What comes in

    def is_meant(self, destination: int, is_logical: bool) -> bool:
        """Whether a message is for this local APIC (section 11.6.2)."""
        ldr = self.state.ldr >> ID_SHIFT
        if not is_logical:
            return destination in (EVERY, self.state.id >> ID_SHIFT)
        if self.state.dfr >> 28 == FLAT:
            return bool(destination & ldr)
        is_cluster = destination >> 4 == ldr >> 4 and bool(destination & ldr & 15)
        return destination == EVERY or is_cluster

    def take(self, vector: int, mode: int) -> None:
        """A message that is meant for it: vector, and mode with flags."""
        kind = mode & 7
        if kind in (ApicMode.FIXED, ApicMode.LOWEST_PRIORITY):
            self._accept(vector & 0xFF, bool(mode & ApicFlag.LEVEL))
        elif kind == ApicMode.EXTINT:
            self.state.is_external = True
        elif kind in (ApicMode.NMI, ApicMode.INIT, ApicMode.STARTUP):
            self._signal(kind, vector)
        self._drive()

    def acknowledge(self) -> int:
        """The CPU takes a vector: `EXTERNAL` where the 8259A has it, whom priorities do not
        bind; else the highest request that is due, else the spurious vector."""
        state = self.state
        if self._has_external():
            state.is_external, vector = False, EXTERNAL
        elif is_due(state):
            vector = state.requested
            taken = state.classes[vector >> 4]
            taken.irr, taken.isr = with_bit(taken.irr, vector, False), 1 << vector % 16
            taken.below, state.serving = state.serving, vector
            state.requested = highest(state)
        else:
            vector = state.svr & 0xFF
        self._drive()
        return vector

    def _accept(self, vector: int, is_level: bool) -> None:
        state = self.state
        if not state.svr & ENABLED:
            return
        if vector < FIRST_VECTOR:
            self._fail(ErrorBit.RECEIVE_ILLEGAL)
            return
        accepted = state.classes[vector >> 4]
        accepted.irr = with_bit(accepted.irr, vector, True)
        accepted.tmr = with_bit(accepted.tmr, vector, is_level)
        state.requested = max(state.requested, vector)

    def _fail(self, error: ErrorBit) -> None:
        """Interrupts for an error that the last write of ESR has not told of yet."""
        is_new = not self.state.errors & error
        self.state.errors |= error
        if is_new:
            self._deliver(Lvt.ERROR)

    def _deliver(self, number: Lvt) -> None:
        """What an entry of the local vector table says, unless it is masked."""
        low = self.state.lvt[number]
        if low & LvtBit.MASKED:
            return
        mode = low >> MODE_SHIFT & 7
        if mode == ApicMode.FIXED:
            self._accept(low & 0xFF, False)
        elif mode in (ApicMode.NMI, ApicMode.INIT):
            self._signal(mode, 0)

    def _change_input(self, number: Lvt, level: bool) -> None:
        bit = 1 << number - Lvt.LINT0
        self.state.inputs = self.state.inputs | bit if level else self.state.inputs & ~bit
        if level:
            self._deliver(number)
        self._drive()

    def _has_external(self) -> bool:
        state, lint0 = self.state, self.state.lvt[Lvt.LINT0]
        is_open = lint0 & (LvtBit.MASKED | 7 << MODE_SHIFT) == ApicMode.EXTINT << MODE_SHIFT
        reaches = is_open or not state.svr & ENABLED
        return state.is_external or (bool(state.inputs & 1) and reaches)

    def _drive(self) -> None:
        state = self.state
        self.intr.set(is_due(state) or self._has_external())

    # The timer

    def next_wakeup(self) -> int | None:
        """When the timer is due, unless nobody hears of it."""
        state = self.state
        is_silent = state.due_ns == NEVER or state.lvt[Lvt.TIMER] & LvtBit.MASKED
        return None if is_silent else state.due_ns

    def advance(self, now_ns: int) -> None:
        """Bring the timer to `now_ns`: however often it was due, that is one request."""
        state = self.state
        if now_ns < state.due_ns:
            return
        period = state.initial << shift_of(state.divide)
        if state.lvt[Lvt.TIMER] & LvtBit.PERIODIC and period:
            state.due_ns += ((now_ns - state.due_ns) // period + 1) * period
        else:
            state.due_ns = NEVER
        self._deliver(Lvt.TIMER)
        self._drive()

    def _count(self, now_ns: int) -> int:
        return 0 if self.state.due_ns == NEVER else current_count(self.state, now_ns)

    def _start(self, count: int, now_ns: int) -> None:
        span = count << shift_of(self.state.divide)
        self.state.due_ns = min(now_ns + span, NEVER) if count else NEVER

    # What the guest sees

    def read(self, offset: int, size: int) -> int:
        """A register as 32 bits."""
        now_ns = self.clock.now_ns()
        self.advance(now_ns)
        if size != 4 or offset % SPACING:
            return 0
        for first in (LocalApicReg.ISR0, LocalApicReg.TMR0, LocalApicReg.IRR0):
            if is_word(offset, first):
                pair = (offset - first) // SPACING * 2
                low, high = (
                    getattr(self.state.classes[each], first.name[:3].lower())
                    for each in (pair, pair + 1)
                )
                return int(low | high << 16)
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
            case _ if LocalApicReg.LVT_TIMER <= offset <= LocalApicReg.LVT_ERROR:
                return self.state.lvt[(offset - LocalApicReg.LVT_TIMER) // SPACING]
        self._fail(ErrorBit.ILLEGAL_REGISTER)
        self._drive()
        return 0

    def write(self, offset: int, value: int, size: int) -> None:
        """A register as 32 bits."""
        now_ns = self.clock.now_ns()
        self.advance(now_ns)
        if size == 4 and offset % SPACING == 0:
            self._write(offset, value, now_ns)
            self._drive()

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
            case LocalApicReg.INITIAL_COUNT:
                state.initial = value
                self._start(value, now_ns)
            case LocalApicReg.DIVIDE:
                count, state.divide = self._count(now_ns), value & 0xB
                self._start(count, now_ns)
            case _ if LocalApicReg.LVT_TIMER <= offset <= LocalApicReg.LVT_ERROR:
                self._write_entry(Lvt((offset - LocalApicReg.LVT_TIMER) // SPACING), value)
            case _ if offset not in READ_ONLY:
                self._fail(ErrorBit.ILLEGAL_REGISTER)

    def _end_of_interrupt(self) -> None:
        vector = self.state.serving
        if not vector:
            return
        served = self.state.classes[vector >> 4]
        served.isr, self.state.serving = 0, served.below
        if served.tmr >> vector % 16 & 1:
            self._apic.end_of_interrupt(vector)

    def _enable(self, svr: int) -> None:
        """Disabled, it masks its whole vector table (section 11.4.7.2)."""
        self.state.svr = svr
        self.state.requested = highest(self.state) if svr & ENABLED else 0
        if not svr & ENABLED:
            for entry in Lvt:
                self.state.lvt[entry] |= LvtBit.MASKED

    def _write_entry(self, number: Lvt, value: int) -> None:
        low = value & LVT_WRITABLE[number]
        self.state.lvt[number] = low if self.state.svr & ENABLED else low | LvtBit.MASKED

    def _command(self, low: int) -> None:
        """Send an interrupt (section 11.6.1): here what is for this CPU, else to the others."""
        vector, mode = low & 0xFF, low >> MODE_SHIFT & 7
        who = low >> SHORTHAND_SHIFT & 3
        is_fixed = mode in (ApicMode.FIXED, ApicMode.LOWEST_PRIORITY)
        if is_fixed and vector < FIRST_VECTOR:
            self._fail(ErrorBit.SEND_ILLEGAL)
            return
        if mode not in COMMANDS or (mode == ApicMode.INIT and not low & IcrBit.ASSERT):
            return
        destination = self.state.icr_high >> ID_SHIFT if who == Shorthand.NONE else EVERY
        is_logical = who == Shorthand.NONE and bool(low & IcrBit.LOGICAL)
        if who != Shorthand.OTHERS and self.is_meant(destination, is_logical):
            self.take(vector, mode)
            if who == Shorthand.SELF or mode == ApicMode.LOWEST_PRIORITY:
                return
        self._apic.send(destination, vector, mode | ApicFlag.LOGICAL * is_logical)
