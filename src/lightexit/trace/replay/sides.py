# SPDX-License-Identifier: Apache-2.0
"""Who answers the accesses of a replay: our devices, with their filters or without."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from lightexit.abi import Request, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.devices.ioapic import IoApic
from lightexit.devices.pic import Pic
from lightexit.engine.api import Engine
from lightexit.errors import AuthorError
from lightexit.rigs import fields
from lightexit.rigs.rig import Rig
from lightexit.rigs.wiring import Wiring
from lightexit.trace.replay.plan import DevicePlan, place_of
from lightexit.trace.replay.steps import ReplayStep, perform
from lightexit.vm.places import PC

#: At most so many alarms are carried out one by one between two accesses.
_MOST_ALARMS = 1_000
#: Of devices whose data register shows what another register selects: the state's field for that,
#: and which bits of it count.
_SELECTORS = {
    ("rtc", "DATA"): ("index", 0x7F),
    ("fw_cfg", "DATA"): ("key", 0xFFFF),
    ("ioapic", "WINDOW"): ("select", 0xFF),
    **{("i440fx", f"CONFIG_DATA{part}"): ("address", 2**32 - 1) for part in ("", "_1", "_2", "_3")},
}


class ReplayedRegister(NamedTuple):
    """A register of a replayed device; `selected` is what another one selects, -1 nothing."""

    device: str
    register: str
    selected: int
    space: Space
    address: int
    is_write: bool

    @property
    def title(self) -> str:
        """What messages call it: "rtc.DATA[0x4]"."""
        selected = "" if self.selected < 0 else f"[{self.selected:#x}]"
        return f"{self.device}.{self.register}{selected}"


@dataclass(frozen=True)
class Shown:
    """A state in words, before an access, and what that has changed; what the device did."""

    before: Mapping[str, str]
    changed: Mapping[str, str]
    did: Sequence[str]


class ReplaySide(Protocol):
    """Somebody who answers accesses: `title` says who in messages."""

    title: str

    def register(self, space: Space, address: int, size: int) -> tuple[str, str, int] | None:
        """Device, register and what is selected there, if any of it is this side's."""
        ...

    def due(self, now_ns: int) -> None:
        """Let time pass until then; what falls due is done."""
        ...

    def perform(self, step: ReplayStep) -> int | None:
        """Carry out a step; what it answers."""
        ...

    def condition(self) -> object:
        """All that there is to compare after a step, beside the answer."""
        ...

    def shown(self, device: str) -> Shown:
        """The state of a device before the last step, and what the step did."""
        ...

    def depends_on_time(self, step: ReplayStep) -> bool:
        """Whether a read, made again now, answers otherwise than some time later."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class _HeardApic:
    """Takes every request, and writes it down."""

    requests = Request.APIC_MESSAGE | Request.EOI

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def send(self, destination: int, vector: int, mode: int) -> None:
        self._wiring.note("apic message", (destination, vector, mode))

    def end_of_interrupt(self, vector: int) -> None:
        self._wiring.note("end of interrupt", vector)


class ReplayedDevices:
    """Devices on a bus and a clock of their own. Without an engine, models answer everything."""

    def __init__(
        self,
        plans: Sequence[DevicePlan],
        engine: Engine | None,
        *,
        start_ns: int = 0,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """VM time begins at `start_ns`; `settings` are values for the devices' optional
        parameters by name. Raises AuthorError for devices that cannot be made or placed."""
        self.title = "without filters" if engine is None else "with filters"
        self._plans, self._engine, self._settings = plans, engine, settings or {}
        self._wiring = Wiring(ManualClock(start_ns), self._settings)
        made = [self._wiring.make(plan.maker) for plan in plans]
        places = dict(PC)
        for device, plan in zip(made, plans, strict=True):
            place = place_of(device, plan)
            if place is not None:
                places[device.name] = place
        self.devices: Sequence[Device[Any]] = self._wiring.devices
        _check_names(self.devices)
        self._rig = Rig(
            self._wiring.clock,
            self.devices,
            inputs=_inputs(self.devices),
            calls=_calls(self.devices),
            runner=self._bus,
            places=places,
            apic=_HeardApic(self._wiring),
        )
        self.windows = self._rig.windows
        self._found: dict[tuple[Space, int, int], tuple[Device[Any], PlacedRegion] | None] = {}
        self._views = [device.memory.state.buffer for device in self.devices]
        self._before = self._states()
        self._copy: ReplayedDevices | None = None

    def _bus(self, clock: ManualClock) -> Bus:
        return Bus(clock, self._engine)

    @property
    def filtered(self) -> int:
        """How many accesses of registers filters have answered."""
        return self._rig.handled

    def register(self, space: Space, address: int, size: int) -> tuple[str, str, int] | None:
        """Device, register and what is selected there, if any of it is a device's."""
        key = space, address, size
        if key not in self._found:
            if len(self._found) >= 1 << 12:
                self._found.clear()
            self._found[key] = self._find(*key)
        found = self._found[key]
        if found is None:
            return None
        device, region = found
        name = device.register_name(region.register(max(address, region.base)))
        field, mask = _SELECTORS.get((device.name, name), ("", 0))
        return device.name, name, int(getattr(device.state, field)) & mask if field else -1

    def _find(
        self, space: Space, address: int, size: int
    ) -> tuple[Device[Any], PlacedRegion] | None:
        length = 1 if space is Space.MSR else size
        for device, region in self.windows:
            touches = address < region.base + region.size and region.base < address + length
            if region.space is space and touches:
                return device, region
        return None

    def due(self, now_ns: int) -> None:
        """Let VM time pass until then; alarms that fall due are carried out, each at its time."""
        self._wiring.heard.clear()
        self._rig.wait(now_ns - self._rig.clock.now_ns(), most=_MOST_ALARMS)

    def perform(self, step: ReplayStep) -> int | None:
        """Carry out a step; what it answers."""
        self._before = self._states()
        return perform(self._rig, step)

    def takes(self, step: ReplayStep) -> bool:
        """Whether there is somebody for a step that comes from outside."""
        inputs = self._rig.inputs
        chip, line = getattr(step, "chip", None), getattr(step, "line", None)
        return (chip, line) in inputs if chip is not None else "intack" in self._rig.calls

    def _states(self) -> list[bytes]:
        return [view.tobytes() for view in self._views]

    def condition(self) -> object:
        """States, levels of lines, and what was done since time last passed."""
        levels = [line.level for device in self.devices for line in device.lines]
        return self._states(), levels, list(self._wiring.heard)

    def shown(self, device: str) -> Shown:
        """Fields by device and name; the changes of all devices."""
        before: dict[str, str] = {}
        changed: dict[str, str] = {}
        for each, old in zip(self.devices, self._before, strict=True):
            prefix, state = f"{each.name}.", each.state_type.view(bytearray(old))
            if each.name == device:
                before |= fields.shown(state, prefix)
            changed |= fields.changes(state, each.memory.state, prefix)
        did = [f"{wire}: {what}" for _, wire, what in self._wiring.heard]
        return Shown(before, changed, did)

    def depends_on_time(self, step: ReplayStep) -> bool:
        """Asks a copy that is put back to this moment each time, and waits there."""
        if self._copy is None:
            self._copy = ReplayedDevices(self._plans, self._engine, settings=self._settings)
        saved = [device.save() for device in self.devices]
        now_ns = self._rig.clock.now_ns()
        answers = set()
        for ns in _LATER_NS:
            self._copy.put_back(now_ns, saved)
            answers.add(self._copy.after(ns, step))
        return len(answers) > 1

    def put_back(self, now_ns: int, saved: Sequence[bytes]) -> None:
        """Be as devices were that were saved at that VM time, whatever it is now."""
        self._rig.clock.advance(now_ns - self._rig.clock.now_ns())
        for device, state in zip(self.devices, saved, strict=True):
            device.restore(state)

    def after(self, ns: int, step: ReplayStep) -> int | None:
        """What a step answers some time from now."""
        self.due(self._rig.clock.now_ns() + ns)
        return self.perform(step)

    def close(self) -> None:
        """Take the devices off the bus."""
        if self._copy is not None:
            self._copy.close()
        if isinstance(self._rig.bus, Bus):
            self._rig.bus.close()


