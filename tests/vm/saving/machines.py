# SPDX-License-Identifier: Apache-2.0
"""Small machines whose every run is the same: VM time is a step an access."""

from __future__ import annotations

from guests.build import guest
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.hpet import Hpet
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.engine.native import NativeEngine
from lightexit.vm.board import Wanted
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.places import PC as PLACES
from lightexit.vm.unicorn import UnicornBackend

STEP_NS = 200_000


def moments(step_ns: int = STEP_NS, ram_bytes: int = 2 * MIB, *, filters: bool = True) -> Machine:
    """A PC on Unicorn with the guest that many.py runs."""
    config = PcConfig(guest("moments"), ram_bytes)
    engine = NativeEngine() if filters else None
    return pc_machine(config, ManualClock(step_ns=step_ns), engine, debug=Console())


def small(image: bytes = bytes(64 << 10)) -> Machine:
    """The devices that this guest uses and no others: what later PCs have does not matter."""
    memory, clock = GuestMemory(2 * MIB, image), ManualClock(step_ns=STEP_NS)
    board = UnicornBackend().build(Wanted(engine=NativeEngine()), memory, clock)
    machine = Machine(board, Console())
    pic = Pic(clock, Line())
    machine.connect(pic)
    pit = Pit(clock, machine.wire(pic.memory, pic.input(0)))
    hpet, pm = Hpet(clock, Line(), Line(), {}), PmTimer(clock, Line())
    for device in (pic, pit, hpet, pm, Debugcon(clock, machine.console.write)):
        machine.add(device, PLACES[device.name])
    return machine
