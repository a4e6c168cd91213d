# SPDX-License-Identifier: Apache-2.0
"""bpf(2) as an attacker uses it: any instruction, any BTF, programs that replace others."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor

_PROG_LOAD, _MAP_CREATE, _LINK, _BIND_MAP = 5, 0, 17, 35
SYSCALL, TRACING, EXTENSION = 31, 26, 28
SLEEPABLE = 1 << 4
FENTRY, MODIFY_RETURN = 24, 26
ARRAY, PROG_ARRAY, ARENA = 2, 3, 33
FREE, GPL = b"Apache-2.0", b"GPL"
_LOG_SIZE = 1 << 16

# Instructions (RFC 9669)


def ins(code: int, dst: int = 0, src: int = 0, off: int = 0, imm: int = 0) -> bytes:
    return struct.pack("<BBhi", code, dst | src << 4, off, imm)


def move(dst: int, imm: int) -> bytes:
    return ins(0xB7, dst, imm=imm)


def copy(dst: int, src: int) -> bytes:
    return ins(0xBF, dst, src)


def add(dst: int, imm: int) -> bytes:
    return ins(0x07, dst, imm=imm)


def read(dst: int, src: int, off: int = 0) -> bytes:
    return ins(0x79, dst, src, off)


def write(dst: int, off: int, src: int) -> bytes:
    return ins(0x7B, dst, src, off)


def put(dst: int, off: int, imm: int) -> bytes:
    return ins(0x7A, dst, off=off, imm=imm)


def jump(off: int) -> bytes:
    return ins(0x05, off=off)


def jump_if_zero(dst: int, off: int) -> bytes:
    return ins(0x15, dst, off=off)


def address(dst: int, kind: int, low: int, high: int = 0) -> bytes:
    """A load of 64 bits; what they mean is up to the kind."""
    return ins(0x18, dst, kind, imm=low) + ins(0, imm=high)


MAP, VALUE, VARIABLE, FUNCTION = 1, 2, 3, 4


def helper(number: int) -> bytes:
    return ins(0x85, imm=number)


def function(off: int) -> bytes:
    """A call within the program."""
    return ins(0x85, src=1, imm=off)


def kernel_function(btf_id: int) -> bytes:
    return ins(0x85, src=2, imm=btf_id)


EXIT = ins(0x95)
MAY_GOTO = 0xE5

# BTF (Documentation/bpf/btf.rst)

STATIC, GLOBAL = 0, 1
_INT, _PTR, _STRUCT, _FUNC, _PROTO = 1, 2, 4, 12, 13
_VARIABLE, _SECTION, _DECL_TAG, _TYPE_TAG = 14, 15, 17, 18


@dataclass
class Btf:
    """Types, added one by one; each method returns the new type's number."""

    types: list[bytes] = field(default_factory=list)
    strings: bytearray = field(default_factory=lambda: bytearray(1))

    def integer(self) -> int:
        """32 bits of it."""
        return self._add("int", _INT, 4, struct.pack("<I", 32))

    def pointer(self, to: int = 0) -> int:
        return self._add("", _PTR, to)

    def struct(self, name: str, size: int, members: Sequence[tuple[str, int, int]] = ()) -> int:
        """Members are name, type and offset in bytes."""
        more = b"".join(struct.pack("<3I", self._name(n), t, o * 8) for n, t, o in members)
        return self._add(name, _STRUCT, size, more, len(members))

    def function(self, name: str, linkage: int, *parameters: int) -> int:
        """A function of these parameters that returns an int; type 1 must be one."""
        more = b"".join(struct.pack("<2I", self._name("x"), each) for each in parameters)
        prototype = self._add("", _PROTO, 1, more, len(parameters))
        return self._add(name, _FUNC, prototype, vlen=linkage)

    def section(self, name: str, size: int) -> int:
        """One variable that fills it, as libbpf has for global data; type 1 must be an int."""
        kind = self.struct("data", size, [("first", 1, 0)])
        variable = self._add("data", _VARIABLE, kind, struct.pack("<I", GLOBAL))
        return self._add(name, _SECTION, size, struct.pack("<3I", variable, 0, size), 1)

    def tag(self, name: str, of: int) -> int:
        return self._add(name, _TYPE_TAG, of)

    def tag_part(self, name: str, of: int, number: int) -> int:
        """Of a parameter of a function, or a member of a struct."""
        return self._add(name, _DECL_TAG, of, struct.pack("<i", number))

    def _name(self, name: str) -> int:
        if not name:
            return 0
        at = len(self.strings)
        self.strings += name.encode() + b"\0"
        return at

    def _add(self, name: str, kind: int, last: int, more: bytes = b"", vlen: int = 0) -> int:
        head = struct.pack("<3I", self._name(name), kind << 24 | vlen, last)
        self.types.append(head + more)
        return len(self.types)

    def load(self) -> Descriptor:
        types = b"".join(self.types)
        sizes = (0, len(types), len(types), len(self.strings))
        head = struct.pack("<HBBI4I", 0xEB9F, 1, 0, 24, *sizes)
        return bpf.load_btf(head + types + bytes(self.strings))


