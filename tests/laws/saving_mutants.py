# SPDX-License-Identifier: Apache-2.0
"""Mutants of devices and wires: mistakes in saving or restoring that an author might make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from lightexit.bus import line
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.hpet import Hpet
from lightexit.devices.i440fx import RESET_BITS, RESET_CPU, I440fx
from lightexit.devices.ioapic import IoApic
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.ps2 import Ps2
from lightexit.devices.rtc import Rtc
from lightexit.devices.uart import Uart
from lightexit.devices.virtio_mmio import VirtioMmio
from lightexit.vm import pc

#: Puts what is wrong in its place.
Put = Callable[[pytest.MonkeyPatch], None]


def forgets(kind: type[Device[Any]], part: str, number: int) -> Put:
    """A device that leaves one of its lines low."""

    def put(patch: pytest.MonkeyPatch) -> None:
        apply = kind._apply

        def forgetful(self: Device[Any], *told: Any) -> None:
            apply(self, *told)
            Line.restore(getattr(self, part)[number], False)

        patch.setattr(kind, "_apply", forgetful)

    return put


class ResetApart(I440fx):
    """Whether RST_CPU was set before stands in an attribute."""

    _before = 0

    def _write_reset(self, value: int) -> None:
        self.state.reset_control = value & RESET_BITS
        if value & ~self._before & RESET_CPU:
            self._reset.pulse()
        self._before = value


class CommandApart(Ps2):
    """The command that waits for its data stands in an attribute."""

    _command_before = 0

    def _command(self, byte: int) -> None:
        super()._command(byte)
        self._command_before, self.state.pending = self.state.pending, 0

    def _data(self, byte: int) -> None:
        self.state.pending, self._command_before = self._command_before, 0
        super()._data(byte)


class OverflowApart(PmTimer):
    """The time of the next overflow stands in an attribute."""

    def reset(self) -> None:
        super().reset()
        self._overflow_ns, self.state.overflow_ns = self.state.overflow_ns, 0

    def next_wakeup(self) -> int | None:
        return None if super().next_wakeup() is None else self._overflow_ns

    def advance(self, now_ns: int) -> None:
        self.state.overflow_ns = self._overflow_ns
        super().advance(now_ns)
        self._overflow_ns, self.state.overflow_ns = self.state.overflow_ns, 0


class TimeoutApart(Uart):
    """When the receiver times out stands in an attribute as well, and that is what counts."""

    _due_ns: int | None = None

    def _restart_timeout(self) -> None:
        super()._restart_timeout()
        self._due_ns = self.state.timeout_ns

    def advance(self, now_ns: int) -> None:
        if self._due_ns is not None and now_ns >= self._due_ns:
            super().advance(now_ns)


def built(kind: type[Device[Any]]) -> Put:
    """A PC with that device in the place of the one it derives from."""
    return lambda patch: patch.setattr(pc, kind.__bases__[0].__name__, kind)


def wires_stay(kind: type[Line]) -> Put:
    """Wires behind others are not restored."""
    return lambda patch: patch.setattr(kind, "restore", Line.restore)


def makes_edges(patch: pytest.MonkeyPatch) -> None:
    """Lines are driven to their levels."""
    patch.setattr(Line, "restore", Line.set)


def rings(patch: pytest.MonkeyPatch) -> None:
    """A doorbell rings."""
    patch.setattr(VirtioMmio, "restored", lambda device: device.doorbells[0]())


def prints(patch: pytest.MonkeyPatch) -> None:
    """A character goes out once more."""
    patch.setattr(Uart, "restored", lambda device: device._sink(b"x"))


def tells_no_routes(patch: pytest.MonkeyPatch) -> None:
    """Listeners are not called with the redirection table."""
    patch.delattr(IoApic, "restored")


def catches_up(patch: pytest.MonkeyPatch) -> None:
    """What is due is done as it is restored, not when the host looks."""
    patch.setattr(Rtc, "restored", lambda device: device.advance(device.clock.now_ns()))


def saves_late(patch: pytest.MonkeyPatch) -> None:
    """What is due is done as it is saved."""
    save = Pit.save

    def late(device: Pit) -> bytes:
        device.advance(device.clock.now_ns())
        return save(device)

    patch.setattr(Pit, "save", late)


#: What is wrong, what puts it there, and whose drivers meet it: how their names begin.
MUTANTS: Sequence[tuple[str, Put, str]] = (
    ("an input of the PIC", forgets(Pic, "inputs", 4), "uart"),
    ("the slave's INT", forgets(Pic, "inputs", 2), "rtc"),
    ("INTR", forgets(Pic, "lines", 0), "pit"),
    ("an input of the I/O APIC", forgets(IoApic, "inputs", 20), "ioapic"),
    ("IRQ0 of the PIT", forgets(Pit, "lines", 0), "pit"),
    ("IRQ0 into the HPET", forgets(Hpet, "inputs", 0), "pit"),
    ("IRQ8 into the HPET", forgets(Hpet, "inputs", 1), "rtc"),
    ("a timer's line", forgets(Hpet, "lines", 0), "hpet"),
    ("the RTC's line", forgets(Rtc, "lines", 0), "rtc"),
    ("the SCI", forgets(PmTimer, "lines", 0), "acpi"),
    ("the serial port's line", forgets(Uart, "lines", 0), "uart"),
    ("the keyboard's line", forgets(Ps2, "lines", 0), "keyboard"),
    ("A20", forgets(Ps2, "lines", 2), "keyboard"),
    ("the virtio line", forgets(VirtioMmio, "lines", 0), "virtio"),
    ("an attribute: reset", built(ResetApart), "small_ports"),
    ("an attribute: a command", built(CommandApart), "keyboard"),
    ("a deadline: overflow", built(OverflowApart), "acpi_works"),
    ("a deadline: time-out", built(TimeoutApart), "uart_receives"),
    ("wires behind a fork", wires_stay(line._Fork), "uart"),
    ("the output of joined wires", wires_stay(line._Joined), "keyboard"),
    ("edges", makes_edges, "uart"),
    ("a doorbell", rings, "virtio"),
    ("output", prints, "uart"),
    ("routes", tells_no_routes, "ioapic"),
    ("restored to the present", catches_up, "rtc"),
    ("saved at the present", saves_late, "pit"),
)
