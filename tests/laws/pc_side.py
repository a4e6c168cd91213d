# SPDX-License-Identifier: Apache-2.0
"""A whole PC on the real bus, driven by the test, with a journal of everything that it does.

The vCPUs never run: steps make their accesses (`pc_steps.py`), by way of the native dispatch
routine, each in its own lane. All else is what `pc_machine` makes, and a virtio transport.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from laws.contender import Contender
from laws.pc_cpu import QuietBackend
from laws.pc_steps import Access, Config
from lightexit.abi import IoContext
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.memory import Record
from lightexit.bus.model import RegionPort
from lightexit.bus.native import dispatch
from lightexit.devices.device import Device
from lightexit.devices.ioapic import PINS, IoApic
from lightexit.devices.pic import Pic
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio
from lightexit.engine.api import Engine
from lightexit.vm import places
from lightexit.vm.console import Console
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

#: How many deadlines time goes through one by one; what is left then passes at once.
MOST_DEADLINES = 20
#: Those of the network device of the golden traces.
_VIRTIO_FEATURES = 0x30BF_8024


@dataclass(frozen=True)
class Event:
    """Something that the PC did: `what` on a wire or another way out, at a VM time."""

    ns: int
    channel: str
    what: Any


@dataclass
class Journal:
    """What the PC did, in order."""

    clock: ManualClock
    events: list[Event] = field(default_factory=list)

    def note(self, channel: str, what: Any) -> None:
        """One more event."""
        self.events.append(Event(self.clock.now_ns(), channel, what))

    def watch(self, channel: str, line: Line) -> None:
        """Record every change of a wire; its listener is still called."""
        line.watch(lambda level: self.note(channel, level))


class Side:
    """One PC. Without an engine, models answer everything."""

    def __init__(self, config: Config, engine: Engine | None) -> None:
        self.clock = ManualClock(config.start_ns, step_ns=config.step_ns)
        self.journal = Journal(self.clock)
        self.late = False
        self._woken = False
        self.machine = pc_machine(
            PcConfig(
                ram_bytes=2 * MIB,
                unix_seconds=config.unix_seconds,
                cpus=config.cpus,
                irqchip=config.irqchip,
            ),
            self.clock,
            engine,
            backend=QuietBackend(self.journal.note),
            debug=Console(lambda data: self.journal.note("debug console", data)),
            serial=Console(lambda data: self.journal.note("serial console", data)),
        )
        self.bus = self.machine.bus
        self.schedule = self.machine._schedule
        self.schedule._hasten = self._wake
        self._add_virtio()
        self.ports = [port for ports in self.bus._ports.values() for port in ports]
        self.devices = cast("dict[str, Device[Any]]", {each.name: each for each in self.bus._ports})
        self._locks = {name: self.bus.locked(each.memory) for name, each in self.devices.items()}
        self._watch_lines()
        self._contender = Contender()
        self.bus.relax = self._contender.let_go
        self._context = Record(IoContext)
        self._native = dispatch()
        self.schedule.advance()

    def _add_virtio(self) -> None:
        backend = VirtioBackend(
            device_id=2,
            notify=lambda queue: self.journal.note("doorbell", queue),
            queue_sizes=(1024, 1024, 64),
            features=_VIRTIO_FEATURES,
            config=bytes(range(24)),
            reset=lambda: self.journal.note("virtio reset", None),
            write_config=lambda *what: self.journal.note("virtio config", what),
        )
        self.machine.add(VirtioMmio(self.clock, Line(), backend), places.VIRTIO_MMIO)

    def _watch_lines(self) -> None:
        for name, device in self.devices.items():
            for number, line in enumerate(device.lines):
                self.journal.watch(f"{name} line {number}", line)
            if isinstance(device, Pic | IoApic):
                for number in range(16 if isinstance(device, Pic) else PINS):
                    self.journal.watch(f"{name} input {number}", device.input(number))

    def _wake(self) -> None:
        self._woken = True

    @contextmanager
    def holding(self, name: str) -> Iterator[Any]:
        """A device, with its state locked."""
        with self._locks[name]:
            yield self.devices[name]

    # What a guest does

    def find(self, step: Access) -> RegionPort | None:
        """The region that an access begins in."""
        for port in self.ports:
            if port.region.space == step.space and step.address in port.region:
                return port
        return None

    def access(self, step: Access) -> int:
        """What the access gives; 0 for a write."""
        port = self.find(step) if step.busy else None
        if port is not None:
            self._contender.hold(port.model.memory.header)
        context = self._context.fields
        context.space, context.offset, context.size = step.space, step.address, step.size
        context.is_write, context.data = step.value is not None, step.value or 0
        cpus = self.bus.cpus
        self._native.access(cpus[step.vcpu % len(cpus)].address, self._context.address)
        self._contender.let_go()
        return context.data if step.value is None else 0

    def interrupt(self) -> int | None:
        """Take the interrupt that a PIC among the devices asks for: its vector, or None."""
        intr = self.machine._processors._intr
        return intr.acknowledge() if intr is not None and intr.level else None

    # What time does

    def wait(self, ns: int) -> None:
        """Time passes, and the host looks at every deadline as it comes."""
        end = self.clock.now_ns() + ns
        self.look()
        for _ in range(MOST_DEADLINES):
            deadline = self.schedule.deadline_ns
            if deadline is None or deadline > end:
                break
            self.clock.advance(max(deadline - self.clock.now_ns(), 0))
            self.look()
        self.clock.advance(max(end - self.clock.now_ns(), 0))
        self.look()

    def look(self) -> None:
        """The host advances the devices to the current time, as a machine does between slices."""
        self._woken = self.late = False
        self.schedule.advance()

    def settle(self) -> None:
        """After a step: the host looks if it is woken or a deadline has come, unless it is late."""
        machine = self.machine
        getattr(machine._processors, "_carry", lambda: None)()
        ending, machine._ending = machine._ending, None
        reset, machine._wanted_reset = machine._wanted_reset, None
        for event in (ending, reset):
            if event is not None:
                self.journal.note("end of the run", event)
        self.bus.raise_failure()
        deadline = self.schedule.deadline_ns
        due = deadline is not None and deadline <= self.clock.now_ns()
        if not self.late and (self._woken or due):
            self.look()

    def fall_behind(self, ns: int) -> None:
        """Time passes without the host advancing the devices."""
        self.clock.advance(ns)
        self.late = True

    def now_ns(self) -> int:
        """VM time."""
        return self.clock.now_ns()

    # What the host does

    def call(self, device: str, method: str, arguments: tuple[Any, ...]) -> Any:
        """A method of a device, if the PC has that one; then the host looks."""
        if device not in self.devices:
            return None
        with self.holding(device) as model:
            result = getattr(model, method)(*arguments)
        self._woken = True
        return result

    def drive(self, device: str, number: int, level: bool) -> None:
        """An input of an interrupt controller among the devices."""
        if device in self.devices:
            with self.holding(device) as controller:
                controller.input(number).set(level)

    # What is to be the same

    def states(self) -> dict[str, bytes]:
        """The bytes of every device's state, brought to the present."""
        return states_of(self.bus, self.clock.now_ns())

    def by_channel(self) -> dict[str, list[Any]]:
        """What happened on each channel, in order: a late host sees it at no other time."""
        channels: dict[str, list[Any]] = {}
        for event in self.journal.events:
            channels.setdefault(event.channel, []).append(event.what)
        return channels


def states_of(bus: Bus, now_ns: int) -> dict[str, bytes]:
    """The bytes of the states of all devices on a bus, once they are advanced to that time."""
    devices = [model for model in bus._ports if isinstance(model, Device)]
    for device in devices:
        with bus.locked(device.memory):
            device.advance(now_ns)
    return {device.name: bytes(device.state) for device in devices}
