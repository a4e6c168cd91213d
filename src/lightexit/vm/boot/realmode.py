# SPDX-License-Identifier: Apache-2.0
"""bzImages started by a PC's firmware, in real mode: iPXE, memdisk, kernels before Linux 2.6.31.

The kernel and its RAM disk are put where they belong, with the first 64 KiB that it wants in low
memory beside them: there, firmware would write over them. An option ROM, which the firmware takes
from fw_cfg and boots from, asks the BIOS to copy them down, and enters the kernel.

Reference: The Linux/x86 Boot Protocol, "Loading The Rest of The Kernel", "Sample Boot
Configuration", "Running the Kernel"; BIOS Boot Specification 1.01, section 3.3 and appendix A
(PnP option ROM header); IBM PS/2 BIOS reference, INT 15h AH=87h (move block).
"""

from __future__ import annotations

import struct

from lightexit.errors import AuthorError
from lightexit.vm import places
from lightexit.vm.boot.arena import Arena
from lightexit.vm.boot.bzimage import (
    CMD_LINE_PTR,
    TYPE_OF_LOADER,
    UNKNOWN_LOADER,
    VERSION,
    BootField,
    check_size,
    code_start,
    command_line,
    get,
    is_bzimage,
    put_initrd,
    set_field,
)
from lightexit.vm.boot.payload import Payload
from lightexit.vm.memory import KIB, MIB, GuestMemory

#: Files that SeaBIOS looks for: option ROMs, the list of what to boot from, and the serial port
#: on which the BIOS's display is shown where there is none.
_ROM, _ORDER, _DISPLAY = "genroms/lightexit.bin", "bootorder", "etc/sercon-port"
#: The first version whose command line may be anywhere.
OLDEST = 0x0202
LOADFLAGS = BootField(0x211, 1)
HEAP_END_PTR = BootField(0x224, 2)
_LOADED_HIGH, _CAN_USE_HEAP = 1 << 0, 1 << 7
#: The kernel's segment, and what is where in it: setup code, heap, stack; the command line.
_SEGMENT, _SIZE = 0x1000, 64 * KIB
_STACK, _COMMAND_LINE = 0xE000, 0xF000
_LARGEST_SETUP = 0x9000
_HEAP_END = _STACK - 0x200  # as boot.rst counts it
#: Firmware's own, at the end of memory: SeaBIOS keeps 16 MiB, and works just below.
_FIRMWARES = 20 * MIB

#: A free segment for the table that INT 15h works on.
_TABLE_SEGMENT = 0x07C0
_DESCRIPTOR = struct.Struct("<HHBBBB")
_DATA_ACCESS = 0x93
_SECTOR = 512


def load(kernel: bytes, memory: GuestMemory, payload: Payload) -> dict[str, bytes]:
    """Put it into memory that a firmware will start with; files for fw_cfg, by which it does.

    Raises AuthorError for what is no such kernel, is cut short, or does not fit.
    """
    _check(kernel)
    arena = Arena(memory)
    arena.high = range(MIB, memory.ram_bytes - _FIRMWARES)
    start = code_start(kernel)
    arena.put("the kernel", MIB, kernel[start:])
    setup = bytearray(kernel[:start].ljust(_COMMAND_LINE, b"\0"))
    set_field(setup, TYPE_OF_LOADER, UNKNOWN_LOADER)
    set_field(setup, LOADFLAGS, get(setup, LOADFLAGS) | _CAN_USE_HEAP)
    set_field(setup, HEAP_END_PTR, _HEAP_END)
    set_field(setup, CMD_LINE_PTR, _SEGMENT * 16 + _COMMAND_LINE)
    setup += command_line(kernel, payload.command_line)
    if len(setup) > _SIZE:
        raise AuthorError(
            f"a command line of {len(setup) - _COMMAND_LINE - 1} bytes",
            expected=f"at most {_SIZE - _COMMAND_LINE - 1}, in real mode",
        )
    put_initrd(setup, arena, payload.modules)
    image = bytes(setup.ljust(_SIZE, b"\0"))
    address = arena.place_high("the real-mode kernel", image, arena.high)
    return {
        _ROM: option_rom(address),
        _ORDER: f"/rom@{_ROM}\0".encode(),
        _DISPLAY: places.COM1.to_bytes(8, "little"),
    }