# Loading


@dataclass(frozen=True)
class Source:
    """What a program is loaded with. `functions` are pairs of an instruction and a type of `btf`,
    `target` a program, or BTF of a module, and a type of it that this one is for; `maps` are those
    that it names by their index."""

    code: bytes
    license: bytes = FREE
    kind: int = SYSCALL
    flags: int = SLEEPABLE
    attach_type: int = 0
    btf: Descriptor | None = None
    functions: Sequence[tuple[int, int]] = ()
    target: tuple[int, int] = (0, 0)
    maps: Sequence[Descriptor] = ()

    def load(self) -> Descriptor:
        """Raises bpf.Refused with the verifier's log."""
        code = ctypes.create_string_buffer(self.code, len(self.code))
        license = ctypes.create_string_buffer(self.license)
        log = ctypes.create_string_buffer(_LOG_SIZE)
        records = b"".join(struct.pack("<2I", *each) for each in self.functions)
        infos = ctypes.create_string_buffer(records, len(records) or 1)
        maps = (ctypes.c_int * max(len(self.maps), 1))(*(each.number for each in self.maps))
        attributes = struct.pack(
            "<IIQQ IIQII 16sIIII QII QII IIQ",
            *(self.kind, len(self.code) // 8, ctypes.addressof(code), ctypes.addressof(license)),
            *(1, _LOG_SIZE, ctypes.addressof(log), 0, self.flags, b"attack", 0, self.attach_type),
            *(self.btf.number if self.btf else 0, 8 if self.functions else 0),
            *(ctypes.addressof(infos) if self.functions else 0, len(self.functions), 0),
            *(0, 0, self.target[1], self.target[0], 0, ctypes.addressof(maps)),
        )
        try:
            return Descriptor(bpf.call(_PROG_LOAD, attributes))
        except bpf.Refused as refusal:
            raise bpf.Refused(refusal.number, log.value.decode(errors="replace")) from None


@dataclass(frozen=True)
class MapShape:
    """What a map is made with."""

    value_size: int = 4096
    flags: int = bpf._MAP_MMAPABLE
    kind: int = ARRAY
    key_size: int = 4
    entries: int = 1
    btf: Descriptor | None = None
    key_type: int = 1
    value_type: int = 0
    extra: int = 0

    def make(self) -> Descriptor:
        """Raises bpf.Refused."""
        attributes = struct.pack(
            "<5I2I16s 5IQ",
            *(self.kind, self.key_size, self.value_size, self.entries, self.flags),
            *(0, 0, b"attack"),  # inner map, node
            *(0, self.btf.number if self.btf else 0, self.key_type if self.btf else 0),
            *(self.value_type, 0, self.extra),
        )
        return Descriptor(bpf.call(_MAP_CREATE, attributes))


def link(program: Descriptor) -> Descriptor:
    """Put a tracing program or an extension to work. Raises bpf.Refused."""
    return Descriptor(bpf.call(_LINK, struct.pack("<QI", 0, program.number)))


def bind(program: Descriptor, to: Descriptor) -> None:
    """Have a program hold one map more. Raises bpf.Refused."""
    bpf.call(_BIND_MAP, struct.pack("<3I", program.number, to.number, 0))


def find(name: str, kind: int) -> int:
    """A type of the kernel's own BTF, as the helper for it finds it; 0 if there is none."""
    text = name.encode().ljust(len(name) // 4 * 4 + 4, b"\0")
    words = struct.unpack(f"<{len(text) // 4}i", text)
    code = b"".join(
        ins(0x62, 10, off=4 * index - len(text), imm=word) for index, word in enumerate(words)
    )
    code += copy(1, 10) + add(1, -len(text)) + move(2, len(name) + 1) + move(3, kind) + move(4, 0)
    program = Source(code + helper(167) + EXIT, GPL).load()
    found = bpf.test_run(program, ctypes.create_string_buffer(64))
    return found if found < 1 << 31 else 0


def kfunc(name: str) -> int:
    return find(name, _FUNC)
