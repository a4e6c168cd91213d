# SPDX-License-Identifier: Apache-2.0
"""BPF object files: read, linked into programs, and written again as what they were."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fuzz.harness import Format
from isa.clang import c_objects
from isa.llvm import compile_ir
from isa.objects import IR, STATES, TABLES, WRITTEN
from lightexit.errors import AuthorError
from lightexit.isa import Map, Program, assemble, write_elf
from lightexit.isa.elf import read_object
from lightexit.isa.linker import link_object
from lightexit.isa.object import c_name

WORDS = ("\x7fELF", ".BTF", ".BTF.ext", ".text", ".rodata", ".data.", "syscall", "license")
_PLAIN = "define i64 @f(ptr %c) { ret i64 1 }"


def read(data: bytes) -> object:
    found = linked(data)
    for each in found:
        try:
            written = write_elf(each)
        except AuthorError:  # a state of unknown size, for one
            continue
        check_again(each, written)
    return found


def linked(data: bytes) -> list[Program]:
    return link_object(read_object(data, "f.o"), value_offset=16)


def check_again(program: Program, written: bytes) -> None:
    """What is written is what was read, but for names that Linux does not take."""
    (again,) = linked(written)
    maps = tuple(Map(c_name(each.name), each.size) for each in program.maps)
    named = replace(program, name=c_name(program.name), maps=maps)
    assert replace(again, lines=()) == replace(named, lines=())
    if all(each.initial is None for each in program.maps):  # which is not read again
        assert write_elf(again) == written


def seeds() -> Iterator[bytes]:
    for ir in (_PLAIN, IR, TABLES, STATES):
        yield compile_ir(ir)[1]
    yield write_elf(assemble(WRITTEN, "written.s"))
    yield from c_objects()


FORMAT = Format(read, seeds, words=WORDS)
