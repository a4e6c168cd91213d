# SPDX-License-Identifier: Apache-2.0
"""What kernels of several kinds have in common: images and modules put into memory."""

from __future__ import annotations

from dataclasses import dataclass

from lightexit.errors import AuthorError
from lightexit.vm.boot import elf
from lightexit.vm.boot.arena import LOW, Arena
from lightexit.vm.boot.payload import Payload, as_text


@dataclass(frozen=True)
class ImageAddresses:
    """The address fields of a Multiboot header: `offset` is the header's in the file.

    An end of 0 means the file's, and no uninitialised data.
    """

    offset: int
    header: int
    load: int
    load_end: int
    bss_end: int


@dataclass(frozen=True)
class PlacedModule:
    """ImageAddresses of a module's first byte, of the byte behind it, and of its command line."""

    start: int
    end: int
    text: int
    command_line: bytes


def put_executable(executable: elf.Executable, arena: Arena) -> None:
    """All segments, with zeros behind them. Raises AuthorError."""
    for segment in executable.segments:
        arena.put_zeroed("the kernel", segment.address, segment.data, segment.size)


def put_by_addresses(kernel: bytes, fields: ImageAddresses, arena: Arena) -> int:
    """What a Multiboot header's address fields say; where it was put. Raises AuthorError."""
    start = fields.offset - (fields.header - fields.load)
    size = fields.load_end - fields.load if fields.load_end else len(kernel) - start
    if not 0 <= start <= start + size <= len(kernel):
        raise AuthorError(
            f"a Multiboot header asks for bytes {start} to {start + size} of a file of "
            f"{len(kernel)} bytes",
            expected="load addresses inside the file; it may be cut short",
        )
    data = kernel[start : start + size]
    arena.put_zeroed("the kernel", fields.load, data, fields.bss_end - fields.load)
    return fields.load


def put_modules(arena: Arena, payload: Payload) -> list[PlacedModule]:
    """Behind the kernel, page by page; their command lines in low memory. Raises AuthorError."""
    placed = []
    for number, module in enumerate(payload.modules, 1):
        start = arena.place(f"module {number}", module.data, arena.behind())
        text = as_text(module.command_line)
        words = arena.place(f"the command line of module {number}", text, LOW, align=4)
        placed.append(PlacedModule(start, start + len(module.data), words, text))
    return placed


def command_line(payload: Payload) -> bytes:
    """With the kernel's name before it, as boot loaders have it."""
    return as_text(" ".join(filter(None, (payload.name, payload.command_line))))
