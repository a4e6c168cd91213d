# SPDX-License-Identifier: Apache-2.0
"""`Region`: a window of an address space onto a device's registers."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from lightexit.abi import Space, StateMemory
from lightexit.errors import Location
from lightexit.filter import Filter


def _made_at() -> tuple[str, int]:
    """File and line of who makes a region."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in (__file__, "<string>"):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


@dataclass(frozen=True, eq=False)
class Region:
    """`size` bytes of a space from `base` on, showing the device's registers from `offset` on.

    With a `register_width` (bytes), the bus cuts an access into whole registers; one that does
    not fit goes to the device model as it is, past the filter. `states` are what the filter
    works on; none given means the device's own state.
    """

    space: Space
    base: int
    size: int
    offset: int = 0
    register_width: int = 0
    filter: Filter[Any] | None = None
    states: tuple[StateMemory[Any], ...] = ()
    _made_at: tuple[str, int] = field(default_factory=_made_at, init=False, repr=False)

    @property
    def where(self) -> Location:
        """The line that made it."""
        return Location.of_line(*self._made_at)

    def __contains__(self, address: int) -> bool:
        return self.base <= address < self.base + self.size

    def register(self, address: int) -> int:
        """The device's offset of the register at `address`."""
        return address - self.base + self.offset


def place(region: Region) -> tuple[Space, int, int, int, int]:
    """What of a region says which registers stand where, whoever answers them."""
    return region.space, region.base, region.size, region.offset, region.register_width


def pio(
    base: int,
    size: int,
    *,
    offset: int = 0,
    register_width: int = 0,
    filter: Filter[Any] | None = None,
    states: Iterable[StateMemory[Any]] = (),
) -> Region:
    """A region of I/O ports."""
    return Region(Space.PIO, base, size, offset, register_width, filter, tuple(states))


def msr(
    base: int,
    size: int,
    *,
    offset: int = 0,
    filter: Filter[Any] | None = None,
    states: Iterable[StateMemory[Any]] = (),
) -> Region:
    """A region of `size` model-specific registers, each 8 bytes under one address (Intel SDM
    volume 4). Offsets count registers."""
    return Region(Space.MSR, base, size, offset, 0, filter, tuple(states))


def mmio(
    base: int,
    size: int,
    *,
    offset: int = 0,
    register_width: int = 0,
    filter: Filter[Any] | None = None,
    states: Iterable[StateMemory[Any]] = (),
) -> Region:
    """A region of memory-mapped registers."""
    return Region(Space.MMIO, base, size, offset, register_width, filter, tuple(states))
