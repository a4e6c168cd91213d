# SPDX-License-Identifier: Apache-2.0
"""The emulator itself, with a machine's memory and bus in it.

Unicorn calls the native dispatch routine for every access to a device; no Python runs unless a
model answers.
"""

from __future__ import annotations

import ctypes
from typing import Any

from unicorn import (
    UC_HOOK_BLOCK,
    UC_HOOK_EDGE_GENERATED,
    UC_HOOK_INSN,
    UC_HOOK_INTR,
    UC_HOOK_MEM_INVALID,
    UC_MODE_32,
    UC_MODE_64,
    UC_PROT_ALL,
    x86_const,
)
from unicorn.unicorn_py3.unicorn import Uc, uclib

from lightexit.bus.bus import BusCpu
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.runtime.layout import Watch
from lightexit.vm.memory import TOP, GuestMemory
from lightexit.vm.registers import EFER, PG
from lightexit.vm.unicorn.context import SavedContext
from lightexit.vm.unicorn.cpuid import describe_apic
from lightexit.vm.unicorn.delivery import NativeDelivery, deliver_external, hooks
from lightexit.vm.unicorn.inside import Inside, inside_of
from lightexit.vm.unicorn.model import new_emulator
from lightexit.vm.unicorn.msrs import MsrHooks
from lightexit.vm.unicorn.native import add_hook, address_of, check, reg_read, reg_write
from lightexit.vm.x86 import DescriptorTable, Register

_COMMON = {
    Register.CS: x86_const.UC_X86_REG_CS,
    Register.SS: x86_const.UC_X86_REG_SS,
    Register.CR0: x86_const.UC_X86_REG_CR0,
    Register.CR2: x86_const.UC_X86_REG_CR2,
    Register.CR3: x86_const.UC_X86_REG_CR3,
    Register.CR4: x86_const.UC_X86_REG_CR4,
}
#: The widest names that each kind of engine takes.
_REGISTERS = {
    False: {
        **_COMMON,
        Register.RIP: x86_const.UC_X86_REG_EIP,
        Register.RSP: x86_const.UC_X86_REG_ESP,
        Register.RFLAGS: x86_const.UC_X86_REG_EFLAGS,
    },
    True: {
        **_COMMON,
        Register.RIP: x86_const.UC_X86_REG_RIP,
        Register.RSP: x86_const.UC_X86_REG_RSP,
        Register.RFLAGS: x86_const.UC_X86_REG_RFLAGS,
    },
}


#: More changes than this between two runs cost more than to translate everything anew.
_MOST_STALE = 64


def new_watch() -> Record[Watch]:
    """A watch for one CPU."""
    watch = Record(Watch)
    watch.fields.emu_stop = address_of(uclib.uc_emu_stop)
    watch.fields.reg_read = address_of(uclib.uc_reg_read)
    watch.fields.flags_register = x86_const.UC_X86_REG_EFLAGS
    return watch


