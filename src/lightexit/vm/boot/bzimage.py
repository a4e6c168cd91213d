# SPDX-License-Identifier: Apache-2.0
"""Linux bzImages, entered at their 64-bit entry point, or at the 32-bit one where there is none.

Reference: The Linux/x86 Boot Protocol (Documentation/arch/x86/boot.rst): "The Real-Mode Kernel
Header", "Details of Header Fields", "32-bit Boot Protocol", "64-bit Boot Protocol"; zero-page.rst
for what is in struct boot_params beside the header.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import LOW, Arena, memory_map
from lightexit.vm.boot.payload import BootModule, Payload, as_text
from lightexit.vm.boot.state import StartState, long_mode, protected_mode
from lightexit.vm.memory import MIB
from lightexit.vm.paging import PAGE

SECTOR = 512
BOOT_FLAG, MAGIC = 0xAA55, b"HdrS"
#: The first version that says where its code wants to be: older kernels are entered in real mode.
OLDEST = 0x020A
#: The first version that says whether there is a 64-bit entry point.
SAYS_64 = 0x020C
KERNEL_64 = 1 << 0
ENTRY_64 = 0x200
UNKNOWN_LOADER = 0xFF


class BootField(NamedTuple):
    """A field of struct boot_params: offset and size in bytes."""

    offset: int
    size: int


ACPI_RSDP_ADDR = BootField(0x070, 8)
E820_ENTRIES = BootField(0x1E8, 1)
SETUP_SECTS = BootField(0x1F1, 1)
SYSSIZE = BootField(0x1F4, 4)
VIDEO_MODE = BootField(0x1FA, 2)
BOOT_FLAG_FIELD = BootField(0x1FE, 2)
HEADER_LENGTH = BootField(0x201, 1)
HEADER_MAGIC = BootField(0x202, 4)
VERSION = BootField(0x206, 2)
TYPE_OF_LOADER = BootField(0x210, 1)
RAMDISK_IMAGE = BootField(0x218, 4)
RAMDISK_SIZE = BootField(0x21C, 4)
CMD_LINE_PTR = BootField(0x228, 4)
INITRD_ADDR_MAX = BootField(0x22C, 4)
KERNEL_ALIGNMENT = BootField(0x230, 4)
RELOCATABLE_KERNEL = BootField(0x234, 1)
XLOADFLAGS = BootField(0x236, 2)
CMDLINE_SIZE = BootField(0x238, 4)
PREF_ADDRESS = BootField(0x258, 8)
INIT_SIZE = BootField(0x260, 4)
E820_TABLE = BootField(0x2D0, 20)

_HEADER_START = SETUP_SECTS.offset
_HEADER_BASE = HEADER_MAGIC.offset
#: A setup header of version 2.12 reaches to here at least.
_SMALLEST = INIT_SIZE.offset + INIT_SIZE.size
_NORMAL_VIDEO = 0xFFFF
PARAGRAPH = 16
#: The first versions that say how long a command line and how high a RAM disk may be, and what
#: holds before.
SAYS_CMDLINE, OLD_CMDLINE = 0x0206, 255
SAYS_INITRD, OLD_INITRD_MAX = 0x0203, 0x37FF_FFFF


def is_bzimage(kernel: bytes) -> bool:
    """Whether a file has the header of a Linux kernel."""
    flag = get(kernel, BOOT_FLAG_FIELD)
    return flag == BOOT_FLAG and _bytes(kernel, HEADER_MAGIC) == MAGIC


def load(kernel: bytes, arena: Arena, payload: Payload, rsdp: int = 0) -> StartState:
    """Put it into memory; `rsdp` is where the ACPI tables begin, if any. Raises AuthorError."""
    check_size(kernel)
    entry = _put_kernel(kernel, arena)
    params = bytearray(PAGE)
    end = _HEADER_BASE + get(kernel, HEADER_LENGTH)
    params[_HEADER_START:end] = kernel[_HEADER_START:end]
    set_field(params, TYPE_OF_LOADER, UNKNOWN_LOADER)
    set_field(params, VIDEO_MODE, _NORMAL_VIDEO)
    set_field(params, ACPI_RSDP_ADDR, rsdp)
    text = command_line(kernel, payload.command_line)
    set_field(params, CMD_LINE_PTR, arena.place("the command line", text, LOW))
    put_initrd(params, arena, payload.modules)
    _fill_map(params, arena)
    at = arena.place("boot_params", bytes(params), LOW)
    if has_64bit_entry(kernel):
        return long_mode(arena, entry + ENTRY_64, rsi=at)
    return protected_mode(arena, entry, esi=at)


def needs_firmware(kernel: bytes) -> bool:
    """Whether it can only be entered in real mode, where it calls the BIOS."""
    return is_bzimage(kernel) and get(kernel, VERSION) < OLDEST


def has_64bit_entry(kernel: bytes) -> bool:
    """Whether its header says so."""
    return get(kernel, VERSION) >= SAYS_64 and bool(get(kernel, XLOADFLAGS) & KERNEL_64)


def check_size(kernel: bytes) -> None:
    """Raises AuthorError for a file cut short. Its header counts paragraphs of 16 bytes, so the
    last one need not be whole."""
    smallest = _SMALLEST if get(kernel, VERSION) >= OLDEST else CMD_LINE_PTR.offset + 4
    wanted = max(code_start(kernel) + PARAGRAPH * get(kernel, SYSSIZE), smallest)
    if len(kernel) <= wanted - PARAGRAPH or len(kernel) < smallest:
        raise AuthorError(
            f"a Linux kernel of {len(kernel)} bytes, cut short",
            expected=f"{wanted} bytes, as its header says",
        )


def code_start(kernel: bytes) -> int:
    """Where the protected-mode kernel begins in the file; 0 sectors of setup code mean 4."""
    return ((get(kernel, SETUP_SECTS) or 4) + 1) * SECTOR


def _put_kernel(kernel: bytes, arena: Arena) -> int:
    code = kernel[code_start(kernel) :]
    size = max(get(kernel, INIT_SIZE), len(code))
    address = get(kernel, PREF_ADDRESS)
    if get(kernel, RELOCATABLE_KERNEL) and address + size > arena.high.stop:
        alignment = max(get(kernel, KERNEL_ALIGNMENT), 1)
        address = arena.lowest(size, arena.high, alignment) or address
    arena.put("the kernel", address, code, size)
    return address


def command_line(kernel: bytes, text: str) -> bytes:
    """As the kernel reads it. Raises AuthorError for one that is too long for it."""
    data = as_text(text)
    limit = get(kernel, CMDLINE_SIZE) if get(kernel, VERSION) >= SAYS_CMDLINE else OLD_CMDLINE
    if len(data) - 1 > limit:
        raise AuthorError(
            f"a command line of {len(data) - 1} bytes",
            expected=f"at most {limit}, as this kernel says",
        )
    return data


def put_initrd(params: bytearray, arena: Arena, modules: tuple[BootModule, ...]) -> None:
    """One RAM disk made of all modules, as high as it may be: Linux takes archives in a row.

    Raises AuthorError.
    """
    data = b"".join(module.data + bytes(-len(module.data) % 4) for module in modules)
    if data:
        says = get(params, VERSION) >= SAYS_INITRD
        most = get(params, INITRD_ADDR_MAX) if says else OLD_INITRD_MAX
        below = range(MIB, most + 1)
        set_field(params, RAMDISK_IMAGE, arena.place_high("the initial RAM disk", data, below))
        set_field(params, RAMDISK_SIZE, len(data))


def _fill_map(params: bytearray, arena: Arena) -> None:
    entries = memory_map(arena.memory)
    set_field(params, E820_ENTRIES, len(entries))
    for index, entry in enumerate(entries):
        offset = E820_TABLE.offset + index * E820_TABLE.size
        struct.pack_into("<QQI", params, offset, entry.base, entry.size, entry.kind)


def _bytes(image: bytes | bytearray, field: BootField) -> bytes:
    return bytes(image[field.offset : field.offset + field.size])


def get(image: bytes | bytearray, field: BootField) -> int:
    """A field's value."""
    return int.from_bytes(_bytes(image, field), "little")


def set_field(image: bytearray, field: BootField, value: int) -> None:
    """Change a field."""
    image[field.offset : field.offset + field.size] = value.to_bytes(field.size, "little")
