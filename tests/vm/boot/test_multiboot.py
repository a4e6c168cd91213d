# SPDX-License-Identifier: Apache-2.0
"""Multiboot kernels: where the header may be, what is put where, every file that is refused."""

from __future__ import annotations

import struct

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import NOTHING, BootModule, Payload, StartState, load
from lightexit.vm.memory import KIB, MIB, GuestMemory
from vm.boot.images import elf, multiboot_header

CODE = b"\x90" * 100
SIMPLE = elf((MIB, MIB, CODE, 200))


def loaded(image: bytes, payload: Payload = NOTHING) -> tuple[GuestMemory, StartState]:
    memory = GuestMemory(4 * MIB)
    memory.ram[MIB : 2 * MIB] = b"\xff" * MIB
    return memory, load(image, memory, payload)


def refusal(image: bytes, payload: Payload = NOTHING) -> str:
    with pytest.raises(AuthorError) as error:
        load(image, GuestMemory(4 * MIB), payload)
    return str(error.value)


def test_the_machine_state_is_that_of_the_specification() -> None:
    _, state = loaded(SIMPLE)
    assert (state.rax, state.cr0 & 0x8000_0001, state.rflags) == (0x2BADB002, 1, 2)
    assert (state.code.db, state.code.long, state.efer) == (1, 0, 0)
    assert state.code.descriptor == 0x00CF9B000000FFFF
    assert state.data.descriptor == 0x00CF93000000FFFF


def test_segments_are_loaded_and_their_rest_is_zeroed() -> None:
    memory, state = loaded(elf((MIB, MIB, CODE, 200), (3 * MIB, 2 * MIB, b"data", 4)))
    assert state.rip == MIB
    assert bytes(memory.ram[MIB : MIB + 201]) == CODE + bytes(100) + b"\xff"
    assert bytes(memory.ram[2 * MIB : 2 * MIB + 4]) == b"data"


def test_an_entry_at_a_virtual_address_is_taken_to_where_the_code_is() -> None:
    _, state = loaded(elf((0xC010_0000, MIB, CODE, 100), entry=0xC010_0010))
    assert state.rip == MIB + 0x10


