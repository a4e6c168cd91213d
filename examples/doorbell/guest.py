# SPDX-License-Identifier: Apache-2.0
"""A guest without an operating system: 32-bit code that rings queue 3, 1,000 times.

`python guest.py` writes guest.bin, for `lightexit run --kernel guest.bin`.
"""

from __future__ import annotations

from pathlib import Path

BASE, RINGS, QUEUE = 0xD000_0000, 1000, 3

CODE = b"".join(
    [
        b"\xbf" + BASE.to_bytes(4, "little"),  #         mov edi, BASE
        b"\x89\x7f\x70",  #                              mov [edi + STATUS], edi: any value but 0
        b"\xb8" + QUEUE.to_bytes(4, "little"),  #        mov eax, QUEUE
        b"\xb9" + RINGS.to_bytes(4, "little"),  #        mov ecx, RINGS
        b"\x89\x47\x50",  #                       again: mov [edi + QUEUE_NOTIFY], eax
        b"\xe2\xfb",  #                                  loop again
        b"\xb0\x00",  #                                  mov al, 0
        b"\xe6\xf4",  #                                  out 0xf4, al: exit status 2 * 0 + 1
        b"\xf4",  #                                      hlt
    ]
)

if __name__ == "__main__":
    Path(__file__).with_name("guest.bin").write_bytes(CODE)