def _check(kernel: bytes) -> None:
    if not is_bzimage(kernel):
        raise AuthorError(
            "a kernel that firmware is to start, and is no bzImage",
            expected="a Linux bzImage, or no firmware: other kernels are entered directly",
        )
    check_size(kernel)
    version, flags = get(kernel, VERSION), get(kernel, LOADFLAGS)
    if version < OLDEST or not flags & _LOADED_HIGH:
        raise AuthorError(
            f"a Linux kernel of boot protocol {version >> 8}.{version & 0xFF:02}, "
            f"load flags {flags:#x}",
            expected="2.02 or later, and a kernel that is loaded at 1 MiB (bit 0): a bzImage",
        )
    if code_start(kernel) > _LARGEST_SETUP:
        raise AuthorError(
            f"a Linux kernel with {code_start(kernel)} bytes of setup code",
            expected=f"at most {_LARGEST_SETUP}",
        )


def option_rom(address: int) -> bytes:
    """Copies 64 KiB from `address` to the kernel's segment when it is booted, and goes there."""
    header, pnp_size = 0x1C, 0x20
    code_at = header + pnp_size
    code = _code(code_at)
    table = bytes(16) + _descriptor(address) + _descriptor(_SEGMENT * 16) + bytes(16)
    # AX says that it has an entry of its own (BIOS Boot Specification, appendix A).
    initialise = bytes.fromhex("b82000 cb")  # mov ax, 0x20; retf
    image = b"\x55\xaa\x01" + initialise
    image = image.ljust(0x1A, b"\0") + struct.pack("<H", header)
    image += _with_sum(_pnp_header(code_at), 9) + code + table
    return _with_sum(image.ljust(_SECTOR, b"\0"), _SECTOR - 1)


def _pnp_header(boot_entry: int) -> bytes:
    """Version 1.0; its device boots the machine."""
    head = struct.pack("<4sBBH", b"$PnP", 0x10, 2, 0) + bytes(10)
    return (head + bytes(8) + struct.pack("<H", boot_entry)).ljust(32, b"\0")


def _code(at: int) -> bytes:
    """What is at `at` of the ROM, with the table of INT 15h behind it."""
    parts = [
        "0e 1f",  # push cs; pop ds
        f"b8 {_word(_TABLE_SEGMENT)} 8e c0",  # mov ax, ...; mov es, ax
        "31 ff be 0000",  # xor di, di; mov si, the table
        "b9 1800 fc f3 a5",  # mov cx, 24; cld; rep movsw
        "31 f6 b9 0080 b4 87 cd 15",  # xor si, si; mov cx, 0x8000; mov ah, 0x87; int 0x15
        "72 16",  # jc failed
        f"fa b8 {_word(_SEGMENT)}",  # cli; mov ax, ...
        "8e d8 8e c0 8e e0 8e e8 8e d0",  # mov ds, ax; and es, fs, gs, ss
        f"bc {_word(_STACK)}",  # mov sp, ...
        f"ea 0000 {_word(_SEGMENT + 0x20)}",  # jmp far, behind the first sector
        "cd 18",  # failed: int 0x18, the next boot device
    ]
    code = bytearray.fromhex("".join(parts))
    place = code.index(b"\xbe\0\0") + 1
    code[place : place + 2] = (at + len(code)).to_bytes(2, "little")
    return bytes(code)


def _word(value: int) -> str:
    return value.to_bytes(2, "little").hex()


def _descriptor(address: int) -> bytes:
    base = address.to_bytes(4, "little")
    low = int.from_bytes(base[:2], "little")
    return _DESCRIPTOR.pack(0xFFFF, low, base[2], _DATA_ACCESS, 0, base[3])


def _with_sum(data: bytes, place: int) -> bytes:
    """`data` with the byte at `place` such that all bytes sum up to 0."""
    return data[:place] + bytes([-(sum(data) - data[place]) & 0xFF]) + data[place + 1 :]
