# SPDX-License-Identifier: Apache-2.0
"""liblightexit for tests: built from the checkout by the host's compiler, called through ctypes."""

from __future__ import annotations

import atexit
import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "lib"
INCLUDE = (LIBRARY / "include", ROOT / "kernel/uapi", ROOT / "src/lightexit/runtime")


def _missing() -> str:
    if shutil.which("gcc") is None:
        return "gcc is not installed"
    return "" if Path("/usr/include/stdio.h").exists() else "the C library's headers are not there"


#: Why nothing can be built here; empty where it can.
MISSING = _missing()
_OPTIONS = ("-std=gnu11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-fno-strict-aliasing")
#: Where the library would give its time slice away while it waits for a lock, a test is called.
_YIELD = """
#include <stddef.h>
void (*test_relax)(void) = NULL;
int test_yield(void);
int test_yield(void) { if (test_relax) test_relax(); return 0; }
"""


def sources() -> list[str]:
    """The library's files."""
    return [str(path) for path in sorted((LIBRARY / "src").glob("*.c"))]


def compiler(*options: str, name: str = "gcc") -> list[str]:
    """A compiler with the library's include folders."""
    folders = [f"-I{folder}" for folder in INCLUDE]
    return [name, *_OPTIONS, *folders, *options]


@cache
def archive(*options: str) -> str:
    """The library as one object, built with these options once in a process."""
    folder = tempfile.TemporaryDirectory(prefix="liblightexit-")
    atexit.register(folder.cleanup)
    made = []
    for source in sources():
        made.append(f"{folder.name}/{Path(source).stem}.o")
        subprocess.run([*compiler(*options, "-c", "-o", made[-1]), source], check=True)
    whole = f"{folder.name}/liblightexit.o"
    subprocess.run(["gcc", "-r", "-nostdlib", "-o", whole, *made], check=True)
    return whole


@cache
def loaded() -> ctypes.CDLL:
    """The library, with `test_relax` in it."""
    folder = Path(tempfile.mkdtemp(prefix="liblightexit-"))
    try:
        extra, built = folder / "yield.c", folder / "liblightexit.so"
        extra.write_text(_YIELD)
        flags = ("-fPIC", "-shared", "-Dsched_yield=test_yield", "-pthread", "-o", str(built))
        subprocess.run([*compiler(*flags), *sources(), str(extra)], check=True)
        shared = ctypes.CDLL(str(built))
    finally:
        shutil.rmtree(folder)
    shared.lightexit_last_error.restype = ctypes.c_char_p
    shared.lightexit_error_text.restype = ctypes.c_char_p
    shared.lightexit_clock_now.restype = ctypes.c_uint64
    shared.lightexit_state_data.restype = ctypes.c_void_p
    shared.lightexit_access.restype = ctypes.c_bool
    shared.lightexit_region_count.restype = Count
    return shared


class LibraryError(Exception):
    """An error code, and its sentence."""

    def __init__(self, code: int) -> None:
        super().__init__(f"{code}: {loaded().lightexit_last_error().decode()}")
        self.code = code


def check(code: int) -> None:
    """Raise LibraryError for an error."""
    if code:
        raise LibraryError(code)


_U8, _U32, _U64, _POINTER = ctypes.c_uint8, ctypes.c_uint32, ctypes.c_uint64, ctypes.c_void_p
RUN = ctypes.CFUNCTYPE(_U64, _POINTER, _POINTER)
READ = ctypes.CFUNCTYPE(_U64, _POINTER, _U64, _U64)
WRITE = ctypes.CFUNCTYPE(None, _POINTER, _U64, _U64, _U64)
LINE = ctypes.CFUNCTYPE(None, _POINTER, _U32, _U32)
DOORBELL = ctypes.CFUNCTYPE(None, _POINTER, _U32)
REQUEST = ctypes.CFUNCTYPE(None, _POINTER, _POINTER)
RELEASED = ctypes.CFUNCTYPE(None, _POINTER)
RELAX = ctypes.CFUNCTYPE(None)


class Sized(ctypes.Structure):
    """Options, whose first member is their size."""

    def __init__(self, **values: Any) -> None:
        super().__init__(struct_size=ctypes.sizeof(self), **values)


class Count(ctypes.Structure):
    """Accesses of a register."""

    _fields_: ClassVar = [("handled", _U64), ("passed", _U64)]


class FilterState(ctypes.Structure):
    """One state of a filter."""

    _fields_: ClassVar = [("name", ctypes.c_char_p), ("size", _U64), ("fingerprint", _U64)]


class Filter(ctypes.Structure):
    """A filter's native code."""

    _fields_: ClassVar = [
        ("abi_version", _U32),
        ("flags", _U32),
        ("name", ctypes.c_char_p),
        ("run", _POINTER),
        ("worst_case", _U32),
        ("state_count", _U32),
        ("states", FilterState * 8),
    ]


class BusOptions(Sized):
    """Options of a bus."""

    _fields_: ClassVar = [
        ("struct_size", _U32),
        ("vcpus", _U32),
        ("clock_source", _U32),
        ("tsc_khz", _U32),
        ("clock_map_fd", ctypes.c_int),
        ("flags", _U32),
    ]


class StateOptions(Sized):
    """Options of a state."""

    _fields_: ClassVar = [
        ("struct_size", _U32),
        ("version", _U32),
        ("name", ctypes.c_char_p),
        ("size", _U64),
        ("fingerprint", _U64),
        ("map_fd", ctypes.c_int),
        ("reserved", _U32),
    ]


class RegionOptions(Sized):
    """Options of a region."""

    _fields_: ClassVar = [
        ("struct_size", _U32),
        ("space", _U32),
        ("base", _U64),
        ("size", _U64),
        ("offset", _U64),
        ("register_width", _U32),
        ("state_count", _U32),
        ("states", ctypes.POINTER(_POINTER)),
        ("filter", ctypes.POINTER(Filter)),
        ("read", READ),
        ("write", WRITE),
        ("line", LINE),
        ("doorbell", DOORBELL),
        ("request", REQUEST),
        ("released", RELEASED),
        ("opaque", _POINTER),
        ("eventfds", ctypes.POINTER(ctypes.c_int)),
        ("eventfd_count", _U32),
        ("reserved", _U32),
    ]


class Access(ctypes.Structure):
    """One exit."""

    _fields_: ClassVar = [
        ("address", _U64),
        ("data", _POINTER),
        ("count", _U32),
        ("size", _U8),
        ("space", _U8),
        ("is_write", _U8),
        ("reserved", _U8),
    ]
