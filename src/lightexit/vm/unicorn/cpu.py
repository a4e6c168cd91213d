# SPDX-License-Identifier: Apache-2.0
"""The Unicorn back end: emulation on any machine, with no privileges.

Unicorn calls the native dispatch routine for every access to a device; no Python runs unless a
model answers. It delivers no interrupts itself: software interrupts, exceptions and external
interrupts stop it, and the frame is built here (see x86.py). Address line 20 is always open.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from unicorn import (
    UC_ARCH_X86,
    UC_ERR_INSN_INVALID,
    UC_ERR_OK,
    UC_HOOK_BLOCK,
    UC_HOOK_INSN,
    UC_HOOK_INTR,
    UC_HOOK_MEM_INVALID,
    UC_MODE_32,
    UC_PROT_ALL,
    x86_const,
)
from unicorn.unicorn_py3.unicorn import Uc, UcError, uclib

from lightexit.abi import Struct, u32, u64
from lightexit.bus.bus import BusCpu
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch, expand, read_ir
from lightexit.engine.native import NativeCode, compile_ir
from lightexit.errors import GuestError, InternalError
from lightexit.vm.exits import Exit, Halted, Interruptible, Shutdown, Stopped
from lightexit.vm.memory import GuestMemory
from lightexit.vm.x86 import (
    WITH_ERROR_CODE,
    Flag,
    NoHandlerError,
    Register,
    Table,
    deliver,
    segment_base,
)

_NEVER = (1 << 64) - 1
_RESET_CS, _RESET_IP, _RESET_CR0 = 0xF000, 0xFFF0, 0x6000_0010
_REGISTERS = {
    Register.CS: x86_const.UC_X86_REG_CS,
    Register.SS: x86_const.UC_X86_REG_SS,
    Register.EIP: x86_const.UC_X86_REG_EIP,
    Register.ESP: x86_const.UC_X86_REG_ESP,
    Register.EFLAGS: x86_const.UC_X86_REG_EFLAGS,
    Register.CR0: x86_const.UC_X86_REG_CR0,
}
_DATA_SEGMENTS = (
    x86_const.UC_X86_REG_DS,
    x86_const.UC_X86_REG_ES,
    x86_const.UC_X86_REG_FS,
    x86_const.UC_X86_REG_GS,
    x86_const.UC_X86_REG_SS,
)
_STI, _POP_SS, _MOV_SS = 0xFB, 0x17, 0x8E


class Watch(Struct):
    """What `unicorn.ll` looks at. `stop` and `interrupt` are levels, set from any thread."""

    stop: u32
    interrupt: u32
    skip_block: u32
    is_stopped: u32
    is_trapped: u32
    vector: u32
    previous_end: u64
    emu_stop: u64
    reg_read: u64
    flags_register: u32
    flags: u64


@functools.cache
def _hooks() -> NativeCode:
    return compile_ir(expand(read_ir("lightexit.vm.unicorn", "hooks.ll"), {"Watch": (Watch, 0)}))


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


class UnicornCpu:
    """One x86 CPU on a machine's memory and bus, at its reset vector."""

    def __init__(self, memory: GuestMemory, bus_cpu: BusCpu) -> None:
        self._memory = memory
        self._bus_cpu = bus_cpu
        self._watch = Record(Watch)
        self._fault: tuple[int, int] | None = None
        self.uc: Any = Uc(UC_ARCH_X86, UC_MODE_32)
        self._map_memory()
        self._add_hooks()
        self._reset()

    def _map_memory(self) -> None:
        for slot in self._memory.slots:
            self.uc.mem_map_ptr(slot.address, slot.size, UC_PROT_ALL, slot.host_address)
        self._apertures = [self._map_aperture(hole) for hole in self._memory.apertures]

    def _map_aperture(self, hole: range) -> object:
        aperture = self._bus_cpu.aperture(hole.start)
        native = dispatch()
        user = ctypes.c_void_p(aperture.address)
        _check(
            uclib.uc_mmio_map(
                self.uc._uch,
                hole.start,
                len(hole),
                native.address("memory_read"),
                user,
                native.address("memory_write"),
                user,
            )
        )
        return aperture

    def _add_hooks(self) -> None:
        native, hooks, watch = dispatch(), _hooks(), self._watch
        watch.fields.emu_stop = _address(uclib.uc_emu_stop)
        watch.fields.reg_read = _address(uclib.uc_reg_read)
        watch.fields.flags_register = x86_const.UC_X86_REG_EFLAGS
        port = (UC_HOOK_INSN, self._bus_cpu.address)
        self._hook(*port, native.address("port_in"), x86_const.UC_X86_INS_IN)
        self._hook(*port, native.address("port_out"), x86_const.UC_X86_INS_OUT)
        self._hook(UC_HOOK_BLOCK, watch.address, hooks.address("at_block"))
        self._hook(UC_HOOK_INTR, watch.address, hooks.address("at_interrupt"))
        self.uc.hook_add(UC_HOOK_MEM_INVALID, self._at_fault)

    def _hook(self, kind: int, user: int, function: int, *instruction: int) -> None:
        everywhere = ctypes.c_uint64(1), ctypes.c_uint64(0)
        _check(
            uclib.uc_hook_add(
                self.uc._uch,
                ctypes.byref(ctypes.c_size_t()),
                kind,
                ctypes.c_void_p(function),
                ctypes.c_void_p(user),
                *everywhere,
                *map(ctypes.c_int, instruction),
            )
        )

    def _at_fault(self, _uc: Uc, kind: int, address: int, *_details: Any) -> bool:
        self._fault = kind, address
        return False

    def _reset(self) -> None:
        self.uc.reg_write(x86_const.UC_X86_REG_CR0, _RESET_CR0)
        for segment in _DATA_SEGMENTS:
            self.uc.reg_write(segment, 0)
        self.uc.reg_write(x86_const.UC_X86_REG_IDTR, (0, 0, 0xFFFF, 0))
        self.set(Register.CS, _RESET_CS)
        self.set(Register.EIP, _RESET_IP)
        self.set(Register.EFLAGS, 2)

    # Running

    def run(self) -> Exit:
        """Run until there is an exit. Raises GuestError where emulation fails."""
        watch = self._watch.fields
        while True:
            watch.is_stopped = watch.is_trapped = 0
            status = uclib.uc_emu_start(self.uc._uch, self.get(Register.EIP), _NEVER, 0, 0)
            if status != UC_ERR_OK:
                raise self._failure(status)
            if watch.is_trapped:
                trap = self._deliver_trap(watch.vector)
                if trap is not None:
                    return trap
            elif not watch.is_stopped:
                return Halted()
            elif watch.stop:
                return Stopped()
            elif self.interruptible():
                return Interruptible()

    def request_stop(self) -> None:
        """Have `run` return before the next block of guest code."""
        self._watch.fields.stop = 1

    def clear_stop(self) -> None:
        """Forget the requests so far."""
        self._watch.fields.stop = 0

    def set_interrupt(self, level: bool) -> None:
        """Level of the INTR input."""
        self._watch.fields.interrupt = level

    @property
    def interrupts_enabled(self) -> bool:
        """The interrupt flag."""
        return bool(self.get(Register.EFLAGS) & Flag.IF)

    def interruptible(self) -> bool:
        """Whether an interrupt would be taken now; if not for one instruction, it is skipped."""
        if not self.interrupts_enabled:
            return False
        shadowed = self._in_shadow()
        self._watch.fields.skip_block = shadowed
        return not shadowed

    def _in_shadow(self) -> bool:
        """Whether the instruction before was one after which no interrupt is taken."""
        here = segment_base(self, Register.CS) + self.get(Register.EIP)
        if here != self._watch.fields.previous_end or here < 2:
            return False
        before = self.load(here - 2, 2).to_bytes(2, "little")
        loads_ss = before[0] == _MOV_SS and before[1] & 0xF8 == 0xD0
        return before[1] in (_STI, _POP_SS) or loads_ss

    def interrupt(self, vector: int) -> Exit | None:
        """Deliver an external interrupt; an exit where the guest has no handler for it."""
        return self._try_deliver(vector, None)

    def _deliver_trap(self, vector: int) -> Exit | None:
        protected = self.get(Register.CR0) & 1
        here = segment_base(self, Register.CS) + self.get(Register.EIP)
        software = self.load(here - 2, 2) == 0xCD | vector << 8
        if protected and vector in WITH_ERROR_CODE and not software:
            raise GuestError(
                f"the guest took exception {vector} at {self.where()}, whose error code "
                "Unicorn does not tell",
                hint="the KVM back end",
            )
        return self._try_deliver(vector, None)

    def _try_deliver(self, vector: int, error_code: int | None) -> Exit | None:
        try:
            deliver(self, vector, error_code)
        except NoHandlerError as error:
            return Shutdown(f"{error}, at {self.where()}")
        return None

    # The CPU's state, as interrupt delivery wants it

    def get(self, register: Register) -> int:
        """A register's value."""
        return int(self.uc.reg_read(_REGISTERS[register]))

    def set(self, register: Register, value: int) -> None:
        """Change a register."""
        self.uc.reg_write(_REGISTERS[register], value)

    @property
    def idt(self) -> Table:
        """The interrupt descriptor table."""
        return self._table(x86_const.UC_X86_REG_IDTR)

    @property
    def gdt(self) -> Table:
        """The global descriptor table."""
        return self._table(x86_const.UC_X86_REG_GDTR)

    def _table(self, register: int) -> Table:
        _, base, limit, _ = self.uc.reg_read(register)
        return Table(base, limit)

    def load(self, address: int, size: int) -> int:
        """A value from memory, by linear address."""
        return int.from_bytes(self.uc.mem_read(address, size), "little")

    def store(self, address: int, value: int, size: int) -> None:
        """A value into memory, by linear address."""
        self.uc.mem_write(address, value.to_bytes(size, "little"))

    def where(self) -> str:
        """The next instruction's address."""
        return f"{self.get(Register.CS):04x}:{self.get(Register.EIP):08x}"

    def _failure(self, status: int) -> GuestError:
        if self._fault is not None:
            kind, address = self._fault
            return GuestError(
                f"the guest reached for memory that is not there: {address:#x} (Unicorn's access "
                f"kind {kind}), at {self.where()}{self._instruction()}"
            )
        what = "cannot be emulated" if status == UC_ERR_INSN_INVALID else _meaning(status)
        return GuestError(f"the guest's instruction at {self.where()}: {what}{self._instruction()}")

    def _instruction(self) -> str:
        try:
            here = segment_base(self, Register.CS) + self.get(Register.EIP)
            return f", bytes {bytes(self.uc.mem_read(here, 15)).hex(' ')}"
        except (UcError, NoHandlerError):
            return ""


def _check(status: int) -> None:
    if status != UC_ERR_OK:
        raise InternalError(f"Unicorn refuses a hook or mapping: {_meaning(status)}")


def _meaning(status: int) -> str:
    return str(uclib.uc_strerror(status).decode())
