# SPDX-License-Identifier: Apache-2.0
"""The BIOS data area and the extended one, which kernels read that no BIOS has started.

Reference: IBM PS/2 and PC BIOS Interface Technical Reference, section 3 ("Data Areas").
"""

from __future__ import annotations

import struct

from lightexit.vm import places
from lightexit.vm.boot.arena import EBDA
from lightexit.vm.memory import KIB, GuestMemory

#: Where it is; its segment, by which keyboard buffers count.
AREA = range(0x400, 0x500)
#: Equipment: x87, a pointing device, one serial port; no floppy drive, no monochrome display.
_EQUIPMENT = 1 << 1 | 1 << 2 | 1 << 9
_BUFFER, _BUFFER_END = 0x1E, 0x3E  # of 16 keys, empty
_COLOUR_TEXT, _COLUMNS, _ROWS, _LINES = 3, 80, 25, 16
_CRTC = 0x3D4
_ENHANCED_KEYBOARD = 1 << 4

#: What stands there, by its offset in the area; all else is 0.
_FIELDS = (
    (0x00, "<H", places.COM1),
    (0x0E, "<H", EBDA.start >> 4),
    (0x10, "<H", _EQUIPMENT),
    (0x13, "<H", EBDA.start // KIB),
    (0x1A, "<H", _BUFFER),  # its head, then its tail
    (0x1C, "<H", _BUFFER),
    (0x49, "<B", _COLOUR_TEXT),
    (0x4A, "<H", _COLUMNS),
    (0x63, "<H", _CRTC),
    (0x80, "<H", _BUFFER),  # where it begins and ends
    (0x82, "<H", _BUFFER_END),
    (0x84, "<B", _ROWS - 1),
    (0x85, "<H", _LINES),
    (0x96, "<B", _ENHANCED_KEYBOARD),
)


def fill(memory: GuestMemory) -> None:
    """Write both areas. There is no display: its mode is the one that text is written in."""
    area = bytearray(len(AREA))
    for offset, form, value in _FIELDS:
        struct.pack_into(form, area, offset, value)
    memory.ram[AREA.start : AREA.stop] = bytes(area)
    memory.ram[EBDA.start] = len(EBDA) // KIB
