# SPDX-License-Identifier: Apache-2.0
"""PCI configuration of a 440FX machine: host bridge, PIIX3 ISA bridge, PIIX4 ACPI function, and
whatever functions are plugged in beside them (`pci.py`).

Fast path: the address register (0xCF8) both ways, and reads of the data window (0xCFC). Writes
of configuration registers go to the model.
Reference: PCI Local Bus 3.0 section 3.2.2.3.2 (mechanism #1); Intel 82441FX, 82371SB (PIIX3) and
82371AB (PIIX4) data sheets.

Functions 00:00.0, 00:01.0 and 00:01.3 exist; those of other numbers read all ones until one is
plugged in. The subsystem ids 1af4:1100 are what firmware takes for "running on a virtual machine".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.devices.pci import WORDS, ConfigSpace, PciFunction, PciSlot
from lightexit.devices.width import size_mask
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
    u64,
)

DATA_SIZE = 4
ENABLE = 1 << 31
#: Bits of the address register that are kept; the others read 0.
ADDRESS_BITS = 0x80FF_FFFC
RESET_CPU = 1 << 2
RESET_BITS = 0x0E
SMRAM = 0x72
#: In the word that SMRAM is a byte of.
SMRAM_BYTE, SMRAM_LOCK, SMRAM_OPEN = 0xFF << 16, 0x10 << 16, 0x40 << 16
PAM0, PAM6 = 0x59, 0x5F
PMBASE, PMREGMISC = 0x40, 0x80
#: Functions that there can be, and one row more for those that are not there.
ROWS = 16
LAST_WORD = ROWS * WORDS - 1


class I440fxReg(IntEnum):
    """The two ports of the mechanism, and the reset control register between them."""

    CONFIG_ADDRESS = 0
    RESET_CONTROL = 1
    CONFIG_DATA = 4
    CONFIG_DATA_1 = 5
    CONFIG_DATA_2 = 6
    CONFIG_DATA_3 = 7


class FunctionRow(IntEnum):
    """Where a function's 64 words are in the state; the first row, of absent ones, is all ones."""

    ABSENT = 0
    HOST_BRIDGE = 1
    ISA_BRIDGE = 2
    ACPI = 3


#: The numbers of the fixed functions on bus 0: device << 3 | function.
NUMBERS = {FunctionRow.HOST_BRIDGE: 0x00, FunctionRow.ISA_BRIDGE: 0x08, FunctionRow.ACPI: 0x0B}


class I440fxState(Struct):
    """The address register and the configuration spaces, row by row.

    `rows` has the row of every function of bus 0, by its number; `selected` is the index of the
    word that the address register selects, one of all ones where nobody is there, and `data` a copy
    of that word: a read of it waits for no other.
    """

    address: u32
    data: u32 = 0xFFFF_FFFF
    selected: u16
    reset_control: u8
    rows: Array[u8] = array(u8, 256)
    config: Array[u32] = array(u32, ROWS * WORDS)


@inline
def selected(pci: I440fxState, address: u32) -> u64:
    """The index of the word that an address selects (bus, device, function, register)."""
    if not address & ENABLE or address >> 16 & 0xFF:
        return 0
    return (pci.rows[address >> 8 & 0xFF] * WORDS + (address >> 2 & 63)) & LAST_WORD


@io_filter
def access_configuration(ctx: IoContext, pci: I440fxState) -> Verdict:
    """Answer the address register, and reads within the data window."""
    if ctx.offset == I440fxReg.CONFIG_ADDRESS and ctx.size == 4:
        if ctx.is_write:
            pci.address = u32(ctx.data & ADDRESS_BITS)
            index = selected(pci, pci.address)
            pci.selected = u16(index)
            pci.data = pci.config[index]
        else:
            ctx.data = pci.address
        return Verdict.HANDLED
    if ctx.is_write or ctx.offset < I440fxReg.CONFIG_DATA:
        return Verdict.PASS
    lane = ctx.offset & 3
    if lane + ctx.size > DATA_SIZE:
        return Verdict.PASS
    ctx.data = pci.data >> 8 * lane & size_mask(ctx.size)
    return Verdict.HANDLED


