# SPDX-License-Identifier: Apache-2.0
"""`ApicBus`: messages between the local APICs and the I/O APIC among a machine's devices.

Whoever sends a message to a local APIC takes the lock of its state. What a local APIC sends leaves
it while that lock is held, so an EOI waits for `carry`, which the machine calls when no device is
at work: the I/O APIC may answer it with another message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightexit.abi import ApicFlag, ApicMode, Request
from lightexit.bus.bus import Bus
from lightexit.bus.line import Line
from lightexit.bus.lock import StateLock
from lightexit.devices.ioapic import IoApic
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.local_apic_registers import ApicWindow
from lightexit.vm.board import Board
from lightexit.vm.pci import move
from lightexit.vm.places import PC as PLACES

if TYPE_CHECKING:
    from lightexit.devices.pic import Pic
    from lightexit.vm.machine import Machine


@dataclass(frozen=True, eq=False)
class _Station:
    """A local APIC, and the lock of its state."""

    local: LocalApic
    lock: StateLock

    def held(self, sender: LocalApic | None) -> AbstractContextManager[None]:
        """Locked, as a sender is already."""
        return nullcontext() if self.local is sender else self.lock


class ApicBus:
    """The APIC bus of a machine whose APICs are devices; `wake` has the machine `carry` soon."""

    requests = Request.APIC_MESSAGE | Request.EOI

    def __init__(self, bus: Bus, wake: Callable[[], object]) -> None:
        self._bus, self._wake = bus, wake
        self._local: list[_Station] = []
        self._io: list[tuple[IoApic, StateLock]] = []
        #: Vectors whose EOIs are on their way, the earliest first, each once.
        self._ended: dict[int, None] = {}

    @property
    def is_enabled(self) -> bool:
        """Whether there is a local APIC that its CPU has not switched off (IA32_APIC_BASE)."""
        return any(each.local.state.window != ApicWindow.NONE for each in self._local)

    def add_local(self, local: LocalApic) -> None:
        """One more that takes messages."""
        self._local.append(_Station(local, self._bus.locked(local.memory)))

    def add_io(self, ioapic: IoApic) -> None:
        """One more that takes EOIs."""
        self._io.append((ioapic, self._bus.locked(ioapic.memory)))

    def send(
        self, destination: int, vector: int, mode: int, sender: LocalApic | None = None
    ) -> None:
        """To all that it is meant for, but the `sender`, which is locked; of lowest priority, to
        the first of those whose priority is lowest, who may be the sender (section 11.6.2.4)."""
        is_lowest = mode & 7 == ApicMode.LOWEST_PRIORITY
        priorities: dict[_Station, int] = {}
        for each in self._local:
            with each.held(sender):
                may = each.local is not sender or (is_lowest and each.local.competes)
                if may and each.local.is_meant(destination, bool(mode & ApicFlag.LOGICAL)):
                    priorities[each] = each.local.priority
        meant = list(priorities)
        for each in [min(meant, key=priorities.__getitem__)] if meant and is_lowest else meant:
            with each.held(sender):
                each.local.take(vector, mode)

    def end_of_interrupt(self, vector: int) -> None:
        """An EOI for the I/O APICs, when `carry` is called."""
        self._ended[vector] = None
        self._wake()

    def carry(self) -> None:
        """Bring EOIs to the I/O APICs."""
        while self._ended:
            vector = next(iter(self._ended))
            del self._ended[vector]
            for ioapic, lock in self._io:
                with lock:
                    ioapic.end_of_interrupt(vector)


class _Port:
    """The bus as a local APIC reaches it: its state is locked, and messages are for the others."""

    local: LocalApic | None = None

    def __init__(self, apics: ApicBus) -> None:
        self._apics = apics
        self.requests, self.end_of_interrupt = apics.requests, apics.end_of_interrupt

    def send(self, destination: int, vector: int, mode: int) -> None:
        self._apics.send(destination, vector, mode, sender=self.local)


def add_apics(machine: Machine, pic: Pic, *, virtual_wire: bool) -> IoApic:
    """A PC's APICs as devices of a machine with one vCPU: INTR and NMI lead through the local one.

    With `virtual_wire` that is as firmware leaves it.
    """
    clock, bus = machine.clock, machine.bus
    apics = ApicBus(bus, machine.wake)
    bus.apic = apics
    port, board = _Port(apics), machine.board

    def place(base: int, is_on: bool) -> None:
        move(machine, local, {**_place(board), "page": base})
        board.switch_local_apic(is_on)

    local = LocalApic(
        clock,
        Line(),
        port,
        lambda mode, _vector: machine.signal(mode),
        virtual_wire=virtual_wire,
        tsc=board.tsc,
        place=place,
    )
    port.local = local
    ioapic = IoApic(clock, apics.send)
    apics.add_local(local)
    apics.add_io(ioapic)
    board.show_local_apic(local.tpr_address)
    machine.connect(pic, local, apics.carry)
    machine.add(local, _place(board))
    machine.add(ioapic, PLACES[ioapic.name])
    return ioapic


def _place(board: Board) -> Mapping[str, int | None]:
    """Without the MSRs where that board cannot have them."""
    table = PLACES[LocalApic.name]
    assert isinstance(table, Mapping)
    is_there = {name: board.has_msrs or name in ("page", "cr8") for name in table}
    return {name: at if is_there[name] else None for name, at in table.items()}
