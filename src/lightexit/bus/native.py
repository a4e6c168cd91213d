# SPDX-License-Identifier: Apache-2.0
"""The dispatch routine, `runtime/dispatch.c`, as callable functions."""

from __future__ import annotations

import ctypes
import functools
from typing import Any

from lightexit.runtime import Code, runtime_code


class Dispatch:
    """The functions of `dispatch.c`, for Python; `address` gives them to native callers."""

    def __init__(self, code: Code) -> None:
        self.address = code.address
        u64, pointer = ctypes.c_uint64, ctypes.c_void_p
        self.ticks = self._function("ticks", u64, pointer)
        self.clock_now = self._function("clock_now", u64, pointer)
        self.clock_adjust = self._function("clock_adjust", None, pointer, u64, u64)
        self.lock = self._function("lock", None, pointer, u64, pointer)
        self.unlock = self._function("unlock", None, pointer, u64)
        self.access = self._function("perform_context", ctypes.c_uint32, pointer, pointer)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(result, *arguments)(self.address(name))


@functools.cache
def dispatch() -> Dispatch:
    """The routine, one per process."""
    return Dispatch(runtime_code("dispatch"))
