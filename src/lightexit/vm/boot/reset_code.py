# SPDX-License-Identifier: Apache-2.0
"""What a CPU runs at its reset vector where no firmware is: after an INIT, or when it is woken.

A guest has a CPU go on after an INIT by a code in the CMOS and a far pointer in the BIOS data
area; after a sleep, by the waking vector in the FACS. Reference: IBM PC AT Technical Reference,
section 5 ("Shutdown"); Intel SDM volume 3, section 10.1.4; ACPI 6.5, section 5.2.10.
"""

from __future__ import annotations

import struct

from lightexit.vm.boot.acpi import WAKING_VECTOR
from lightexit.vm.boot.arena import BIOS_AREA

SIZE = 4096
_VECTOR = SIZE - 16
_TABLES = struct.pack("<H", BIOS_AREA.start >> 4)
_WAKING = struct.pack("<H", WAKING_VECTOR)

#: 16-bit code, run where the image shows below 1 MiB.
_CODE = (
    b"\xb0\x8f\xe6\x70"  #       mov al, 0x8F; out 0x70, al      the shutdown code, NMI off
    b"\xe4\x71\x88\xc4"  #       in al, 0x71; mov ah, al
    b"\xb0\x00\xe6\x71"  #       mov al, 0; out 0x71, al         it is for once
    b"\x80\xfc\x05\x74\x3b"  #   cmp ah, 5; je eoi
    b"\x80\xfc\x0a\x74\x3c"  #   cmp ah, 0x0A; je resume
    b"\x80\xfc\xfe\x74\x0c"  #   cmp ah, 0xFE; je wake
    b"\xba\xf9\x0c"  #     anew: mov dx, 0xCF9
    b"\xb0\x02\xee"  #           mov al, 2; out dx, al           what counts is an edge
    b"\xb0\x06\xee"  #           mov al, 6; out dx, al           the whole machine begins anew
    b"\xf4\xeb\xfd"  #     stop: hlt; jmp stop
    b"\xb8" + _TABLES + b"\x8e\xd8"  # wake: mov ax, ...; mov ds, ax
    b"\x66\xa1"
    + _WAKING  #   mov eax, [...]                  a linear address
    + b"\x66\x85\xc0\x74\xe6"  #   test eax, eax; je anew
    b"\xb9\x00\x00\x8e\xd9"  #   mov cx, 0; mov ds, cx
    b"\x89\xc1\x83\xe1\x0f"  #   mov cx, ax; and cx, 15
    b"\x89\x0e\x67\x04"  #       mov [0x467], cx
    b"\x66\xc1\xe8\x04"  #       shr eax, 4
    b"\xa3\x69\x04\xeb\x06"  #   mov [0x469], ax; jmp resume
    b"\xb0\x20\xe6\xa0\xe6\x20"  # eoi: mov al, 0x20; out 0xA0, al; out 0x20, al
    b"\xb8\x00\x00\x8e\xd8"  # resume: mov ax, 0; mov ds, ax
    b"\xff\x2e\x67\x04"  #       jmp far [0x467]
)
#: Far: guests jump to FFFF:0000 as well.
_JUMP = b"\xea" + struct.pack("<HH", 0x1_0000 - SIZE, 0xF000)
#: Its last 16 bytes are the reset vector's, as those of a firmware image.
IMAGE = _CODE.ljust(_VECTOR, b"\xff") + _JUMP.ljust(SIZE - _VECTOR, b"\xff")
