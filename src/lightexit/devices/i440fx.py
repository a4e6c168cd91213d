# SPDX-License-Identifier: Apache-2.0
"""PCI configuration of a 440FX machine: host bridge, PIIX3 ISA bridge, PIIX4 ACPI function.

Fast path: the address register (0xCF8) both ways, and reads of the data window (0xCFC). Writes
of configuration registers go to the model.
Reference: PCI Local Bus 2.1 section 3.7.4.1 (mechanism #1); Intel 82441FX, 82371SB (PIIX3) and
82371AB (PIIX4) data sheets.

Functions 00:00.0, 00:01.0 and 00:01.3 exist; every other one reads all ones. The subsystem
ids 1af4:1100 are what firmware takes for "running on a virtual machine".
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.width import size_mask, split_bytes
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u32,
    u64,
)

PORT = 0xCF8
DATA_SIZE = 4
ENABLE = 1 << 31
#: Bits of the address register that hold; the others read 0.
ADDRESS_BITS = 0x80FF_FFFC
RESET_CPU = 1 << 2
RESET_BITS = 0x0E
SMRAM, SMRAM_LOCK, SMRAM_OPEN = 0x72, 0x10, 0x40
PAM0, PAM6 = 0x59, 0x5F
PMBASE, PMREGMISC = 0x40, 0x80
WORDS = 64


class Reg(IntEnum):
    """The two ports of the mechanism, and the reset control register between them."""

    CONFIG_ADDRESS = 0
    RESET_CONTROL = 1
    CONFIG_DATA = 4


class Row(IntEnum):
    """Where a function's 64 words stand in the state. The last row is all ones."""

    HOST_BRIDGE = 0
    ISA_BRIDGE = 1
    ACPI = 2
    ABSENT = 3


class I440fxState(Struct):
    """The address register and the configuration spaces, row by row."""

    address: u32
    reset_control: u8
    config: Array[u32] = array(u32, 4 * WORDS)


@inline
def row(address: u32) -> u64:
    """The row of the function that the address register selects (bus, device, function)."""
    match address >> 8 & 0xFFFF:
        case 0x0000:
            return Row.HOST_BRIDGE
        case 0x0008:
            return Row.ISA_BRIDGE
        case 0x000B:
            return Row.ACPI
        case _:
            return Row.ABSENT


@inline
def selected(pci: I440fxState) -> u32:
    """The configuration word that the data window shows."""
    if not pci.address & ENABLE:
        return 0xFFFF_FFFF
    return pci.config[row(pci.address) * WORDS + (pci.address >> 2 & 63)]


@io_filter
def access(ctx: IoContext, pci: I440fxState) -> Verdict:
    """Answer the address register, and reads within the data window."""
    if ctx.offset == Reg.CONFIG_ADDRESS and ctx.size == 4:
        if ctx.is_write:
            pci.address = u32(ctx.data & ADDRESS_BITS)
        else:
            ctx.data = pci.address
        return Verdict.HANDLED
    if ctx.is_write or ctx.offset < Reg.CONFIG_DATA:
        return Verdict.PASS
    lane = ctx.offset & 3
    if lane + ctx.size > DATA_SIZE:
        return Verdict.PASS
    ctx.data = selected(pci) >> 8 * lane & size_mask(ctx.size)
    return Verdict.HANDLED


#: Bytes of each function, by first register, that do not read 0 at power-on.
POWER_ON: dict[Row, dict[int, bytes]] = {
    Row.HOST_BRIDGE: {
        0x00: bytes.fromhex("8680 3712 0600 8002 02 000006 00 00 00 00"),
        0x2C: bytes.fromhex("f41a 0011"),
        SMRAM: b"\x02",
    },
    Row.ISA_BRIDGE: {
        0x00: bytes.fromhex("8680 0070 0700 0002 00 000106 00 00 80 00"),
        0x2C: bytes.fromhex("f41a 0011"),
        0x4C: bytes.fromhex("4d 00 03 00"),
        0x60: b"\x80\x80\x80\x80",
        0x69: b"\x02",
        0x70: b"\x80",
        0x76: bytes.fromhex("0c 0c"),
        0xA0: bytes.fromhex("08"),
        0xA8: bytes.fromhex("0f"),
    },
    Row.ACPI: {
        0x00: bytes.fromhex("8680 1371 0000 8002 03 008006 00 00 00 00"),
        0x2C: bytes.fromhex("f41a 0011"),
        0x3D: b"\x01",
        PMBASE: b"\x01",
        0x5B: b"\x02",  # APMC_EN: firmware takes system management mode as set up already
        0x90: b"\x01",
    },
}

#: (first, last, mask): the bits a guest may write.
WRITABLE: dict[Row, tuple[tuple[int, int, int], ...]] = {
    Row.HOST_BRIDGE: (
        (0x04, 0x04, 0x40),
        (0x05, 0x05, 0x01),
        (0x0D, 0x0D, 0xF8),
        (0x50, 0x58, 0xFF),
        (PAM0, PAM0, 0x30),
        (PAM0 + 1, PAM6, 0x33),
        (0x60, 0x68, 0xFF),
        (0x70, 0x71, 0xFF),
        (SMRAM, SMRAM, 0x78),
        (0x90, 0x90, 0xFF),
        (0x93, 0x93, 0xFF),
    ),
    Row.ISA_BRIDGE: (
        (0x04, 0x04, 0x08),
        (0x05, 0x05, 0x01),
        (0x4C, 0x4C, 0x7F),
        (0x4E, 0x4F, 0xFF),
        (0x60, 0x63, 0x8F),
        (0x69, 0x69, 0xFE),
        (0x6A, 0x6B, 0xFF),
        (0x70, 0x71, 0xEF),
        (0x76, 0x77, 0x8F),
        (0x78, 0x79, 0xFF),
        (0x80, 0x80, 0x7F),
        (0x82, 0x82, 0x0F),
        (0xA0, 0xA8, 0xFF),
        (0xAA, 0xAF, 0xFF),
    ),
    Row.ACPI: (
        (0x04, 0x04, 0x09),
        (0x3C, 0x3C, 0xFF),
        (PMBASE, PMBASE, 0xC0),
        (PMBASE + 1, PMBASE + 1, 0xFF),
        (0x44, 0x7F, 0xFF),
        (PMREGMISC, PMREGMISC, 0x01),
        (0x90, 0x90, 0xF0),
        (0x91, 0x91, 0xFF),
        (0xD2, 0xD5, 0xFF),
    ),
}


