# SPDX-License-Identifier: Apache-2.0
"""The native dispatch routine: `dispatch.ll` with its layouts filled in, as callable functions."""

from __future__ import annotations

import ctypes
import functools
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

from lightexit.abi import ABI_VERSION, STATE_OFFSET, ClockState, IoContext, StateHeader, Struct
from lightexit.bus import layout
from lightexit.engine.native import NativeCode, compile_ir
from lightexit.errors import InternalError

#: A struct's name in LLVM IR: the struct, and where it starts behind the pointer.
Layouts = Mapping[str, tuple[type[Struct], int]]

LAYOUTS: Layouts = {
    "Header": (StateHeader, 0),
    "Clock": (ClockState, STATE_OFFSET),
    "IoContext": (IoContext, 0),
    **{
        kind.__name__: (kind, 0)
        for kind in (
            layout.Tables,
            layout.Place,
            layout.Ranges,
            layout.Range,
            layout.Window,
            layout.Counter,
            layout.Found,
            layout.Vcpu,
            layout.Aperture,
        )
    },
}

_FIELD = re.compile(
    r"^  (?:(?P<result>%\S+) = )?(?P<verb>get|put|at) (?P<base>%[\w.]+), "
    r"(?P<struct>\w+)\.(?P<field>\w+)(?:, (?P<value>\S+))?$",
    re.MULTILINE,
)
_SIZE = re.compile(r"\b([A-Z]\w*)\.sizeof\b")


def expand(text: str, layouts: Layouts = LAYOUTS) -> str:
    """LLVM IR with every `get`, `put`, `at` and `Struct.sizeof` written out."""
    numbers = iter(range(len(text)))
    text = _FIELD.sub(lambda match: _access(match, layouts, numbers), text)
    text = _SIZE.sub(lambda match: str(layouts[match[1]][0].layout.size), text)
    text = text.replace("FOUND_SHIFT", str(65 - layout.FOUND.bit_length()))
    text = text.replace("PLACES_SHIFT", str(65 - layout.PLACES.bit_length()))
    text = text.replace("LAST_PLACE", str(layout.PLACES - 1))
    return text.replace("ABI_VERSION", str(ABI_VERSION))


def _access(match: re.Match[str], layouts: Layouts, numbers: Iterator[int]) -> str:
    kind, start = layouts[match["struct"]]
    field = kind.layout.field(match["field"])
    if field is None:
        raise InternalError(f"LLVM IR names {match['struct']}.{match['field']}: no such field")
    offset, bits = start + field.offset, 8 * field.size
    if match["verb"] == "at":
        return f"  {match['result']} = getelementptr i8, ptr {match['base']}, i64 {offset}"
    pointer = f"%field.{next(numbers)}"
    address = f"  {pointer} = getelementptr i8, ptr {match['base']}, i64 {offset}\n"
    if match["verb"] == "get":
        return f"{address}  {match['result']} = load i{bits}, ptr {pointer}, align {field.size}"
    return f"{address}  store i{bits} {match['value']}, ptr {pointer}, align {field.size}"


def read_ir(package: str, name: str) -> str:
    """A packaged file of LLVM IR, with its abbreviations."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


class Dispatch:
    """The functions of `dispatch.ll`, for Python; `address` gives them to native callers."""

    def __init__(self, code: NativeCode) -> None:
        self.address = code.address
        u64, pointer = ctypes.c_uint64, ctypes.c_void_p
        self.ticks = self._function("ticks", u64, pointer)
        self.clock_now = self._function("clock_now", u64, pointer)
        self.clock_adjust = self._function("clock_adjust", None, pointer, u64, u64)
        self.lock = self._function("lock", None, pointer, u64, pointer)
        self.unlock = self._function("unlock", None, pointer, u64)
        self.access = self._function("access", None, pointer, pointer)

    def _function(self, name: str, result: Any, *arguments: Any) -> Any:
        return ctypes.CFUNCTYPE(result, *arguments)(self.address(name))


@functools.cache
def dispatch() -> Dispatch:
    """The routine, one per process."""
    return Dispatch(compile_ir(expand(read_ir("lightexit.bus", "dispatch.ll"))))
