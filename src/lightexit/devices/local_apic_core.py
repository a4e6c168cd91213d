# SPDX-License-Identifier: Apache-2.0
"""What a local APIC does; `local_apic.py` has how a guest reaches it."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.abi import STATE_OFFSET
from lightexit.bus.apic import Apic
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.local_apic_registers import (
    COMMANDS,
    ENABLED,
    EVERY,
    EVERY_X2,
    FIRST_VECTOR,
    FLAT,
    ID_SHIFT,
    MODE_SHIFT,
    NEVER,
    SHORTHAND_SHIFT,
    ApicWindow,
    ErrorBit,
    IcrBit,
    Lvt,
    LvtBit,
    Shorthand,
)
from lightexit.devices.local_apic_state import (
    LocalApicState,
    highest,
    is_due,
    processor_priority,
    with_bit,
)
from lightexit.devices.local_apic_timer import (
    Tsc,
    count_of,
    expire,
)
from lightexit.filter import ApicFlag, ApicMode

#: What `acknowledge` gives where the 8259A has the vector.
EXTERNAL = -1


class LocalApicCore(Device[LocalApicState]):
    """Messages, commands, the vector table and the timer; not who reads and writes registers.

    `intr` is up while `acknowledge` has a vector for the CPU, of its own or of the 8259A. `apic`
    takes what it sends: messages for other local APICs, EOIs for I/O APICs, with its state locked.
    `signal` is told of an NMI, INIT or start-up for the CPU: mode and vector. With `virtual_wire`
    it begins as firmware leaves the one of the first CPU: enabled, its pins leading to the CPU.
    With `tsc` its timer can wait for deadlines of that. `place` is told where its page is to be,
    and whether the CPU has a local APIC at all; it raises AuthorError where the page cannot be.
    Without it, the page has one place.
    """

    def __init__(
        self,
        clock: Clock,
        intr: Line,
        apic: Apic,
        signal: Callable[[int, int], object],
        *,
        number: int = 0,
        virtual_wire: bool = False,
        tsc: Tsc | None = None,
        place: Callable[[int, bool], object] | None = None,
    ) -> None:
        super().__init__(clock)
        self.intr = intr
        self._apic, self._signal = apic, signal
        self._number, self._virtual_wire, self._tsc = number, virtual_wire, tsc
        self._place = place
        self.lines = (intr,)
        self.lint0, self.lint1 = self.inputs = (
            Line(lambda level: self._change_input(Lvt.LINT0, level)),
            Line(lambda level: self._change_input(Lvt.LINT1, level)),
        )
        self.reset()

    def reset(self) -> None:
        """Power-on state; the wires keep their levels."""
        before = self._placed
        self._begin()
        if self._placed != before:
            self.restored()
        if self._virtual_wire:
            self.state.svr |= ENABLED
            self.state.lvt[Lvt.LINT0] = ApicMode.EXTINT << MODE_SHIFT
            self.state.lvt[Lvt.LINT1] = ApicMode.NMI << MODE_SHIFT
        self._drive()

    def restored(self) -> None:
        """Have the page where the base says. Raises AuthorError where it cannot be."""
        super().restored()
        if self._place is not None:
            self._place(*self._placed)

    @property
    def _placed(self) -> tuple[int, bool]:
        return self.state.base, self.state.window != ApicWindow.NONE

    def initialize(self) -> None:
        """The CPU takes an INIT: power-on state, but for the ID and where the registers are
        (section 11.4.7.3)."""
        window, base, number = self.state.window, self.state.base, self.state.id
        self._begin()
        self.state.window, self.state.base, self.state.id = window, base, number
        self._drive()

    def _begin(self) -> None:
        state = self.state
        inputs = state.inputs
        state.reset()
        state.inputs, state.id = inputs, self._number << ID_SHIFT
        for entry in Lvt:
            state.lvt[entry] = LvtBit.MASKED

    @property
    def tpr_address(self) -> int:
        """Where the register TPR, a byte, is in this process."""
        field = LocalApicState.layout.field("tpr")
        assert field is not None
        return self.memory.address + STATE_OFFSET + field.offset

    def configuration(self) -> dict[str, object]:
        """Its number, by which messages find it."""
        return {"number": self._number}

    # What comes in

    def is_meant(self, destination: int, is_logical: bool) -> bool:
        """Whether a message is for this local APIC (sections 11.6.2 and 11.12.10)."""
        if self.state.window == ApicWindow.NONE:
            return False
        if destination in (EVERY, EVERY_X2) and not is_logical:
            return True
        if self.state.window == ApicWindow.MSRS:
            return self._is_meant_x2(destination, is_logical)
        ldr = self.state.ldr >> ID_SHIFT
        if not is_logical:
            return destination == self.state.id >> ID_SHIFT
        if self.state.dfr >> 28 == FLAT:
            return bool(destination & ldr)
        is_cluster = destination >> 4 == ldr >> 4 and bool(destination & ldr & 15)
        return destination == EVERY or is_cluster

    def _is_meant_x2(self, destination: int, is_logical: bool) -> bool:
        if not is_logical:
            return destination == self._number
        shared = destination & self._logical_id
        is_cluster = destination >> 16 == self._logical_id >> 16 and bool(shared & 0xFFFF)
        return destination == EVERY_X2 or is_cluster

    @property
    def _logical_id(self) -> int:
        return self._number >> 4 << 16 | 1 << self._number % 16

    @property
    def priority(self) -> int:
        """By which the lowest of several is found that a message is for (section 11.6.2.4)."""
        return processor_priority(self.state) if self.state.svr & ENABLED else EVERY + 1

    @property
    def competes(self) -> bool:
        """Whether its own command of lowest priority may be for itself."""
        return self.state.icr_low >> SHORTHAND_SHIFT & 3 != Shorthand.OTHERS

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
        if mode == ApicMode.FIXED and number is Lvt.LINT0 and low & LvtBit.LEVEL:
            self._deliver_level(low)
        elif mode == ApicMode.FIXED:
            self._accept(low & 0xFF, False)
        elif mode in (ApicMode.NMI, ApicMode.INIT):
            self._signal(mode, 0)

    def _deliver_level(self, low: int) -> None:
        """One request until its EOI (section 11.5.1)."""
        if low & LvtBit.REMOTE_IRR:
            return
        if low & 0xFF >= FIRST_VECTOR:
            self.state.lvt[Lvt.LINT0] = low | LvtBit.REMOTE_IRR
        self._accept(low & 0xFF, True)

    def _change_input(self, number: Lvt, level: bool) -> None:
        bit = 1 << number - Lvt.LINT0
        self.state.inputs = self.state.inputs | bit if level else self.state.inputs & ~bit
        if level and number is Lvt.LINT1 and self.state.window == ApicWindow.NONE:
            self._signal(ApicMode.NMI, 0)
        elif level:
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
        expire(state, now_ns)
        self._deliver(Lvt.TIMER)
        self._drive()

    def _count(self, now_ns: int) -> int:
        return count_of(self.state, now_ns)

    # What the guest asks for

    def _end_of_interrupt(self) -> None:
        vector = self.state.serving
        if not vector:
            return
        served = self.state.classes[vector >> 4]
        served.isr, self.state.serving = 0, served.below
        if served.tmr >> vector % 16 & 1:
            self._end_level(vector)
            self._apic.end_of_interrupt(vector)

    def _end_level(self, vector: int) -> None:
        low = self.state.lvt[Lvt.LINT0]
        if low & LvtBit.REMOTE_IRR and low & 0xFF == vector:
            self.state.lvt[Lvt.LINT0] = low & ~LvtBit.REMOTE_IRR
            self._look_at_level()

    def _look_at_level(self) -> None:
        low = self.state.lvt[Lvt.LINT0]
        is_level = low & (LvtBit.LEVEL | 7 << MODE_SHIFT) == LvtBit.LEVEL
        if is_level and self.state.inputs & 1:
            self._deliver(Lvt.LINT0)

    def _command(self, low: int) -> None:
        """Send an interrupt (section 11.6.1): here what is for this CPU, else to the others."""
        vector, mode = low & 0xFF, low >> MODE_SHIFT & 7
        who = low >> SHORTHAND_SHIFT & 3
        is_fixed = mode in (ApicMode.FIXED, ApicMode.LOWEST_PRIORITY)
        if is_fixed and vector < FIRST_VECTOR:
            self._fail(ErrorBit.SEND_ILLEGAL)
            return
        is_deassert = low & (IcrBit.LEVEL | IcrBit.ASSERT) == IcrBit.LEVEL
        if mode not in COMMANDS or (mode == ApicMode.INIT and is_deassert):
            return
        destination, is_logical = self._destination(low, who)
        # The lowest of priority is found on the bus, with this one among them.
        is_open = mode == ApicMode.LOWEST_PRIORITY and who in (Shorthand.NONE, Shorthand.ALL)
        if who != Shorthand.OTHERS and not is_open and self.is_meant(destination, is_logical):
            self.take(vector, mode)
        if who != Shorthand.SELF:
            self._apic.send(destination, vector, mode | ApicFlag.LOGICAL * is_logical)

    def _destination(self, low: int, who: int) -> tuple[int, bool]:
        if who != Shorthand.NONE:
            return EVERY, False
        is_x2 = self.state.window == ApicWindow.MSRS
        high = self.state.icr_high
        return (high if is_x2 else high >> ID_SHIFT), bool(low & IcrBit.LOGICAL)
