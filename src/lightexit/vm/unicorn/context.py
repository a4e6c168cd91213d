# SPDX-License-Identifier: Apache-2.0
"""What Unicorn keeps to itself: details of exceptions, and the segments behind selectors.

They stand in its saved context, whose layout (`SavedCpu`) no interface promises: it is tried with
known registers and faults before it is used. There too, the exception is taken back that Unicorn
itself never forgets, and for which it makes a later one a double fault (Unicorn issue 1883).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from unicorn import UC_ARCH_X86, UC_HOOK_INTR, UC_MODE_32, UC_MODE_64, x86_const
from unicorn.unicorn_py3.unicorn import Uc

from lightexit.runtime.layout import SavedCpu, Segment
from lightexit.vm.registers import EFER, LMA, LME
from lightexit.vm.unicorn.native import context_restore, context_save

#: Bits of the hidden flags: the ring, a shadow, code and stack of 32 bits, bases that are not 0,
#: 64-bit code.
_RING, _INHIBIT, _CS32, _SS32, _BASES, _CS64 = 3, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 15
_CODE_FLAGS = 0x00AF_9B00  # a descriptor's upper half: present, ring 0, execute/read, L, 4 GiB
_DATA_FLAGS = 0x00CF_9300  # read/write, D/B
_IS_32, _IN_PAGES = 1 << 22, 1 << 23  # of the same
_ES, _CS, _SS, _DS = range(4)
_IN_NMI = 1 << 2  # of the second word of hidden flags; IRET clears it
_NOTHING = 0xFFFF_FFFF
_GENERAL_PROTECTION, _CODE = 13, 0x100
_STAR, _LSTAR, _SFMASK = 0xC000_0081, 0xC000_0082, 0xC000_0084


@dataclass(frozen=True)
class Trap:
    """A software interrupt, or an exception with what it would push (0 where it pushes none)."""

    is_software: bool
    error_code: int


class SavedContext:
    """The saved context of one engine. Every method saves it anew."""

    def __init__(self, uc: Any) -> None:
        self._uc = uc
        self._context = uc.context_save()
        #: Where it is, for native code.
        self.address: int = ctypes.cast(self._context.context, ctypes.c_void_p).value or 0
        self.is_large_enough = self._context.size >= SavedCpu.layout.size
        size = max(self._context.size, SavedCpu.layout.size)
        self._cpu = SavedCpu.view((ctypes.c_char * size).from_address(self.address))

    def take_trap(self) -> Trap:
        """What the engine has stopped for, which it then forgets."""
        cpu = self.saved()
        if not cpu.is_software:
            cpu.pending = _NOTHING
            self._restore()
        return Trap(bool(cpu.is_software), cpu.error_code)

    def saved(self) -> SavedCpu:
        """The CPU as it is now, until the next call."""
        context_save(self._uc._uch, self._context.context)
        return self._cpu

    def enter_ring_0(self, old: int, new: int, stack: int = 0) -> bool:
        """From code at the selector `old` to flat 64-bit code at `new`, with a flat stack segment
        (0: the null segment); whether that could be done.
        """
        cpu = self.saved()
        code = cpu.segments[_CS].selector
        if code != old or cpu.hidden_flags & _RING != old & _RING:
            return False
        cpu.hidden_flags = cpu.hidden_flags & ~(_RING | _BASES) | _CS64 | _CS32 | _SS32
        _put(cpu.segments[_CS], new, 0, 0xFFFF_FFFF, _CODE_FLAGS)
        if stack:
            _put(cpu.segments[_SS], stack, 0, 0xFFFF_FFFF, _DATA_FLAGS)
        else:
            _put(cpu.segments[_SS], 0, 0, 0, 0)
        self._restore()
        return True

    def enter_ring(self, code: tuple[int, int], stack: tuple[int, int]) -> None:
        """To these segments outside long mode, a selector and a descriptor each, and the ring that
        the selectors name."""
        cpu = self.saved()
        _load(cpu.segments[_CS], *code)
        _load(cpu.segments[_SS], *stack)
        hidden = cpu.hidden_flags & ~(_RING | _CS32 | _SS32 | _BASES | _CS64) | code[0] & _RING
        is_wide = cpu.segments[_CS].flags & _IS_32
        has_bases = any(cpu.segments[each].base for each in (_DS, _ES, _SS))
        hidden |= _CS32 if is_wide else _BASES
        hidden |= _SS32 if cpu.segments[_SS].flags & _IS_32 else 0
        cpu.hidden_flags = hidden | (_BASES if has_bases else 0)
        self._restore()

    def widen_stack(self) -> None:
        """Have pushes use all of ESP, as the D/B bit of a stack segment asks."""
        cpu = self.saved()
        cpu.hidden_flags |= _SS32
        cpu.segments[_SS].flags |= _IS_32  # Unicorn looks there at the next change of CS
        self._restore()

    @property
    def is_in_shadow(self) -> bool:
        """Whether the CPU takes no interrupt before its next instruction, after STI or MOV SS."""
        return bool(self.saved().hidden_flags & _INHIBIT)

    @property
    def is_in_nmi(self) -> bool:
        """Whether the CPU has taken an NMI, and has not returned from it."""
        return bool(self.saved().hidden_flags2 & _IN_NMI)

    def begin_nmi(self) -> None:
        """Have the CPU take no further NMI before an IRET."""
        self.saved().hidden_flags2 |= _IN_NMI
        self._restore()

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """The CPU is afterwards as it was before, whatever Unicorn does to it meanwhile."""
        self.saved()
        yield
        self._restore()

    def _restore(self) -> None:
        context_restore(self._uc._uch, self._context.context)


def _load(segment: Segment, selector: int, entry: int) -> None:
    base = entry >> 16 & 0xFF_FFFF | entry >> 32 & 0xFF00_0000
    limit = entry & 0xFFFF | entry >> 32 & 0xF_0000
    flags = entry >> 32
    _put(segment, selector, base, limit << 12 | 0xFFF if flags & _IN_PAGES else limit, flags)


def _put(segment: Segment, selector: int, base: int, limit: int, flags: int) -> None:
    segment.selector, segment.base = selector, base
    segment.limit, segment.flags = limit, flags


@functools.cache
def traps_are_known() -> bool:
    """Whether this version of Unicorn keeps these details where they are looked for."""
    guest = _Faulting()
    return guest.context.is_large_enough and all(
        guest.fault(selector) == (_GENERAL_PROTECTION, _GENERAL_PROTECTION, Trap(False, selector))
        and guest.context.saved().pending == _NOTHING
        for selector in (0x1238, 0x4568)
    )


@functools.cache
def layout_is_known() -> bool:
    """Whether all of `SavedCpu` is there as it says."""
    return traps_are_known() and _registers_are_known()


def _registers_are_known() -> bool:
    uc: Any = Uc(UC_ARCH_X86, UC_MODE_64)
    names = [f"R{name}" for name in ("AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI", *range(8, 16))]
    general = [0x1234_5678_0000_0000 + number for number in range(16)]
    for name, value in zip((*names, "RIP"), (*general, 0x9876_5432), strict=True):
        uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name}"), value)
    for number, name in enumerate(("GDTR", "IDTR", "TR", "LDTR"), 1):
        table = (number << 4, 0x1_0000 * number, 0x100 + number, 0)
        uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name}"), table)
    msrs = ((_STAR, 0x11 << 40), (_LSTAR, 0x22 << 40), (_SFMASK, 0x33), (EFER, LME | LMA | 1))
    for msr in msrs:
        uc.reg_write(x86_const.UC_X86_REG_MSR, msr)
    for name in ("CR2", "CR3"):
        uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name}"), 0x5000 * int(name[2]))
    context = SavedContext(uc)  # whose memory `cpu` is
    cpu = context.saved()
    tables = (cpu.gdt, cpu.idt, cpu.task, cpu.ldt)
    return (
        list(cpu.general) == general
        and cpu.rip == 0x9876_5432
        and all(
            (each.base, each.limit) == (0x1_0000 * number, 0x100 + number)
            for number, each in enumerate(tables, 1)
        )
        and (cpu.star, cpu.lstar, cpu.fmask) == (0x11 << 40, 0x22 << 40, 0x33)
        and cpu.efer & (LME | LMA | 1) == LME | LMA | 1
        and (cpu.control[2], cpu.control[3]) == (0xA000, 0xF000)
        and all(
            cpu.control[number] == uc.reg_read(getattr(x86_const, f"UC_X86_REG_CR{number}"))
            for number in (0, 4)
        )
    )


class _Faulting:
    """A guest that loads DS with a selector that there is not, in flat protected mode."""

    def __init__(self) -> None:
        self._uc: Any = Uc(UC_ARCH_X86, UC_MODE_32)
        self._uc.mem_map(0, 4096)
        self._uc.mem_write(0, struct.pack("<3Q", 0, 0x00CF_9B00_0000_FFFF, 0x00CF_9300_0000_FFFF))
        self._uc.reg_write(x86_const.UC_X86_REG_GDTR, (0, 0, 23, 0))
        self._uc.mem_write(_CODE, bytes.fromhex("8ed8"))  # mov ds, ax
        self._uc.hook_add(UC_HOOK_INTR, self._stop)
        self._vector = 0
        self.context = SavedContext(self._uc)

    def _stop(self, uc: Any, vector: int, _user: object) -> None:
        self._vector = vector
        uc.emu_stop()

    def fault(self, selector: int) -> tuple[int, int, Trap]:
        """The exception's vector, which one is pending then, and the details."""
        self._uc.reg_write(x86_const.UC_X86_REG_EAX, selector)
        self._uc.emu_start(_CODE, 0)
        return self._vector, self.context.saved().pending, self.context.take_trap()
