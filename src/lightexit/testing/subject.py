# SPDX-License-Identifier: Apache-2.0
"""`Subject`: a device as tests see it: how it is built, where it is, what may be done to it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from lightexit.abi import Space, StateMemory
from lightexit.bus.clock import ManualClock
from lightexit.bus.placing import Place, placed
from lightexit.bus.region import PlacedRegion, Region
from lightexit.bus.variables import states_of
from lightexit.devices.device import Device
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.rigs.rig import Rig
from lightexit.rigs.wiring import Wiring
from lightexit.testing.steps import Step, Trace

#: A device's class, or a function that makes a device or a rig. What its parameters ask for is
#: known by their types: a clock, lines, functions to be called, another device.
Maker: TypeAlias = Callable[..., Device[Any] | Rig]


@dataclass(frozen=True)
class Subject:
    """A device that is tested.

        Subject(Ticks)
        Subject(Uart, outside=("feed",), values=(0x83,), exempt={"reset": "the wires stay"})

    `device` is its class, or a function that makes it; `settings` are values for optional
    parameters by name. Its windows are at `at`, else one after the other from address 0 on, so
    that the first register of a device with one window is at 0. A function that returns a `Rig`
    has placed them itself.

    Traffic is random; most of it goes to `hot`, offsets of registers (else the members of the
    device's `registers`), the more often one is named the more. `values` are worth writing,
    besides those that its code mentions. `outside` names methods that the host calls: without
    arguments, or with ints and bytes, as annotated. `inputs` are the numbers of `device.inputs`
    that others drive (else all of them). Every trace begins with one of `starts`.

    `known` are traces that are known to be right, with what they have to give: `Read(answer=...)`,
    `FromOutside(answer=...)`, `Expect(line, level)`. Parts of them begin other traces, too.

    `reference` is another device, made from the same settings, that a guest could have in its
    place: an earlier version, or a simple one that follows the data sheet.

    `exempt` names laws that are not to hold, each with the reason.
    """

    device: Maker
    at: Place | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    hot: Sequence[int] = ()
    values: Sequence[int] = ()
    outside: Sequence[str] = ()
    inputs: Sequence[int] | None = None
    starts: Sequence[Sequence[Step]] = ((),)
    known: Sequence[Trace] = field(default=(), repr=False)
    reference: Maker | None = None
    exempt: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """What the device is called: of a rig, the first one."""
        return self.example.devices[0].name

    @cached_property
    def example(self) -> Rig:
        """One of it, to look at."""
        return self.build(0)

    @cached_property
    def filters(self) -> dict[str, tuple[Filter[Any], Device[Any], PlacedRegion]]:
        """Its filters by name, each with a device and region that has it."""
        found: dict[str, tuple[Filter[Any], Device[Any], PlacedRegion]] = {}
        for device, region in self.example.windows:
            if region.filter is not None:
                found.setdefault(region.filter.name, (region.filter, device, region))
        return found

    def states_of(self, name: str) -> tuple[StateMemory[Any], ...]:
        """What the filter of that name works on, in the order of its maps."""
        filter, device, region = self.filters[name]
        return states_of(device, region)[: len(filter.report.program.maps)]

    def build(self, now_ns: int) -> Rig:
        """A new one, at that VM time. Raises AuthorError where it cannot be made."""
        wiring = Wiring(ManualClock(now_ns), self.settings)
        made = wiring.call(self.device)
        if isinstance(made, Rig):
            return made
        if not isinstance(made, Device):
            raise AuthorError(
                f"{self.device!r:.80} makes {made!r:.80}",
                expected="a Device, or a Rig of several",
            )
        return self._rig(wiring, made)

    def _rig(self, wiring: Wiring, device: Device[Any]) -> Rig:
        devices = [device, *wiring.devices]
        for line in device.lines:
            if line not in wiring.lines:
                line.watch(_listener(wiring, device, line))
        numbers = range(len(device.inputs)) if self.inputs is None else self.inputs
        return Rig(
            wiring.clock,
            devices,
            inputs={(device.name, number): device.inputs[number] for number in numbers},
            calls={name: _method(device, name) for name in self.outside},
            places=_places(devices, self.at),
            heard=wiring.heard,
            apic=wiring.apic,
        )


def subject_of(device: Subject | Maker | Any) -> Subject:
    """What tests know of a device; a class of tests (`DeviceLaws`) says it itself. A string names
    one, as on a command line."""
    if isinstance(device, Subject):
        return device
    if isinstance(device, str):
        from lightexit.testing.named import subject_named  # it imports this module

        return subject_named(device)
    of_tests = getattr(device, "subject", None)
    if callable(of_tests):
        found: Subject = of_tests()
        return found
    return Subject(device)


def _listener(wiring: Wiring, device: Device[Any], line: Any) -> Callable[[bool], None]:
    wire = f"{device.name}.lines[{device.lines.index(line)}]"
    return lambda level: wiring.note(wire, "up" if level else "down")


def _method(device: Device[Any], name: str) -> Callable[..., Any]:
    found = getattr(device, name, None)
    if not callable(found):
        raise AuthorError(
            f"{type(device).__name__} has no method {name!r}, as the subject's `outside` says",
            expected="names of methods that the host calls",
        )
    method: Callable[..., Any] = found
    return method


def _places(devices: Sequence[Device[Any]], at: Place | None) -> dict[str, Place]:
    """`at` is the first device's; all else follows, each window aligned to its size."""
    places: dict[str, Place] = {}
    ends: dict[Space, int] = {}
    for device in devices:
        first = device is devices[0] and at is not None
        place = at if first else _following(device, ends)
        for region in placed(device.name, device.regions, place):
            ends[region.space] = max(ends.get(region.space, 0), region.base + region.size)
        if place is not None:
            places[device.name] = place
    return places


def _following(device: Device[Any], ends: Mapping[Space, int]) -> Place | None:
    bases: dict[str, int | None] = {}
    free = dict(ends)
    for window, regions in _windows(device).items():
        low, space = min(region.offset for region in regions), regions[0].space
        size = max(region.offset + region.size for region in regions) - low
        alignment = 1 << (size - 1).bit_length()
        bases[window] = base = -(-free.get(space, 0) // alignment) * alignment
        free[space] = base + size
    return bases or None


def _windows(device: Device[Any]) -> dict[str, list[Region]]:
    windows: dict[str, list[Region]] = {}
    for region in device.regions:
        if not isinstance(region, PlacedRegion):
            windows.setdefault(region.name, []).append(region)
    return windows


def parameters(call: Callable[..., Any]) -> list[type]:
    """The types of what a call needs: int, or bytes."""
    found: list[type] = []
    for each in inspect.signature(call).parameters.values():
        needed = each.default is inspect.Parameter.empty
        if needed and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            found.append(bytes if "bytes" in str(each.annotation) else int)
    return found
