# SPDX-License-Identifier: Apache-2.0
"""A guest without an operating system: 32-bit code that makes all sources
pending and claims each, 100 times.

`python guest.py` writes guest.bin, for `lightexit run --kernel guest.bin`.
"""

from __future__ import annotations

from pathlib import Path

PENDING, CLAIM = 0x700, 0x704
ROUNDS = 100
SOURCES = 0xFFFF_FFFF  # all 32

CODE = b"".join(
    [
        b"\xb9" + ROUNDS.to_bytes(4, "little"),  #             mov ecx, ROUNDS
        b"\x66\xba" + PENDING.to_bytes(2, "little"),  # again: mov dx, PENDING
        b"\xb8" + SOURCES.to_bytes(4, "little"),  #            mov eax, SOURCES
        b"\xef",  #                                            out dx, eax
        b"\x66\xba" + CLAIM.to_bytes(2, "little"),  #          mov dx, CLAIM
        b"\xed",  #                                      next: in eax, dx
        b"\x85\xc0",  #                                        test eax, eax
        b"\x75\xfb",  #                                        jnz next: until none is pending
        b"\xe2\xeb",  #                                        loop again
        b"\xb0\x00",  #                                        mov al, 0
        b"\xe6\xf4",  #                                        out 0xf4, al: exit status 2 * 0 + 1
        b"\xf4",  #                                            hlt
    ]
)

if __name__ == "__main__":
    Path(__file__).with_name("guest.bin").write_bytes(CODE)
