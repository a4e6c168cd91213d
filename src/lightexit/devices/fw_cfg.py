# SPDX-License-Identifier: Apache-2.0
"""fw_cfg: from which firmware learns the machine's configuration.

Fast path: reads of the data port, each of which moves on by one byte (firmware reads whole
items by `rep insb`). Selecting an item goes to the model, and so does DMA, by which an item takes
one access.
Reference: QEMU docs/specs/fw_cfg, the x86 I/O port interface.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Collection, Mapping
from enum import IntEnum, IntFlag
from typing import Protocol

from lightexit.bus.clock import Clock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u16,
    u32,
)

CAPACITY = 16384
FIRST_FILE = 0x20
NAME_SIZE = 56
#: More than one transfer moves: behind an item's end, there are only zeros.
MOST_DMA_BYTES = 1 << 20
#: What the DMA address reads as.
DMA_SIGNATURE = b"QEMU CFG"
_TRANSFER = struct.Struct(">IIQ")


class FwCfgReg(IntEnum):
    """The selector (16 bits wide) and the data port inside it, then the DMA address, in two."""

    SELECTOR = 0
    DATA = 1
    DMA = 4
    DMA_LOW = 8


class FwCfgKey(IntEnum):
    """Items with fixed keys."""

    SIGNATURE = 0x00
    ID = 0x01
    RAM_SIZE = 0x03
    NOGRAPHIC = 0x04
    CPUS = 0x05
    BOOT_MENU = 0x0E
    MAX_CPUS = 0x0F
    FILE_DIRECTORY = 0x19


class Feature(IntFlag):
    """The ID item."""

    PORTS = 1 << 0
    DMA = 1 << 1


class Dma(IntFlag):
    """A transfer's control field, whose upper half is a key; what is left of it is the result."""

    ERROR = 1 << 0
    READ = 1 << 1
    SKIP = 1 << 2
    SELECT = 1 << 3
    WRITE = 1 << 4


class GuestRam(Protocol):
    """The guest's RAM, as devices reach it."""

    def has(self, address: int, size: int) -> bool:
        """Whether there is RAM, and nothing else, at a guest-physical address."""
        ...

    def load(self, address: int, size: int) -> bytes:
        """What is there."""
        ...

    def store(self, address: int, data: bytes) -> None:
        """Change it; the guest's CPUs see that."""
        ...


class FwCfgState(Struct):
    """`content[cursor:end]` is what the data port has still to give; `dma_high` is the half of the
    DMA address that was written before the other."""

    key: u16
    cursor: u32
    end: u32
    dma_high: u32
    content: Array[u8] = array(u8, CAPACITY)


@inline
def exhausted(fw_cfg: FwCfgState) -> bool:
    """Whether the selected item has no byte left: it reads as zeros."""
    return fw_cfg.cursor >= fw_cfg.end


@inline
def take(fw_cfg: FwCfgState) -> u8:
    """The item's next byte."""
    byte = fw_cfg.content[fw_cfg.cursor]
    fw_cfg.cursor = u32(fw_cfg.cursor + 1)
    return byte


@io_filter
def read_data(ctx: IoContext, fw_cfg: FwCfgState) -> Verdict:
    """Answer byte reads of the data port."""
    if ctx.is_write or ctx.offset != FwCfgReg.DATA or ctx.size != 1:
        return Verdict.PASS
    ctx.data = 0 if exhausted(fw_cfg) else take(fw_cfg)
    return Verdict.HANDLED


def directory(files: Mapping[str, bytes]) -> bytes:
    """The file directory: a count, then (size, key, reserved, name), all big-endian."""
    entries = [
        len(data).to_bytes(4, "big")
        + (FIRST_FILE + index).to_bytes(2, "big")
        + bytes(2)
        + name.encode("ascii").ljust(NAME_SIZE, b"\0")
        for index, (name, data) in enumerate(files.items())
    ]
    return len(files).to_bytes(4, "big") + b"".join(entries)


