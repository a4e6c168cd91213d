# SPDX-License-Identifier: Apache-2.0
"""bpf(2) by its number: array maps, BTF, programs and test runs (linux/bpf.h). Maps of other kinds
are in `maps.py`, tracepoints in `tracepoints.py`."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import struct
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from lightexit.errors import HostError
from lightexit.isa import SLOT_SIZE
from lightexit.isa.btf import RECORD_SIZE

_CALL_NUMBERS = {"x86_64": 321, "aarch64": 280, "riscv64": 280, "loongarch64": 280}
_MAP_CREATE, _MAP_UPDATE, _PROG_LOAD, _PROG_TEST_RUN, _BTF_LOAD, _MAP_FREEZE = 0, 2, 5, 10, 18, 22
_MAP_TYPE_ARRAY = 2
_MAP_READ_ONLY_FOR_PROGRAMS, _MAP_MMAPABLE = 1 << 7, 1 << 10
_NAME_SIZE = 15
_LOG_SIZE = 4 * 2**20

_NO_RIGHT = "this process lacks CAP_BPF (root has it), or the kernel is locked down"
_MEANINGS = {
    errno.EPERM: _NO_RIGHT,
    errno.EACCES: _NO_RIGHT,
    errno.ENOSYS: "this kernel was built without it",
    errno.EINVAL: "this kernel does not support the request (Linux 5.14 does)",
    errno.ENOMEM: "the kernel is out of memory",
}


@dataclass(frozen=True)
class ProgramKind:
    """`license` is what the kernel is told: some of its functions are for GPL programs only."""

    number: int
    flags: int
    license: bytes


#: BPF_PROG_TYPE_SYSCALL; sleepable is the only way the kernel takes it.
SYSCALL = ProgramKind(31, 1 << 4, b"Apache-2.0")
RAW_TRACEPOINT = ProgramKind(17, 0, b"GPL")


class Refused(Exception):  # noqa: N818 - its caller knows what the refusal means
    """The kernel answered with an error number; `log` is what its verifier said, if anything."""

    def __init__(self, number: int, log: str = "") -> None:
        super().__init__(os.strerror(number))
        self.number = number
        self.log = log


class Descriptor:
    """An open file descriptor, closed with this object."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        os.close(self.number)


@dataclass(frozen=True)
class LineInfo:
    """Source lines for a program: BTF that holds their texts, and `struct bpf_line_info`s."""

    btf: Descriptor
    records: bytes
    count: int


class BpfMap(Protocol):
    """A map of any kind."""

    @property
    def descriptor(self) -> Descriptor:
        """What bpf(2) knows it by."""
        ...