def _masks(function: Row) -> bytes:
    masks = bytearray(4 * WORDS)
    for first, last, mask in WRITABLE.get(function, ()):
        masks[first : last + 1] = bytes([mask]) * (last + 1 - first)
    return bytes(masks)


MASKS = {function: _masks(function) for function in Row}


class I440fx(Device[I440fxState]):
    """`on_shadow` hears PAM0 to PAM6 (7 bytes), `on_pm_base` the base and whether it is on."""

    name = "i440fx"
    registers = Reg
    regions = (pio(PORT, 8, filter=access),)

    def __init__(
        self,
        clock: Clock,
        reset: Line,
        on_shadow: Callable[[bytes], object] | None = None,
        on_pm_base: Callable[[int, bool], object] | None = None,
    ) -> None:
        super().__init__(clock)
        self.lines = (reset,)
        self._reset = reset
        self._on_shadow = on_shadow
        self._on_pm_base = on_pm_base
        self.reset()

    def reset(self) -> None:
        """Power-on values; shadow RAM is closed again."""
        super().reset()
        for word in range(WORDS):
            self.state.config[Row.ABSENT * WORDS + word] = 0xFFFF_FFFF
        for function, parts in POWER_ON.items():
            for first, values in parts.items():
                for place, byte in enumerate(values, first):
                    self._set_byte(function, place, byte)
        self._tell_shadow()

    def read(self, offset: int, size: int) -> int:
        """The address register as a whole, the data window in any bytes."""
        if offset == Reg.CONFIG_ADDRESS and size == 4:
            return self.state.address
        return sum(self._read_port(offset + lane) << 8 * lane for lane in range(size))

    def write(self, offset: int, value: int, size: int) -> None:
        """Only a 32-bit write reaches the address register."""
        if offset == Reg.CONFIG_ADDRESS and size == 4:
            self.state.address = value & ADDRESS_BITS
            return
        if offset == Reg.RESET_CONTROL and size == 1:
            self._write_reset(value)
            return
        for place, byte in split_bytes(offset, value, size):
            if Reg.CONFIG_DATA <= place < Reg.CONFIG_DATA + DATA_SIZE:
                self._write_config(place - Reg.CONFIG_DATA, byte)

    def _read_port(self, offset: int) -> int:
        if offset == Reg.RESET_CONTROL:
            return self.state.reset_control
        if Reg.CONFIG_DATA <= offset < Reg.CONFIG_DATA + DATA_SIZE:
            return selected(self.state) >> 8 * (offset - Reg.CONFIG_DATA) & 0xFF
        return 0xFF

    def _write_reset(self, value: int) -> None:
        before, self.state.reset_control = self.state.reset_control, value & RESET_BITS
        if value & ~before & RESET_CPU:
            self._reset.pulse()

    def _write_config(self, lane: int, byte: int) -> None:
        address = self.state.address
        function = Row(row(address))
        place = (address & 0xFC) + lane
        if not address & ENABLE or function == Row.ABSENT:
            return
        before = self._byte(function, place)
        mask = MASKS[function][place]
        self._set_byte(function, place, self._locked(function, place, before, byte, mask))
        if self._byte(function, place) != before:
            self._changed(function, place)

    def _locked(self, function: Row, place: int, before: int, byte: int, mask: int) -> int:
        """The byte after a write: read-only bits stay, and so does SMRAM once it is locked."""
        if (function, place) != (Row.HOST_BRIDGE, SMRAM):
            return before & ~mask | byte & mask
        if before & SMRAM_LOCK:
            return before
        after = before & ~mask | byte & mask
        return after & ~SMRAM_OPEN if after & SMRAM_LOCK else after

    def _changed(self, function: Row, place: int) -> None:
        if function == Row.HOST_BRIDGE and PAM0 <= place <= PAM6:
            self._tell_shadow()
        if function == Row.ACPI and place in (PMBASE, PMBASE + 1, PMREGMISC):
            self._tell_pm_base()

    def _tell_shadow(self) -> None:
        if self._on_shadow is not None:
            self._on_shadow(
                bytes(self._byte(Row.HOST_BRIDGE, place) for place in range(PAM0, PAM6 + 1))
            )

    def _tell_pm_base(self) -> None:
        if self._on_pm_base is not None:
            base = self._byte(Row.ACPI, PMBASE) & 0xC0 | self._byte(Row.ACPI, PMBASE + 1) << 8
            self._on_pm_base(base, bool(self._byte(Row.ACPI, PMREGMISC) & 1))

    def _byte(self, function: Row, place: int) -> int:
        return self.state.config[function * WORDS + place // 4] >> 8 * (place % 4) & 0xFF

    def _set_byte(self, function: Row, place: int, byte: int) -> None:
        word, shift = function * WORDS + place // 4, 8 * (place % 4)
        self.state.config[word] = self.state.config[word] & ~(0xFF << shift) | byte << shift
