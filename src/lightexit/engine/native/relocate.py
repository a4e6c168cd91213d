# SPDX-License-Identifier: Apache-2.0
"""Relocations of machine code against the constants that stand behind it.

Both are mapped together, from the start of a page on: so distances are known before addresses
are. Formats: System V ABI for x86-64, ELF for the Arm 64-bit Architecture.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

_PAGE_BITS = 12
_PAGE = 1 << _PAGE_BITS


def _pc32(code: bytearray, at: int, target: int) -> None:
    """R_X86_64_PC32: the distance, in 32 bits."""
    struct.pack_into("<i", code, at, target - at)


def _adrp(code: bytearray, at: int, target: int) -> None:
    """R_AARCH64_ADR_PREL_PG_HI21: the distance in pages, in an `adrp`."""
    pages = (target >> _PAGE_BITS) - (at >> _PAGE_BITS)
    _insert(code, at, (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5)


def _low12(code: bytearray, at: int, target: int) -> None:
    """R_AARCH64_ADD_ABS_LO12_NC: the offset within the page, in an `add`."""
    _insert(code, at, (target & _PAGE - 1) << 10)


def _insert(code: bytearray, at: int, field: int) -> None:
    (word,) = struct.unpack_from("<I", code, at)
    struct.pack_into("<I", code, at, word | field)


#: By e_machine and the number of the relocation: sets what is at a place to reach a target, both
#: in bytes from where the code starts.
RELOCATIONS: dict[tuple[int, int], Callable[[bytearray, int, int], None]] = {
    (62, 2): _pc32,
    (183, 275): _adrp,
    (183, 277): _low12,
}
