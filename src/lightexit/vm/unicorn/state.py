# SPDX-License-Identifier: Apache-2.0
"""A vCPU of Unicorn's, saved and restored: the named registers in its saved context.

No interface promises the context's layout: it is read back against registers that Unicorn's own
interface has written, before it is used. The hidden flags, by which Unicorn translates code, are
made of the registers that they follow from (Intel SDM volume 3, sections 2.5, 3.4.5 and 5.5).
"""

from __future__ import annotations

import ctypes
import functools
import struct
from typing import Any

from unicorn import UC_ARCH_X86, UC_MODE_64, unicorn_const, x86_const
from unicorn.unicorn_py3.unicorn import Uc, uclib

from lightexit.errors import HostError
from lightexit.vm.registers import LMA, PE
from lightexit.vm.saving.cpu_state import (
    BIG,
    DPL_SHIFT,
    FXSAVE_SIZE,
    LONG,
    PRESENT,
    SEGMENTS,
    UNUSABLE,
    XSAVE_LEAST,
    CpuRegisters,
    SavedSegment,
    VcpuState,
    check_portable,
)
from lightexit.vm.x86 import Flag

# Places in the context, as of Unicorn 2.1.4.
_GENERAL, _RIP, _HIDDEN, _CR8, _EFER, _DEBUG, _XCR0 = 40, 168, 216, 528, 632, 5440, 4944
_SEGMENTS, _GDTR, _IDTR, _CR = 224, 416, 440, 464
_FPU_TOP, _FPU_TAGS, _FPU_STACK, _FPU_OPCODE, _FPU_POINTERS, _XMM = 644, 652, 664, 792, 800, 864
_CONTEXT_LEAST = 5544
_SEGMENT = struct.Struct("<I4xQII")  # selector, base, limit, the descriptor's upper half
_RIGHTS = 0x00F0_FF00  # of that half: what is no part of base or limit
_CONTROL = {"cr0": 0, "cr2": 2, "cr3": 3, "cr4": 4, "cr8": 8}
#: Of XCR0: x87 and SSE.
_XCR0_KNOWN = 3
#: Those that a guest sets and reads back: SYSENTER_*, MISC_ENABLE, MTRRs, PAT, SYSCALL's, TSC_AUX.
_MSRS = (
    *range(0x174, 0x177),
    0x1A0,
    *range(0x200, 0x210),
    0x250,
    0x258,
    0x259,
    *range(0x268, 0x270),
    0x277,
    0x2FF,
    *range(0xC000_0081, 0xC000_0085),
    0xC000_0102,
    0xC000_0103,
)
# Hidden flags: bits of their own, those at the places of CR0's MP, EM and TS, and copies.
_INHIBIT, _CS32, _SS32, _ADDSEG, _PE, _CS64, _LMA = (1 << n for n in (3, 4, 5, 6, 7, 15, 14))
_CR0_SHIFT, _CR0_BITS, _OSFXSR, _SMAP = 8, 7 << 9, 1 << 22, 1 << 23
_CR4_OSFXSR, _CR4_SMAP = 1 << 9, 1 << 21
_KNOWN_HIDDEN = (
    3 | _INHIBIT | _CS32 | _SS32 | _ADDSEG | _PE | _CS64 | _LMA | _CR0_BITS | _OSFXSR | _SMAP
)
_STI = 2  # of `SavedEvents.shadow`


class _Context:
    """The bytes of an engine's saved context."""

    def __init__(self, uc: Any) -> None:
        self._uc, self._context = uc, uc.context_save()
        self._size = int(self._context.size)
        self._address = ctypes.cast(self._context.context, ctypes.c_void_p).value or 0

    def load(self) -> bytes:
        """As it is now."""
        uclib.uc_context_save(self._uc._uch, self._context.context)
        return ctypes.string_at(self._address, self._size)

    def store(self, data: bytes) -> None:
        """As `load` gave it but for what the caller knows."""
        ctypes.memmove(self._address, data, self._size)
        uclib.uc_context_restore(self._uc._uch, self._context.context)


def save(uc: Any, *, in_shadow: bool) -> VcpuState:
    """The registers of a stopped engine. Raises HostError where its context is not known."""
    _require()
    state = _read(uc)
    state.registers.events.shadow = _STI if in_shadow else 0
    return state


def restore(uc: Any, state: VcpuState) -> None:
    """Set the registers of a stopped engine; what it knew of guest memory is forgotten.

    Raises HostError where its context is not known, AuthorError for what it has no place for.
    """
    _require()
    check_portable(state, _XCR0_KNOWN, "Unicorn")
    _write(uc, state)
    uc.ctl_flush_tb()
    # The binding has no call for it.
    uclib.uc_ctl(uc._uch, unicorn_const.UC_CTL_TLB_FLUSH | unicorn_const.UC_CTL_IO_WRITE << 30)


