# SPDX-License-Identifier: Apache-2.0
"""Address translation: every kind of paging, every size of page."""

from __future__ import annotations

import pytest

from lightexit.vm.paging import NotMappedError, Paging, pieces
from lightexit.vm.registers import LMA, PAE, PG, PSE

PRESENT, LARGE, NO_EXECUTE = 1, 0x80, 1 << 63
Memory = dict[int, int]


def translate(paging: Paging, linear: int, memory: Memory) -> int:
    sizes: set[int] = set()

    def read(address: int, size: int) -> int:
        sizes.add(size)
        return memory.get(address, 0)

    physical = paging.translate(linear, read)
    assert len(sizes) < 2
    return physical


def test_without_paging_an_address_is_itself() -> None:
    assert translate(Paging(1, 0x1000, 0, 0), 0x1_2345_6789, {}) == 0x2345_6789


def test_32_bit_paging() -> None:
    memory = {0x1000 + 4 * 0x48: 0x2000 | PRESENT, 0x2000 + 4 * 0x345: 0x9000 | PRESENT}
    paging = Paging(PG, 0x1018, 0, 0)
    assert translate(paging, 0x1234_5678, memory) == 0x9678
    memory[0x1000 + 4 * 0x48] = 0x0080_0000 | PRESENT | LARGE
    assert translate(Paging(PG, 0x1018, PSE, 0), 0x1234_5678, memory) == 0x00B4_5678


def test_pae_paging() -> None:
    memory = {
        0x1020 + 8 * 3: 0x2000 | PRESENT,
        0x2000 + 8 * 5: 0x3000 | PRESENT,
        0x2000 + 8 * 6: 0x1_0040_0000 | PRESENT | LARGE | NO_EXECUTE,
        0x3000 + 8 * 7: 0x2_0000_0000 | PRESENT | NO_EXECUTE,
    }
    paging = Paging(PG, 0x1020, PAE, 0)
    assert translate(paging, 3 << 30 | 5 << 21 | 7 << 12 | 0x89, memory) == 0x2_0000_0089
    assert translate(paging, 3 << 30 | 6 << 21 | 7 << 12 | 0x89, memory) == 0x1_0040_7089


def test_4_level_paging() -> None:
    memory = {
        0x1000 + 8 * 511: 0x2000 | PRESENT,
        0x2000: 0x8000_0000 | PRESENT | LARGE,
        0x2000 + 8: 0x3000 | PRESENT,
        0x3000: 0x4000 | PRESENT,
        0x3008: 0x60_0000 | PRESENT | LARGE,
        0x4008: 0x7000 | PRESENT,
    }
    paging = Paging(PG, 0x1000, PAE, LMA)
    top = 0xFFFF_FF80_0000_0000
    assert translate(paging, top | 0x1234_5678, memory) == 0x9234_5678
    assert translate(paging, top | 1 << 30 | 0x1234, memory) == 0x7234
    assert translate(paging, top | 1 << 30 | 1 << 21 | 0x1234, memory) == 0x60_1234


@pytest.mark.parametrize("memory", [{}, {0x1000: 0x2000 | PRESENT}])
def test_an_unmapped_address_raises(memory: Memory) -> None:
    with pytest.raises(NotMappedError, match="no page at 0x123"):
        translate(Paging(PG, 0x1000, 0, 0), 0x123, memory)


def test_ranges_are_cut_at_pages() -> None:
    assert list(pieces(0xFFE, 4)) == [(0xFFE, 2), (0x1000, 2)]
    assert list(pieces(0x1000, 8)) == [(0x1000, 8)]
    assert list(pieces(0xFFF, 0x1002)) == [(0xFFF, 1), (0x1000, 0x1000), (0x2000, 1)]
