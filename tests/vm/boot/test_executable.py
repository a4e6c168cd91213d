# SPDX-License-Identifier: Apache-2.0
"""ELF files without a Multiboot header: PVH notes, plain ones, gzip around them, refusals."""

from __future__ import annotations

import gzip
import struct

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import Payload, load
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import elf, elf64

CODE = b"\x90" * 100


def note(owner: bytes, kind: int, content: bytes) -> bytes:
    head = struct.pack("<3I", len(owner), len(content), kind)
    return head + owner + bytes(-len(owner) % 4) + content + bytes(-len(content) % 4)


PVH = note(b"Xen\0", 18, (MIB + 0x20).to_bytes(8, "little"))
BUILD = note(b"GNU\0", 3, b"twenty bytes of hash")


def refusal(file: bytes, payload: Payload | None = None, mib: int = 4) -> str:
    with pytest.raises(AuthorError) as error:
        load(file, GuestMemory(mib * MIB), payload or Payload())
    return str(error.value)


@pytest.mark.parametrize("notes", [PVH, BUILD + PVH, note(b"", 0, b"") + PVH])
def test_a_pvh_note_names_the_entry(notes: bytes) -> None:
    state = load(elf64(MIB, CODE, notes), GuestMemory(4 * MIB), Payload("x"))
    assert (state.rip, state.code.db, state.code.long, state.cr4) == (MIB + 0x20, 1, 0, 0)


@pytest.mark.parametrize(
    "notes", [b"", BUILD, note(b"GNU\0", 18, bytes(8)), note(b"Xen\0", 18, b"3"), PVH[:-1], PVH[:9]]
)
def test_without_one_it_is_entered_in_the_mode_of_its_class(notes: bytes) -> None:
    state = load(elf64(MIB, CODE, notes), GuestMemory(4 * MIB))
    assert (state.rip, state.code.long, state.cr0 >> 31) == (MIB, 1, 1)


def test_a_32_bit_file_is_entered_in_32_bits() -> None:
    state = load(elf((MIB, MIB, CODE, 200), header=b""), GuestMemory(4 * MIB))
    assert (state.rip, state.code.db, state.code.long) == (MIB, 1, 0)


def test_a_command_line_of_a_plain_file_is_refused() -> None:
    assert refusal(elf64(MIB, CODE), Payload("x")).startswith(
        "a command line or modules for an ELF file without a header for boot loaders\n"
    )


def test_files_cut_short_are_refused() -> None:
    file = elf64(MIB, CODE, PVH)
    for size in (4, 40, 60, 100, len(file) - 1):
        assert refusal(file[:size]).startswith(f"an ELF file of {size} bytes, cut short\n")


def test_a_gzip_file_is_unpacked_as_far_as_memory_goes() -> None:
    packed = gzip.compress(elf64(MIB, CODE, PVH))
    assert load(packed, GuestMemory(4 * MIB)).rip == MIB + 0x20
    assert refusal(packed[:-9]).startswith("the kernel's file is a gzip file, cut short\n")
    assert "a gzip file, and damaged: " in refusal(packed[:2] + b"\xff" * 99)
    assert refusal(gzip.compress(bytes(5 * MIB))).startswith(
        f"the kernel's file is a gzip file of more than {4 * MIB} bytes\n"
    )
