# SPDX-License-Identifier: Apache-2.0
"""A guest without an operating system: 32-bit code that starts the timer
and polls its gate until nothing is left, then the PIC until the timer's interrupt is there.

`python guest.py` writes guest.bin, for `lightexit run --kernel guest.bin`.
"""

from __future__ import annotations

from pathlib import Path

LEFT, CONTROL, IRQ = 0x700, 0x704, 5
TIME_US = 5000

CODE = b"".join(
    [
        b"\x66\xba" + LEFT.to_bytes(2, "little"),  #           mov dx, LEFT
        b"\xb8" + TIME_US.to_bytes(4, "little"),  #            mov eax, TIME_US
        b"\xef",  #                                            out dx, eax
        b"\x66\xba" + CONTROL.to_bytes(2, "little"),  #        mov dx, CONTROL
        b"\xb0\x01",  #                                        mov al, GATE
        b"\xee",  #                                            out dx, al
        b"\xec",  #                                     again: in al, dx
        b"\xa8\x20",  #                                        test al, DONE
        b"\x74\xfb",  #                                        jz again
        b"\xb0\x0a",  #                                        mov al, IRR
        b"\xe6\x20",  #                                        out 0x20, al: reads show IRR
        b"\xe4\x20",  #                                  await: in al, 0x20
        b"\xa8" + bytes([1 << IRQ]),  #                       test al, 1 << IRQ
        b"\x74\xfa",  #                                        jz await
        b"\xb0\x00",  #                                        mov al, 0
        b"\xe6\xf4",  #                                        out 0xf4, al: exit status 2 * 0 + 1
        b"\xf4",  #                                            hlt
    ]
)

if __name__ == "__main__":
    Path(__file__).with_name("guest.bin").write_bytes(CODE)
