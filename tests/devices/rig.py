# SPDX-License-Identifier: Apache-2.0
"""A rig: devices on their ports and addresses, a manual clock, recorded lines.

What a bus does, in a few plain lines, so that device tests stand on their own feet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lightexit.abi import IoContext, Space, StateMemory, Verdict
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.placing import placed
from lightexit.bus.region import PlacedRegion, Region
from lightexit.devices.device import Device
from lightexit.filter import Filter
from lightexit.vm.places import PC


class Runner(Protocol):
    """A way to run a filter; None in its place means that the models answer everything."""

    def __call__(
        self, filter: Filter[Any], context: IoContext, states: Sequence[StateMemory[Any]]
    ) -> int: ...


def plain(filter: Filter[Any], context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
    """Run it as the Python function it is. A fault is a PASS; a PASS leaves no trace in state."""
    before = [bytes(memory.state) for memory in states]
    try:
        verdict = filter(context, *(memory.state for memory in states))
    except (ZeroDivisionError, IndexError):
        verdict = Verdict.PASS
    if verdict != Verdict.HANDLED:
        assert before == [bytes(memory.state) for memory in states], "PASS after a state write"
    return verdict


class EngineRunner:
    """Runs filters in an engine, as bytecode."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._loaded: dict[Filter[Any], Any] = {}

    def __call__(
        self, filter: Filter[Any], context: IoContext, states: Sequence[StateMemory[Any]]
    ) -> int:
        if filter not in self._loaded:
            self._loaded[filter] = filter.load(self._engine).code
        return int(self._loaded[filter].run(context, states))


@dataclass
class Rig:
    """Devices wired up. `outputs` are recorded, `inputs` and `calls` can be worked by steps."""

    clock: ManualClock
    devices: Sequence[Device[Any]]
    outputs: Mapping[int, Line] = field(default_factory=dict)
    inputs: Mapping[tuple[str, int], Line] = field(default_factory=dict)
    calls: Mapping[str, Callable[[], int]] = field(default_factory=dict)
    runner: Runner | None = None
    #: (ns, output number, level) of every change of an output.
    edges: list[tuple[int, int, bool]] = field(default_factory=list)
    #: How many register accesses a filter answered, and how many a model did.
    handled: int = 0
    passed: int = 0

    def __post_init__(self) -> None:
        for number, line in self.outputs.items():
            line.connect(self._recorder(number))

    def _recorder(self, number: int) -> Callable[[bool], None]:
        return lambda level: self.edges.append((self.clock.now_ns(), number, level))

    @property
    def windows(self) -> list[tuple[Device[Any], PlacedRegion]]:
        """Every region, where a PC has it, with its device."""
        return [
            (device, region)
            for device in self.devices
            for region in placed(device.name, device.regions, PC.get(device.name))
        ]

    def read(self, space: Space, address: int, size: int) -> int:
        """A guest's read of `size` bytes; all ones where nobody answers."""
        return self._access(space, address, size, None)

    def write(self, space: Space, address: int, value: int, size: int) -> None:
        """A guest's write of `size` bytes."""
        self._access(space, address, size, value)

    def inb(self, port: int) -> int:
        """Read one byte from a port."""
        return self.read(Space.PIO, port, 1)

    def outb(self, port: int, value: int) -> None:
        """Write one byte to a port."""
        self.write(Space.PIO, port, value, 1)

    def _access(self, space: Space, address: int, size: int, value: int | None) -> int:
        """One access, cut into registers where the region says so."""
        found = self._find(space, address)
        if found is None:
            return (1 << 8 * size) - 1
        device, region = found
        width = region.register_width
        if not width or size == width:
            return self._register(device, region, address, size, value)
        if size % width or address % width:
            return self._model(device, region.register(address), size, value)
        result = 0
        for at in range(0, size, width):
            part = None if value is None else value >> 8 * at & (1 << 8 * width) - 1
            result |= self._access(space, address + at, width, part) << 8 * at
        return result

    def _find(self, space: Space, address: int) -> tuple[Device[Any], PlacedRegion] | None:
        for device, region in self.windows:
            if region.space == space and address in region:
                return device, region
        return None

    def _register(
        self, device: Device[Any], region: PlacedRegion, address: int, size: int, value: int | None
    ) -> int:
        offset = region.register(address)
        if self.runner is None or region.filter is None:
            return self._model(device, offset, size, value)
        context = self._context(region, offset, size, value)
        states = region.states or (device.memory,)
        if self.runner(region.filter, context, states) != Verdict.HANDLED:
            return self._model(device, offset, size, value)
        self.handled += 1
        self._act(device, context)
        assert value is not None or context.data < 1 << 8 * size
        return context.data

    def _context(self, region: Region, offset: int, size: int, value: int | None) -> IoContext:
        context = IoContext()
        context.offset, context.size, context.space = offset, size, region.space
        context.is_write, context.data = value is not None, value or 0
        context.now_ns = self.clock.now_ns()
        return context

    def _model(self, device: Device[Any], offset: int, size: int, value: int | None) -> int:
        self.passed += 1
        if value is not None:
            device.write(offset, value, size)
            return 0
        result = device.read(offset, size)
        assert 0 <= result < 1 << 8 * size, f"{device.name} reads {result:#x} in {size} bytes"
        return result

    @staticmethod
    def _act(device: Device[Any], context: IoContext) -> None:
        for number, line in enumerate(device.lines):
            if context.raised_lines >> number & 1:
                line.set(True)
            if context.lowered_lines >> number & 1:
                line.set(False)
            if context.pulsed_lines >> number & 1:
                line.pulse()
        for number, ring in enumerate(device.doorbells):
            if context.doorbells >> number & 1:
                ring()

    def wait(self, ns: int, most: int = 10_000) -> None:
        """Let time pass; every device wakes when it asked to, at most `most` times in all."""
        end = self.clock.now_ns() + ns
        for _ in range(most):
            wakeups = [w for device in self.devices if (w := device.next_wakeup()) is not None]
            if not wakeups or min(wakeups) > end:
                break
            self._wake(max(min(wakeups), self.clock.now_ns()))
        self._wake(end)

    def _wake(self, now_ns: int) -> None:
        self.clock.advance(now_ns - self.clock.now_ns())
        for device in self.devices:
            device.advance(now_ns)

    def states(self) -> list[bytes]:
        """The bytes of every device's state."""
        return [bytes(device.state) for device in self.devices]
