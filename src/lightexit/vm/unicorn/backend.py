# SPDX-License-Identifier: Apache-2.0
"""Boards whose vCPU is emulated by Unicorn: one, on any host, with nothing kept for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lightexit.bus.bus import Bus
from lightexit.bus.clock import BusClock
from lightexit.devices.local_apic_timer import Tsc
from lightexit.errors import AuthorError, HostError
from lightexit.extras import optional
from lightexit.vm.board import Board, Wanted, check_wanted
from lightexit.vm.memory import GuestMemory

if TYPE_CHECKING:
    from lightexit.vm.unicorn.cpu import UnicornCpu


def cpu_type() -> type[UnicornCpu]:
    """The class of its vCPUs. Raises HostError where Unicorn is not installed."""
    with optional("the Unicorn back end"):
        from lightexit.vm.unicorn.cpu import UnicornCpu

        return UnicornCpu


class UnicornBackend:
    """Emulation on any host, with no privileges."""

    name, title = "unicorn", "Unicorn"

    def check(self, wanted: Wanted) -> None:
        """Raises AuthorError for what no PC has, HostError for what this back end has not."""
        cpu_type()
        check_wanted(wanted)
        if wanted.in_kernel:
            raise AuthorError(
                "--engine kernel with --backend unicorn",
                expected="--backend kvm: the kernel answers accesses inside KVM",
                hint="another engine: native or interpreter",
            )
        if wanted.cpus > 1:
            raise HostError(
                f"{wanted.cpus} vCPUs on Unicorn",
                expected="one: an engine of Unicorn does not see code that another one writes",
                hint="--backend kvm",
            )
        if wanted.controllers.keeps_apics:
            raise HostError(
                f"--irqchip {wanted.controllers} on Unicorn",
                expected="off: it keeps no interrupt controllers",
                hint="--backend kvm",
            )

    def build(self, wanted: Wanted, memory: GuestMemory, clock: BusClock) -> Board:
        """One vCPU on its bus."""
        self.check(wanted)
        bus = Bus(clock, wanted.engine)
        board = Board(bus, clock, memory, [cpu_type()(memory, bus.cpus[0])])
        # The time stamp counter counts VM time, in ns.
        board.tsc = Tsc(clock.now_ns, 10**6)
        return board
