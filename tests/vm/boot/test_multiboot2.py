# SPDX-License-Identifier: Apache-2.0
"""Multiboot2 kernels: where the header may be, what it may ask for, every file that is refused."""

from __future__ import annotations

import struct

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import NOTHING, Platform, load
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import elf, multiboot2_header, tag

CODE = b"\x90" * 100
END = tag(0)


def image(*tags: bytes) -> bytes:
    return elf((MIB, MIB, CODE, 200), header=bytes(4) + multiboot2_header(*tags, END))


def refusal(file: bytes, platform: Platform | None = None) -> str:
    with pytest.raises(AuthorError) as error:
        load(file, GuestMemory(4 * MIB), NOTHING, platform)
    return str(error.value)


def test_the_machine_state_is_that_of_the_specification() -> None:
    state = load(image(), GuestMemory(4 * MIB))
    assert (state.rip, state.rax, state.code.db, state.code.long) == (MIB, 0x36D76289, 1, 0)


def test_the_information_is_whole_and_aligned() -> None:
    memory = GuestMemory(4 * MIB)
    state = load(image(), memory, platform=Platform())
    (size,) = struct.unpack_from("<I", memory.ram, state.rbx)
    place, found = state.rbx + 8, {}
    while place < state.rbx + size:
        kind, length = struct.unpack_from("<II", memory.ram, place)
        found[kind] = bytes(memory.ram[place + 8 : place + length])
        place += length + -length % 8
    assert (state.rbx % 8, place, list(found)) == (0, state.rbx + size, [1, 2, 4, 6, 21, 14, 15, 0])
    assert found[4] == struct.pack("<II", 639, 3 * 1024)
    assert found[21] == struct.pack("<I", MIB)
    assert found[14] == found[15][:20] == bytes(memory.ram[0xE0000 : 0xE0000 + 20])
    assert struct.unpack_from("<IIQQI", found[6]) == (24, 0, 0, 0x9FC00, 1)


def test_an_entry_tag_goes_before_the_files() -> None:
    assert load(image(tag(3, MIB + 8)), GuestMemory(4 * MIB)).rip == MIB + 8


def test_a_load_address_of_all_ones_is_that_of_the_files_beginning() -> None:
    memory = GuestMemory(4 * MIB)
    header = multiboot2_header(tag(2, MIB + 8, 0xFFFF_FFFF, 0, 0), tag(3, MIB + 64), END)
    state = load(b"8 bytes." + header, memory)
    assert (state.rip, bytes(memory.ram[MIB : MIB + 8])) == (MIB + 64, b"8 bytes.")


@pytest.mark.parametrize(
    "given",
    [
        tag(5, 0, 0, 0, optional=True),
        tag(4, 2),
        tag(6),
        tag(7),
        tag(9, MIB),
        tag(77, optional=True),
    ],
)
def test_what_can_be_done_without_is_no_matter(given: bytes) -> None:
    assert load(image(given), GuestMemory(4 * MIB)).rip == MIB


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (tag(5, 0, 0, 0), "requires a framebuffer: header tag 5"),
        (tag(4, 1), "requires a console: header tag 4"),
        (tag(77), "requires what is not known: header tag 77"),
        (tag(1, 4, 8), "requires information of type 8"),
        (tag(1, 15), "requires information of type 15"),
    ],
)
def test_what_is_required_and_not_there_is_refused(given: bytes, what: str) -> None:
    assert what in refusal(image(given)).splitlines()[0]


def test_acpi_can_be_required_where_it_is() -> None:
    assert load(image(tag(1, 14, 15)), GuestMemory(4 * MIB), NOTHING, Platform()).rip == MIB


def test_tags_that_do_not_end_are_refused() -> None:
    for tags in ((tag(6),), (struct.pack("<HHI", 6, 0, 4), END), (struct.pack("<HHI", 6, 0, 99),)):
        file = elf((MIB, MIB, CODE, 200), header=bytes(4) + multiboot2_header(*tags))
        assert refusal(file).startswith("a Multiboot2 header whose tags do not end, from byte ")


def test_a_header_without_addresses_outside_elf_is_refused() -> None:
    assert refusal(multiboot2_header(END) + CODE).startswith(
        "a Multiboot2 header without addresses, in a file that is not ELF"
    )
