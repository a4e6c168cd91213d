# SPDX-License-Identifier: Apache-2.0
"""I/O APIC: 24 inputs, each of which sends an interrupt message to the local APICs.

Fast path: the index both ways, reads of the redirection table, and masking and unmasking where
nothing waits to be sent: all that an operating system does once its table is set up.
Reference: Intel 82093AA data sheet, order number 290566, section 3; the EOI register is that of
version 0x20, Intel 82801 (ICH) data sheets, "EOI register".

An input is the request itself, whatever its pin's polarity: who wires it up knows that. Level
triggering is for the fixed and the lowest priority mode; the other modes send at an edge. Where
the data sheet leaves the answer open: WINDOW narrower than 32 bits reads 0 and writes nothing,
what is no register too. The delivery status is always idle, for a message takes no time.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.filter import (
    ApicFlag,
    ApicMode,
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u32,
)

PINS = 24
VERSION = 0x20 | (PINS - 1) << 16


class IoApicReg(IntEnum):
    """Offsets."""

    SELECT = 0x00
    WINDOW = 0x10
    EOI = 0x40


class Index(IntEnum):
    """What SELECT makes appear in WINDOW; the table is two words for each input."""

    ID = 0
    VERSION = 1
    ARBITRATION = 2
    TABLE = 0x10
    TABLE_END = 0x10 + 2 * PINS


class Bit(IntEnum):
    """Of the lower word of an entry; the vector is in bits 0 to 7, the mode in 8 to 10."""

    LOGICAL = 1 << 11
    REMOTE_IRR = 1 << 14
    LEVEL = 1 << 15
    MASKED = 1 << 16


#: What software may set in an entry's two words, and in ID.
LOW_WRITABLE = 0x1_AFFF
HIGH_WRITABLE = 0xFF00_0000
ID_WRITABLE = 0x0F00_0000
MODE_SHIFT = 8
#: A message's mode, with its flags.
MODE_MASK = ApicFlag.LEVEL | ApicFlag.LOGICAL | 7


class RedirectionEntry(Struct):
    """Where an input's interrupt goes."""

    low: u32 = Bit.MASKED
    high: u32


class IoApicState(Struct):
    """The registers, and the levels of the inputs, a bit each."""

    select: u8
    id: u32
    levels: u32
    table: Array[RedirectionEntry] = array(RedirectionEntry, PINS)


@inline
def is_level(low: u32) -> bool:
    """Whether an entry waits for an EOI between its messages."""
    mode = low >> MODE_SHIFT & 7
    return low & Bit.LEVEL != 0 and mode <= ApicMode.LOWEST_PRIORITY


@inline
def is_due(levels: u32, number: u8, low: u32) -> bool:
    """Whether an input's level requires a message now."""
    return is_level(low) and low & (Bit.MASKED | Bit.REMOTE_IRR) == 0 and levels >> number & 1 != 0


@io_filter
def access_redirections(ctx: IoContext, ioapic: IoApicState) -> Verdict:
    """The index; the table, but for what sends a message or sends it elsewhere."""
    if ctx.offset == IoApicReg.SELECT:
        if ctx.is_write:
            ioapic.select = u8(ctx.data)
        else:
            ctx.data = ioapic.select
        return Verdict.HANDLED
    if ctx.offset != IoApicReg.WINDOW:
        return Verdict.PASS
    word = u32(ioapic.select - Index.TABLE)
    if word >= 2 * PINS:
        return Verdict.PASS
    number: u8 = word >> 1
    entry = ioapic.table[number]
    if not ctx.is_write:
        ctx.data = entry.high if word & 1 else entry.low
        return Verdict.HANDLED
    low = u32(ctx.data)
    if word & 1 or (low ^ entry.low) & LOW_WRITABLE & ~Bit.MASKED != 0:
        return Verdict.PASS
    low = low & LOW_WRITABLE | entry.low & Bit.REMOTE_IRR
    if is_due(ioapic.levels, number, low):
        return Verdict.PASS
    entry.low = low
    return Verdict.HANDLED


@inline
def only_levels_wait(ioapic: IoApicState) -> bool:
    """Only entries for levels wait for an EOI."""
    wrong: u32 = 0
    for number in range(PINS):
        low = ioapic.table[number].low
        wrong = wrong | low & Bit.REMOTE_IRR & ~(low >> 1)  # LEVEL is the next bit
    return wrong == 0