#: Bytes of each function, by first register, that do not read 0 at power-on.
POWER_ON: dict[FunctionRow, dict[int, bytes]] = {
    FunctionRow.HOST_BRIDGE: {
        0x00: bytes.fromhex("8680 3712 0600 8002 02 000006 00 00 00 00"),
        0x2C: bytes.fromhex("f41a 0011"),
        SMRAM: b"\x02",
    },
    FunctionRow.ISA_BRIDGE: {
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
    FunctionRow.ACPI: {
        0x00: bytes.fromhex("8680 1371 0000 8002 03 008006 00 00 00 00"),
        0x2C: bytes.fromhex("f41a 0011"),
        0x3D: b"\x01",
        PMBASE: b"\x01",
        0x5B: b"\x02",  # APMC_EN: firmware takes system management mode as set up already
        0x90: b"\x01",
    },
}

#: (first, last, mask): the bits a guest may write.
WRITABLE: dict[FunctionRow, tuple[tuple[int, int, int], ...]] = {
    FunctionRow.HOST_BRIDGE: (
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
    FunctionRow.ISA_BRIDGE: (
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
    FunctionRow.ACPI: (
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


def locked(before: int, after: int) -> int:
    """SMRAM's word after a write: locking closes it, and then its byte stays as it is."""
    if before & SMRAM_LOCK:
        return before & SMRAM_BYTE | after & ~SMRAM_BYTE
    return after & ~SMRAM_OPEN if after & SMRAM_LOCK else after


def _config(function: FunctionRow) -> ConfigSpace:
    return ConfigSpace(POWER_ON[function], WRITABLE[function])


class HostBridge(PciFunction):
    """`on_shadow` hears PAM0 to PAM6 (7 bytes)."""

    def __init__(self, on_shadow: Callable[[bytes], object]) -> None:
        super().__init__(_config(FunctionRow.HOST_BRIDGE), "the host bridge")
        self._on_shadow = on_shadow

    def written(self, word: int, before: int, after: int) -> int:
        """SMRAM can be locked."""
        return locked(before, after) if word == SMRAM // 4 else after

    def changed(self, word: int) -> None:
        """Report the shadow RAM settings."""
        if word in (PAM0 // 4, PAM6 // 4):
            self.tell()

    def restored(self) -> None:
        """Report the shadow RAM settings that were restored."""
        super().restored()
        self.tell()

    def tell(self) -> None:
        """What shadow RAM is to be."""
        words = self.slot.words[PAM0 // 4], self.slot.words[PAM6 // 4]
        self._on_shadow(struct.pack("<II", *words)[PAM0 % 4 :])


class Acpi(PciFunction):
    """`on_pm_base` hears the base of the PM registers and whether it is on."""

    def __init__(self, on_pm_base: Callable[[int, bool], object]) -> None:
        super().__init__(_config(FunctionRow.ACPI), "the ACPI function")
        self._on_pm_base = on_pm_base

    def changed(self, word: int) -> None:
        """Report the PM registers' base."""
        if word in (PMBASE // 4, PMREGMISC // 4):
            self.tell()

    def restored(self) -> None:
        """Report the base that was restored."""
        super().restored()
        self.tell()

    def tell(self) -> None:
        """Where the PM registers are to be."""
        words = self.slot.words
        self._on_pm_base(words[PMBASE // 4] & 0xFFC0, bool(words[PMREGMISC // 4] & 1))


class _Words:
    """A row of the bridge's state."""

    def __init__(self, state: I440fxState, row: int) -> None:
        self._state = state
        self._first = row * WORDS

    def __getitem__(self, index: int) -> int:
        return self._state.config[self._first + index]

    def __setitem__(self, index: int, word: int) -> None:
        self._state.config[self._first + index] = word
        if self._state.selected == self._first + index:
            self._state.data = word


def _nothing(*_: object) -> None:
    """The default listener: none."""


class I440fx(Device[I440fxState]):
    """`on_shadow` hears PAM0 to PAM6 (7 bytes), `on_pm_base` the base and whether it is on."""

    name = "i440fx"
    registers = I440fxReg
    regions = (pio(8, filter=access_configuration),)

    def __init__(
        self,
        clock: Clock,
        reset: Line,
        on_shadow: Callable[[bytes], object] = _nothing,
        on_pm_base: Callable[[int, bool], object] = _nothing,
    ) -> None:
        super().__init__(clock)
        self.lines = (reset,)
        self._reset = reset
        #: By row.
        self.functions: dict[int, PciFunction] = {}
        self._numbers: dict[int, int] = {}
        for index in range(WORDS):
            self.state.config[FunctionRow.ABSENT * WORDS + index] = 0xFFFF_FFFF
        self._host = HostBridge(on_shadow)
        self.plug(NUMBERS[FunctionRow.HOST_BRIDGE], self._host)
        self.plug(
            NUMBERS[FunctionRow.ISA_BRIDGE],
            PciFunction(_config(FunctionRow.ISA_BRIDGE), "the ISA bridge"),
        )
        self._acpi = Acpi(on_pm_base)
        self.plug(NUMBERS[FunctionRow.ACPI], self._acpi)

    def plug(self, number: int, function: PciFunction, slot: PciSlot | None = None) -> None:
        """Have a function on bus 0, by its number (device << 3 | function), before the guest runs.

        `slot` is what the machine gives it; its words are the bridge's. Raises AuthorError for a
        number that is taken or that there is not, and where no row is left.
        """
        if not 0 <= number < 256 or number in self._numbers.values():
            raise AuthorError(
                f"{function.name} as PCI function {number:#x}",
                expected=f"device << 3 | function, and none of: {self._taken()}",
            )
        row = len(self.functions) + 1
        if row == ROWS:
            raise AuthorError(f"{ROWS} PCI functions", expected=f"at most {ROWS - 1}")
        function.slot = slot or PciSlot()
        function.slot.words = _Words(self.state, row)
        self.functions[row], self._numbers[row] = function, number
        self.state.rows[number] = row
        function.power_on()

    def _taken(self) -> str:
        return ", ".join(f"{number:#x}" for number in self._numbers.values())

    def reset(self) -> None:
        """Power-on values; shadow RAM is closed again, and no function's window is anywhere."""
        super().reset()
        for index in range(WORDS):
            self.state.config[FunctionRow.ABSENT * WORDS + index] = 0xFFFF_FFFF
        for row, function in self.functions.items():
            self.state.rows[self._numbers[row]] = row
            function.power_on()
        self._host.tell()
        self._acpi.tell()

    def configuration(self) -> Mapping[str, object]:
        """Which functions there are."""
        numbers = self._numbers.items()
        return {f"function {at:#x}": self.functions[row].name for row, at in numbers}

    def restored(self) -> None:
        """What stands where in memory and in the I/O space, and which interrupts are up."""
        for function in self.functions.values():
            function.restored()

    def read(self, offset: int, size: int) -> int:
        """The address register as a whole, the rest in any bytes."""
        if offset == I440fxReg.CONFIG_ADDRESS and size == 4:
            return self.state.address
        window = self.state.data << 32 | 0xFFFF_00FF | self.state.reset_control << 8
        return (window | -1 << 64) >> 8 * offset & size_mask(size)

    def write(self, offset: int, value: int, size: int) -> None:
        """Only a 32-bit write reaches the address register, only an 8-bit one 0xCF9."""
        if offset == I440fxReg.CONFIG_ADDRESS and size == 4:
            self.state.address = value & ADDRESS_BITS
            self.state.selected = selected(self.state, self.state.address)
            self.state.data = self.state.config[self.state.selected]
        elif offset == I440fxReg.RESET_CONTROL and size == 1:
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
        row, word = divmod(self.state.selected, WORDS)
        if row in self.functions and self.functions[row].write(word, bits, lanes):
            for other in self.functions.values():
                if other.refused:  # the overlapping window may have moved
                    other.place()