#: After how long a register that tells the time reads otherwise; 0 is the comparison.
_LATER_NS = (0, 1_000, 50_000, 7_000_000, 1_100_000_000)


def _check_names(devices: Sequence[Device[Any]]) -> None:
    names = [device.name for device in devices]
    for name in names:
        if names.count(name) > 1:
            raise AuthorError(
                f"the device {name} is given twice",
                expected="each device once: replay the other one by itself",
            )


def _calls(devices: Sequence[Device[Any]]) -> dict[str, Callable[[], int]]:
    """Who answers the CPU's acknowledge: the PIC, where there is one."""
    pics = [device for device in devices if isinstance(device, Pic)]
    return {"intack": pics[0].acknowledge} if pics else {}


def _inputs(devices: Sequence[Device[Any]]) -> dict[tuple[str, int], Any]:
    """What golden traces call the inputs of interrupt controllers."""
    found: dict[tuple[str, int], Any] = {}
    for device in devices:
        if isinstance(device, Pic):
            numbers = [number for number in range(16) if number != 2]
            found |= {(f"pic{n >> 3}", n & 7): device.input(n) for n in numbers}
        elif isinstance(device, IoApic):  # PCs have IRQ 0 at input 2
            count = len(device.inputs)
            found |= {("ioapic", n): device.input(n or 2) for n in range(count)}
    return found
