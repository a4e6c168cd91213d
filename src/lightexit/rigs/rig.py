# SPDX-License-Identifier: Apache-2.0
"""`Rig`: devices on a bus, a clock that is moved by hand, lines whose edges are recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lightexit.abi import Space, StateMemory
from lightexit.bus.apic import Apic
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.definition import DefinitionBus
from lightexit.bus.line import Line
from lightexit.bus.placing import Place, placed
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.rigs.wiring import Heard
from lightexit.vm.places import PC

#: Makes the bus, and decides what runs the filters; None: models answer everything.
Runner = Callable[[ManualClock], DefinitionBus | Bus]


@dataclass
class Rig:
    """Devices wired up. `outputs` are recorded, `inputs` and `calls` can be worked by steps;
    `places` says where devices are, by their names; `heard` is what their wires tell."""

    clock: ManualClock
    devices: Sequence[Device[Any]]
    outputs: Mapping[int, Line] = field(default_factory=dict)
    inputs: Mapping[tuple[str, int], Line] = field(default_factory=dict)
    calls: Mapping[str, Callable[..., int | None]] = field(default_factory=dict)
    runner: Runner | None = None
    places: Mapping[str, Place] = field(default_factory=lambda: PC)
    heard: list[Heard] = field(default_factory=list)
    #: What carries out the requests of filters to APICs.
    apic: Apic | None = None
    #: (ns, output number, level) of every change of an output.
    edges: list[tuple[int, int, bool]] = field(default_factory=list)
    #: States whose devices a machine has asked for their deadlines, after answers of models.
    asked: list[StateMemory[Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, line in self.outputs.items():
            line.connect(self._recorder(number))
        self.run_by(self.runner)

    def run_by(self, runner: Runner | None) -> None:
        """From now on filters run that way, on a bus that has counted nothing yet."""
        self.bus = DefinitionBus(self.clock) if runner is None else runner(self.clock)
        self.bus.apic = self.apic
        for device in self.devices:
            self.bus.attach(device, self.asked.extend, at=self.places.get(device.name))

    def _recorder(self, number: int) -> Callable[[bool], None]:
        return lambda level: self.edges.append((self.clock.now_ns(), number, level))

    @property
    def windows(self) -> list[tuple[Device[Any], PlacedRegion]]:
        """Every region, where it is, with its device."""
        return [
            (device, region)
            for device in self.devices
            for region in placed(device.name, device.regions, self.places.get(device.name))
        ]

    @property
    def handled(self) -> int:
        """How many register accesses a filter answered."""
        return sum(count.handled for count in self.bus.counts())

    @property
    def passed(self) -> int:
        """How many a model did."""
        return sum(count.passed for count in self.bus.counts())

    def read(self, space: Space, address: int, size: int, *, vcpu: int = 0) -> int:
        """A guest's read of `size` bytes, by the vCPU of that number; all ones if unclaimed."""
        return self.bus.read(space, address, size, vcpu=vcpu)

    def write(self, space: Space, address: int, value: int, size: int, *, vcpu: int = 0) -> None:
        """A guest's write of `size` bytes, by the vCPU of that number."""
        self.bus.write(space, address, value, size, vcpu=vcpu)

    def inb(self, port: int) -> int:
        """Read one byte from a port."""
        return self.read(Space.PIO, port, 1)

    def outb(self, port: int, value: int) -> None:
        """Write one byte to a port."""
        self.write(Space.PIO, port, value, 1)

    def wait(self, ns: int, most: int = 10_000) -> None:
        """Let time pass; every device wakes when it asked to, at most `most` times in all."""
        end = self.clock.now_ns() + ns
        for _ in range(most):
            deadline = self.deadline()
            if deadline is None or deadline > end:
                break
            self._wake(max(deadline, self.clock.now_ns()))
        self._wake(end)

    def _wake(self, now_ns: int) -> None:
        self.clock.advance(now_ns - self.clock.now_ns())
        self.advance()

    def deadline(self) -> int | None:
        """VM time in ns when the next of the devices wants to be advanced, if one does."""
        return min(
            (w for each in self.devices if (w := each.next_wakeup()) is not None), default=None
        )

    def advance(self) -> None:
        """Tell every device the time."""
        for device in self.devices:
            device.advance(self.clock.now_ns())

    def states(self) -> list[bytes]:
        """The bytes of every device's state."""
        return [bytes(device.state) for device in self.devices]