def _require() -> None:
    if not is_known():
        raise HostError(
            "this version of Unicorn keeps registers where they cannot be found",
            expected="Unicorn 2.1.4, to save and restore a machine",
            hint="--backend kvm",
        )


@functools.cache
def is_known() -> bool:
    """Whether the context of this version of Unicorn has everything where it is looked for."""
    uc = Uc(UC_ARCH_X86, UC_MODE_64)
    context = _Context(uc)
    if len(context.load()) < _CONTEXT_LEAST:
        return False
    names = "RAX RCX RDX RBX RSP RBP RSI RDI R8 R9 R10 R11 R12 R13 R14 R15 RIP CR2 CR8 DR0 DR7"
    places = [*range(_GENERAL, _RIP + 8, 8), _CR + 16, _CR8, _DEBUG, _DEBUG + 56]
    wanted = {place: 0x1122_3300 + place for place in places}
    for name, (place, value) in zip(names.split(), wanted.items(), strict=True):
        _set(uc, name, value)
        wanted[place] = value
    tables = {"LDTR": 6, "TR": 7, "GDTR": 8, "IDTR": 9}
    for name, number in tables.items():
        _set(uc, name, (0x18, 0x5566_0000 + number, 0x99, 0x8200))
        wanted[_SEGMENTS + 24 * number + 8] = 0x5566_0000 + number
    for number in (0, 15):
        _set(uc, f"XMM{number}", wanted.setdefault(_XMM + 64 * number, 0x7788_0000 + number))
    for number in (0, 7):
        wanted[_FPU_STACK + 16 * number] = 0x99AA_0000 + number
        _set(uc, f"FP{number}", (0x99AA_0000 + number, 0))
    data = context.load()
    return all(int.from_bytes(data[at : at + 8], "little") == value for at, value in wanted.items())


def _set(uc: Any, name: str, value: object) -> None:
    uc.reg_write(getattr(x86_const, f"UC_X86_REG_{name}"), value)


def _get(uc: Any, name: str) -> int:
    return int(uc.reg_read(getattr(x86_const, f"UC_X86_REG_{name}")))


def _read(uc: Any) -> VcpuState:
    data = _Context(uc).load()

    def word(at: int) -> int:
        return int.from_bytes(data[at : at + 8], "little")

    registers = CpuRegisters()
    for number in range(16):
        registers.general[number] = word(_GENERAL + 8 * number)
    for number in (0, 1, 2, 3, 6, 7):
        registers.debug[number] = word(_DEBUG + 8 * number)
    for name, number in _CONTROL.items():
        setattr(registers, name, word(_CR + 8 * number))
    registers.rip, registers.efer, registers.xcr0 = word(_RIP), word(_EFER), word(_XCR0)
    registers.rflags = _get(uc, "EFLAGS")  # Unicorn computes some of them when asked
    for name, table in (("gdtr", _GDTR), ("idtr", _IDTR)):
        _, base, limit, _ = _SEGMENT.unpack_from(data, table)
        getattr(registers, name).base, getattr(registers, name).limit = base, limit & 0xFFFF
    level = data[_HIDDEN] & 3
    for number in range(len(SEGMENTS)):
        saved = _segment(*_SEGMENT.unpack_from(data, _SEGMENTS + 24 * number))
        if SEGMENTS[number] == "ss":
            saved.rights = saved.rights & ~(3 << DPL_SHIFT) | level << DPL_SHIFT
        registers.segments[number] = saved
    return VcpuState(registers, _read_fpu(uc, data), {each: _msr(uc, each) for each in _MSRS})


def _segment(selector: int, base: int, limit: int, flags: int) -> SavedSegment:
    saved = SavedSegment()
    saved.selector, saved.base, saved.limit = selector & 0xFFFF, base, limit
    saved.rights = (flags & _RIGHTS) >> 8
    if not saved.rights & PRESENT:
        saved.rights |= UNUSABLE
    return saved


def _msr(uc: Any, number: int) -> int:
    return int(uc.reg_read(x86_const.UC_X86_REG_MSR, number))


