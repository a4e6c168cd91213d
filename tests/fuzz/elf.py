# SPDX-License-Identifier: Apache-2.0
"""BPF object files: read, and linked into programs."""

from __future__ import annotations

from collections.abc import Iterator

from fuzz.harness import Format
from isa.llvm import compile_ir
from isa.objects import IR, TABLES
from lightexit.isa.elf import read_object
from lightexit.isa.linker import link_object

_PLAIN = "define i64 @f(ptr %c) { ret i64 1 }"


def read(data: bytes) -> object:
    return link_object(read_object(data, "f.o"), value_offset=16)


def seeds() -> Iterator[bytes]:
    for ir in (_PLAIN, IR, TABLES):
        yield compile_ir(ir)[1]


FORMAT = Format(read, seeds, words=("\x7fELF", ".BTF", ".BTF.ext", ".text", ".rodata"))
