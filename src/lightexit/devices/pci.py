# SPDX-License-Identifier: Apache-2.0
"""PCI functions: configuration space, base address registers, INTx and MSI.

A function is 64 words of configuration space, which stand in its bridge's state, so that a filter
answers reads of them; and, where it has registers of its own, a `Device`, whose windows are placed
by base address registers: here it is the guest that says where they are.

    config = ConfigSpace(
        {0x00: bytes.fromhex("34121111")}, bars={0: Bar("registers", Space.MMIO, 0x1000)}, pin=1
    )
    function = PciFunction(config)
    plug(machine, bridge, 3 << 3, function, Card(clock, function.interrupt))

Reference: PCI Local Bus 3.0, sections 6.1 and 6.2.1 (header), 6.2.2 (command), 6.2.3 (status),
6.2.4 (interrupt pin), 6.2.5.1 (base address registers), 6.7 and 6.8.1 (MSI capability, 32 bits, one
message). Not here: expansion ROMs, 64-bit BARs, bits of the status register that a write clears.

| a guest may                     | what we do                              | left to the caller |
|---------------------------------|-----------------------------------------|--------------------|
| size a BAR while it is decoded  | the window follows: nowhere, as a rule  | -                  |
| put a window over memory, over  | who was there answers; the window is    | `refused` tells    |
| another, past the end of space  | nowhere until one of the two moves      | of it              |
| move windows without end        | with `MOST_RETIRED` tables that may be  | to give them back  |
|                                 | in use windows are nowhere for a while  | (`Bus.reclaim`)  |
| send MSIs to any address        | send them                               | what they mean     |
| disable INTx while it is up     | let the line fall, rise again later     | -                  |
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any, Protocol

from lightexit.abi import ApicFlag, Space
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.errors import AuthorError, HostError

WORDS = 64
BARS = 6
COMMAND, BAR0, CAPABILITIES, INTERRUPT = 0x04, 0x10, 0x34, 0x3C
MSI_ID, MSI_ENABLE = 0x05, 1 << 16
#: In the word of command and status.
INTERRUPT_STATUS, HAS_CAPABILITIES = 1 << 19, 1 << 20

#: Bits that a guest may write: first and last byte, and a mask for each of them.
Writable = Iterable[tuple[int, int, int]]


class CommandBit(IntEnum):
    """Bits of the command register that mean something here."""

    IO = 1 << 0
    MEMORY = 1 << 1
    MASTER = 1 << 2
    INTX_DISABLE = 1 << 10


@dataclass(frozen=True)
class Bar:
    """A base address register: `size` bytes of a space for a window of the function's device."""

    window: str
    space: Space
    size: int

    @property
    def type_bits(self) -> int:
        """The read-only bits: ports, or memory anywhere below 4 GiB."""
        return 1 if self.space is Space.PIO else 0

    @property
    def mask(self) -> int:
        """The writable bits, those of an address."""
        return -self.size & 0xFFFF_FFFF

    @property
    def enable(self) -> CommandBit:
        """The bit of the command register that lets it decode."""
        return CommandBit.IO if self.space is Space.PIO else CommandBit.MEMORY