def _read_fpu(uc: Any, data: bytes) -> bytes:
    """As FXSAVE64 stores it (Intel SDM volume 1, section 10.5.1); registers from the top on."""
    area = bytearray(XSAVE_LEAST)
    top = data[_FPU_TOP] & 7
    tags = sum((not data[_FPU_TAGS + number]) << number for number in range(8))
    opcode = int.from_bytes(data[_FPU_OPCODE : _FPU_OPCODE + 2], "little")
    pointers = struct.unpack_from("<QQ", data, _FPU_POINTERS)
    struct.pack_into(
        "<HHBxHQQII",
        area,
        0,
        _get(uc, "FPCW"),
        _get(uc, "FPSW"),
        tags,
        opcode,
        *pointers,
        _get(uc, "MXCSR"),
        0xFFFF,
    )
    for number in range(8):
        at = _FPU_STACK + 16 * ((top + number) & 7)
        area[32 + 16 * number : 42 + 16 * number] = data[at : at + 10]
    for number in range(16):
        at = _XMM + 64 * number
        area[160 + 16 * number : 176 + 16 * number] = data[at : at + 16]
    area[FXSAVE_SIZE] = _XCR0_KNOWN
    return bytes(area)


def _write(uc: Any, state: VcpuState) -> None:
    context, registers = _Context(uc), state.registers
    data = bytearray(context.load())

    def put(at: int, value: int) -> None:
        data[at : at + 8] = value.to_bytes(8, "little")

    for number in range(16):
        put(_GENERAL + 8 * number, registers.general[number])
    for number in (0, 1, 2, 3, 6, 7):
        put(_DEBUG + 8 * number, registers.debug[number])
    for name, number in _CONTROL.items():
        put(_CR + 8 * number, getattr(registers, name))
    put(_RIP, registers.rip)
    put(_EFER, registers.efer)
    put(_XCR0, registers.xcr0)
    for table, at in ((registers.gdtr, _GDTR), (registers.idtr, _IDTR)):
        _SEGMENT.pack_into(data, at, 0, table.base, table.limit, 0)
    for number in range(len(SEGMENTS)):
        saved = registers.segments[number]
        rights = saved.rights & ~PRESENT if saved.rights & UNUSABLE else saved.rights
        flags = rights << 8 & _RIGHTS
        at = _SEGMENTS + 24 * number
        _SEGMENT.pack_into(data, at, saved.selector, saved.base, saved.limit, flags)
    hidden = int.from_bytes(data[_HIDDEN : _HIDDEN + 4], "little")
    hidden = hidden & ~_KNOWN_HIDDEN | hidden_flags(state)
    data[_HIDDEN : _HIDDEN + 4] = hidden.to_bytes(4, "little")
    _write_fpu(data, state.xsave)
    context.store(bytes(data))
    _set(uc, "EFLAGS", registers.rflags)
    # By these it rounds as they say.
    _set(uc, "FPCW", int.from_bytes(state.xsave[:2], "little"))
    _set(uc, "MXCSR", int.from_bytes(state.xsave[24:28], "little"))
    for number in _MSRS:
        if number in state.msrs:
            _set(uc, "MSR", (number, state.msrs[number]))


def hidden_flags(state: VcpuState) -> int:
    """What Unicorn's hidden flags are for these registers."""
    registers, code, stack = state.registers, state.segment("cs"), state.segment("ss")
    flags = stack.rights >> DPL_SHIFT & 3
    flags |= _INHIBIT if registers.events.shadow else 0
    flags |= _PE if registers.cr0 & PE else 0
    flags |= registers.cr0 << _CR0_SHIFT & _CR0_BITS
    flags |= _OSFXSR if registers.cr4 & _CR4_OSFXSR else 0
    flags |= _SMAP if registers.cr4 & _CR4_SMAP else 0
    is_long = bool(registers.efer & LMA)
    flags |= _LMA if is_long else 0
    if is_long and code.rights & LONG:
        return flags | _CS64 | _CS32 | _SS32
    flags |= (_CS32 if code.rights & BIG else 0) | (_SS32 if stack.rights & BIG else 0)
    is_flat = flags & _CS32 and registers.cr0 & PE and not registers.rflags & Flag.VM
    bases = any(state.segment(name).base for name in ("ds", "es", "ss"))
    return flags if is_flat and not bases else flags | _ADDSEG


def _write_fpu(data: bytearray, area: bytes) -> None:
    status, tags = struct.unpack_from("<HB", area, 2)
    top = status >> 11 & 7
    data[_FPU_TOP : _FPU_TOP + 4] = top.to_bytes(4, "little")
    data[_FPU_TOP + 4 : _FPU_TOP + 6] = (status & ~0x3800).to_bytes(2, "little")
    data[_FPU_TAGS : _FPU_TAGS + 8] = bytes(not tags >> number & 1 for number in range(8))
    data[_FPU_OPCODE : _FPU_OPCODE + 2] = area[6:8]
    data[_FPU_POINTERS : _FPU_POINTERS + 16] = area[8:24]
    for number in range(8):
        at = _FPU_STACK + 16 * ((top + number) & 7)
        data[at : at + 10] = area[32 + 16 * number : 42 + 16 * number]
    for number in range(16):
        at = _XMM + 64 * number
        data[at : at + 16] = area[160 + 16 * number : 176 + 16 * number]
