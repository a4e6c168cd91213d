# SPDX-License-Identifier: Apache-2.0
"""What a CPU runs at its reset vector where no firmware is: after an INIT, mostly.

A guest has a CPU resume after an INIT by a code in the CMOS and a far pointer in the BIOS data
area. Reference: IBM PC AT Technical Reference, section 5 ("Shutdown"); Intel SDM volume 3,
section 10.1.4.
"""

from __future__ import annotations

import struct

SIZE = 4096
_VECTOR = SIZE - 16

#: 16-bit code, run where the image shows below 1 MiB.
_CODE = bytes.fromhex(
    "B0 8F E6 70"  #    mov al, 0x8F; out 0x70, al      the shutdown code, NMI off
    "E4 71 88 C4"  #    in al, 0x71; mov ah, al
    "B0 00 E6 71"  #    mov al, 0; out 0x71, al         it is for once
    "80 FC 05 74 11"  # cmp ah, 5; je eoi
    "80 FC 0A 74 12"  # cmp ah, 0x0A; je resume
    "BA F9 0C"  #       mov dx, 0xCF9
    "B0 02 EE"  #       mov al, 2; out dx, al           what counts is an edge
    "B0 06 EE"  #       mov al, 6; out dx, al           the whole machine begins anew
    "F4 EB FD"  # stop: hlt; jmp stop
    "B0 20 E6 A0 E6 20"  # eoi: mov al, 0x20; out 0xA0, al; out 0x20, al
    "31 C0 8E D8"  # resume: xor ax, ax; mov ds, ax
    "FF 2E 67 04"  #    jmp far [0x467]
)
#: Far: guests jump to FFFF:0000 as well.
_JUMP = b"\xea" + struct.pack("<HH", 0x1_0000 - SIZE, 0xF000)
#: Its last 16 bytes are the reset vector's, as those of a firmware image.
IMAGE = _CODE.ljust(_VECTOR, b"\xff") + _JUMP.ljust(SIZE - _VECTOR, b"\xff")
