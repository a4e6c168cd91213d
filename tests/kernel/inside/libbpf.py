# SPDX-License-Identifier: Apache-2.0
"""libbpf, as it is on this machine: objects loaded by it, and descriptors of what it has loaded."""

from __future__ import annotations

import ctypes
import mmap
from typing import Any

_LIBRARY = "libbpf.so.1"


def loaded() -> Any:
    """Raises OSError where there is none."""
    found = ctypes.CDLL(_LIBRARY, use_errno=True)
    for name in ("open_mem", "find_program_by_name", "find_map_by_name"):
        getattr(found, f"bpf_object__{name}").restype = ctypes.c_void_p
    return found


class LibbpfObject:
    """An object that libbpf has loaded into the kernel."""

    def __init__(self, data: bytes) -> None:
        self._library = loaded()
        buffer = ctypes.create_string_buffer(data, len(data))
        opened = self._library.bpf_object__open_mem(buffer, ctypes.c_size_t(len(data)), None)
        assert opened, "libbpf does not open it"
        self._opened = ctypes.c_void_p(opened)
        assert self._library.bpf_object__load(self._opened) == 0

    def close(self) -> None:
        """Give all of it back."""
        self._library.bpf_object__close(self._opened)

    def program(self, name: str) -> int:
        """A descriptor."""
        return self._descriptor("program", name)

    def map(self, name: str) -> int:
        """A descriptor."""
        return self._descriptor("map", name)

    def state(self, name: str) -> mmap.mmap:
        """The value of a state's map, as user space and program share it."""
        return mmap.mmap(self.map(f".data.{name}"), mmap.PAGESIZE)

    def _descriptor(self, kind: str, name: str) -> int:
        find = getattr(self._library, f"bpf_object__find_{kind}_by_name")
        found = find(self._opened, name.encode())
        assert found, f"no {kind} {name}"
        number: int = getattr(self._library, f"bpf_{kind}__fd")(ctypes.c_void_p(found))
        return number
