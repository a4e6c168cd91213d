# SPDX-License-Identifier: Apache-2.0
"""What the machine asks of a back end's vCPU, and what some can do besides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from lightexit.bus.bus import Bus, BusCpu
    from lightexit.bus.clock import Clock
    from lightexit.devices.ioapic import IoApic
    from lightexit.vm.boot.state import StartState
    from lightexit.vm.exits import Exit
    from lightexit.vm.irqchip import Irqchip


class Cpu(Protocol):
    """What the machine asks of a back end's vCPU, which begins at its reset vector.

    `request_stop` and `set_interrupt` may be called at any time from any thread, and are never
    lost: a stop lasts until `clear_stop`, a pending interrupt until its level falls.
    """

    def run(self) -> Exit:
        """Run until there is an exit. Raises GuestError where emulation fails."""
        ...

    def request_stop(self) -> None:
        """Have `run` return soon."""
        ...

    def clear_stop(self) -> None:
        """Forget the requests so far; look for what they were about afterwards."""
        ...

    def set_interrupt(self, level: bool) -> None:
        """Level of the INTR input."""
        ...

    def interruptible(self) -> bool:
        """Whether the guest would take an interrupt now."""
        ...

    @property
    def interrupts_enabled(self) -> bool:
        """The interrupt flag."""
        ...

    def interrupt(self, vector: int) -> Exit | None:
        """Deliver an external interrupt; an exit where the guest has no handler for it."""
        ...

    def where(self) -> str:
        """The next instruction's address, for messages."""
        ...


@runtime_checkable
class Bootable(Protocol):
    """A vCPU that can begin elsewhere than at its reset vector."""

    def start(self, state: StartState) -> None:
        """Take these registers, before it has run."""
        ...


@runtime_checkable
class Timekeeper(Protocol):
    """A vCPU whose back end gives the guest a clock besides the devices': it stops with them."""

    def stop_clock(self) -> None:
        """The guest is paused. Stopping twice is stopping once."""
        ...

    def start_clock(self) -> None:
        """The guest goes on, its clock from where it stopped."""
        ...


@runtime_checkable
class Multiprocessing(Cpu, Protocol):
    """A vCPU whose back end has peers for it, if it keeps local APICs for them.

    Then `run` never returns for HLT, and a peer waits in it till it is started.
    """

    @property
    def irqchip(self) -> Irqchip:
        """Which interrupt controllers the back end keeps."""
        ...

    def make_peer(self, bus_cpu: BusCpu) -> Cpu:
        """One more vCPU of the same machine."""
        ...

    def set_irq(self, number: int, level: bool) -> None:
        """Drive an input of the interrupt controllers, all kept there; from any thread."""
        ...

    def add_ioapic(self, bus: Bus, clock: Clock) -> IoApic:
        """An I/O APIC on the bus, before the local APICs that are kept there."""
        ...
