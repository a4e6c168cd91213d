# SPDX-License-Identifier: Apache-2.0
"""`UnicornCpu`: an emulated CPU, by the machine's CPU protocol.

Unicorn delivers no interrupts itself: native code does, for software interrupts, exceptions,
external interrupts and SYSCALL (runtime/unicorn_delivery.h). What that leaves stops Unicorn, and
is done here (see x86.py). Address line 20 is always open.
"""

from __future__ import annotations

import contextlib
import gc
import re
from typing import TYPE_CHECKING, Any

from unicorn import UC_ERR_INSN_INVALID, UC_ERR_OK
from unicorn.unicorn_py3.unicorn import UcError

from lightexit.bus.bus import BusCpu
from lightexit.errors import GuestError
from lightexit.vm.exits import (
    Exit,
    Halted,
    Interruptible,
    Shutdown,
    Stopped,
    shown_bytes,
    triple_fault,
)
from lightexit.vm.faults import CpuEvent, EventSource, FaultError, TripleFaultError
from lightexit.vm.memory import GuestMemory
from lightexit.vm.paging import NotMappedError, Paging, pieces
from lightexit.vm.registers import EFER, LMA, LONGEST_INSTRUCTION, PE, PG
from lightexit.vm.saving.cpu_state import SavedEvents, decode, encode
from lightexit.vm.unicorn import state as saving
from lightexit.vm.unicorn.context import Trap, traps_are_known
from lightexit.vm.unicorn.engine import UcEngine, new_watch
from lightexit.vm.unicorn.native import meaning
from lightexit.vm.x86 import (
    WITH_ERROR_CODE,
    DescriptorTable,
    Flag,
    NoHandlerError,
    Register,
    deliver,
    segment_base,
)

if TYPE_CHECKING:
    from lightexit.vm.boot.state import StartState

_RESET_CS, _RESET_IP, _RESET_CR0 = 0xF000, 0xFFF0, 0x6000_0010
_DATA_SEGMENTS = ("DS", "ES", "FS", "GS", "SS")
_STI, _POP_SS, _MOV_SS, _INT = 0xFB, 0x17, 0x8E, 0xCD
_NMI, _UNDEFINED = 2, 6
#: UD0, UD1 and UD2, behind any prefixes: undefined on every CPU.
_UNDEFINED_CODE = re.compile(
    rb"[\x26\x2e\x36\x3e\x40-\x4f\x64-\x67\xf2\xf3]*\x0f[\x0b\xb9\xff]", re.S
)
#: Of a next instruction that is not in memory, or in no segment that a descriptor table has.
_NOWHERE = (NoHandlerError, NotMappedError, FaultError)
_STAR, _LSTAR, _SFMASK = 0xC000_0081, 0xC000_0082, 0xC000_0084