class ArrayMap:
    """A BPF array map of one value, and that value mapped into this process."""

    def __init__(self, name: str, value_size: int) -> None:
        self.size = value_size
        self.descriptor = _array(name, value_size, _MAP_MMAPABLE)
        pages = -(-value_size // mmap.PAGESIZE) * mmap.PAGESIZE
        self.mapping = mmap.mmap(self.descriptor.number, pages)


class FrozenMap:
    """A BPF array map of one value that nobody can change any more: the kernel's verifier knows
    what it holds."""

    def __init__(self, name: str, value: bytes) -> None:
        self.descriptor = _array(name, len(value), _MAP_READ_ONLY_FOR_PROGRAMS)
        key, content = ctypes.c_uint32(0), ctypes.create_string_buffer(value, len(value))
        number = self.descriptor.number
        places = ctypes.addressof(key), ctypes.addressof(content)
        _checked(_MAP_UPDATE, struct.pack("<I4xQQQ", number, *places, 0), "fill a map")
        _checked(_MAP_FREEZE, struct.pack("<I", number), "freeze a map")


def _array(name: str, value_size: int, flags: int) -> Descriptor:
    """An array map of one value."""
    with _told("create a map"):
        return create_map(name, _MAP_TYPE_ARRAY, MapShape(4, value_size, 1), flags)


@dataclass(frozen=True)
class MapShape:
    """Sizes of a key and a value in bytes, and how many entries there can be."""

    key_size: int
    value_size: int
    entries: int


def create_map(name: str, kind: int, shape: MapShape, flags: int = 0) -> Descriptor:
    """A new map; `kind` is one of BPF_MAP_TYPE_*. Raises Refused."""
    sizes = shape.key_size, shape.value_size, shape.entries
    attributes = struct.pack("<6I4x16s", kind, *sizes, flags, 0, _name(name))
    return Descriptor(call(_MAP_CREATE, attributes))


def load_btf(data: bytes) -> Descriptor:
    """Give the kernel a BTF blob. Raises Refused."""
    blob = ctypes.create_string_buffer(data, len(data))
    attributes = struct.pack("<QQI", ctypes.addressof(blob), 0, len(data))
    return Descriptor(call(_BTF_LOAD, attributes))


def load_program(
    name: str,
    code: bytes,
    maps: Sequence[BpfMap],
    lines: LineInfo | None,
    kind: ProgramKind = SYSCALL,
) -> Descriptor:
    """Load a program; `lddw` by map index reaches `maps`. Raises Refused with the log."""
    try:
        return _load(name, code, maps, lines, kind, None)
    except Refused as quick:
        # The log is requested only after a refusal, because it takes time.
        log = ctypes.create_string_buffer(_LOG_SIZE)
        try:
            return _load(name, code, maps, lines, kind, log)
        except Refused as refusal:
            raise Refused(quick.number, log.value.decode(errors="replace")) from refusal


def _load(
    name: str,
    code: bytes,
    maps: Sequence[BpfMap],
    lines: LineInfo | None,
    kind: ProgramKind,
    log: ctypes.Array[ctypes.c_char] | None,
) -> Descriptor:
    code_buffer = ctypes.create_string_buffer(code, len(code))
    license_buffer = ctypes.create_string_buffer(kind.license)
    numbers = (ctypes.c_int * max(len(maps), 1))(*(each.descriptor.number for each in maps))
    records = ctypes.create_string_buffer(lines.records if lines else b"")
    attributes = struct.pack(
        "<IIQQ IIQII 16sIIII QII QII IIQ",
        *(kind.number, len(code) // SLOT_SIZE),
        *(ctypes.addressof(code_buffer), ctypes.addressof(license_buffer)),
        *((1, len(log), ctypes.addressof(log)) if log is not None else (0, 0, 0)),
        *(0, kind.flags),  # kernel version, flags
        *(_name(name), 0, 0),  # interface, attach type
        *(lines.btf.number if lines else 0, 0),  # record size of func_info, not used:
        *(0, 0, RECORD_SIZE if lines else 0),  # func_info and its count; record size of line_info
        *(ctypes.addressof(records) if lines else 0, lines.count if lines else 0),
        *(0, 0, 0),  # attach target, CO-RE relocations
        ctypes.addressof(numbers),
    )
    return Descriptor(call(_PROG_LOAD, attributes))


def test_run(program: Descriptor, context: ctypes.Array[ctypes.c_char]) -> int:
    """Run a program once on `context`, in place; the low 32 bits of its r0."""
    attributes = bytearray(
        struct.pack(
            "<IIIIQQIIIIQQIII",
            *(program.number, 0, 0, 0, 0, 0, 0, 0),  # no packet
            *(len(context), 0, ctypes.addressof(context), 0),
            *(0, 0, 0),
        )
    )
    _checked(_PROG_TEST_RUN, attributes, "run a program")
    return int(struct.unpack_from("<I", attributes, 4)[0])


def _name(name: str) -> bytes:
    """What the kernel shows: letters, digits, `_` and `.` only."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.") else "_" for c in name)
    return plain[:_NAME_SIZE].encode()


def _checked(command: int, attributes: bytes | bytearray, purpose: str) -> int:
    with _told(purpose):
        return call(command, attributes)


@contextmanager
def _told(purpose: str) -> Iterator[None]:
    """What Refused means to whoever wanted another engine."""
    try:
        yield
    except Refused as refusal:
        raise host_error(purpose, refusal.number) from refusal


def host_error(purpose: str, number: int) -> HostError:
    """What it means that bpf(2) failed with this error number."""
    reason = _MEANINGS.get(number, f"{os.strerror(number)} (error {number})")
    return HostError(
        f"bpf(2) did not {purpose}: {reason}",
        hint="another engine: native or interpreter",
    )


def call(command: int, attributes: bytes | bytearray) -> int:
    """bpf(2); a bytearray gets what the kernel has written, refused or not. Raises Refused."""
    buffer = (ctypes.c_char * len(attributes)).from_buffer_copy(attributes)
    result = int(_syscall()(_call_number(), command, ctypes.byref(buffer), len(attributes)))
    number = ctypes.get_errno()
    if isinstance(attributes, bytearray):
        attributes[:] = buffer.raw
    if result < 0:
        raise Refused(number)
    return result


def _call_number() -> int:
    machine = platform.machine()
    if not sys.platform.startswith("linux") or machine not in _CALL_NUMBERS:
        raise HostError(
            f"the kernel engine needs bpf(2), and this is {platform.system()} on {machine}",
            expected=f"Linux on one of {', '.join(_CALL_NUMBERS)}",
            hint="another engine: native or interpreter",
        )
    return _CALL_NUMBERS[machine]


def _syscall() -> ctypes._NamedFuncPointer:
    function = ctypes.CDLL(None, use_errno=True).syscall
    function.restype = ctypes.c_long
    return function
