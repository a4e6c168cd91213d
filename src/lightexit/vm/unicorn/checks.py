# SPDX-License-Identifier: Apache-2.0
"""Unicorn's check for a stop after every load and store, which is done without.

The check is a call in translated code. Nothing here needs it: stops are asked for at the start of
a block, where Unicorn checks as well. Only after an access to memory that is not there does a guest
run on, to the end of its block. Unicorn has a switch for it, for a use of its own and with no
interface (`no_exit_request`): it is tried before it is used.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

import unicorn
from unicorn import UC_ARCH_X86, UC_HOOK_MEM_WRITE, UC_MODE_32, x86_const
from unicorn.unicorn_py3.unicorn import Uc

_VERSION = "2.1.4"
_SWITCH = 0x7F2  # in that version's `uc_struct`; the byte after it says that the engine is ready
_PAGE = 4096


def skip_checks(uc: Any) -> None:
    """Have this engine translate without them, where that is known to work."""
    if _switch_is_known():
        _switch(uc)


def _switch(uc: Any) -> None:
    ctypes.c_uint8.from_address(uc._uch.value + _SWITCH).value = 1


@functools.cache
def _switch_is_known() -> bool:
    return unicorn.__version__ == _VERSION and not _runs_on(False) and _runs_on(True)


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
