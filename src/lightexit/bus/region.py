# SPDX-License-Identifier: Apache-2.0
"""`Region`: a window onto a device's registers; and where it is, which only the machine knows."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from types import FrameType
from typing import Any

from lightexit.abi import Space, StateMemory
from lightexit.errors import Location
from lightexit.filter import Filter
from lightexit.isa.program import Program
from lightexit.program_filter import as_filter


def _made_at() -> tuple[str, int]:
    """File and line of the call that makes a region."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in (__file__, "<string>"):
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame is not None else ("", 0)


@dataclass(frozen=True, eq=False)
class Region:
    """`size` bytes of a space, showing the device's registers from `offset` on.

    A device does not know where its regions are: `at` says so, or `placing.placed` for all of a
    device's. Regions of one `name` are one window, in which registers stand as their offsets do.

    With a `register_width` (bytes), the bus cuts an access into whole registers; one that does
    not fit goes to the device model as it is, past the filter. `states` are what the filter
    works on; none given means the device's own state. A `Program` is taken for a filter, too.
    """

    space: Space
    size: int
    offset: int = 0
    register_width: int = 0
    filter: Filter[Any] | None = None
    states: tuple[StateMemory[Any], ...] = ()
    name: str = ""
    _made_at: tuple[str, int] = field(default_factory=_made_at, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "filter", as_filter(self.filter))

    @property
    def where(self) -> Location:
        """The line that made it."""
        return Location.of_line(*self._made_at)

    def at(self, base: int) -> PlacedRegion:
        """The same, with its first byte at the address `base`."""
        values = {each.name: getattr(self, each.name) for each in fields(Region)}
        return PlacedRegion(**values, base=base)


@dataclass(frozen=True, eq=False)
class PlacedRegion(Region):
    """A region whose first byte is at the address `base`."""

    base: int = field(kw_only=True)

    def __contains__(self, address: int) -> bool:
        return self.base <= address < self.base + self.size

    def register(self, address: int) -> int:
        """The device's offset of the register at `address`."""
        return address - self.base + self.offset


def place(region: PlacedRegion) -> tuple[Space, int, int, int, int]:
    """The parts of a region that say which registers are where, without filter and model."""
    return region.space, region.base, region.size, region.offset, region.register_width


def shape(region: Region) -> tuple[Space, int, int, int]:
    """What of a region says which registers it shows, wherever it is."""
    return region.space, region.size, region.offset, region.register_width


class GeneralProtectionError(Exception):
    """Raised by a model's `read` or `write` of an MSR: the guest's RDMSR or WRMSR raises #GP, and
    has done nothing (Intel SDM volume 2). To the host such an MSR reads as if there were none."""


def pio(
    size: int,
    *,
    offset: int = 0,
    register_width: int = 0,
    filter: Filter[Any] | Program | None = None,
    states: Iterable[StateMemory[Any]] = (),
    name: str = "",
) -> Region:
    """A region of I/O ports."""
    return Region(Space.PIO, size, offset, register_width, as_filter(filter), tuple(states), name)


def msr(
    size: int,
    *,
    offset: int = 0,
    filter: Filter[Any] | Program | None = None,
    states: Iterable[StateMemory[Any]] = (),
    name: str = "",
) -> Region:
    """A region of `size` model-specific registers, each 8 bytes under one address (Intel SDM
    volume 4). Offsets count registers."""
    return Region(Space.MSR, size, offset, 0, as_filter(filter), tuple(states), name)


def mmio(
    size: int,
    *,
    offset: int = 0,
    register_width: int = 0,
    filter: Filter[Any] | Program | None = None,
    states: Iterable[StateMemory[Any]] = (),
    name: str = "",
) -> Region:
    """A region of memory-mapped registers."""
    return Region(Space.MMIO, size, offset, register_width, as_filter(filter), tuple(states), name)
