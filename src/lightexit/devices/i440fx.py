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

import struct
from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.width import size_mask
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

DATA_SIZE = 4
ENABLE = 1 << 31
#: Bits of the address register that hold; the others read 0.
ADDRESS_BITS = 0x80FF_FFFC
RESET_CPU = 1 << 2
RESET_BITS = 0x0E
SMRAM = 0x72
#: In the word that SMRAM is a byte of.
SMRAM_BYTE, SMRAM_LOCK, SMRAM_OPEN = 0xFF << 16, 0x10 << 16, 0x40 << 16
PAM0, PAM6 = 0x59, 0x5F
PMBASE, PMREGMISC = 0x40, 0x80
WORDS = 64


class Reg(IntEnum):
    """The two ports of the mechanism, and the reset control register between them."""

    CONFIG_ADDRESS = 0
    RESET_CONTROL = 1
    CONFIG_DATA = 4
    CONFIG_DATA_1 = 5
    CONFIG_DATA_2 = 6
    CONFIG_DATA_3 = 7


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


def _mask_words(function: Row) -> tuple[int, ...]:
    masks = bytearray(4 * WORDS)
    for first, last, mask in WRITABLE.get(function, ()):
        masks[first : last + 1] = bytes([mask]) * (last + 1 - first)
    return struct.unpack(f"<{WORDS}I", masks)


#: The writable bits of every word; a function that does not exist has none.
MASKS = {function: _mask_words(function) for function in Row}


def locked(before: int, after: int) -> int:
    """SMRAM's word after a write: locking closes it, and then its byte stays as it is."""
    if before & SMRAM_LOCK:
        return before & SMRAM_BYTE | after & ~SMRAM_BYTE
    return after & ~SMRAM_OPEN if after & SMRAM_LOCK else after


class I440fx(Device[I440fxState]):
    """`on_shadow` hears PAM0 to PAM6 (7 bytes), `on_pm_base` the base and whether it is on."""

    name = "i440fx"
    registers = Reg
    regions = (pio(8, filter=access),)

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
        self._power_on()

    def reset(self) -> None:
        """Power-on values; shadow RAM is closed again."""
        super().reset()
        self._power_on()
        self._tell_shadow()

    def _power_on(self) -> None:
        words = [0] * (3 * WORDS) + [0xFFFF_FFFF] * WORDS
        for function, parts in POWER_ON.items():
            for first, values in parts.items():
                for place, byte in enumerate(values, first):
                    words[function * WORDS + place // 4] |= byte << 8 * (place % 4)
        for index, word in enumerate(words):
            self.state.config[index] = word

    def read(self, offset: int, size: int) -> int:
        """The address register as a whole, the rest in any bytes."""
        if offset == Reg.CONFIG_ADDRESS and size == 4:
            return self.state.address
        window = selected(self.state) << 32 | 0xFFFF_00FF | self.state.reset_control << 8
        return (window | -1 << 64) >> 8 * offset & size_mask(size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Only a 32-bit write reaches the address register, only an 8-bit one 0xCF9."""
        if offset == Reg.CONFIG_ADDRESS and size == 4:
            self.state.address = value & ADDRESS_BITS
        elif offset == Reg.RESET_CONTROL and size == 1:
            self._write_reset(value)
        else:
            shift = 8 * offset
            self._write_config(value << shift >> 32, size_mask(size) << shift >> 32)

    def _write_reset(self, value: int) -> None:
        before, self.state.reset_control = self.state.reset_control, value & RESET_BITS
        if value & ~before & RESET_CPU:
            self._reset.pulse()

    def _write_config(self, bits: int, lanes: int) -> None:
        """Write `bits` to the selected word, where `lanes` has ones."""
        address = self.state.address
        function, word = Row(row(address)), address >> 2 & 63
        if not address & ENABLE:
            return
        index = function * WORDS + word
        before = self.state.config[index]
        mask = lanes & MASKS[function][word]
        after = before & ~mask | bits & mask
        if (function, word) == (Row.HOST_BRIDGE, SMRAM // 4):
            after = locked(before, after)
        if after != before:
            self.state.config[index] = after
            self._changed(function, word)

    def _changed(self, function: Row, word: int) -> None:
        if function == Row.HOST_BRIDGE and word in (PAM0 // 4, PAM6 // 4):
            self._tell_shadow()
        if function == Row.ACPI and word in (PMBASE // 4, PMREGMISC // 4):
            self._tell_pm_base()

    def _word(self, function: Row, register: int) -> int:
        return self.state.config[function * WORDS + register // 4]

    def _tell_shadow(self) -> None:
        if self._on_shadow is not None:
            words = self._word(Row.HOST_BRIDGE, PAM0), self._word(Row.HOST_BRIDGE, PAM6)
            self._on_shadow(struct.pack("<II", *words)[PAM0 % 4 :])

    def _tell_pm_base(self) -> None:
        if self._on_pm_base is not None:
            base = self._word(Row.ACPI, PMBASE) & 0xFFC0
            self._on_pm_base(base, bool(self._word(Row.ACPI, PMREGMISC) & 1))
