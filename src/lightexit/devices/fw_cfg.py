# SPDX-License-Identifier: Apache-2.0
"""fw_cfg: from which firmware learns the machine's configuration.

Fast path: reads of the data port, each of which moves on by one byte (firmware reads whole
items by `rep insb`). Selecting an item goes to the model.
Reference: QEMU docs/specs/fw_cfg, the x86 I/O port interface without DMA.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import IntEnum

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


class FwCfgReg(IntEnum):
    """The selector (16 bits wide) and the data port inside it, then the DMA address."""

    SELECTOR = 0
    DATA = 1
    DMA = 4


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


class FwCfgState(Struct):
    """`content[cursor:end]` is what the data port has still to give."""

    key: u16
    cursor: u32
    end: u32
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
    """Offers `items` by key and files by name (see `add_file`)."""

    name = "fw_cfg"
    registers = FwCfgReg
    regions = (pio(2, filter=read_data), pio(8, offset=FwCfgReg.DMA))

    def __init__(self, clock: Clock, items: Mapping[int, bytes] | None = None) -> None:
        super().__init__(clock)
        self._fixed = {
            int(FwCfgKey.SIGNATURE): b"QEMU",
            int(FwCfgKey.ID): (1).to_bytes(4, "little"),
            int(FwCfgKey.CPUS): (1).to_bytes(2, "little"),
            int(FwCfgKey.MAX_CPUS): (1).to_bytes(2, "little"),
            **(items or {}),
        }
        self._files: dict[str, bytes] = {}
        self._places: dict[int, tuple[int, int]] = {}
        self._lay_out()

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
        """No item selected."""
        super().reset()
        self._lay_out()

    def configuration(self) -> dict[str, object]:
        """The items: what tells the guest of the machine must be true of it."""
        return {
            f"item {key:#06x}": f"{end - start} bytes, {self._digest(start, end)}"
            for key, (start, end) in self._places.items()
        }

    def _digest(self, start: int, end: int) -> str:
        return hashlib.sha256(self.state.content.buffer[start:end]).hexdigest()[:16]

    def read(self, offset: int, size: int) -> int:
        """The selected item, byte by byte; the selector and the DMA registers read 0."""
        if offset != FwCfgReg.DATA or size != 1 or exhausted(self.state):
            return 0
        return take(self.state)

    def write(self, offset: int, value: int, size: int) -> None:
        """Select an item from its beginning."""
        if offset == FwCfgReg.SELECTOR and size == 2:
            self.state.key = value
            self.state.cursor, self.state.end = self._places.get(value, (0, 0))

    def _lay_out(self) -> None:
        """Put all items into the state, one behind the other."""
        files = dict(enumerate(self._files.values(), FIRST_FILE))
        items = {**self._fixed, FwCfgKey.FILE_DIRECTORY: directory(self._files), **files}
        total = sum(map(len, items.values()))
        if total > CAPACITY:
            raise AuthorError(
                f"fw_cfg items of {total} bytes in all", expected=f"at most {CAPACITY} bytes"
            )
        start = 0
        for key, data in items.items():
            self._places[key] = (start, start + len(data))
            start += len(data)
        for place, byte in enumerate(b"".join(items.values())):
            self.state.content[place] = byte