class FwCfg(Device[FwCfgState]):
    """Offers `items` by key and `files` by name. With `ram`, it has DMA, by which a guest may also
    write the files named in `writable`.

    Raises AuthorError where names or contents do not fit.
    """

    name = "fw_cfg"
    registers = FwCfgReg
    regions = (pio(2, filter=read_data), pio(8, offset=FwCfgReg.DMA))

    def __init__(
        self,
        clock: Clock,
        items: Mapping[int, bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
        ram: GuestRam | None = None,
        writable: Collection[str] = (),
    ) -> None:
        super().__init__(clock)
        self._ram, self._writable = ram, frozenset(writable)
        features = Feature.PORTS if ram is None else Feature.PORTS | Feature.DMA
        self._fixed = {
            int(FwCfgKey.SIGNATURE): b"QEMU",
            int(FwCfgKey.ID): features.to_bytes(4, "little"),
            int(FwCfgKey.CPUS): (1).to_bytes(2, "little"),
            int(FwCfgKey.MAX_CPUS): (1).to_bytes(2, "little"),
            **(items or {}),
        }
        self._files: dict[str, bytes] = {}
        self._items: dict[int, bytes] = {}
        self._places: dict[int, tuple[int, int]] = {}
        self._lay_out()
        for name, data in (files or {}).items():
            self.add_file(name, data)

    def add_file(self, name: str, data: bytes) -> None:
        """Offer a file. Raises AuthorError where name or contents do not fit."""
        if not 0 < len(name) < NAME_SIZE or not name.isascii():
            raise AuthorError(
                f"a fw_cfg file named {name!r}",
                expected=f"1 to {NAME_SIZE - 1} ASCII characters",
            )
        before = dict(self._files)
        self._files[name] = bytes(data)
        try:
            self._lay_out()
        except AuthorError:
            self._files = before
            raise

    def reset(self) -> None:
        """No item selected, and every item as it was offered."""
        super().reset()
        self._lay_out()

    def configuration(self) -> dict[str, object]:
        """The items: what tells the guest of the machine must be true of it."""
        return {
            f"item {key:#06x}": f"{len(data)} bytes, {hashlib.sha256(data).hexdigest()[:16]}"
            for key, data in self._items.items()
        }

    def read(self, offset: int, size: int) -> int:
        """The selected item, byte by byte; the signature of DMA, if there is; else 0."""
        if offset >= FwCfgReg.DMA and self._ram is not None:
            start = offset - FwCfgReg.DMA
            return int.from_bytes(DMA_SIGNATURE[start : start + size], "little")
        if offset != FwCfgReg.DATA or size != 1 or exhausted(self.state):
            return 0
        return take(self.state)

    def write(self, offset: int, value: int, size: int) -> None:
        """Select an item from its beginning; or the address of a transfer, which is big-endian, and
        whose lower half begins it."""
        if offset == FwCfgReg.SELECTOR and size == 2:
            self._select(value)
        elif self._ram is not None and size == 4:
            half = int.from_bytes(value.to_bytes(4, "little"), "big")
            if offset == FwCfgReg.DMA:
                self.state.dma_high = half
            elif offset == FwCfgReg.DMA_LOW:
                address = self.state.dma_high << 32 | half
                self.state.dma_high = 0
                self._transfer(self._ram, address)

    def _select(self, key: int) -> None:
        self.state.key = key
        self.state.cursor, self.state.end = self._places.get(key, (0, 0))

    def _transfer(self, ram: GuestRam, address: int) -> None:
        """Where there is no RAM at the address, nobody can be told."""
        if not ram.has(address, _TRANSFER.size):
            return
        told, length, at = _TRANSFER.unpack(ram.load(address, _TRANSFER.size))
        control = Dma(told & 0x1F)
        if Dma.SELECT in control:
            self._select(told >> 16)
        is_done = self._move(ram, control, at, length)
        ram.store(address, (Dma(0) if is_done else Dma.ERROR).to_bytes(4, "big"))

    def _move(self, ram: GuestRam, control: Dma, at: int, length: int) -> bool:
        """Whether it could be done; READ goes before WRITE, and that before SKIP."""
        fw_cfg = self.state
        start, end = fw_cfg.cursor, min(fw_cfg.cursor + length, fw_cfg.end)
        if control & (Dma.READ | Dma.WRITE):
            if length > MOST_DMA_BYTES or not ram.has(at, length):
                return False
            if Dma.READ in control:
                ram.store(at, bytes(fw_cfg.content.buffer[start:end]).ljust(length, b"\0"))
            elif end - start < length or not self._is_writable(fw_cfg.key):
                return False
            else:
                fw_cfg.content.buffer[start:end] = ram.load(at, length)
        elif Dma.SKIP not in control:
            return True
        fw_cfg.cursor = max(end, start)
        return True

    def _is_writable(self, key: int) -> bool:
        names = dict(enumerate(self._files, FIRST_FILE))
        return names.get(key) in self._writable

    def _lay_out(self) -> None:
        """Put all items into the state, one behind the other."""
        files = dict(enumerate(self._files.values(), FIRST_FILE))
        items = {**self._fixed, FwCfgKey.FILE_DIRECTORY: directory(self._files), **files}
        content = b"".join(items.values())
        if len(content) > CAPACITY:
            raise AuthorError(
                f"fw_cfg items of {len(content)} bytes in all",
                expected=f"at most {CAPACITY} bytes",
            )
        start = 0
        for key, data in items.items():
            self._places[key] = (start, start + len(data))
            start += len(data)
        self._items = items
        self.state.content.buffer[:start] = content
