# SPDX-License-Identifier: Apache-2.0
"""The runtime as machine code, and the place where another build of the same C can be put."""

from __future__ import annotations

import ctypes
import functools
import os
import threading
from typing import Protocol

from lightexit.engine.native import compile_ir
from lightexit.errors import HostError

#: Names a shared library that was built of the runtime's C, with a sanitizer for instance: it is
#: then used in place of the machine code made here.
LIBRARY = "LIGHTEXIT_RUNTIME"


class Code(Protocol):
    """Functions of native code, by name."""

    def address(self, symbol: str) -> int:
        """Where the function `symbol` starts."""
        ...


class SharedLibrary:
    """The functions of a shared library."""

    def __init__(self, path: str) -> None:
        try:
            self._library = ctypes.CDLL(path)
        except OSError as error:
            raise HostError(
                f"{LIBRARY} names a library that cannot be loaded: {error}",
                expected="one that `python tools/runtime.py --sanitize` has built",
            ) from error

    def address(self, symbol: str) -> int:
        """Where the function `symbol` starts."""
        return ctypes.cast(self._library[symbol], ctypes.c_void_p).value or 0


_LOCK = threading.Lock()


def runtime_code(name: str) -> Code:
    """The functions of the file `name`.c of the runtime: once in a process, whoever asks first, for
    code that nobody holds is given back while its addresses are in use."""
    with _LOCK:
        return _loaded(name, os.environ.get(LIBRARY, ""))


@functools.cache
def _loaded(name: str, library: str) -> Code:
    if library:
        return SharedLibrary(library)
    from importlib import resources  # brings much along that no import of ours needs

    files = resources.files("lightexit.runtime")
    return compile_ir(files.joinpath(f"{name}.ll").read_text(encoding="utf-8"))
