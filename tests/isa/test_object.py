# SPDX-License-Identifier: Apache-2.0
"""Object files as they are written: read back as they were, and refused where they cannot be."""

from __future__ import annotations

import shutil
import subprocess
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest

from isa.llvm import compile_ir
from isa.objects import STATES, WRITTEN
from lightexit.errors import AuthorError
from lightexit.isa import Map, Program, assemble, disassemble, read_elf, write_elf
from lightexit.isa.elf_file import ALLOCATED, EXECUTABLE, FUNCTION, NewSymbol, ObjectFile
from lightexit.isa.object import MOST_STATE
from lightexit.isa.parts import R_BPF_64_64

UNUSED = """
    .map first 17
    .map second 40
    .map third 24
    .rodata 01
    r1 = map_value(2) + 16
    r1 = map_value(1) + 16
    r0 = 1
    exit
"""


def read(data: bytes) -> Program:
    (program,) = read_elf(data, value_offset=16, file="f.o")
    return program


def refusal(data: bytes) -> str:
    with pytest.raises(AuthorError) as caught:
        read_elf(data, value_offset=16, file="f.o")
    return str(caught.value)


@pytest.mark.parametrize("text", [WRITTEN, UNUSED, "r0 = 1\nexit"])
def test_what_is_written_is_read_back(text: str) -> None:
    program = assemble(text, "written.s")
    data = write_elf(program)
    found = read(data)
    assert replace(found, lines=()) == replace(program, lines=())
    assert [found.where(line.slot) for line in program.lines] == [
        line.where._replace(end_column=line.where.column + 1, text=line.where.text.rstrip())
        for line in program.lines
    ]
    assert write_elf(found) == data
    assert read(write_elf(found)) == found


def test_names_are_made_fit_for_linux() -> None:
    program = replace(assemble(".map größe 24\nr1 = map_value(0) + 16\nexit"), name="8-bit")
    found = read(write_elf(program))
    assert (found.name, found.maps) == ("_8_bit", (Map("gr__e", 24),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            ".map s 0\nr1 = map_value(0) + 16\nr0 = 1\nexit",
            "bpf: the size of its state `s` is not known\n"
            "  expected: a size, as Python source has it, or assembler text: .map NAME SIZE",
        ),
        (
            f".map s {MOST_STATE}\n.map t 1\nr0 = 1\nexit",
            "bpf has 2,097,153 bytes of state\n  expected: at most 2,097,152 bytes in an object",
        ),
        (
            ".map ä 20\n.map ö 20\nr0 = 1\nexit",
            "bpf: its states `ä` and `ö` are both `_` in an object\n"
            "  expected: names that differ in letters a to z, digits and `_`",
        ),
        (
            "again:\ncall again\nexit",
            "bpf calls itself\n  expected: calls of other functions",
        ),
    ],
)
def test_what_an_object_has_no_place_for(text: str, said: str) -> None:
    program = replace(assemble(text), name="bpf")
    with pytest.raises(AuthorError) as caught:
        write_elf(program)
    assert str(caught.value) == said


def test_sizes_are_looked_at_before_memory_is_spent() -> None:
    program = replace(assemble("r0 = 1\nexit"), maps=(Map("s", 1 << 62),))
    tracemalloc.start()
    with pytest.raises(AuthorError, match="bytes of state"):
        write_elf(program)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20


def test_states_as_undefined_symbols_are_still_read() -> None:
    """What `lightexit compile -o` once wrote."""
    code = "r1 = 0 ll\nr2 = 8 ll\nr0 = 1\nexit"
    file = ObjectFile()
    section = file.section("filters", assemble(code).code, ALLOCATED | EXECUTABLE)
    file.symbol(NewSymbol("f", FUNCTION, section, 0, 48, is_global=True))
    for offset, name, size in ((0, "b", 8), (16, "a", 0)):
        state = file.symbol(NewSymbol(name, 0, 0, 0, size, is_global=True))
        file.relocation(section, offset, state, R_BPF_64_64)
    found = read(file.data())
    assert found.maps == (Map("b", 24), Map("a", 0))
    assert "r1 = map_value(0) + 16\n    r2 = map_value(1) + 24" in disassemble(found)


def test_several_programs_have_the_states_that_they_use() -> None:
    data = compile_ir(STATES)[1]
    f, g = read_elf(data, value_offset=16, file="f.o")
    assert f.maps == (Map("first", 40), Map("second", 40))
    assert "map_value(1) + 24\n" in disassemble(f)
    assert "map_value(0) + 0\n" in disassemble(f)
    assert g.maps == (Map("second", 40),)


def test_a_state_without_room_for_its_header_is_refused() -> None:
    data = write_elf(assemble(".map s 15\nr0 = 1\nexit"))
    assert refusal(data) == (
        "f.o: the state `s` has 15 bytes (section .data.s)\n"
        "  expected: at least 16: every state begins with a header"
    )


def test_a_variable_larger_than_its_section_is_refused() -> None:
    data = write_elf(assemble(".map s 24\nr0 = 1\nexit"))
    end = (24).to_bytes(8, "little")
    at = data.rindex(end, 0, data.index(b".symtab\0"))  # st_size, of the last symbol
    damaged = data[:at] + (1 << 60).to_bytes(8, "little") + data[at + 8 :]
    assert refusal(damaged) == (
        f"f.o: the variables of section .data.s end at byte {1 << 60}, and it has 24\n"
        "  expected: a section that holds them"
    )


def test_two_states_of_one_name_are_refused() -> None:
    data = write_elf(assemble(".map s 24\n.map t 24\nr0 = 1\nexit"))
    damaged = data.replace(b".data.t\0", b".data.s\0")
    assert "f.o: `asm` has several states named `s`" in refusal(damaged)


@pytest.mark.skipif(shutil.which("readelf") is None, reason="readelf is missing (binutils)")
def test_readelf_finds_nothing_wrong_with_it(tmp_path: Path) -> None:
    file = tmp_path / "f.o"
    file.write_bytes(write_elf(assemble(WRITTEN, "written.s")))
    command = ["readelf", "--all", "--wide", str(file)]
    read = subprocess.run(command, capture_output=True, text=True, check=True)
    assert read.stderr == ""
    assert ".data.ticks" in read.stdout
