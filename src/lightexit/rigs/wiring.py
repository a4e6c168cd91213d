# SPDX-License-Identifier: Apache-2.0
"""Devices made without a machine: all that they drive and call ends at a listener.

What a class asks for is known by the types of its parameters: a clock, lines, an APIC bus,
functions that it calls, another device whose state it reads. All that a device does to the outside
is heard.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lightexit.abi import Request
from lightexit.bus.apic import Apic
from lightexit.bus.clock import Clock, ManualClock
from lightexit.bus.line import Line, Wires
from lightexit.devices.device import Device
from lightexit.devices.virtio_mmio import VirtioBackend
from lightexit.errors import AuthorError, LightexitError
from lightexit.targets.finding import DeviceMaker
from lightexit.targets.parameters import UNDECLARED, parameters

#: What a device did: when, in ns of VM time, on which of its wires, and what.
Heard: TypeAlias = tuple[int, str, Any]


@dataclass(frozen=True)
class HeardApic:
    """An APIC bus on which all is heard, and nothing answers."""

    note: Callable[[str, Any], None]
    requests: Request = Request.APIC_MESSAGE | Request.EOI

    def send(self, destination: int, vector: int, mode: int) -> None:
        """A message."""
        self.note("APIC message", (destination, vector, mode))

    def end_of_interrupt(self, vector: int) -> None:
        """An EOI."""
        self.note("EOI", (vector,))


@dataclass
class Wiring:
    """Makes devices that share a clock; `settings` are values for optional parameters by name,
    `heard` is what the devices have done since it was last cleared, `lines` are those it made."""

    clock: ManualClock
    settings: Mapping[str, Any] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    devices: list[Device[Any]] = field(default_factory=list)
    #: Those of them that another one needed, and nobody has asked for yet.
    _implied: list[Device[Any]] = field(default_factory=list)

    def make(self, maker: DeviceMaker) -> Device[Any]:
        """One more device. Raises AuthorError where it takes what there is not."""
        for device in self._implied:
            if type(device) is maker:
                self._implied.remove(device)
                return device
        made: Device[Any] = self.call(maker)
        if not isinstance(getattr(made, "regions", None), tuple):
            found = f"{_name(maker)} makes {made!r:.80}"
            raise AuthorError(found, expected="a Device, which has regions")
        self.devices.append(made)
        return made

    def call(self, maker: Callable[..., Any]) -> Any:
        """Whatever it makes. Raises AuthorError where it takes what there is not, or raises."""
        name, given, named = _name(maker), [], {}
        for asked in parameters(maker, name):
            if asked.name in self.settings:
                named[asked.name] = self.settings[asked.name]
            elif asked.is_required and named:
                named[asked.name] = self._value(name, asked.name, asked.kind)
            elif asked.is_required:
                given.append(self._value(name, asked.name, asked.kind))
        try:
            return maker(*given, **named)
        except LightexitError:
            raise
        except Exception as error:
            found = f"{name} cannot be made: {type(error).__name__}: {error}"
            raise AuthorError(found) from error

    @property
    def apic(self) -> Apic:
        """An APIC bus: for devices that send by it, and for the requests of their filters."""
        return HeardApic(self.note)

    def note(self, wire: str, what: Any) -> None:
        """Something was done, now."""
        self.heard.append((self.clock.now_ns(), wire, what))

    def _value(self, device: str, name: str, kind: Any) -> Any:
        wire = f"{device}.{name}"
        if inspect.isclass(kind) and issubclass(kind, Line):
            return self._line(wire)
        if kind == Wires:
            return lambda number: self._line(f"{wire}[{number}]")
        if inspect.isclass(kind) and issubclass(kind, Device):
            return self._other(kind)
        if kind is Apic:
            return self.apic
        if kind is VirtioBackend:  # as that of a block device with one queue
            return VirtioBackend(device_id=2, notify=self._call(wire), reset=self._call(wire))
        if name == "clock" or kind in (Clock, ManualClock):
            return self.clock
        if kind is Callable or typing.get_origin(kind) is Callable:
            return self._call(wire)
        told = (
            "without a type" if kind is UNDECLARED else f"of type {getattr(kind, '__name__', kind)}"
        )
        raise AuthorError(
            f"{device} is made with {name} {told}",
            expected="a clock, Lines, functions or other devices: what there is without a machine",
            advice="name a function of the clock that makes it, instead of the class",
        )

    def _line(self, wire: str) -> Line:
        self.lines.append(Line(lambda level: self.note(wire, "up" if level else "down")))
        return self.lines[-1]

    def _call(self, wire: str) -> Callable[..., None]:
        return lambda *what: self.note(wire, what)

    def _other(self, kind: type[Device[Any]]) -> Device[Any]:
        found = [device for device in self.devices if isinstance(device, kind)]
        if not found:
            found.append(self.make(kind))
            self._implied += found
        return found[0]


def _name(maker: Callable[..., Any]) -> str:
    return str(getattr(maker, "name", None) or getattr(maker, "__name__", "a device"))
