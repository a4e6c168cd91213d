# SPDX-License-Identifier: Apache-2.0
"""A guest that times its own accesses: rdtsc, access, rdtsc; the difference goes to memory.

Every variant is timed by the same instructions, and no compiler is needed. The code is 32-bit,
flat, without paging and with interrupts off. Reference: Intel SDM volume 2.

No fence stands beside rdtsc: an exit happens when all that is before it has retired, and what is
after it starts anew behind the entry. (A KVM that emulates a guest's code knows no lfence either.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightexit.vm.memory import MIB

if TYPE_CHECKING:
    from lightexit.vm.memory import GuestMemory

RAM = 2 * MIB
CODE = 0x1000
#: Where the differences go, 4 bytes each, up to the end of RAM.
BUFFER = MIB
MOST_ACCESSES = (RAM - BUFFER) // 4
#: The doorbell, the counter, and the port that ends a turn.
PORT, MEMORY, LAST = 0xE0, 0xD000_0000, 0xF4
_PIT_COUNTER1 = 0x41


@dataclass(frozen=True)
class AccessKind:
    """What is timed. `code` changes eax, ebx, ecx and edx at most; `setup` runs once a turn."""

    name: str
    title: str
    code: bytes = b""
    setup: bytes = b""


def _at(opcode: int, address: int) -> bytes:
    return struct.pack("<BI", opcode, address)


NOTHING = AccessKind("none", "nothing")
#: Leaf 0, that the lookup is always the same.
CPUID = AccessKind("cpuid", "CPUID", bytes.fromhex("31c0 0fa2"))
#: Counter 1 in mode 2, LSB then MSB, count 0x10000: it interrupts nobody. Then reads of it.
PIT_READ = AccessKind(
    "pit-read",
    "PIO read, PIT",
    bytes([0xE4, _PIT_COUNTER1]),
    bytes.fromhex("b074 e643 b000 e641 e641"),
)
PIO_WRITE = AccessKind("pio-write", "PIO write, doorbell", bytes([0xE7, PORT]))
MMIO_READ = AccessKind("mmio-read", "MMIO read, counter", _at(0xA1, MEMORY))
MMIO_WRITE = AccessKind("mmio-write", "MMIO write, doorbell", _at(0xA3, MEMORY))


def machine_code(kind: AccessKind, accesses: int) -> bytes:
    """`setup`, then `accesses` timed accesses, then a write to LAST."""
    body = b"".join(
        (
            bytes.fromhex("0f31 89c6"),  # rdtsc; mov esi, eax
            kind.code,
            bytes.fromhex("0f31 29f0"),  # rdtsc; sub eax, esi
            bytes.fromhex("8907 83c704"),  # mov [edi], eax; add edi, 4
            bytes.fromhex("81ff") + struct.pack("<I", BUFFER + 4 * accesses),  # cmp edi, end
        )
    )
    back = struct.pack("<b", -(len(body) + 2))
    end = bytes([0xE6, LAST, 0xF4, 0xEB, 0xFD])  # out LAST, al; hlt; jmp to the hlt
    return kind.setup + _at(0xBF, BUFFER) + body + b"\x72" + back + end


def differences(memory: GuestMemory, accesses: int) -> list[int]:
    """TSC cycles of each access of the last turn, in order."""
    return list(struct.unpack_from(f"<{accesses}I", memory.ram, BUFFER))