def test_the_boot_information() -> None:
    modules = BootModule(b"one", "first a"), BootModule(b"two", "")
    memory, state = loaded(SIMPLE, Payload("x=1", modules, "k.elf"))

    def words(address: int, count: int) -> tuple[int, ...]:
        return struct.unpack_from(f"<{count}I", memory.ram, address)

    def text(address: int) -> bytes:
        return bytes(memory.ram[address:]).split(b"\0", 1)[0]

    flags, lower, upper, _, line, count, listed = words(state.rbx, 7)
    assert flags == 0b10_0100_1101
    assert (lower, upper) == (639, 3 * MIB // KIB)
    assert (text(line), count) == (b"k.elf x=1", 2)
    first, second = words(listed, 4), words(listed + 16, 4)
    assert first[:2] == (MIB + 0x1000, MIB + 0x1003)
    assert second[:2] == (MIB + 0x2000, MIB + 0x2003)
    assert (text(first[2]), text(second[2])) == (b"first a", b"")
    assert bytes(memory.ram[first[0] : first[1]]) == b"one"
    assert text(words(state.rbx + 64, 1)[0]) == b"lightexit"
    length, table = words(state.rbx + 44, 2)
    entries = list(struct.iter_unpack("<IQQI", memory.ram[table : table + length]))
    assert entries == [
        (20, 0, 0x9FC00, 1),
        (20, 0x9FC00, 0x400, 2),
        (20, 0xE0000, 0x20000, 2),
        (20, MIB, 3 * MIB, 1),
    ]


def test_the_header_is_looked_for_in_the_first_8_kib_at_multiples_of_four() -> None:
    header = multiboot_header(0x10000, MIB, MIB, 0, 0, MIB)
    fake = struct.pack("<3I", 0x1BADB002, 0, 0)  # the checksum is wrong
    image = fake.ljust(8180, b"\0") + header
    assert load(image, GuestMemory(4 * MIB)).rax == 0x2BADB002
    for file in (b"\0" + header, bytes(8184) + header):
        assert load(file, GuestMemory(4 * MIB)).rax == 0


def test_address_fields_give_the_bytes_to_load() -> None:
    header = multiboot_header(0x10000, MIB + 8, MIB + 4, MIB + 4 + 40, MIB + 100, MIB + 36)
    memory, state = loaded(b"skip" * 5 + header + b"loaded, " + b"not loaded")
    assert state.rip == MIB + 36
    assert bytes(memory.ram[MIB + 4 : MIB + 44]) == b"skip" + header + b"load"
    assert bytes(memory.ram[MIB + 44 : MIB + 101]) == bytes(56) + b"\xff"


def test_an_end_of_zero_is_the_end_of_the_file() -> None:
    header = multiboot_header(0x10000, MIB, MIB, 0, 0, MIB + 32)
    memory, _ = loaded(header + CODE)
    assert bytes(memory.ram[MIB : MIB + 133]) == header + CODE + b"\xff"


@pytest.mark.parametrize("fields", [(MIB + 8, MIB, 0), (MIB, MIB, 2 * MIB), (MIB, MIB, MIB - 4)])
def test_address_fields_outside_the_file_are_refused(fields: tuple[int, ...]) -> None:
    text = refusal(multiboot_header(0x10000, *fields, 0, MIB))
    assert "a Multiboot header asks for bytes" in text
    assert "of a file of 32 bytes" in text
    assert "it may be cut short" in text


def test_a_required_feature_that_is_not_there_is_refused() -> None:
    text = refusal(elf((MIB, MIB, CODE, 100), header=multiboot_header(7)))
    assert text.startswith("a Multiboot kernel that requires unsupported features: flags 0x7\n")
    assert "there is no video" in text


def test_a_header_without_addresses_outside_elf_is_refused() -> None:
    assert refusal(multiboot_header(3) + CODE).startswith(
        "a Multiboot header without addresses, in a file that is not ELF"
    )


def test_a_file_for_another_cpu_is_refused() -> None:
    assert refusal(elf((MIB, MIB, CODE, 100), kind=3)) == (
        "an ELF file of class 3, type 2, machine 3\n"
        "  expected: an x86 executable: type 2, and class 1, machine 3 or class 2, machine 62"
    )
    assert "machine 40" in refusal(elf((MIB, MIB, CODE, 100), machine=40))


def test_files_cut_short_are_refused() -> None:
    assert refusal(SIMPLE[:-1]) == (
        f"an ELF file of {len(SIMPLE) - 1} bytes, cut short\n"
        f"  expected: {len(SIMPLE)} bytes at least, as its headers say"
    )
    many = bytearray(SIMPLE)
    many[44:46] = (100).to_bytes(2, "little")
    assert "3252 bytes at least" in refusal(bytes(many))


def test_a_file_with_nothing_to_load_is_refused() -> None:
    assert refusal(elf()).startswith("an ELF file with nothing to load")


@pytest.mark.parametrize("address", [0, 0x9FFFF, 0xA0000, 4 * MIB - 50, 8 * MIB, 2**32 - 100])
def test_a_kernel_outside_memory_is_refused(address: int) -> None:
    assert refusal(elf((address, address, CODE, 100))).startswith(
        f"no free guest memory for the kernel, which needs 100 bytes at {address:#x}"
    )


def test_segments_that_overlap_are_refused() -> None:
    text = refusal(elf((MIB, MIB, CODE, 100), (MIB + 50, MIB + 50, CODE, 100)))
    assert text.startswith(
        "the kernel at 0x100032..0x100096 overlaps the kernel at 0x100000..0x100064"
    )


def test_modules_too_large_are_refused() -> None:
    payload = Payload(modules=(BootModule(b"small"), BootModule(bytes(3 * MIB))))
    assert refusal(SIMPLE, payload).startswith(
        f"no free guest memory for module 2, which needs {3 * MIB} bytes between 0x101005..0x400000"
    )
