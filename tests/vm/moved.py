# SPDX-License-Identifier: Apache-2.0
"""Two devices: an access to one of them moves the deadline of the other one."""

from __future__ import annotations

from collections.abc import Callable

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Struct, u8, u64
from lightexit.vm.machine import Machine

NEVER = 2**64 - 1
#: The machine looks at its devices every 100 ms in any case; a busy host is late as well.
SOON_NS = 30_000_000
#: mov dx, 0x520; again: in al, dx; test al, al; jz again; out dx, al
START = "ba 20 05 ec 84 c0 74 fb ee"


class RingState(Struct):
    due_ns: u64
    is_ready: bool


class Ringer(Device[RingState]):
    """Rings `after_ns` after it is started; no guest reaches it. It is ready once the machine has
    looked at it, and has no reason to look again."""

    name = "ringer"
    regions = ()

    def __init__(self, clock: Clock, ring: Callable[[], None], after_ns: int) -> None:
        super().__init__(clock)
        self.after_ns = after_ns
        self.late_ns: list[int] = []
        self._ring = ring

    def start(self) -> None:
        self.state.due_ns = self.clock.now_ns() + self.after_ns

    def next_wakeup(self) -> int | None:
        return None if self.state.due_ns == NEVER else self.state.due_ns

    def advance(self, now_ns: int) -> None:
        due_ns, self.state.due_ns = self.state.due_ns, NEVER
        if self.state.is_ready:
            self.late_ns.append(now_ns - due_ns)
            self._ring()
        self.state.is_ready = True


class KnobState(Struct):
    value: u8


class Knob(Device[KnobState]):
    """Reads 1 when the ringer is ready; a write starts it, by a call."""

    name = "knob"

    def __init__(self, clock: Clock, ringer: Ringer) -> None:
        super().__init__(clock)
        self._ringer = ringer
        self.regions = (pio(1, states=(self.memory, ringer.memory)).at(0x520),)

    def read(self, offset: int, size: int) -> int:
        return self._ringer.state.is_ready

    def write(self, offset: int, value: int, size: int) -> None:
        self._ringer.start()


class WiredKnob(Knob):
    """Starts the ringer by a wire to it."""

    def __init__(self, clock: Clock, ringer: Ringer, wire: Line) -> None:
        super().__init__(clock, ringer)
        self.lines = (wire,)
        self.regions = (pio(1).at(0x520),)

    def write(self, offset: int, value: int, size: int) -> None:
        self.lines[0].pulse()


def by_call(machine: Machine, ringer: Ringer) -> Knob:
    """A knob whose region names the ringer's state."""
    return Knob(machine.clock, ringer)


def by_wire(machine: Machine, ringer: Ringer) -> Knob:
    """A knob at a wire to the ringer."""
    start = Line(lambda level: ringer.start() if level else None)
    return WiredKnob(machine.clock, ringer, machine.wire(ringer.memory, start))


WAYS = (by_call, by_wire)


def add_both(machine: Machine, way: Callable[[Machine, Ringer], Knob], after_ns: int) -> Ringer:
    """Put both into a machine that the ringer stops."""
    ringer = Ringer(machine.clock, machine.stop, after_ns)
    machine.add(ringer)
    machine.add(way(machine, ringer))
    return ringer
