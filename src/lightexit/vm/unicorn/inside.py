# SPDX-License-Identifier: Apache-2.0
"""Two changes inside Unicorn 2.1.4, which it has no interface for. Both are for speed alone.

Without its check for a stop after every load and store, a call in translated code. Nothing here
needs it: stops are asked for at the start of a block, where Unicorn checks as well. Only after an
access to memory that is not there does a guest run on, to the end of its block. Unicorn has a
switch for a use of its own (`no_exit_request`), which is tried before it is used.

With a function of ours that fills the TLB (`at_fill`). Its place is known by what is there, in the
builds for x86-64 Linux; others are left as they are.
"""

from __future__ import annotations

import ctypes
import functools
import platform
import sys
from typing import Any

from unicorn import UC_ARCH_X86, UC_HOOK_MEM_WRITE, UC_MODE_32, x86_const
from unicorn.unicorn_py3.unicorn import Uc, uclib

_VERSION = 0x020104FF  # 2.1.4
_SWITCH = 0x7F2  # in that version's `uc_struct`; the byte after it says that the engine is ready
#: From `uc_struct` to its CPU; in that, its registers, a pointer to them, one to its class; in a
#: class, the function that fills the TLB, twice: in use, and the CPU's own (runtime/unicorn_tlb.h).
_CPU, _REGISTERS, _TO_REGISTERS, _CLASS, _FILL = 0x1B8, 0x8A50, 0x128, 0x81B0, 0x48
_PAGE = 4096


def skip_checks(uc: Any) -> None:
    """Have this engine translate without them, where that is known to work."""
    if _switch_is_known():
        _switch(uc)


def replace_fill(uc: Any, fill: int) -> None:
    """Have this engine, once it has memory, call `fill` for an address that its TLB lacks."""
    function = getattr(uclib, "x86_cpu_tlb_fill_x86_64", None)
    if function is None or not _is_known_version():
        return
    own = ctypes.cast(function, ctypes.c_void_p).value
    cpu = _pointer(uc._uch.value + _CPU)
    kind = _pointer(cpu + _CLASS)
    if _pointer(cpu + _TO_REGISTERS) == cpu + _REGISTERS and (
        _pointer(kind + _FILL) == _pointer(kind + _FILL + 8) == own
    ):
        ctypes.c_uint64.from_address(kind + _FILL).value = fill


def _pointer(address: int) -> int:
    return ctypes.c_uint64.from_address(address).value


def _switch(uc: Any) -> None:
    ctypes.c_uint8.from_address(uc._uch.value + _SWITCH).value = 1


@functools.cache
def _switch_is_known() -> bool:
    return _is_known_version() and not _runs_on(False) and _runs_on(True)


def _is_known_version() -> bool:
    is_known_build = (sys.platform, platform.machine()) == ("linux", "x86_64")
    return is_known_build and uclib.uc_version(None, None) == _VERSION


def _runs_on(switched: bool) -> bool:
    """Whether an engine runs on in a block after a store has asked it to stop."""
    uc: Any = Uc(UC_ARCH_X86, UC_MODE_32)
    uc.mem_map(0, _PAGE)
    uc.mem_write(0, bytes.fromhex("a300010000 40 f4"))  # mov [0x100], eax; inc eax; hlt
    uc.hook_add(UC_HOOK_MEM_WRITE, lambda uc, *_details: uc.emu_stop())
    if switched:
        if ctypes.string_at(uc._uch.value + _SWITCH, 2) != b"\0\1":
            return False
        _switch(uc)
    uc.emu_start(0, _PAGE)
    return bool(uc.reg_read(x86_const.UC_X86_REG_EAX))