class IoApic(Device[IoApicState]):
    """The model: what the inputs send, EOIs, and the rest of the registers.

    `send(destination, vector, mode)` takes messages, `changed(number)` is told of an entry that
    was given another vector, mode, trigger or destination, before it sends any message.
    """

    name = "ioapic"
    registers = IoApicReg
    invariant = staticmethod(only_levels_wait)
    regions = (mmio(0x1000, register_width=4, filter=access_redirections),)

    def __init__(
        self,
        clock: Clock,
        send: Callable[[int, int, int], object],
        changed: Callable[[int], object] = lambda number: None,
    ) -> None:
        super().__init__(clock)
        self._send = send
        self._changed = changed
        self.inputs = tuple(Line(self._listener(number)) for number in range(PINS))

    def input(self, number: int) -> Line:
        """The wire of input `number`, 0 to 23."""
        return self.inputs[number]

    def _listener(self, number: int) -> Callable[[bool], None]:
        return lambda level: self._change_line(number, level)

    def _change_line(self, number: int, level: bool) -> None:
        bit, low = 1 << number, self.state.table[number].low
        self.state.levels = self.state.levels | bit if level else self.state.levels & ~bit
        if level and not is_level(low) and not low & Bit.MASKED:
            self._send(*self.message(number))
        self._settle(number)

    def _settle(self, number: int) -> None:
        entry = self.state.table[number]
        if is_due(self.state.levels, number, entry.low):
            entry.low |= Bit.REMOTE_IRR
            self._send(*self.message(number))

    def message(self, number: int) -> tuple[int, int, int]:
        """What an input sends: destination, vector, mode."""
        entry = self.state.table[number]
        mode = entry.low >> MODE_SHIFT & MODE_MASK
        if not is_level(entry.low):
            mode &= ~ApicFlag.LEVEL
        return entry.high >> 24, entry.low & 0xFF, mode

    def end_of_interrupt(self, vector: int) -> None:
        """An EOI that a local APIC broadcasts: inputs that still ask are served once more."""
        for number, entry in enumerate(self.state.table):
            if entry.low & Bit.REMOTE_IRR and entry.low & 0xFF == vector:
                entry.low &= ~Bit.REMOTE_IRR
                self._settle(number)

    def read(self, offset: int, size: int) -> int:
        """SELECT in any size; WINDOW as 32 bits."""
        if offset == IoApicReg.SELECT:
            return self.state.select
        return self._word(self.state.select) if (offset, size) == (IoApicReg.WINDOW, 4) else 0

    def _word(self, index: int) -> int:
        if Index.TABLE <= index < Index.TABLE_END:
            entry = self.state.table[(index - Index.TABLE) >> 1]
            return entry.high if index & 1 else entry.low
        match index:
            case Index.ID | Index.ARBITRATION:
                return self.state.id
            case Index.VERSION:
                return VERSION
        return 0

    def write(self, offset: int, value: int, size: int) -> None:
        """SELECT in any size; WINDOW and EOI as 32 bits."""
        if offset == IoApicReg.SELECT:
            self.state.select = value & 0xFF
        elif (offset, size) == (IoApicReg.WINDOW, 4):
            self._write_word(self.state.select, value)
        elif (offset, size) == (IoApicReg.EOI, 4):
            self.end_of_interrupt(value & 0xFF)

    def _write_word(self, index: int, value: int) -> None:
        if index == Index.ID:
            self.state.id = value & ID_WRITABLE
        elif Index.TABLE <= index < Index.TABLE_END:
            number = (index - Index.TABLE) >> 1
            self._write_entry(number, value, is_high=bool(index & 1))

    def _write_entry(self, number: int, value: int, is_high: bool) -> None:
        entry, before = self.state.table[number], self.message(number)
        if is_high:
            entry.high = value & HIGH_WRITABLE
        else:
            kept = entry.low & Bit.REMOTE_IRR if value & Bit.LEVEL else 0
            entry.low = value & LOW_WRITABLE | kept
        if self.message(number) != before:
            self._changed(number)
        self._settle(number)

    def restored(self) -> None:
        """Report every entry: any of them may have changed."""
        for number in range(PINS):
            self._changed(number)

    def reset(self) -> None:
        """Power-on state; the wires keep their levels."""
        levels = self.state.levels
        self.state.reset()
        self.state.levels = levels
