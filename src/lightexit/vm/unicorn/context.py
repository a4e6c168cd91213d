# SPDX-License-Identifier: Apache-2.0
"""What Unicorn keeps to itself: details of exceptions, and the segments behind selectors.

They stand in its saved context, whose layout no interface promises: the places are tried with
known faults before they are used. There too, the exception is taken back that Unicorn itself
never forgets, and for which it makes a later one a double fault (Unicorn issue 1883).
"""

from __future__ import annotations

import ctypes
import functools
import struct
from dataclasses import dataclass
from typing import Any

from unicorn import UC_ARCH_X86, UC_HOOK_INTR, UC_MODE_32, x86_const
from unicorn.unicorn_py3.unicorn import Uc, uclib

# Places in the context, as of Unicorn 2.1.4: u32 hidden flags; segments of u32 selector, u64 base
# (aligned), u32 limit, u32 flags; int error_code, int exception_is_int; int old_exception.
_HIDDEN_FLAGS, _CS, _SS, _DETAILS, _PENDING = 216, 248, 272, 5424, 5536
_SEGMENT = struct.Struct("<I4xQII")
_RING, _64BIT_CODE = 3, 1 << 15 | 1 << 4
_WIDE_STACK = 1 << 5  # pushes use all of ESP: set by every stack segment but those of 16 bits
_CODE_FLAGS = 0x00AF_9B00  # a descriptor's upper half: present, ring 0, execute/read, L, 4 GiB
_DATA_FLAGS = 0x00CF_9300  # read/write, D/B
_NOTHING = -1
_GENERAL_PROTECTION, _CODE = 13, 0x100


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
        self.size = int(self._context.size)
        self._address: int = ctypes.cast(self._context.context, ctypes.c_void_p).value or 0

    def take_trap(self) -> Trap:
        """What the engine has stopped for, which it then forgets."""
        self._save()
        error_code, is_software = struct.unpack("<Ii", self._bytes(_DETAILS, 8))
        if not is_software:
            self._write(_PENDING, struct.pack("<i", _NOTHING))
            self._restore()
        return Trap(bool(is_software), error_code)

    def pending(self) -> int:
        """The exception that is not forgotten; -1 for none."""
        self._save()
        return int(struct.unpack("<i", self._bytes(_PENDING, 4))[0])

    def enter_ring_0(self, old: int, new: int, stack: int = 0) -> bool:
        """From code at the selector `old` to flat 64-bit code at `new`, with a flat stack segment
        (0: the null segment); whether that could be done.
        """
        self._save()
        flags = int.from_bytes(self._bytes(_HIDDEN_FLAGS, 4), "little")
        if int.from_bytes(self._bytes(_CS, 4), "little") != old or flags & _RING != old & _RING:
            return False
        flags = flags & ~_RING | _64BIT_CODE | _WIDE_STACK
        self._write(_HIDDEN_FLAGS, flags.to_bytes(4, "little"))
        self._write(_CS, _SEGMENT.pack(new, 0, 0xFFFF_FFFF, _CODE_FLAGS))
        data = _SEGMENT.pack(stack, 0, 0xFFFF_FFFF, _DATA_FLAGS) if stack else b""
        self._write(_SS, data.ljust(_SEGMENT.size, b"\0"))
        self._restore()
        return True

    def widen_stack(self) -> None:
        """Have pushes use all of ESP, as the D/B bit of a stack segment asks."""
        self._save()
        flags = int.from_bytes(self._bytes(_HIDDEN_FLAGS, 4), "little") | _WIDE_STACK
        self._write(_HIDDEN_FLAGS, flags.to_bytes(4, "little"))
        self._restore()

    def _save(self) -> None:
        uclib.uc_context_save(self._uc._uch, self._context.context)

    def _restore(self) -> None:
        uclib.uc_context_restore(self._uc._uch, self._context.context)

    def _bytes(self, offset: int, size: int) -> bytes:
        return ctypes.string_at(self._address + offset, size)

    def _write(self, offset: int, data: bytes) -> None:
        ctypes.memmove(self._address + offset, data, len(data))


@functools.cache
def traps_are_known() -> bool:
    """Whether this version of Unicorn keeps these details where they are looked for."""
    guest = _Faulting()
    return guest.context.size > _PENDING and all(
        guest.fault(selector) == (_GENERAL_PROTECTION, _GENERAL_PROTECTION, Trap(False, selector))
        and guest.context.pending() == _NOTHING
        for selector in (0x1238, 0x4568)
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
        return self._vector, self.context.pending(), self.context.take_trap()
