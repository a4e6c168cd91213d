# SPDX-License-Identifier: Apache-2.0
"""ELF kernels with a PVH entry point: Linux's vmlinux, Xen, FreeBSD.

Reference: Xen, public/elfnote.h (XEN_ELFNOTE_PHYS32_ENTRY), public/arch-x86/hvm/start_info.h,
and docs/misc/pvh.pandoc for the machine's state: 32-bit mode, no paging, EBX to the start info.
"""

from __future__ import annotations

import struct

from lightexit.vm.boot import elf
from lightexit.vm.boot.arena import LOW, Arena, memory_map
from lightexit.vm.boot.image import put_executable, put_modules
from lightexit.vm.boot.payload import Payload, as_text
from lightexit.vm.boot.state import StartState, protected_mode

START_MAGIC = 0x336EC578
_OWNER, _PHYS32_ENTRY = b"Xen\0", 18
_WITH_MEMORY_MAP = 1  # the version of the start info that has one
_START_INFO = struct.Struct("<4I4Q2I")
_MODULE, _MAP_ENTRY = struct.Struct("<4Q"), struct.Struct("<QQII")
_ALIGN = 8


def entry(executable: elf.Executable) -> int | None:
    """The PVH entry point, if there is one."""
    for note in executable.notes:
        if (note.owner, note.kind, len(note.content) in (4, 8)) == (_OWNER, _PHYS32_ENTRY, True):
            return int.from_bytes(note.content, "little")
    return None


def load(
    executable: elf.Executable, start: int, arena: Arena, payload: Payload, rsdp: int
) -> StartState:
    """Put it into memory with its start information. Raises AuthorError."""
    put_executable(executable, arena)
    info = _put_start_info(arena, payload, rsdp)
    return protected_mode(arena, start, ebx=info)


def _put_start_info(arena: Arena, payload: Payload, rsdp: int) -> int:
    modules = [
        _MODULE.pack(each.start, each.end - each.start, each.text, 0)
        for each in put_modules(arena, payload)
    ]
    listed = b"".join(modules)
    at = arena.place("the list of modules", listed, LOW, align=_ALIGN) if listed else 0
    text = arena.place("the command line", as_text(payload.command_line), LOW, align=_ALIGN)
    entries = [
        _MAP_ENTRY.pack(each.base, each.size, each.kind, 0) for each in memory_map(arena.memory)
    ]
    table = arena.place("the memory map", b"".join(entries), LOW, align=_ALIGN)
    numbers = START_MAGIC, _WITH_MEMORY_MAP, 0, len(modules)
    info = _START_INFO.pack(*numbers, at, text, rsdp, table, len(entries), 0)
    return arena.place("the start information", info, LOW, align=_ALIGN)