class UnicornCpu:
    """One x86 CPU on a machine's memory and bus, at its reset vector until `start`."""

    def __init__(self, memory: GuestMemory, bus_cpu: BusCpu) -> None:
        bus_cpu.bus.keep_clear(slot.addresses for slot in memory.slots)
        self._memory = memory
        self._bus_cpu = bus_cpu
        self._watch = new_watch()
        self._injected: SavedEvents | None = None
        memory.on_store.append(self._forget_code)
        self._power_on()

    @property
    def uc(self) -> Any:
        """Unicorn's own object; another one after a reset."""
        return self._engine.uc

    def _use(self, engine: UcEngine) -> None:
        self._engine, self._context = engine, engine.context

    def reset(self) -> None:
        """Power-on state, in an engine that has translated nothing of what was in memory."""
        watch = self._watch.fields
        watch.skip_block = watch.previous_end = 0
        self._injected = None
        self._power_on()
        # The engine before it, of a gigabyte of addresses, and its hooks hold each other.
        gc.collect()

    def _power_on(self) -> None:
        self._use(UcEngine(self._memory, self._bus_cpu, self._watch))
        write = self._engine.write
        write("CR0", _RESET_CR0)
        for segment in _DATA_SEGMENTS:
            write(segment, 0)
        write("IDTR", (0, 0, 0xFFFF, 0))
        self.set(Register.CS, _RESET_CS)
        self.set(Register.RIP, _RESET_IP)
        self.set(Register.RFLAGS, 2)

    def start(self, state: StartState) -> None:
        """Begin there instead: tables first, then modes in the order that a CPU enters them.

        A 64-bit engine takes selectors only, and has flat segments behind all of them.
        """
        self._use(UcEngine(self._memory, self._bus_cpu, self._watch, is_64bit=True))
        write = self._engine.write
        if not state.efer & LMA:
            # Paging on and off again: so a CPU leaves long mode.
            write("CR0", state.cr0 | PG)
            write("CR0", state.cr0)
        write("GDTR", (0, state.gdt.base, state.gdt.limit, 0))
        write("IDTR", (0, state.idt.base, state.idt.limit, 0))
        write("CR3", state.cr3)
        write("CR4", state.cr4)
        write("MSR", (EFER, state.efer))
        write("CR0", state.cr0)
        write("CS", state.code.selector)
        for name in _DATA_SEGMENTS:
            write(name, state.data.selector)
        for name, value in (("RAX", state.rax), ("RBX", state.rbx), ("RSI", state.rsi)):
            write(name, value)
        self.set(Register.RSP, state.rsp)
        self.set(Register.RFLAGS, state.rflags)
        self.set(Register.RIP, state.rip)
        if state.data.db and traps_are_known():
            # The engine takes the selector, and forgets this bit of what it names.
            self._context.widen_stack()

    # Saved

    def save(self) -> bytes:
        """Its registers (vm/saving/cpu_state.py); while it does not run.

        Raises HostError where this version of Unicorn hides them.
        """
        state = saving.save(self.uc, in_shadow=self._in_shadow())
        if self._injected is not None:
            state.registers.events = self._injected
        return encode(state)

    def restore(self, saved: bytes) -> None:
        """Set them. Raises AuthorError for what is damaged, or is another back end's alone."""
        state = decode(saved)
        saving.restore(self.uc, state)
        events, watch = state.registers.events, self._watch.fields
        watch.skip_block, watch.previous_end = 0, 0
        if events.shadow:
            with contextlib.suppress(*_NOWHERE):
                watch.previous_end = self._here()
        self._injected = events if events.interrupt or events.exception else None

    def _deliver_injected(self, events: SavedEvents) -> Exit | None:
        """What another back end had begun to deliver. INT n is executed again instead."""
        self._injected = None
        if events.exception:
            code = events.error_code if events.has_error_code else None
            event = CpuEvent(events.exception_vector, EventSource.EXCEPTION, code)
            return self._try_deliver(event)
        if events.interrupt_is_software:
            return None
        return self.interrupt(events.interrupt_vector)

    # Running

    def run(self) -> Exit:
        """Run until there is an exit. Raises GuestError where emulation fails."""
        watch = self._watch.fields
        if self._injected is not None and (exit := self._deliver_injected(self._injected)):
            return exit
        while True:
            watch.is_stopped = watch.is_trapped = watch.is_syscall = 0
            status = self._engine.run()
            if status == UC_ERR_INSN_INVALID:
                exit = self._deliver_undefined(status)
                if exit is not None:
                    return exit
            elif status != UC_ERR_OK:
                raise self._failure(status)
            elif watch.is_trapped:
                exit = self._deliver_trap(watch.vector)
                if exit is not None:
                    return exit
            elif watch.is_syscall:
                self._system_call()
            elif not watch.is_stopped:
                return Halted()
            elif watch.stop:
                return Stopped()
            elif (watch.nmi and self.takes_nmi()) or self.interruptible():
                return Interruptible()

    def _forget_code(self, address: int, size: int) -> None:
        """A device has written into memory, where code may be: stop for the engine to look."""
        self._engine.forget(address, size)
        self.request_stop()

    def request_stop(self) -> None:
        """Have `run` return before the next block of guest code."""
        self._watch.fields.stop = 1
        self._engine.request()

    def clear_stop(self) -> None:
        """Forget the requests so far."""
        self._watch.fields.stop = 0

    def set_interrupt(self, level: bool) -> None:
        """Level of the INTR input."""
        self._watch.fields.interrupt = level
        if level:
            self._engine.request()

    @property
    def interrupts_enabled(self) -> bool:
        """The interrupt flag."""
        return bool(self.get(Register.RFLAGS) & Flag.IF)

    def interruptible(self) -> bool:
        """Whether an interrupt would be taken now; if not for one instruction, it is skipped."""
        if self._injected is not None or not self.interrupts_enabled:
            return False
        shadowed = self._in_shadow()
        self._watch.fields.skip_block = shadowed
        return not shadowed

    def _in_shadow(self) -> bool:
        """Whether the instruction before was one after which no interrupt is taken."""
        if self._engine.tells_shadow:
            return self._context.is_in_shadow
        try:
            here = self._here()
        except _NOWHERE:
            return False  # a descriptor table without the selector, as before a far jump
        if here != self._watch.fields.previous_end or here < 2:
            return False
        before = self._before(here).to_bytes(2, "little")
        loads_ss = before[0] == _MOV_SS and before[1] & 0xF8 == 0xD0
        return before[1] in (_STI, _POP_SS) or loads_ss

    def _is_after_int(self, vector: int) -> bool:
        with contextlib.suppress(NoHandlerError, FaultError):
            return self._before(self._here()) == _INT | vector << 8
        return False

    def _before(self, address: int) -> int:
        """The two bytes before an address; 0 where there is no memory."""
        try:
            return self.load(address - 2, 2)
        except _NOWHERE:
            return 0

    def interrupt(self, vector: int) -> Exit | None:
        """Deliver an external interrupt; an exit where the guest has no handler for it."""
        if self._engine.deliver(vector):
            return None
        return self._try_deliver(CpuEvent(vector, EventSource.EXTERNAL))

    def takes_nmi(self) -> bool:
        """Whether an NMI would be taken now; if not, `run` returns when it would."""
        is_held = traps_are_known() and self._context.is_in_nmi
        self._watch.fields.nmi = is_held
        return not is_held

    def nmi(self) -> Exit | None:
        """Deliver an NMI; an exit where the guest has no handler for it."""
        exit = self.interrupt(_NMI)
        if exit is None and traps_are_known():
            self._context.begin_nmi()
        return exit

    def _deliver_trap(self, vector: int) -> Exit | None:
        trap = self._trap(vector)
        if trap.is_software:
            # INT n has two bytes, INT3 and INTO one.
            length = 2 if self._is_after_int(vector) else 1
            return self._try_deliver(CpuEvent(vector, EventSource.SOFTWARE, length=length))
        code = trap.error_code if vector in WITH_ERROR_CODE else None
        return self._try_deliver(CpuEvent(vector, EventSource.EXCEPTION, code))

    def _system_call(self) -> None:
        """SYSCALL, which Unicorn steps over (SDM volume 2)."""
        engine, old = self._engine, self.get(Register.CS)
        code = engine.msr(_STAR) >> 32 & 0xFFFC
        if not engine.is_64bit or not self._context.enter_ring_0(old, code, code + 8):
            raise GuestError(
                f"SYSCALL at {self.where()} cannot be emulated in this mode",
                expected="Unicorn 2.1.4, and a kernel that is booted directly",
                hint="--backend kvm",
            )
        flags = self.get(Register.RFLAGS)
        engine.write("RCX", self.get(Register.RIP))
        engine.write("R11", flags)
        self.set(Register.RFLAGS, flags & ~engine.msr(_SFMASK) | 2)
        self.set(Register.RIP, engine.msr(_LSTAR))

    def _deliver_undefined(self, status: int) -> Exit | None:
        """The exception of an instruction unknown to Unicorn; an exit where nobody takes it.

        Raises GuestError for one that a CPU may know, unless the guest takes the exception. In
        real mode, its table cannot tell.
        """
        is_undefined = _UNDEFINED_CODE.match(self._code()) is not None
        if not is_undefined and not self.get(Register.CR0) & PE:
            raise self._failure(status)
        exit = self._try_deliver(CpuEvent(_UNDEFINED, EventSource.EXCEPTION))
        if exit is not None and not is_undefined:
            raise self._failure(status)
        return exit

    def _trap(self, vector: int) -> Trap:
        if traps_are_known():
            return self._context.take_trap()
        if self._is_after_int(vector):
            return Trap(is_software=True, error_code=0)
        raise GuestError(
            f"the guest took exception {vector} at {self.where()}, for which this version of "
            "Unicorn reports neither the error code nor whether it is a double fault",
            expected="Unicorn 2.1.4",
            hint="--backend kvm",
        )

    def _try_deliver(self, event: CpuEvent) -> Exit | None:
        try:
            deliver(self, event)
        except TripleFaultError:
            return triple_fault(self.where(), self._code(), self.idt)
        except NoHandlerError as error:
            return Shutdown(f"{error}, at {self.where()}")
        return None

    # The CPU's state, as interrupt delivery wants it

    def get(self, register: Register) -> int:
        """A register's value."""
        return self._engine.get(register)

    def set(self, register: Register, value: int) -> None:
        """Change a register. Raises NoHandlerError for what Unicorn does not let us change."""
        if register is Register.CS and self._engine.is_64bit and not self.get(Register.CR0) & PE:
            raise NoHandlerError("an interrupt in real mode, after a direct boot")
        self._engine.set(register, value)

    @property
    def idt(self) -> DescriptorTable:
        """The interrupt descriptor table."""
        return self._engine.table("IDTR")

    @property
    def gdt(self) -> DescriptorTable:
        """The global descriptor table."""
        return self._engine.table("GDTR")

    @property
    def task_base(self) -> int:
        """Where the task state segment begins."""
        return self._engine.table("TR").base

    @property
    def is_long(self) -> bool:
        """Whether the CPU is in long mode, be it in 64-bit code or not."""
        return bool(self.get(Register.CR0) & PG) and bool(self._engine.efer & LMA)

    def enter_ring_0(self, selector: int) -> None:
        """Change to a flat 64-bit code segment of ring 0, and to a null stack segment."""
        if not self._context.enter_ring_0(self.get(Register.CS), selector):
            raise NoHandlerError(
                "an interrupt in ring 3, which this version of Unicorn does not report"
            )

    def enter_ring(self, code: int, stack: int) -> None:
        """Change to these segments, in protected mode, and to the ring that `code` names."""
        if not traps_are_known():
            raise NoHandlerError(
                "an interrupt into an inner ring, which this version of Unicorn does not report"
            )
        segments = [(each, self._descriptor(each)) for each in (code, stack)]
        self._context.enter_ring(*segments)

    def _descriptor(self, selector: int) -> int:
        return self.load(self.gdt.base + (selector & ~7), 8)

    def load(self, address: int, size: int) -> int:
        """A value from memory, by linear address. Raises NoHandlerError, NotMappedError."""
        data = b"".join(self._read(*piece) for piece in self._physical(address, size))
        return int.from_bytes(data, "little")

    def store(self, address: int, value: int, size: int) -> None:
        """A value into memory, by linear address. Raises NoHandlerError, NotMappedError."""
        data = value.to_bytes(size, "little")
        for place, step in self._physical(address, size):
            self._write(place, data[:step])
            data = data[step:]

    def _physical(self, address: int, size: int) -> list[tuple[int, int]]:
        cr0 = self.get(Register.CR0)
        if not cr0 & PG:
            return [(address & 0xFFFF_FFFF, size)]
        paging = Paging(cr0, self.get(Register.CR3), self.get(Register.CR4), self._engine.efer)
        return [
            (paging.translate(start, self._read_entry), step)
            for start, step in pieces(address, size)
        ]

    def _read_entry(self, address: int, size: int) -> int:
        return int.from_bytes(self._read(address, size), "little")

    def _read(self, address: int, size: int) -> bytes:
        try:
            return bytes(self.uc.mem_read(address, size))
        except UcError as error:
            raise NoHandlerError(f"no memory at {address:#x}") from error

    def _write(self, address: int, data: bytes) -> None:
        try:
            self.uc.mem_write(address, data)
        except UcError as error:
            raise NoHandlerError(f"no memory at {address:#x}") from error

    # Messages

    def where(self) -> str:
        """The next instruction's address."""
        return f"{self.get(Register.CS):04x}:{self.get(Register.RIP):08x}"

    def _failure(self, status: int) -> GuestError:
        fault = self._engine.fault
        if fault is not None:
            kind, address, pointer = fault
            self.set(Register.RIP, pointer)
            return GuestError(
                f"the guest accessed unmapped memory: {address:#x} (Unicorn's access "
                f"kind {kind}), at {self.where()}{self._instruction()}"
            )
        what = "cannot be emulated" if status == UC_ERR_INSN_INVALID else meaning(status)
        return GuestError(f"the guest's instruction at {self.where()}: {what}{self._instruction()}")

    def _instruction(self) -> str:
        return shown_bytes(self._code())

    def _here(self) -> int:
        """Linear address of the next instruction."""
        return segment_base(self, Register.CS) + self.get(Register.RIP)

    def _code(self) -> bytes:
        """The bytes there, as far as there is memory."""
        code = b""
        with contextlib.suppress(*_NOWHERE):
            here = self._here()
            for offset in range(LONGEST_INSTRUCTION):
                code += self.load(here + offset, 1).to_bytes(1, "little")
        return code
