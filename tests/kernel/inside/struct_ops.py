# SPDX-License-Identifier: Apache-2.0
"""Filters as the prototype takes them: BPF struct_ops, attached by a KVM device.

What libbpf does for a `.struct_ops.link` section, in bpf(2)'s own steps: find the type in the
module's BTF, load the program for its member, fill a map with the struct, and register it.
"""

from __future__ import annotations

import ctypes
import fcntl
import functools
import os
import platform
import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from kernel.inside import raw
from kernel.upstream import MODULE, TYPE, told
from lightexit.abi import Space
from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import ArrayMap, Descriptor, FrozenMap
from lightexit.isa.program import Program

SHARE = Path(os.environ.get("LIGHTEXIT_RIG", ""))
_PROGRAM, _STRUCT_OPS_MAP, _STRUCT = 27, 26, 4
_ATTACH_STRUCT_OPS = 44
_LINK_FLAG, _MODULE_FLAG = 1 << 13, 1 << 15
#: bpf_struct_ops_kvm_io_filter_ops: the kernel's own part fills a cache line.
_LINE = 64
_MAP_UPDATE, _LINK_CREATE = 2, 28

# The device (kernel/upstream/kvm_io_filter_uapi.h, linux/kvm.h)

_DEVICE_TYPE = 10
_CREATE_DEVICE = 3 << 30 | 12 << 16 | 0xAEE0
_SET_ATTR, _GET_ATTR, _HAS_ATTR = (1 << 30 | 24 << 16 | 0xAE00 | n for n in range(0xE1, 0xE4))
EVENTFD, RANGE, COUNTS = range(3)
WRITES_STATE = 1


def load_module() -> None:
    """Once. Skips where the kernel is not one for it."""
    if reason := told(SHARE).reason:
        pytest.skip(reason)
    if Path("/sys/module/kvm_io_filter").exists():
        return
    with (SHARE / MODULE).open("rb") as file:
        if ctypes.CDLL(None, use_errno=True).syscall(313, file.fileno(), b"", 0):  # finit_module
            raise OSError(ctypes.get_errno(), f"{MODULE} does not load on {platform.release()}")


