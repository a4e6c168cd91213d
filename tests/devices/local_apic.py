# SPDX-License-Identifier: Apache-2.0
"""A local APIC for tests of the I/O APIC: as much of one as golden traces look at, no device.

Intel SDM volume 3, chapter 11: acceptance by destination, priorities, EOI and its broadcast.
"""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.clock import ManualClock
from lightexit.bus.region import mmio
from lightexit.devices.device import Device
from lightexit.filter import ApicFlag, ApicMode, Array, Struct, array, u32

TPR, EOI, SVR, ENABLED = 0x80, 0xB0, 0xF0, 1 << 8
FLAT, ALL, NOTHING = 0xF, 0xFF, -1


class LocalApicState(Struct):
    """Registers; vector n is bit n % 32 of word n / 32."""

    tpr: u32
    ldr: u32
    dfr: u32 = 0xFFFF_FFFF
    svr: u32 = 0xFF
    isr: Array[u32] = array(u32, 8)
    tmr: Array[u32] = array(u32, 8)
    irr: Array[u32] = array(u32, 8)


WORDS = {TPR: "tpr", 0xD0: "ldr", 0xE0: "dfr", SVR: "svr"}
VECTORS = {0x100: "isr", 0x180: "tmr", 0x200: "irr"}


def put(words: Array[u32], vector: int, value: bool) -> None:
    bit = 1 << vector % 32
    words[vector // 32] = words[vector // 32] | bit if value else words[vector // 32] & ~bit


def highest(words: Array[u32]) -> int:
    return sum(word << 32 * index for index, word in enumerate(words)).bit_length() - 1


class LocalApic(Device[LocalApicState]):
    """CPU 0's. `broadcast` takes the EOIs of level interrupts, `extint` gives a PIC's vector."""

    name = "lapic"
    regions = (mmio(0x1000, register_width=4).at(0xFEE0_0000),)

    def __init__(self, broadcast: Callable[[int], None], extint: Callable[[], int]) -> None:
        super().__init__(ManualClock())
        self._broadcast = broadcast
        self._extint = extint

    def take(self, destination: int, vector: int, mode: int) -> None:
        """A message from an I/O APIC."""
        if not self._is_meant(destination, bool(mode & ApicFlag.LOGICAL)):
            return
        kind = mode & 7
        if kind == ApicMode.EXTINT:
            vector = self._extint()
        elif kind not in (ApicMode.FIXED, ApicMode.LOWEST_PRIORITY):
            return
        put(self.state.irr, vector, True)
        put(self.state.tmr, vector, bool(mode & ApicFlag.LEVEL))

    def _is_meant(self, destination: int, is_logical: bool) -> bool:
        if not is_logical:
            return destination in (0, ALL)
        ldr = self.state.ldr >> 24
        if self.state.dfr >> 28 == FLAT:
            return bool(destination & ldr)
        return destination >> 4 == ldr >> 4 and bool(destination & ldr & 15)

    def acknowledge(self) -> int:
        """INTA: a vector, the spurious one where priorities forbid it, or NOTHING."""
        vector, busy = highest(self.state.irr), highest(self.state.isr)
        if vector < 0 or not self.state.svr & ENABLED:
            return NOTHING
        if vector >> 4 <= max(self.state.tpr, busy) >> 4 and max(self.state.tpr, busy) > 0:
            return self.state.svr & 0xFF
        put(self.state.irr, vector, False)
        put(self.state.isr, vector, True)
        return vector

    def read(self, offset: int, size: int) -> int:
        if offset in WORDS:
            return int(getattr(self.state, WORDS[offset]))
        name = VECTORS.get(offset & ~0x7F)
        return int(getattr(self.state, name)[(offset & 0x7F) >> 4]) if name else 0

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == EOI:
            self._end()
        elif offset in WORDS:
            kept = {SVR: 0x1FF, 0xD0: 0xFF00_0000, TPR: 0xFF}.get(offset, 0xFFFF_FFFF)
            setattr(self.state, WORDS[offset], value & kept)

    def _end(self) -> None:
        vector = highest(self.state.isr)
        if vector < 0:
            return
        put(self.state.isr, vector, False)
        if self.state.tmr[vector // 32] >> vector % 32 & 1:
            self._broadcast(vector)