@dataclass(frozen=True)
class ConfigSpace:
    """What a function's configuration space holds at power-on, and what a guest may write there.

    `power_on` has bytes by their first register, `writable` is (first, last, mask). What `bars` (by
    number), `pin` (1 to 4 for INTA# to INTD#) and `msi` (where that capability stands) need comes
    on top. Raises AuthorError for what no function can have.
    """

    power_on: Mapping[int, bytes]
    writable: Writable = ()
    bars: Mapping[int, Bar] = field(default_factory=dict)
    pin: int = 0
    msi: int = 0

    def __post_init__(self) -> None:
        for number, bar in self.bars.items():
            _check_bar(number, bar)
        if not 0 <= self.pin <= 4:
            raise AuthorError(f"interrupt pin {self.pin}", expected="1 to 4, or 0 for none")
        if self.msi and (self.msi % 4 or not 0x40 <= self.msi <= 0xF4):
            raise AuthorError(
                f"an MSI capability at {self.msi:#x}", expected="a multiple of 4 from 0x40 to 0xf4"
            )

    @cached_property
    def words(self) -> tuple[int, ...]:
        """The 64 words at power-on."""
        space = bytearray(4 * WORDS)
        for first, values in self.power_on.items():
            space[first : first + len(values)] = values
        words = list(struct.unpack(f"<{WORDS}I", space))
        for number, bar in self.bars.items():
            words[BAR0 // 4 + number] = bar.type_bits
        if self.pin:
            words[INTERRUPT // 4] |= self.pin << 8
        if self.msi:
            words[COMMAND // 4] |= HAS_CAPABILITIES
            words[CAPABILITIES // 4] = self.msi
            words[self.msi // 4] |= MSI_ID
        return tuple(words)

    @cached_property
    def masks(self) -> tuple[int, ...]:
        """The writable bits of every word."""
        space = bytearray(4 * WORDS)
        for first, last, mask in self.writable:
            space[first : last + 1] = bytes([mask]) * (last + 1 - first)
        masks = list(struct.unpack(f"<{WORDS}I", space))
        for number, bar in self.bars.items():
            masks[BAR0 // 4 + number] = bar.mask
            masks[COMMAND // 4] |= bar.enable | CommandBit.MASTER
        if self.pin:
            masks[INTERRUPT // 4] |= 0xFF  # the line: a note of the firmware's for drivers
            masks[COMMAND // 4] |= CommandBit.INTX_DISABLE
        if self.msi:
            at = self.msi // 4
            masks[at : at + 3] = [MSI_ENABLE, 0xFFFF_FFFC, 0xFFFF]
        return tuple(masks)


def _check_bar(number: int, bar: Bar) -> None:
    least, most = (4, 0x100) if bar.space is Space.PIO else (16, 1 << 31)
    if not 0 <= number < BARS:
        raise AuthorError(f"BAR {number}, for the window {bar.window!r}", expected="0 to 5")
    if not least <= bar.size <= most or bar.size & (bar.size - 1):
        raise AuthorError(
            f"BAR {number} of {bar.size} bytes of {bar.space.name}, for the window {bar.window!r}",
            expected=f"a power of two from {least} to {most}",
        )


class Words(Protocol):
    """The 64 words of a configuration space."""

    def __getitem__(self, index: int, /) -> int: ...

    def __setitem__(self, index: int, word: int, /) -> None: ...


@dataclass
class PciSlot:
    """What a bridge and a machine give to a function that is plugged in.

    `words` is its configuration space. `move` puts windows where they are to be, None for nowhere;
    it raises AuthorError, with nothing moved, where they cannot be. `hold` is held by whoever
    changes words for another than the bridge. `send` takes address and data of an MSI.
    """

    words: Words = field(default_factory=lambda: [0] * WORDS)
    move: Callable[[Mapping[str, int | None]], object] = lambda places: None
    hold: contextlib.AbstractContextManager[object] = field(default_factory=contextlib.nullcontext)
    intx: Line = field(default_factory=Line)
    send: Callable[[int, int], object] = lambda address, data: None


class PciFunction:
    """One function. Its device drives `interrupt`; a subclass may watch and change what is written.

    `refused` says, by window, why a window is nowhere although the guest has it enabled.
    """

    def __init__(self, config: ConfigSpace, name: str = "a PCI function") -> None:
        self.config = config
        self.name = name
        self.refused: dict[str, str] = {}
        self.interrupt = Line(self._interrupted)
        self.slot = PciSlot(list(config.words))
        self._placed: dict[str, int | None] = self.nowhere

    # For its bridge, which holds the lock of the words

    def power_on(self) -> None:
        """Power-on state: its windows are nowhere."""
        for index, word in enumerate(self.config.words):
            self.slot.words[index] = word
        self.slot.words[COMMAND // 4] |= INTERRUPT_STATUS * self.interrupt.level
        self.place()
        self._drive()

    def write(self, word: int, bits: int, lanes: int) -> bool:
        """A guest writes `bits` where `lanes` has ones; whether that has changed the word."""
        before = self.slot.words[word]
        mask = lanes & self.config.masks[word]
        after = self.written(word, before, before & ~mask | bits & mask)
        if after == before:
            return False
        self.slot.words[word] = after
        if word == COMMAND // 4 or BAR0 // 4 <= word < BAR0 // 4 + BARS:
            self.place()
        self._drive()
        self.changed(word)
        return True

    def restored(self) -> None:
        """The words were restored: windows are where they say. No edge is heard of."""
        self.place()
        if self.config.pin:
            self.slot.intx.restore(self._intx_level)

    # For subclasses

    def written(self, word: int, before: int, after: int) -> int:
        """What a word holds after a write that leaves `after` of it by the masks."""
        return after

    def changed(self, word: int) -> None:
        """A word has changed."""

    # Windows

    @property
    def nowhere(self) -> dict[str, int | None]:
        """Places for a device that is not decoded."""
        return dict.fromkeys((bar.window for bar in self.config.bars.values()), None)

    @property
    def places(self) -> dict[str, int | None]:
        """Where the guest wants the windows; None for those that it has not enabled."""
        words, found = self.slot.words, self.nowhere
        for number, bar in self.config.bars.items():
            if words[COMMAND // 4] & bar.enable:
                found[bar.window] = words[BAR0 // 4 + number] & bar.mask
        return found

    def place(self) -> None:
        """Put the windows where the guest wants them, those that can be there."""
        wanted = self.places
        if wanted == self._placed:
            self.refused = {}
            return
        self.refused = self._move(wanted)
        if self.refused:
            self._place_each(wanted)

    def _place_each(self, wanted: Mapping[str, int | None]) -> None:
        """One stands in the way: all away, then one by one."""
        refused: dict[str, str] = {}
        self._move(self.nowhere)
        for window, base in wanted.items():
            if base is not None:
                refused |= self._move({**self._placed, window: base}, window)
        self.refused = refused

    def _move(self, places: dict[str, int | None], window: str = "") -> dict[str, str]:
        """The reason why not, by `window`."""
        if places != self._placed:
            try:
                self.slot.move(places)
            except (AuthorError, HostError) as error:
                return {window: error.found}
            self._placed = places
        return {}

    # Interrupts

    def _interrupted(self, level: bool) -> None:
        with self.slot.hold:
            words = self.slot.words
            status = words[COMMAND // 4] & ~INTERRUPT_STATUS
            words[COMMAND // 4] = status | INTERRUPT_STATUS * level
            self._drive()
            at, has_message = self.config.msi // 4, self._has_message
            message = (words[at + 1], words[at + 2]) if level and has_message else None
        if message is not None:
            self.slot.send(*message)

    @property
    def _has_message(self) -> bool:
        return bool(self.config.msi and self.slot.words[self.config.msi // 4] & MSI_ENABLE)

    def _drive(self) -> None:
        """INTx is up while the device interrupts, unless disabled or replaced by messages."""
        if self.config.pin:
            self.slot.intx.set(self._intx_level)

    @property
    def _intx_level(self) -> bool:
        command = self.slot.words[COMMAND // 4]
        disabled = command & CommandBit.INTX_DISABLE or self._has_message
        return bool(command & INTERRUPT_STATUS and not disabled)


def check_device(function: PciFunction, device: Device[Any] | None) -> None:
    """Raises AuthorError where a device's windows are not those of the function's BARs."""
    bars = {bar.window: bar for bar in function.config.bars.values()}
    regions = () if device is None else device.regions
    for region in regions:
        bar = bars.get(region.name)
        if bar is None or bar.space is not region.space:
            raise AuthorError(
                f"the {region.space.name} window {region.name!r} of {function.name} has no BAR",
                where=region.where,
                expected=f"one of: {', '.join(bars) or 'none'}",
                hint=f"Bar({region.name!r}, Space.{region.space.name}, SIZE)",
            )
        first = min(each.offset for each in regions if each.name == region.name)
        if region.offset - first + region.size > bar.size:
            raise AuthorError(
                f"the window {region.name!r} of {function.name} is larger than its BAR",
                where=region.where,
                expected=f"at most {bar.size} bytes",
            )
    for window in bars:
        if all(region.name != window for region in regions):
            raise AuthorError(
                f"{function.name} has a BAR for the window {window!r}, and no such window",
                expected=f'a region of its device with name="{window}"',
            )


def apic_message(address: int, data: int) -> tuple[int, int, int]:
    """Destination, vector and mode of an MSI (Intel SDM volume 3, section 11.11)."""
    mode = data >> 8 & 7
    if address >> 2 & 1:
        mode |= ApicFlag.LOGICAL
    if data >> 15 & 1:
        mode |= ApicFlag.LEVEL
    return address >> 12 & 0xFF, data & 0xFF, mode
