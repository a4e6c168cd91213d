# SPDX-License-Identifier: Apache-2.0
"""BTF: the two sections of an object with source lines and types, one behind the other.

The first four bytes say how long the first is.
"""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.harness import Format
from isa.clang import c_objects
from isa.llvm import compile_ir
from isa.objects import IR, WRITTEN
from lightexit.isa import assemble, write_elf
from lightexit.isa.btf import line_info
from lightexit.isa.btf_variables import core_relocations, variables
from lightexit.isa.sections import sections_of

_LENGTH = 4


def read(data: bytes) -> object:
    end = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    btf, ext = data[_LENGTH:end], data[end:]
    return line_info(btf, ext), variables(btf), core_relocations(btf, ext)


def seeds() -> Iterator[bytes]:
    ours = compile_ir(IR)[1], write_elf(assemble(WRITTEN, "written.s"))
    for data in (*ours, *c_objects(), *c_objects(refused=True)):
        found = {each.name: each.data for each in sections_of(data)}
        btf, ext = found[".BTF"], found[".BTF.ext"]
        yield len(btf).to_bytes(_LENGTH, "little") + btf + ext


FORMAT = Format(read, seeds)
