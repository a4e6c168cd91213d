# SPDX-License-Identifier: Apache-2.0
"""Linux bzImages, entered at their 64-bit entry point.

Reference: The Linux/x86 Boot Protocol (Documentation/arch/x86/boot.rst): "The Real-Mode Kernel
Header", "Details of Header Fields", "64-bit Boot Protocol"; zero-page.rst for what is in
struct boot_params beside the header.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from lightexit.errors import AuthorError
from lightexit.vm.boot.arena import LOW, Arena, memory_map
from lightexit.vm.boot.payload import BootModule, Payload, as_text
from lightexit.vm.boot.state import StartState, long_mode
from lightexit.vm.memory import MIB
from lightexit.vm.paging import PAGE

SECTOR = 512
BOOT_FLAG, MAGIC = 0xAA55, b"HdrS"
#: The first version that says whether there is a 64-bit entry point.
OLDEST = 0x020C
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


def is_bzimage(kernel: bytes) -> bool:
    """Whether a file has the header of a Linux kernel."""
    flag = _get(kernel, BOOT_FLAG_FIELD)
    return flag == BOOT_FLAG and _bytes(kernel, HEADER_MAGIC) == MAGIC


def load(kernel: bytes, arena: Arena, payload: Payload, rsdp: int = 0) -> StartState:
    """Put it into memory; `rsdp` is where the ACPI tables begin, if any. Raises AuthorError."""
    _check(kernel)
    entry = _put_kernel(kernel, arena) + ENTRY_64
    params = bytearray(PAGE)
    end = _HEADER_BASE + _get(kernel, HEADER_LENGTH)
    params[_HEADER_START:end] = kernel[_HEADER_START:end]
    _set(params, TYPE_OF_LOADER, UNKNOWN_LOADER)
    _set(params, VIDEO_MODE, _NORMAL_VIDEO)
    _set(params, ACPI_RSDP_ADDR, rsdp)
    _set(params, CMD_LINE_PTR, _put_command_line(kernel, arena, payload.command_line))
    _put_initrd(params, arena, payload.modules)
    _fill_map(params, arena)
    return long_mode(arena, entry, rsi=arena.place("boot_params", bytes(params), LOW))


def _check(kernel: bytes) -> None:
    version, flags = _get(kernel, VERSION), _get(kernel, XLOADFLAGS)
    if version < OLDEST:
        raise AuthorError(
            f"a Linux kernel of boot protocol {version >> 8}.{version & 0xFF:02}",
            expected=f"{OLDEST >> 8}.{OLDEST & 0xFF} or later (Linux 3.8)",
        )
    wanted = max(_code_start(kernel) + 16 * _get(kernel, SYSSIZE), _SMALLEST)
    if len(kernel) < wanted:
        raise AuthorError(
            f"a Linux kernel of {len(kernel)} bytes, cut short",
            expected=f"{wanted} bytes, as its header says",
        )
    if not flags & KERNEL_64:
        raise AuthorError(
            f"a Linux kernel without a 64-bit entry point (xloadflags {flags:#x})",
            expected="a 64-bit kernel: XLF_KERNEL_64 set",
        )


def _code_start(kernel: bytes) -> int:
    """Where the protected-mode kernel begins in the file; 0 sectors of setup code mean 4."""
    return ((_get(kernel, SETUP_SECTS) or 4) + 1) * SECTOR


def _put_kernel(kernel: bytes, arena: Arena) -> int:
    code = kernel[_code_start(kernel) :]
    size = max(_get(kernel, INIT_SIZE), len(code))
    address = _get(kernel, PREF_ADDRESS)
    if _get(kernel, RELOCATABLE_KERNEL) and address + size > arena.high.stop:
        alignment = max(_get(kernel, KERNEL_ALIGNMENT), 1)
        address = arena.lowest(size, arena.high, alignment) or address
    arena.put("the kernel", address, code, size)
    return address


def _put_command_line(kernel: bytes, arena: Arena, text: str) -> int:
    data, limit = as_text(text), _get(kernel, CMDLINE_SIZE)
    if len(data) - 1 > limit:
        raise AuthorError(
            f"a command line of {len(data) - 1} bytes",
            expected=f"at most {limit}, as this kernel says",
        )
    return arena.place("the command line", data, LOW)


def _put_initrd(params: bytearray, arena: Arena, modules: tuple[BootModule, ...]) -> None:
    """One RAM disk made of all modules, as high as it may be: Linux takes archives in a row."""
    data = b"".join(module.data + bytes(-len(module.data) % 4) for module in modules)
    if data:
        below = range(MIB, _get(params, INITRD_ADDR_MAX) + 1)
        _set(params, RAMDISK_IMAGE, arena.place_high("the initial RAM disk", data, below))
        _set(params, RAMDISK_SIZE, len(data))


def _fill_map(params: bytearray, arena: Arena) -> None:
    entries = memory_map(arena.memory)
    _set(params, E820_ENTRIES, len(entries))
    for index, entry in enumerate(entries):
        offset = E820_TABLE.offset + index * E820_TABLE.size
        struct.pack_into("<QQI", params, offset, entry.base, entry.size, entry.kind)


def _bytes(image: bytes | bytearray, field: BootField) -> bytes:
    return bytes(image[field.offset : field.offset + field.size])


def _get(image: bytes | bytearray, field: BootField) -> int:
    return int.from_bytes(_bytes(image, field), "little")


def _set(image: bytearray, field: BootField, value: int) -> None:
    image[field.offset : field.offset + field.size] = value.to_bytes(field.size, "little")
