# SPDX-License-Identifier: Apache-2.0
"""The guest's code, byte by byte; tests/measure/test_variants.py runs it."""

from __future__ import annotations

import struct

import pytest

from lightexit.measure import guest
from lightexit.measure.guest import AccessKind
from lightexit.vm.memory import GuestMemory

KINDS = [each for each in vars(guest).values() if isinstance(each, AccessKind)]
RDTSC = bytes.fromhex("0f31")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_loop_goes_back_to_the_first_rdtsc(kind: AccessKind) -> None:
    code = guest.machine_code(kind, 7)
    end = code.index(bytes([0xE6, guest.LAST]))
    opcode, back = struct.unpack_from("<Bb", code, end - 2)
    assert opcode == 0x72
    assert end + back == code.index(RDTSC)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nothing_but_the_access_is_between_the_two(kind: AccessKind) -> None:
    code = guest.machine_code(kind, 7)
    first, last = code.index(RDTSC), code.rindex(RDTSC)
    assert code[first + 2 : last] == bytes.fromhex("89c6") + kind.code


def test_differences_are_where_the_guest_puts_them() -> None:
    memory = GuestMemory(guest.RAM)
    struct.pack_into("<3I", memory.ram, guest.BUFFER, 5, 2**32 - 1, 7)
    assert guest.differences(memory, 3) == [5, 2**32 - 1, 7]
    assert len(guest.differences(memory, guest.MOST_ACCESSES)) == guest.MOST_ACCESSES
