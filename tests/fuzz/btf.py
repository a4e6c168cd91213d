# SPDX-License-Identifier: Apache-2.0
"""BTF: the two sections of an object that tell source lines, one behind the other.

The first four bytes say how long the first is.
"""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.harness import Format
from isa.llvm import compile_ir
from isa.objects import IR, WRITTEN
from lightexit.isa import assemble, write_elf
from lightexit.isa.btf import line_info
from lightexit.isa.sections import sections_of

_LENGTH = 4


def read(data: bytes) -> object:
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    return line_info(data[_LENGTH:end], data[end:])


def seeds() -> Iterator[bytes]:
    for data in (compile_ir(IR)[1], write_elf(assemble(WRITTEN, "written.s"))):
        found = {each.name: each.data for each in sections_of(data)}
        btf, ext = found[".BTF"], found[".BTF.ext"]
        yield len(btf).to_bytes(_LENGTH, "little") + btf + ext


FORMAT = Format(read, seeds)
