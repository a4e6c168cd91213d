# SPDX-License-Identifier: Apache-2.0
"""A program's debug lines as BTF, so that the kernel's own log shows the author's source.

Formats: Documentation/bpf/btf.rst (header, BTF_KIND_INT, bpf_line_info).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from lightexit.engine.kernel.bpf import LineInfo, Refused, load_btf
from lightexit.errors import Location
from lightexit.isa import Kind, decode
from lightexit.isa.program import Program

_MAGIC, _VERSION = 0xEB9F, 1
_HEADER = struct.Struct("<HBBIIIII")
_KIND_INT = 1 << 24
_MAX_LINE, _MAX_COLUMN = 2**22 - 1, 2**10 - 1


class _Strings:
    """BTF's string section: each text once, found by its offset."""

    def __init__(self) -> None:
        self.data = bytearray(b"\0")
        self._offsets: dict[str, int] = {}

    def offset(self, text: str) -> int:
        text = text.replace("\0", " ")
        if text not in self._offsets:
            self._offsets[text] = len(self.data)
            self.data += text.encode() + b"\0"
        return self._offsets[text]


def line_info(program: Program) -> LineInfo | None:
    """The program's lines for the kernel; None without lines or where it takes no BTF."""
    strings = _Strings()
    records = [_record(strings, slot, where) for slot, where in _lines(program)]
    if not records or program.where(0) is None:
        return None
    try:
        return LineInfo(load_btf(_btf(strings)), b"".join(records), len(records))
    except Refused:
        return None


def _lines(program: Program) -> Iterator[tuple[int, Location]]:
    """In order of slots; the kernel wants one at the start of every function."""
    code = decode(program)
    slots = {each.slot for each in code}
    functions = {each.target for each in code if _is_local_call(each.op.kind, each.op.name)}
    for slot in sorted({0} | functions | {line.slot for line in program.lines} & slots):
        where = program.where(slot)
        if where is not None:
            yield slot, where


def _is_local_call(kind: Kind, name: str) -> bool:
    return kind is Kind.CALL and name == "call_local"


def _record(strings: _Strings, slot: int, where: Location) -> bytes:
    """One `struct bpf_line_info`."""
    position = min(where.line, _MAX_LINE) << 10 | min(where.column + 1, _MAX_COLUMN)
    file, text = strings.offset(where.file), strings.offset(where.text.strip() or "?")
    return struct.pack("<IIII", slot, file, text, position)


def _btf(strings: _Strings) -> bytes:
    """A blob for the strings' sake; the kernel wants at least one type in it."""
    types = struct.pack("<IIII", strings.offset("int"), _KIND_INT, 4, 32)
    text = bytes(strings.data)
    header = _HEADER.pack(
        *(_MAGIC, _VERSION, 0, _HEADER.size),
        *(0, len(types), len(types), len(text)),
    )
    return header + types + text
