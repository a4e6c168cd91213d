# SPDX-License-Identifier: Apache-2.0
"""Placing: nothing over anything else, nothing outside memory, the lowest and highest place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import LOW, Arena
from lightexit.vm.boot.state import identity_map, long_mode
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.registers import PG

MEMORY = GuestMemory(3 * MIB)
HIGH = range(MIB, 3 * MIB)
REQUESTS = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(1, MIB),
        st.sampled_from([1, 16, 4096, 65536]),
    ),
    max_size=12,
)


@given(REQUESTS)
@settings(derandomize=True, deadline=None)
def test_pieces_are_aligned_and_never_overlap(requests: list[tuple[bool, int, int]]) -> None:
    arena = Arena(MEMORY)
    placed: list[range] = []
    for is_high, size, align in requests:
        place = arena.place_high if is_high else arena.place
        try:
            address = place("a piece", bytes(size), HIGH, align)
        except AuthorError:
            continue
        assert address % align == 0
        assert HIGH.start <= address <= address + size <= HIGH.stop
        piece = range(address, address + size)
        assert all(piece.stop <= other.start or other.stop <= piece.start for other in placed)
        placed.append(piece)


def test_the_lowest_and_the_highest_free_place() -> None:
    arena = Arena(MEMORY)
    arena.put("the middle", 2 * MIB, bytes(MIB // 2))
    arena.put("the start", MIB, bytes(100))
    assert arena.place("x", bytes(10), HIGH) == MIB + 4096
    assert arena.place_high("y", bytes(10), HIGH) == 3 * MIB - 4096
    assert arena.place_high("z", bytes(MIB // 2 - 4095), HIGH) == MIB + MIB // 2
    assert arena.place("w", bytes(MIB // 2 - 4096), HIGH) == 2 * MIB + MIB // 2


def test_an_error_about_memory_names_the_free_areas() -> None:
    with pytest.raises(AuthorError) as error:
        Arena(MEMORY).place("a disk", bytes(4 * MIB), HIGH)
    assert str(error.value) == (
        "no free guest memory for a disk, which needs 4194304 bytes between 0x100000..0x300000\n"
        "  expected: free memory of that size in 0x1000..0x9fc00 or 0x100000..0x300000\n"
        "  try: more memory for the guest, or a smaller file"
    )


def translated(tables: bytes, base: int, address: int) -> int:
    """What a CPU makes of an address with those tables: SDM volume 3, section 4.5."""
    table = base
    for shift in (39, 30, 21):
        offset = table - base + 8 * (address >> shift & 511)
        entry = int.from_bytes(tables[offset : offset + 8], "little")
        assert entry & 1
        if entry & 0x80:
            return entry & ~0x1F_FFFF & (1 << 52) - 1 | address & 0x1F_FFFF
        table = entry & 0x000F_FFFF_FFFF_F000
    raise AssertionError("no large page")


@given(st.integers(0, 2**32 - 1))
@settings(derandomize=True, deadline=None)
def test_the_page_tables_leave_every_address_where_it_is(address: int) -> None:
    assert translated(identity_map(0x5000), 0x5000, address) == address


def test_the_tables_of_long_mode_stand_in_low_memory() -> None:
    memory = GuestMemory(2 * MIB)
    state = long_mode(Arena(memory), MIB)
    assert state.cr3 in LOW
    assert state.cr0 & PG
    entries = bytes(memory.ram[state.gdt.base : state.gdt.base + state.gdt.limit + 1])
    descriptors = [int.from_bytes(entries[at : at + 8], "little") for at in range(0, 32, 8)]
    assert descriptors == [0, 0, state.code.descriptor, state.data.descriptor]
    assert state.code.descriptor == 0x00AF9B000000FFFF
    tables = bytes(memory.ram[state.cr3 : state.cr3 + 6 * 4096])
    assert translated(tables, state.cr3, 0xFED0_00F0) == 0xFED0_00F0
