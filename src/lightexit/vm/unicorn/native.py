# SPDX-License-Identifier: Apache-2.0
"""Unicorn's own functions, for what its binding has in Python only: hooks that are native code."""

from __future__ import annotations

import ctypes
from typing import Any

from unicorn import UC_ERR_OK
from unicorn.unicorn_py3.unicorn import uclib

from lightexit.errors import InternalError

_EVERYWHERE = 1, 0


def add_hook(
    uc: Any,
    kind: int,
    user: int,
    function: int,
    *instruction: int,
    places: tuple[int, int] = _EVERYWHERE,
) -> int:
    """Have Unicorn call the function at `function`, with `user`, from the first to the last of
    these linear addresses; the hook's handle."""
    handle = ctypes.c_size_t()
    check(
        uclib.uc_hook_add(
            uc._uch,
            ctypes.byref(handle),
            kind,
            ctypes.c_void_p(function),
            ctypes.c_void_p(user),
            *map(ctypes.c_uint64, places),
            *map(ctypes.c_int, instruction),
        )
    )
    return handle.value


def delete_hook(uc: Any, handle: int) -> None:
    """Undo `add_hook`."""
    check(uclib.uc_hook_del(uc._uch, ctypes.c_size_t(handle)))


def address_of(function: Any) -> int:
    """Where a function of a library starts."""
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def _prompt(function: Any, *arguments: Any) -> Any:
    """One that returns at once, so that it keeps the GIL: given up, another thread may keep it."""
    return ctypes.PYFUNCTYPE(ctypes.c_int, *arguments)(address_of(function))


_POINTER = ctypes.c_void_p
reg_read = _prompt(uclib.uc_reg_read, _POINTER, ctypes.c_int, _POINTER)
reg_write = _prompt(uclib.uc_reg_write, _POINTER, ctypes.c_int, _POINTER)
context_save = _prompt(uclib.uc_context_save, _POINTER, _POINTER)
context_restore = _prompt(uclib.uc_context_restore, _POINTER, _POINTER)


def meaning(status: int) -> str:
    """What an error code says."""
    return str(uclib.uc_strerror(status).decode())


def check(status: int) -> None:
    """Raises InternalError for an error code."""
    if status != UC_ERR_OK:
        raise InternalError(f"Unicorn refuses a hook, mapping or register: {meaning(status)}")