class UcEngine:
    """An emulated CPU. One for 64 bits begins in long mode, another in real mode."""

    def __init__(
        self, memory: GuestMemory, bus_cpu: BusCpu, watch: Record[Watch], *, is_64bit: bool = False
    ) -> None:
        # Memory that others than the guest have changed: addresses and ends.
        self._stale: list[tuple[int, int]] = []
        #: The latest access to memory that is not there: Unicorn's kind of it, the address, and the
        #: instruction pointer: after a store, its block is run to the end.
        self.fault: tuple[int, int, int] | None = None
        self.uc = new_emulator(UC_MODE_64 if is_64bit else UC_MODE_32)
        self.is_64bit = is_64bit
        # By themselves: Unicorn's own binding takes several calls for a register.
        self._value = ctypes.c_uint64()
        self._pointer = ctypes.byref(self._value)
        self._registers = _REGISTERS[is_64bit]
        self._memory, self._watch = memory, watch
        for slot in memory.slots:
            self.uc.mem_map_ptr(slot.address, slot.size, UC_PROT_ALL, slot.host_address)
        #: What Unicorn saves of the CPU.
        self.context = SavedContext(self.uc)
        #: How native code delivers interrupts here.
        self.delivery = NativeDelivery(memory, self.context, bus_cpu.state.clock, is_64bit)
        watch.fields.delivery = self.delivery.address
        self._inside = inside_of(self.uc) if self.delivery.is_known else None
        self._apertures = [self._map_aperture(hole, bus_cpu) for hole in memory.apertures]
        self._add_hooks(bus_cpu)
        self._msrs = MsrHooks(self.uc, bus_cpu, watch, self._registers[Register.RIP])
        # No end address: Unicorn would fetch there, and a page fault would leave it in CR2.
        self.uc.ctl_exits_enabled(True)
        self.uc.ctl_set_exits([])

    def _map_aperture(self, hole: range, bus_cpu: BusCpu) -> object:
        aperture = bus_cpu.aperture(hole.start)
        native = dispatch()
        user = ctypes.c_void_p(aperture.address)
        check(
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

    def _add_hooks(self, bus_cpu: BusCpu) -> None:
        native, ours, watch = dispatch(), hooks(), self._watch.address
        port = (UC_HOOK_INSN, bus_cpu.address)
        add_hook(self.uc, *port, native.address("port_in"), x86_const.UC_X86_INS_IN)
        add_hook(self.uc, *port, native.address("port_out"), x86_const.UC_X86_INS_OUT)
        for name in ("syscall", "rdtsc", "rdtscp"):
            number = getattr(x86_const, f"UC_X86_INS_{name.upper()}")
            add_hook(self.uc, UC_HOOK_INSN, watch, ours.address(f"at_{name}"), number)
        add_hook(self.uc, UC_HOOK_INTR, watch, ours.address("at_interrupt"))
        if self.delivery.is_known:
            add_hook(self.uc, UC_HOOK_EDGE_GENERATED, watch, ours.address("at_translated"))
        if self._inside is None:
            add_hook(self.uc, UC_HOOK_BLOCK, watch, ours.address("at_block"))
        else:
            self._change(self._inside)
        # Where such a hook covers memory, each store to it takes Unicorn's slow path.
        for hole in self._holes if self.delivery.is_known else [range(1, 1)]:
            begin, end = hole.start, hole.stop - 1
            self.uc.hook_add(UC_HOOK_MEM_INVALID, self._at_fault, None, begin, end)
        describe_apic(self.uc, bus_cpu.bus)

    def _change(self, inside: Inside) -> None:
        inside.replace_fill(hooks().address("at_fill"))
        inside.replace_interrupt(hooks().address("at_request"), self._watch.address)
        inside.leave_out_checks()
        self.delivery.work_in_place(inside)

    @property
    def tells_shadow(self) -> bool:
        """Whether Unicorn itself keeps interrupts off after STI and MOV SS."""
        return self._inside is not None

    def request(self) -> None:
        """Have the guest leave its block soon, and `watch` looked at; from any thread."""
        if self._inside is not None:
            self._inside.request()

    @property
    def _holes(self) -> list[range]:
        return [*self._memory.apertures, range(TOP, 1 << 64)]

    def _at_fault(self, _uc: Uc, kind: int, address: int, *_details: Any) -> bool:
        self.fault = kind, address, self.get(Register.RIP)
        return False

    def deliver(self, vector: int) -> bool:
        """Deliver an external interrupt natively; whether that could be done."""
        return bool(deliver_external()(self.uc._uch, vector, self._watch.address))

    def forget(self, address: int, size: int) -> None:
        """Before it runs on, drop what was translated of this memory."""
        if len(self._stale) <= _MOST_STALE:
            self._stale.append((address, address + size))

    def _forget(self) -> None:
        """Unicorn wants linear addresses: with paging, it has to drop everything."""
        if len(self._stale) > _MOST_STALE or self.get(Register.CR0) & PG:
            self.uc.ctl_flush_tb()
        else:
            for address, end in self._stale:
                self.uc.ctl_remove_cache(address, end)
        self._stale.clear()

    def run(self) -> int:
        """Emulate until a hook or the guest stops it; Unicorn's error code."""
        if self._stale:
            self._forget()
        if self.delivery.is_known:
            self._msrs.look_for_devices()
        self.fault = None
        while True:
            status = int(uclib.uc_emu_start(self.uc._uch, self.get(Register.RIP), 0, 0, 0))
            if not self._msrs.has_stopped:
                return status
            with self.context.kept():
                self._msrs.hook_places()

    def get(self, register: Register) -> int:
        """A register's value."""
        self._value.value = 0
        check(reg_read(self.uc._uch, self._registers[register], self._pointer))
        return self._value.value

    def set(self, register: Register, value: int) -> None:
        """Change a register."""
        self._value.value = value
        check(reg_write(self.uc._uch, self._registers[register], self._pointer))

    @property
    def efer(self) -> int:
        """The register that says whether this is long mode."""
        return self.msr(EFER)

    def msr(self, number: int) -> int:
        """A model-specific register."""
        return int(self.uc.reg_read(x86_const.UC_X86_REG_MSR, number))

    def write(self, name: str, value: object) -> None:
        """Change a register by the name that Unicorn has for it."""
        self.uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name}"), value)

    def table(self, name: str) -> DescriptorTable:
        """IDTR, GDTR or TR."""
        _, base, limit, _ = self.uc.reg_read(getattr(x86_const, f"UC_X86_REG_{name}"))
        return DescriptorTable(base, limit)
