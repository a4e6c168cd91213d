# SPDX-License-Identifier: Apache-2.0
"""The dispatch routine, `runtime/dispatch.c`, as callable functions."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from lightexit.runtime import Code, runtime_code


class Dispatch:
    """The functions of `dispatch.c`, for Python; `address` gives them to native callers.

    Those that return at once keep the GIL: given up, another thread may keep it for long.
    """

    def __init__(self, code: Code) -> None:
        self.address = code.address
        u64, pointer = ctypes.c_uint64, ctypes.c_void_p
        self.ticks = self._prompt("ticks", u64, pointer)
        self.clock_now = self._prompt("clock_now", u64, pointer)
        self.clock_adjust = self._prompt("clock_adjust", None, pointer, u64, u64)
        #: Waits by a function that gives the GIL up.
        self.lock = self._prompt("lock", None, pointer, u64, pointer)
        self.unlock = self._prompt("unlock", None, pointer, u64)
        self.access = ctypes.CFUNCTYPE(ctypes.c_uint32, pointer, pointer)(
            self.address("perform_context")
        )

    def _prompt(self, name: str, result: Any, *arguments: Any) -> Any:
        return ctypes.PYFUNCTYPE(result, *arguments)(self.address(name))


@functools.cache
def dispatch() -> Dispatch:
    """The routine, one per process."""
    return Dispatch(runtime_code("dispatch"))
