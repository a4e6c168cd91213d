# SPDX-License-Identifier: Apache-2.0
"""Object files: LLVM's, damaged ones, and those that need a real linker."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from engine.running import make_context, raw_state
from isa.llvm import compile_ir
from isa.objects import IR, TABLES
from lightexit.abi import IoContext, StateMemory
from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
from lightexit.errors import AuthorError, Location
from lightexit.isa import Map, Program, assemble, disassemble, read_elf
from lightexit.isa.program import MOST_RODATA
from lightexit.isa.sections import Relocation, relocations_in, sections_of, symbols_of
from lightexit.verifier import Limits, verify

SOURCE = ["def first(ctx):", "    if ctx.late:", "    w = ticks", "    return local()"]


def programs(ir: str, value_offset: int = 16) -> dict[str, Program]:
    data = compile_ir(ir)[1]
    return {each.name: each for each in read_elf(data, value_offset=value_offset, file="f.o")}


def refusal(ir: str) -> AuthorError:
    with pytest.raises(AuthorError) as caught:
        programs(ir)
    return caught.value


@pytest.fixture(scope="module")
def sample() -> bytes:
    return compile_ir(IR)[1]


def test_functions_of_sections_are_programs_and_text_is_called() -> None:
    found = programs(IR)
    assert list(found) == ["first", "second"]
    assert found["second"].maps == (Map("ticks", 0),)
    assert disassemble(found["second"]) == (
        ".map ticks 0\n"
        "    r1 = 7\n"
        "    call L7\n"
        "    r1 = map_value(0) + 16\n"
        "    r1 = *(u64 *)(r1 + 0)\n"
        "    r0 += r1\n"
        "    exit\n"
        "L7:\n"
        "    r0 = r1\n"
        "    r0 *= r0\n"
        "    exit\n"
    )


def test_maps_come_in_order_of_first_use_with_their_offset() -> None:
    first = programs(IR, value_offset=32)["first"]
    assert [each.name for each in first.maps] == ["other", "ticks"]
    text = disassemble(first)
    assert "map_value(0) + 32" in text
    assert "map_value(1) + 32" in text


def with_addend(low: int, high: int) -> bytes:
    """An object whose one reference to `ticks` has an addend, as hand-written assembly may."""
    data = compile_ir("""
    @ticks = external global [64 x i8], align 8
    define i64 @f(ptr %c) { ret i64 ptrtoint (ptr @ticks to i64) }
    """)[1]
    plain = b"\x18" + bytes(15)
    assert data.index(plain) == 64  # the first section follows the header
    return data.replace(plain, b"\x18\0\0\0" + struct.pack("<iii", low, 0, high), 1)


def test_an_addend_is_kept() -> None:
    (program,) = read_elf(with_addend(24, 0), value_offset=16, file="f.o")
    assert "r0 = map_value(0) + 40\n" in disassemble(program)
    (program,) = read_elf(with_addend(-8, -1), value_offset=16, file="f.o")
    assert "r0 = map_value(0) + 8\n" in disassemble(program)


def test_a_far_address_is_refused() -> None:
    with pytest.raises(AuthorError) as caught:
        read_elf(with_addend(0, 2), value_offset=16, file="f.o")
    assert caught.value.found == (
        "f.o: f: `rd = imm64 ll` at slot 0 is the address of byte 8589934608 of `ticks`"
    )


def test_in_text_alone_global_functions_are_programs() -> None:
    found = programs("define i64 @f(ptr %c) { ret i64 1 }\ndefine i64 @g(ptr %c) { ret i64 2 }")
    assert [(name, disassemble(each)) for name, each in found.items()] == [
        ("f", "    r0 = 1\n    exit\n"),
        ("g", "    r0 = 2\n    exit\n"),
    ]


def test_debug_information_gives_source_lines(tmp_path: Path) -> None:
    (tmp_path / "clock.py").write_text("\n".join(SOURCE))
    first = programs(IR.replace("FILE", "clock.py").replace("DIRECTORY", str(tmp_path)))["first"]
    file = str(tmp_path / "clock.py")
    load = disassemble(first).splitlines().index("    r1 = *(u64 *)(r1 + 8)") - 1
    assert first.where(load) == Location(file, 2, 7, 8, SOURCE[1])
    assert {each.where.line for each in first.lines} >= {2, 3, 4}
    assert [each.slot for each in first.lines] == sorted(each.slot for each in first.lines)


def test_code_without_debug_information_has_no_lines() -> None:
    assert programs("define i64 @f(ptr %c) { ret i64 1 }")["f"].lines == ()


def test_constants_become_read_only_data() -> None:
    found = programs(TABLES)
    program, state = replace(found["f"], maps=(Map("ticks", 80),)), StateMemory(raw_state(64))
    assert verify(program, Limits(answers=False)).accepted
    assert InterpreterEngine().load(program).run(make_context(7), [state]) == 9
    assert state.state.buffer[:8] == (10 + ord("c")).to_bytes(8, "little")
    assert found["without"].rodata == b""


def test_the_address_of_a_constant_lies_within_it() -> None:
    data = compile_ir(TABLES)[1]
    section = next(s for s in sections_of(data) if s.name.startswith(".rodata"))
    start = data.index(section.data)
    damaged = bytearray(data)
    code = next(s for s in sections_of(data) if s.name == "s")
    at = data.index(code.data)
    load = next(i for i in range(at, start, 8) if damaged[i] == 0x18)
    struct.pack_into("<i", damaged, load + 4, 4096)
    with pytest.raises(AuthorError) as caught:
        read_elf(bytes(damaged), value_offset=16, file="f.o")
    assert "is the address of byte 4096 of .rodata" in caught.value.found
    assert f"byte 0 to {len(section.data) - 1}" in caught.value.expected


def test_constants_have_a_limit() -> None:
    table = "[4 x i64] [i64 1, i64 5, i64 2, i64 9]"
    error = refusal(TABLES.replace(table, f"[{MOST_RODATA // 8} x i64] zeroinitializer"))
    assert re.fullmatch(r"f\.o has 65\d\d\d bytes of constant data", error.found)
    assert error.expected == f"at most {MOST_RODATA} bytes in its sections .rodata*"


def test_constants_are_not_written() -> None:
    (program,) = programs("""
    @small = internal constant [8 x i8] c"abcdefgh"
    define i64 @f(i64 %i) section "s" {
      %v = load volatile i64, ptr @small
      %p = inttoptr i64 ptrtoint (ptr @small to i64) to ptr
      store volatile i64 %v, ptr %p
      ret i64 %v
    }
    """).values()
    error = verify(program, Limits(answers=False)).error
    assert error is not None
    assert "writes through a pointer to the read-only data" in error.found
    with pytest.raises(ExecutionError, match="would be written, and are read-only"):
        InterpreterEngine().load(program).run(IoContext(), [])


def test_global_variables_are_states_of_the_program_itself() -> None:
    (program,) = programs("""
    @count = global i64 7
    @zero = internal global i64 0
    @shared = external global i64
    define i64 @f(i64 %i) section "s" {
      %v = load volatile i64, ptr @count
      store volatile i64 %v, ptr @zero
      store volatile i64 %v, ptr @shared
      ret i64 %v
    }
    """).values()
    assert program.maps == (
        Map("shared", 0),
        Map("data", 24, (7).to_bytes(8, "little")),
        Map("bss", 24, b""),
    )
    assert Program.from_plain(program.to_plain()).maps == program.maps
    assert [line for line in disassemble(program).splitlines() if "map_value" in line] == [
        "    r1 = map_value(1) + 16",
        "    r1 = map_value(2) + 16",
        "    r1 = map_value(0) + 16",
    ]


@pytest.mark.parametrize("section", [".data", ".bss"])
def test_variables_of_a_program_have_a_limit(section: str) -> None:
    ones = f"[{', '.join(['i64 1'] * 8193)}]"
    value = ones if section == ".data" else "zeroinitializer"
    error = refusal(f"@a = global [8193 x i64] {value}\ndefine i64 @f(ptr %c) {{ ret i64 1 }}")
    assert error.found == f"f.o has 65544 bytes of variables in {section}"
    assert error.expected == "at most 65536 bytes"


def test_an_undefined_function_is_refused() -> None:
    error = refusal("""
    declare i64 @magic(i64)
    define i64 @f(i64 %i) section "s" {
      %v = call i64 @magic(i64 %i)
      %w = add i64 %v, 1
      ret i64 %w
    }
    """)
    assert error.found == (
        "f.o: f: `call label` at slot 0 calls `magic`, which is no function of this object"
    )
    assert "static inline" in error.expected


def test_the_address_of_a_function_is_refused() -> None:
    error = refusal("""
    define i64 @g(i64 %i) section "t" { ret i64 1 }
    define i64 @f(i64 %i) section "s" {
      %n = ptrtoint ptr @g to i64
      ret i64 %n
    }
    """)
    assert "is the address of the function `g` in section t" in error.found


def test_a_function_that_falls_through_is_refused(sample: bytes) -> None:
    add = assemble("r0 += r1\nexit").code[:8]
    data = sample.replace(assemble("r0 *= r0\nexit").code, add + add)
    assert data != sample
    with pytest.raises(AuthorError) as caught:
        read_elf(data, value_offset=16, file="f.o")
    assert "f.o: shared: `rd += rs` at slot 2 is the last of its function" in caught.value.found


def test_an_object_without_functions_is_refused() -> None:
    assert refusal("@x = global i64 1").found == "f.o has no global function"


def test_other_machines_are_refused() -> None:
    big = compile_ir("define i64 @f() { ret i64 1 }", triple="bpfeb")[1]
    with pytest.raises(AuthorError) as caught:
        read_elf(big, value_offset=16, file="big.o")
    assert "for machine EM_BPF, 64 bits, big-endian" in caught.value.found
    host = compile_ir("define i64 @f() { ret i64 1 }", cpu="", triple="x86_64-unknown-linux")[1]
    with pytest.raises(AuthorError) as caught:
        read_elf(host, value_offset=16, file="host.o")
    assert str(caught.value) == (
        "host.o is of type ET_REL for machine EM_X86_64, 64 bits, little-endian\n"
        "  expected: an object file (ET_REL) for EM_BPF, 64 bits, little-endian\n"
        "  try: clang -O2 -target bpfel -c"
    )


@pytest.mark.parametrize("data", [b"", b"\x7fEL", b"#!/bin/sh\n"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(AuthorError, match=r"^x is no ELF file"):
        read_elf(data, value_offset=16, file="x")


def test_a_truncated_file_is_refused(sample: bytes) -> None:
    for size in range(4, len(sample), 97):
        with pytest.raises(AuthorError, match=r"^f\.o is damaged: "):
            read_elf(sample[:size], value_offset=16, file="f.o")


def test_an_error_about_a_truncated_file_names_the_section() -> None:
    data = bytearray(compile_ir("define i64 @f() { ret i64 1 }")[1])
    headers = struct.unpack_from("<Q", data, 40)[0]
    struct.pack_into("<Q", data, headers + 2 * 64 + 32, 10**6)  # sh_size of .text
    with pytest.raises(AuthorError) as caught:
        read_elf(bytes(data), value_offset=16, file="f.o")
    assert str(caught.value) == (
        "f.o is damaged: section .text ends at byte 1000064\n"
        f"  expected: a whole ELF object file; this one has {len(data)} bytes"
    )


def test_sections_that_overlap_are_refused_before_they_are_copied() -> None:
    """A thousand sections, each of which is a whole file of a megabyte."""
    data = bytearray(compile_ir("define i64 @f() { ret i64 1 }")[1]) + bytes(1 << 20)
    header = struct.pack("<IIQQQQIIQQ", 0, 1, 0, 0, 0, len(data), 0, 0, 0, 0)
    struct.pack_into("<Q", data, 40, len(data))  # e_shoff
    struct.pack_into("<HHH", data, 58, 64, 1000, 0)  # e_shentsize, e_shnum, e_shstrndx
    tracemalloc.start()
    with pytest.raises(AuthorError, match="its sections overlap"):
        read_elf(bytes(data + header * 1000), value_offset=16, file="f.o")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 << 20


def test_damage_never_gives_a_traceback(sample: bytes) -> None:
    random = Random(7)
    outcomes: set[str] = set()
    for _ in range(300):
        data = bytearray(sample)
        for _ in range(random.randrange(1, 4)):
            data[random.randrange(len(data))] = random.randrange(256)
        try:
            found = read_elf(bytes(data), value_offset=16, file="f.o")
            outcomes.add(f"{len(found)} programs")
        except AuthorError:
            outcomes.add("refused")
    assert outcomes >= {"2 programs", "refused"}


def test_damaged_debug_information_is_left_out(sample: bytes) -> None:
    data = sample.replace(b"\x9f\xeb\x01\x00", b"\x00\x00\x01\x00")
    assert data != sample
    for program in read_elf(data, value_offset=16, file="f.o"):
        assert program.lines == ()


READELF = shutil.which("readelf")
needs_readelf = pytest.mark.skipif(READELF is None, reason="readelf is missing (package binutils)")


@pytest.fixture
def read_by_readelf(sample: bytes, tmp_path: Path) -> Callable[[str, str], list[tuple[str, ...]]]:
    """What binutils say of the sample: the groups of a pattern in each line that has it."""
    file = tmp_path / "sample.o"
    file.write_bytes(sample)

    def told(option: str, pattern: str) -> list[tuple[str, ...]]:
        command = [str(READELF), "--wide", option, str(file)]
        env = {**os.environ, "LC_ALL": "C"}
        text = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
        return [found.groups() for found in re.finditer(pattern, text, re.M)]

    return told


@needs_readelf
def test_sections_are_those_that_readelf_reads(
    sample: bytes, read_by_readelf: Callable[[str, str], list[tuple[str, ...]]]
) -> None:
    pattern = r"^ *\[ *\d+\] (\S*) +\S+ +[0-9a-f]{16} ([0-9a-f]+) ([0-9a-f]+) "
    theirs = [
        (name, sample[int(at, 16) : int(at, 16) + int(size, 16)])
        for name, at, size in read_by_readelf("--section-headers", pattern)
    ]
    assert theirs == [(each.name, each.data) for each in sections_of(sample)]


@needs_readelf
def test_symbols_are_those_that_readelf_reads(
    sample: bytes, read_by_readelf: Callable[[str, str], list[tuple[str, ...]]]
) -> None:
    pattern = r"^ *\d+: ([0-9a-f]{16}) +(\d+) (\S+) +(\S+) +\S+ +(\S+) ?(\S*)$"
    numbers = {"NOTYPE": 0, "OBJECT": 1, "FUNC": 2, "SECTION": 3, "FILE": 4}
    places = {"UND": 0, "ABS": 0xFFF1}
    theirs = [
        (
            "" if kind == "SECTION" else name,  # there it shows the section's
            *(int(value, 16), int(size), numbers[kind], binding == "LOCAL"),
            places[place] if place in places else int(place),
        )
        for value, size, kind, binding, place, name in read_by_readelf("--symbols", pattern)
    ]
    ours = symbols_of(sections_of(sample))
    assert theirs == [(s.name, s.value, s.size, s.kind, s.is_local, s.section) for s in ours]


@needs_readelf
def test_relocations_are_those_that_readelf_reads(
    sample: bytes, read_by_readelf: Callable[[str, str], list[tuple[str, ...]]]
) -> None:
    pattern = r"^([0-9a-f]{16}) +([0-9a-f]{8})([0-9a-f]{8}) "
    sections = sections_of(sample)
    symbols = symbols_of(sections)
    theirs = [
        Relocation(int(offset, 16), int(kind, 16), symbols[int(symbol, 16)])
        for offset, symbol, kind in read_by_readelf("--relocs", pattern)
    ]
    assert len(theirs) > 5
    assert theirs == [each for one in sections for each in relocations_in(one, symbols)]
