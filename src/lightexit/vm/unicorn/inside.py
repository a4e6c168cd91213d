# SPDX-License-Identifier: Apache-2.0
"""Changes inside Unicorn 2.1.4 that it has no interface for: for speed alone (see also
runtime/unicorn_inside.h).

Their places are known by what is there, in the build for x86-64 Linux; all others are left as they
are.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import Any

from unicorn.unicorn_py3.unicorn import uclib

_VERSION = 0x020104FF  # 2.1.4
#: From `uc_struct` to its CPU, and to the switch for checks in blocks.
_CPU, _NO_CHECKS = 0x1B8, 0x7F2
#: From the CPU to its registers, a pointer to them, one to the engine, one to its class, a word for
#: others' use, the requests to look for interrupts and (its upper half) to leave blocks, and a
#: pointer to that.
_REGISTERS, _TO_REGISTERS, _ENGINE, _CLASS, _OPAQUE = 0x8A50, 0x128, 0x81A8, 0x81B0, 0x8170
_LOOK, _LEAVE, _TO_LEAVE = 0x1C, 0x8A40, 0x130
_HARDWARE_INTERRUPT = 2
#: In a class, the function that fills the TLB, twice: in use, and the CPU's own; and the one for
#: interrupts.
_FILL, _INTERRUPT = 0x48, 0x90
#: Code that has these offsets in it, where it is in a function: cmp byte ptr [rsi + _NO_CHECKS], 0;
#: mov r8, [rdi + _CPU]; mov eax, [r8 + _LEAVE].
_CODE = {
    "check_exit_request_x86_64": (7, "80be f2070000 00"),
    "helper_check_exit_request_x86_64": (0, "4c8b87 b8010000 418b80 408a0000"),
}


class Inside:
    """Of one engine that has memory."""

    def __init__(self, uc: Any) -> None:
        self._engine: int = uc._uch.value
        self._cpu = _pointer(self._engine + _CPU)
        self._class = _pointer(self._cpu + _CLASS)
        #: Where the registers are that a saved context is a copy of.
        self.registers = self._cpu + _REGISTERS
        self._left = ctypes.c_uint16.from_address(self._cpu + _LEAVE + 2)
        #: void leave(engine, 0): ends the block in which it is called where a stop was requested.
        self.leave = _address("helper_check_exit_request_x86_64")

    @property
    def is_known(self) -> bool:
        """Whether all is where it is looked for."""
        own = _address("x86_cpu_tlb_fill_x86_64")
        return (
            _pointer(self._cpu + _TO_REGISTERS) == self.registers
            and _pointer(self._cpu + _TO_LEAVE) == self._cpu + _LEAVE
            and _pointer(self._cpu + _ENGINE) == self._engine
            and _pointer(self._cpu + _OPAQUE) == 0
            and _pointer(self._class + _INTERRUPT) == _address("x86_cpu_exec_interrupt_x86_64")
            and _pointer(self._class + _FILL) == _pointer(self._class + _FILL + 8) == own
        )

    def replace_fill(self, fill: int) -> None:
        """Have `fill` called for an address that the TLB lacks."""
        ctypes.c_uint64.from_address(self._class + _FILL).value = fill

    def replace_interrupt(self, interrupt: int, watch: int) -> None:
        """Have `interrupt` called where the CPU would take interrupts, and `watch` kept for it."""
        ctypes.c_uint64.from_address(self._class + _INTERRUPT).value = interrupt
        ctypes.c_uint64.from_address(self._cpu + _OPAQUE).value = watch
        ctypes.c_uint32.from_address(self._cpu + _LOOK).value = _HARDWARE_INTERRUPT

    def request(self) -> None:
        """Have the CPU leave its blocks for that function soon; from any thread."""
        self._left.value = 0xFFFF

    def leave_out_checks(self) -> None:
        """Have blocks not look, after each access to memory, whether a stop was requested. They
        still do where they begin."""
        ctypes.c_uint8.from_address(self._engine + _NO_CHECKS).value = 1


def inside_of(uc: Any) -> Inside | None:
    """Where the version is the one that is known."""
    if not (_is_known_version() and all(map(_has_code, _CODE))):
        return None
    inside = Inside(uc)
    return inside if inside.is_known else None


def _has_code(name: str) -> bool:
    place, code = _CODE[name]
    wanted, function = bytes.fromhex(code), _address(name)
    return bool(function) and ctypes.string_at(function + place, len(wanted)) == wanted


def _address(name: str) -> int:
    function = getattr(uclib, name, None)
    return ctypes.cast(function, ctypes.c_void_p).value or 0 if function is not None else 0


def _pointer(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _is_known_version() -> bool:
    is_known_build = (sys.platform, platform.machine()) == ("linux", "x86_64")
    return is_known_build and uclib.uc_version(None, None) == _VERSION
