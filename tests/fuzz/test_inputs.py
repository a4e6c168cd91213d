# SPDX-License-Identifier: Apache-2.0
"""Inputs that once broke the property of `harness.py`, the largest there may be, the harness."""

from __future__ import annotations

import struct
import time
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import scale
from fuzz import harness
from fuzz.formats import FORMATS
from fuzz.harness import TooMuch, TooSlow, held
from isa.llvm import compile_ir
from lightexit.cli.programs import LARGEST_OBJECT, LARGEST_TEXT
from lightexit.isa import Map, assemble, write_elf
from lightexit.isa.sections import sections_of
from lightexit.vm.memory import MIB
from vm.boot.images import elf, multiboot_header

FOUND = sorted((Path(__file__).parent / "found").iterdir())


@pytest.mark.parametrize("file", FOUND, ids=lambda file: file.name)
def test_what_was_found_is_answered(file: Path) -> None:
    held(FORMATS[file.name.split("-")[0]].read, file.read_bytes())


@pytest.mark.parametrize("name", FORMATS)
def test_seeds_are_accepted_and_damage_is_answered(name: str) -> None:
    random, form = Random(name), FORMATS[name]
    for seed in form.seeds():
        assert held(form.read, seed) == ""
        for _ in range(40):
            data = bytearray(seed)
            for _ in range(random.randrange(1, 4)):
                data[random.randrange(len(data))] = random.randrange(256)
            held(form.read, bytes(data))


# The largest of a kind: what is small enough to be read


def object_with_symbols(count: int) -> bytes:
    """An object with that many copies of its last symbol."""
    data = bytearray(compile_ir("define i64 @f(ptr %c) { ret i64 1 }")[1])
    (headers,) = struct.unpack_from("<Q", data, 40)
    number = next(i for i, each in enumerate(sections_of(bytes(data))) if each.kind == 2)
    at = headers + number * 64
    offset, size = struct.unpack_from("<QQ", data, at + 24)
    table = bytes(data[offset : offset + size])
    struct.pack_into("<QQ", data, at + 24, len(data), size + 24 * count)
    return bytes(data) + table + table[-24:] * count


def object_with_sections(count: int) -> bytes:
    """An object whose last section has that many headers."""
    data = bytearray(compile_ir("define i64 @f(ptr %c) { ret i64 1 }")[1])
    (headers,) = struct.unpack_from("<Q", data, 40)
    number: int = struct.unpack_from("<H", data, 60)[0]
    table = bytes(data[headers : headers + 64 * number])
    struct.pack_into("<Q", data, 40, len(data))
    struct.pack_into("<H", data, 60, count)
    return bytes(data) + table + table[-64:] * (count - number)


def object_with_relocations(count: int) -> bytes:
    """An object whose one relocation stands there that many times."""
    text = "@x = external global i64\ndefine ptr @f(ptr %c) { ret ptr @x }"
    data = bytearray(compile_ir(text)[1])
    (headers,) = struct.unpack_from("<Q", data, 40)
    number = next(i for i, each in enumerate(sections_of(bytes(data))) if each.kind == 9)
    at = headers + number * 64
    (offset,) = struct.unpack_from("<Q", data, at + 24)
    struct.pack_into("<QQ", data, at + 24, len(data), 16 * count)
    return bytes(data) + bytes(data[offset : offset + 16]) * count


def object_with_states(count: int) -> bytes:
    """An object with that many states."""
    program = assemble("r0 = 1\nexit")
    return write_elf(replace(program, maps=tuple(Map(f"s{i}", 16) for i in range(count))))


def btf(records: int, record_size: int = 16) -> bytes:
    strings = b"\0" + b"x" * 1000 + b"\0"
    first = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 0, 0, len(strings)) + strings
    lines = b"".join(
        struct.pack("<IIII", 8 * i, 1 + i % 1000, 1 + i % 900, 1 << 10) for i in range(records)
    )
    info = struct.pack("<III", record_size, 1, records) + lines
    second = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, 0, 0, len(info)) + info
    return struct.pack("<I", len(first)) + first + second


def kernel_with_segments(count: int) -> bytes:
    return elf(*((MIB + 8 * i, MIB + 8 * i, b"code", 4) for i in range(count)))


def elf_of_notes(count: int) -> bytes:
    """That many segments, each of which is a file of notes."""
    notes = bytes(12) * 300_000
    headers = struct.pack("<8I", 4, 52 + 32 * count, 0, 0, len(notes), 0, 0, 4) * count
    kernel = elf((MIB, MIB, b"code", 4), header=b"")
    head = bytearray(kernel[:52])
    struct.pack_into("<H", head, 44, count)
    return bytes(head) + headers + notes


LARGEST = {
    "elf symbols": lambda: object_with_symbols(LARGEST_OBJECT // 24 - 100),
    "elf relocations": lambda: object_with_relocations(LARGEST_OBJECT // 40),
    "elf sections": lambda: object_with_sections(65_000),
    "elf states": lambda: object_with_states(10_000),
    "btf records": lambda: btf(LARGEST_OBJECT // 17),
    "btf records that fit": lambda: btf(1 << 17),
    "assembler lines": lambda: b"exit\n" * LARGEST_TEXT,
    "assembler labels": lambda: b"".join(b"a%d:" % i for i in range(LARGEST_TEXT // 8)),
    "assembler words": lambda: b"1 " * (LARGEST_TEXT // 2),
    "assembler digits": lambda: b"r0 = " + b"1" * (LARGEST_TEXT - 5),
    "assembler brackets": lambda: b"(" * LARGEST_TEXT,
    "assembler spaces": lambda: b".map " + b" " * (LARGEST_TEXT - 8) + b"x y",
    "multiboot segments": lambda: kernel_with_segments(60_000),
    "executable notes": lambda: elf_of_notes(65_000),
    "multiboot bss": lambda: multiboot_header(1 << 16 | 3, MIB, MIB, 0, 0xFFFF_FFFF, MIB) + b"\xf4",
    "multiboot segment": lambda: elf((MIB, MIB, b"code", 0xFFFF_FFFF)),
}


@pytest.mark.parametrize("name", scale.part(LARGEST, 4))
def test_the_largest_of_a_kind_is_answered(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # What grows faster than its input takes minutes, a slow machine a few times as long.
    monkeypatch.setattr(harness, "SECONDS", 3 * harness.SECONDS)
    held(FORMATS[name.split()[0]].read, LARGEST[name]())


# The harness itself


def test_the_harness_notices_a_reader_that_takes_too_long() -> None:
    with pytest.raises(TooSlow):
        held(_spin, b"")


def test_the_harness_notices_a_reader_that_takes_too_much_memory() -> None:
    with pytest.raises(TooMuch):
        held(lambda data: _resident(250 * MIB), b"")
    with pytest.raises(MemoryError):
        held(lambda data: bytes(4096 * MIB), b"")


def test_the_harness_sees_other_exceptions() -> None:
    with pytest.raises(KeyError):
        held({b"other": 1}.__getitem__, b"")


def _spin(data: bytes) -> None:
    while True:
        time.perf_counter()


def _resident(size: int) -> None:
    block = bytearray(size)
    block[::4096] = b"x" * len(block[::4096])
