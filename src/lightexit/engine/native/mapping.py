# SPDX-License-Identifier: Apache-2.0
"""Executable memory: written first, executable after, never both at once."""

from __future__ import annotations

import ctypes
import functools
import mmap
import sys
from typing import Any

from lightexit.errors import HostError

_WINDOWS_COMMIT = 0x3000
_WINDOWS_READ_WRITE = 0x04
_WINDOWS_READ_EXECUTE = 0x20


class Mapping:
    """A copy of `text` that can be executed at `address` while this object lives."""

    def __init__(self, text: bytes) -> None:
        self._owner: Any = None
        self.address = _map_windows(text) if sys.platform == "win32" else self._map(text)

    def _map(self, text: bytes) -> int:
        try:
            memory = mmap.mmap(-1, len(text), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        except OSError as error:
            raise _refused(error.errno) from error
        memory.write(text)
        # The exported buffer keeps the mapping open for as long as the address is in use.
        self._owner = ctypes.c_char.from_buffer(memory)
        address = ctypes.addressof(self._owner)
        _make_executable(address, len(text))
        return address


@functools.cache
def _mprotect() -> Any:
    function = ctypes.CDLL(None, use_errno=True).mprotect
    function.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return function


def _make_executable(address: int, size: int) -> None:
    if _mprotect()(address, size, mmap.PROT_READ | mmap.PROT_EXEC):
        raise _refused(ctypes.get_errno())


def _map_windows(text: bytes) -> int:
    kernel32: Any = getattr(ctypes, "windll").kernel32  # noqa: B009 - absent elsewhere
    kernel32.VirtualAlloc.restype = ctypes.c_void_p
    address = kernel32.VirtualAlloc(None, len(text), _WINDOWS_COMMIT, _WINDOWS_READ_WRITE)
    if not address:
        raise _refused(kernel32.GetLastError())
    ctypes.memmove(address, text, len(text))
    pointer, before = ctypes.c_void_p(address), ctypes.c_ulong()
    if not kernel32.VirtualProtect(
        pointer, ctypes.c_size_t(len(text)), _WINDOWS_READ_EXECUTE, ctypes.byref(before)
    ):
        raise _refused(kernel32.GetLastError())
    return int(address)


def _refused(code: int | None) -> HostError:
    return HostError(
        f"this host does not let a process run code it has made (system error {code})",
        expected="memory that may become executable",
        hint="the interpreter: --engine interpreter",
    )
