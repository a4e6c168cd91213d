# SPDX-License-Identifier: Apache-2.0
"""A change inside Unicorn 2.1.4, which it has no interface for: a function of ours fills the TLB.

That is for speed alone (`at_fill`). Its place is known by what is there, in the build for x86-64
Linux; all others are left as they are.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from typing import Any

from unicorn.unicorn_py3.unicorn import uclib

_VERSION = 0x020104FF  # 2.1.4
#: From `uc_struct` to its CPU; in that, its registers, a pointer to them, one to its class; in a
#: class, the function that fills the TLB, twice: in use, and the CPU's own (runtime/unicorn_tlb.h).
_CPU, _REGISTERS, _TO_REGISTERS, _CLASS, _FILL = 0x1B8, 0x8A50, 0x128, 0x81B0, 0x48


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


def _is_known_version() -> bool:
    is_known_build = (sys.platform, platform.machine()) == ("linux", "x86_64")
    return is_known_build and uclib.uc_version(None, None) == _VERSION
