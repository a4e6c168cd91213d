# SPDX-License-Identifier: Apache-2.0
"""Regions that something below the bus answers as well: it sees their accesses first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from lightexit.abi import Space, StateMemory
from lightexit.bus.model import RegionPort


class Offloaded(Protocol):
    """A region at work below the bus. What it passes comes to the bus as any other access."""

    def counts(self) -> tuple[int, int]:
        """Accesses handled and passed so far."""
        ...

    def close(self) -> object:
        """End it: when this returns, every access comes to the bus."""
        ...


class Offload(Protocol):
    """Something below the bus that can answer regions with filters."""

    def prepare(self, port: RegionPort, in_use: Callable[[StateMemory[Any]], bool]) -> None:
        """Called before the region comes onto the bus, when nobody uses a state of its own yet;
        `in_use` tells of any state whether a vCPU may be looking at it, or changing it."""
        ...

    def __call__(self, port: RegionPort) -> Offloaded | None:
        """Take a region; None where it is better answered by the bus alone."""
        ...


@dataclass(frozen=True, slots=True)
class OffloadCount:
    """Accesses of one region that were handled below the bus, and passed on to it."""

    device: str
    space: Space
    #: The address of its first byte.
    base: int
    #: In bytes.
    size: int
    handled: int
    passed: int


def offload_count(port: RegionPort, offloaded: Offloaded) -> OffloadCount:
    """The counts of one region."""
    region = port.region
    return OffloadCount(
        port.model.name, region.space, region.base, region.size, *offloaded.counts()
    )
