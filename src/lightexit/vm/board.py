# SPDX-License-Identifier: Apache-2.0
"""`Board`: what a back end builds for a machine: vCPUs on their bus, and what it keeps for them.

A back end is a class with `build` and `check`. What it cannot do is a method that says so, never
one that is missing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lightexit.devices.local_apic_timer import Tsc
from lightexit.errors import AuthorError, HostError
from lightexit.vm.irqchip import Irqchip, default_irqchip

if TYPE_CHECKING:
    from lightexit.bus.bus import Bus
    from lightexit.bus.clock import BusClock
    from lightexit.devices.ioapic import IoApic
    from lightexit.engine.api import Engine
    from lightexit.vm.cpu import Cpu
    from lightexit.vm.memory import GuestMemory

#: Local APICs have numbers of 8 bits, of which the I/O APIC takes one and "all CPUs" another.
MOST_CPUS = 254


@dataclass(frozen=True)
class Wanted:
    """What a machine wants of its back end.

    `irqchip` are the interrupt controllers that it is to keep: with nothing said, none for one
    vCPU and all for several. `engine` runs filters: with none, models answer everything; with one
    in the kernel, the kernel runs those that it may, and native code the others.
    """

    cpus: int = 1
    irqchip: Irqchip | None = None
    engine: Engine | None = None

    @property
    def in_kernel(self) -> bool:
        """Whether the host's kernel is to run filters."""
        return self.engine is not None and self.engine.in_kernel

    @property
    def controllers(self) -> Irqchip:
        """The interrupt controllers to keep."""
        return self.irqchip or default_irqchip(self.cpus)


class Backend(Protocol):
    """What runs guests' code."""

    @property
    def name(self) -> str:
        """What users call it, on a command line."""
        ...

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        ...

    def check(self, wanted: Wanted) -> None:
        """Raises AuthorError for what no PC has; HostError for what this back end has not, here."""
        ...

    def build(self, wanted: Wanted, memory: GuestMemory, clock: BusClock) -> Board:
        """vCPUs on a bus of their own, each at its reset vector. Raises as `check` does."""
        ...


class Board:
    """vCPUs on their bus. This one keeps neither interrupt controllers nor a clock for them."""

    #: The interrupt controllers that the back end keeps; the others are to be devices.
    irqchip = Irqchip.OFF
    #: Whether devices may have MSRs. Where no guest reaches them they may, too.
    has_msrs = True
    #: The first vCPU's time stamp counter, where it runs at a known rate of VM time.
    tsc: Tsc | None = None

    def __init__(self, bus: Bus, clock: BusClock, memory: GuestMemory, cpus: Sequence[Cpu]) -> None:
        #: Where the vCPUs' accesses arrive.
        self.bus = bus
        #: Of the devices.
        self.clock = clock
        #: The guest's.
        self.memory = memory
        #: The vCPUs, by their numbers.
        self.cpus = cpus

    def reset(self) -> None:
        """Bring the interrupt controllers that the back end keeps to power-on."""

    def stop_clock(self) -> None:
        """The guest is paused: so is the clock that the back end gives it besides the devices'.

        Stopping twice is stopping once.
        """

    def start_clock(self) -> None:
        """Resume the guest, its clock from where it stopped."""

    def pause(self) -> None:
        """VM time stands still."""
        self.clock.pause()
        self.stop_clock()

    @contextlib.contextmanager
    def resumed(self) -> Iterator[None]:
        """Within, VM time passes."""
        try:
            self.start_clock()
            self.clock.resume()
            yield
        finally:
            self.pause()

    def save(self) -> dict[str, bytes]:
        """What the back end keeps besides vCPUs, by name."""
        return {}

    def restore(self, saved: Mapping[str, bytes]) -> None:
        """The same, after the vCPUs; what another back end alone keeps is left out.

        Raises HostError where the host refuses it.
        """

    def set_irq(self, number: int, level: bool) -> None:
        """Drive an input of the interrupt controllers, all kept by the back end; from any thread.

        Raises HostError where they are not.
        """
        raise _keeps_none()

    def show_local_apic(self, tpr: int) -> None:
        """The vCPU has a local APIC, which is a device: CPUID tells of it, of an x2APIC with
        `has_msrs`, of deadlines with `tsc`. `tpr` is the address of that register in this process,
        which is CR8 too. Before a vCPU first runs."""

    def switch_local_apic(self, is_on: bool) -> None:
        """CPUID tells of that local APIC, or not; by the thread that runs the vCPU."""

    def make_ioapic(self) -> IoApic:
        """An I/O APIC for the bus, before the local APICs that the back end keeps.

        Raises HostError where it does not.
        """
        raise _keeps_none()


def _keeps_none() -> HostError:
    return HostError(
        "this back end keeps no interrupt controllers",
        expected="a PIC among the devices, and Machine.connect",
        hint="--backend kvm",
    )


def check_wanted(wanted: Wanted) -> None:
    """Raises AuthorError for a number of vCPUs that no PC has, or not with those controllers."""
    if not 1 <= wanted.cpus <= MOST_CPUS:
        raise AuthorError(f"{wanted.cpus} vCPUs", expected=f"1 to {MOST_CPUS}")
    if wanted.cpus > 1 and not wanted.controllers.keeps_apics:
        raise AuthorError(
            f"{wanted.cpus} vCPUs with --irqchip off",
            expected="local APICs of the back end, by which CPUs start and interrupt each other",
            hint="--irqchip split or kernel",
        )
