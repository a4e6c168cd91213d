# SPDX-License-Identifier: Apache-2.0
"""A guest without an operating system: 32-bit code that reads the counter 1,000 times.

`python guest.py` writes guest.bin, for `lightexit run --kernel guest.bin`.
"""

from __future__ import annotations

from pathlib import Path

PORT, READS = 0x708, 1000

CODE = b"".join(
    [
        b"\x66\xba" + PORT.to_bytes(2, "little"),  #        mov dx, PORT
        b"\xef",  #                                         out dx, eax: start afresh
        b"\xb9" + READS.to_bytes(4, "little"),  #           mov ecx, READS
        b"\xed",  #                                  again: in eax, dx
        b"\xe2\xfd",  #                                     loop again
        b"\xb0\x00",  #                                     mov al, 0
        b"\xe6\xf4",  #                                     out 0xf4, al: exit status 2 * 0 + 1
        b"\xf4",  #                                         hlt
    ]
)

if __name__ == "__main__":
    Path(__file__).with_name("guest.bin").write_bytes(CODE)