def _find(name: str) -> tuple[int, int]:
    """A struct of a module: a descriptor of its BTF, and the struct's number in it."""
    text = name.encode().ljust(len(name) // 8 * 8 + 8, b"\0")
    code = raw.copy(6, 1)
    for offset in range(0, len(text), 8):
        low, high = struct.unpack_from("<ii", text, offset)
        code += raw.address(1, 0, low, high) + raw.write(10, offset - len(text), 1)
    code += raw.copy(1, 10) + raw.add(1, -len(text)) + raw.move(2, len(name) + 1)
    code += raw.move(3, _STRUCT) + raw.move(4, 0) + raw.helper(167)
    code += raw.write(6, 0, 0) + raw.move(0, 0) + raw.EXIT
    result = ctypes.create_string_buffer(64)
    bpf.test_run(raw.Source(code, raw.GPL).load(), result)
    (number,) = struct.unpack_from("<q", result.raw)
    assert number > 0, f"no struct {name}: {number}"
    return number >> 32, number & 0x7FFF_FFFF


@functools.cache
def btf() -> tuple[Descriptor, int, int]:
    """The module's BTF, and the numbers of the type and of its value."""
    (first, type_), (second, value) = (_find(TYPE), _find(f"bpf_struct_ops_{TYPE}"))
    os.close(second)
    return Descriptor(first), type_, value


#: The context is the first of the arguments that the program is called with.
PROLOGUE = raw.read(1, 1)


def as_struct_ops(source: raw.Source) -> raw.Source:
    """The same program for access(), under the GPL, which is what the kernel asks for."""
    types, type_, _ = btf()
    target = types.number, type_
    return replace(source, license=raw.GPL, kind=_PROGRAM, flags=0, target=target)


def load(program: Program, states: Sequence[ArrayMap]) -> Descriptor:
    """A filter as it was compiled for the module, behind a prologue of one instruction."""
    rodata = (FrozenMap(".rodata", program.rodata),) if program.rodata else ()
    maps = [each.descriptor for each in (*states, *rodata)]
    return as_struct_ops(raw.Source(PROLOGUE + program.code, maps=maps)).load()


class Ops:
    """The struct as a map, registered for as long as `link` is open."""

    def __init__(self, program: Descriptor | None, flags: int = 0) -> None:
        types, _, value = btf()
        own = raw.Btf()
        own.integer()
        described = own.load()  # which no one reads, but the kernel wants some
        attributes = struct.pack(
            "<5I2I16s 5IQi",
            *(_STRUCT_OPS_MAP, 4, 2 * _LINE, 1, _LINK_FLAG | _MODULE_FLAG),
            *(0, 0, b"filter", 0, described.number, 0, 0, value, 0, types.number),
        )
        self.map = Descriptor(bpf.call(raw._MAP_CREATE, attributes))
        content = struct.pack("<QI", program.number if program else 0, flags).ljust(_LINE, b"\0")
        buffer = ctypes.create_string_buffer(bytes(_LINE) + content, 2 * _LINE)
        key = ctypes.c_uint32(0)
        places = ctypes.addressof(key), ctypes.addressof(buffer)
        bpf.call(_MAP_UPDATE, struct.pack("<I4xQQQ", self.map.number, *places, 0))
        self.link: Descriptor | None = self.register()

    def register(self) -> Descriptor:
        """Raises bpf.Refused."""
        attributes = struct.pack("<4I", self.map.number, 0, _ATTACH_STRUCT_OPS, 0)
        return Descriptor(bpf.call(_LINK_CREATE, attributes))


@dataclass(frozen=True)
class Range:
    """struct kvm_io_filter_range."""

    filter_fd: int
    base: int
    length: int = 4
    space: Space = Space.PIO
    offset: int = 0
    width: int = 0

    def __bytes__(self) -> bytes:
        first = struct.pack("<IIQQ", self.filter_fd, self.space, self.base, self.length)
        return first + struct.pack("<QII", self.offset, self.width, 0)


class FilterDevice:
    """KVM_CREATE_DEVICE; its range is on the bus until it is closed. Raises OSError."""

    def __init__(self, vm_fd: int) -> None:
        asked = bytearray(struct.pack("<3I", _DEVICE_TYPE, 0, 0))
        fcntl.ioctl(vm_fd, _CREATE_DEVICE, asked)
        self.fd = struct.unpack("<3I", asked)[1]

    def set(self, group: int, number: int, value: bytes) -> None:
        self._attribute(_SET_ATTR, group, number, ctypes.create_string_buffer(value, len(value)))

    def has(self, group: int, number: int) -> bool:
        try:
            self._attribute(_HAS_ATTR, group, number, ctypes.create_string_buffer(1))
        except OSError:
            return False
        return True

    def counts(self) -> tuple[int, ...]:
        """How many accesses were handled, and how many passed."""
        buffer = ctypes.create_string_buffer(16)
        self._attribute(_GET_ATTR, COUNTS, 0, buffer)
        return struct.unpack("<2Q", buffer.raw)

    def close(self) -> None:
        os.close(self.fd)

    def _attribute(
        self, request: int, group: int, number: int, buffer: ctypes.Array[ctypes.c_char]
    ) -> None:
        argument = struct.pack("<IIQQ", 0, group, number, ctypes.addressof(buffer))
        fcntl.ioctl(self.fd, request, argument)


@contextmanager
def answering(vm_fd: int, asked: Range) -> Iterator[FilterDevice]:
    """A device with that range. Raises OSError."""
    with closing(FilterDevice(vm_fd)) as device:
        device.set(RANGE, 0, bytes(asked))
        yield device
