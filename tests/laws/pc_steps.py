# SPDX-License-Identifier: Apache-2.0
"""What may happen to a PC, step by step. What a step prints is the code that makes it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Protocol

from lightexit.abi import Space
from lightexit.vm.irqchip import Irqchip

SECOND_NS = 10**9


@dataclass(frozen=True)
class Config:
    """What a PC is made of. With `step_ns`, every access takes that long; then it has one vCPU."""

    irqchip: Irqchip = Irqchip.OFF
    cpus: int = 1
    step_ns: int = 0
    start_ns: int = 0
    unix_seconds: int = 0

    def __repr__(self) -> str:
        numbers = ", ".join(f"{each.name}={getattr(self, each.name)}" for each in fields(self)[1:])
        return f"Config(Irqchip.{self.irqchip.name}, {numbers})"


class World(Protocol):
    """The PC that steps happen to."""

    late: bool

    def access(self, step: Access) -> int: ...
    def interrupt(self) -> int | None: ...
    def wait(self, ns: int) -> None: ...
    def look(self) -> None: ...
    def fall_behind(self, ns: int) -> None: ...
    def now_ns(self) -> int: ...
    def drive(self, device: str, number: int, level: bool) -> None: ...
    def call(self, device: str, method: str, arguments: tuple[Any, ...]) -> Any: ...


@dataclass(frozen=True)
class Access:
    """A guest reads, or writes `value`. `busy`: another vCPU holds the device's state just then."""

    space: Space
    address: int
    size: int
    value: int | None = None
    vcpu: int = 0
    busy: bool = False

    def __repr__(self) -> str:
        value = "" if self.value is None else f", {self.value:#x}"
        vcpu = f", vcpu={self.vcpu}" if self.vcpu else ""
        busy = ", busy=True" if self.busy else ""
        return f"Access(Space.{self.space.name}, {self.address:#x}, {self.size}{value}{vcpu}{busy})"

    def happen(self, pc: World) -> Any:
        return pc.access(self)


@dataclass(frozen=True)
class Wait:
    """Time passes; the host looks at the devices at every deadline."""

    ns: int

    def happen(self, pc: World) -> Any:
        pc.wait(self.ns)


@dataclass(frozen=True)
class Until:
    """Time passes up to the next multiple of `ticks` of a clock of `hz`, give or take some ns."""

    hz: int
    ticks: int
    plus_ns: int = 0

    def happen(self, pc: World) -> Any:
        now = pc.now_ns() - self.plus_ns
        count = now * self.hz // SECOND_NS // self.ticks + 1
        pc.wait(max(-(-count * self.ticks * SECOND_NS // self.hz) - now, 0))


@dataclass(frozen=True)
class Late:
    """Time passes, and the host is late: accesses come before it looks."""

    ns: int

    def happen(self, pc: World) -> Any:
        pc.fall_behind(self.ns)


@dataclass(frozen=True)
class Look:
    """The host looks at the devices; the law, at their states."""

    def happen(self, pc: World) -> Any:
        pc.look()


@dataclass(frozen=True)
class Interrupt:
    """A vCPU takes the interrupt that the PIC asks for, if it does."""

    def happen(self, pc: World) -> Any:
        return pc.interrupt()


@dataclass(frozen=True)
class Host:
    """The host calls a device, if the PC has it: input, the end of an interrupt, a power button."""

    device: str
    method: str
    arguments: tuple[Any, ...] = ()

    def happen(self, pc: World) -> Any:
        return pc.call(self.device, self.method, self.arguments)


@dataclass(frozen=True)
class Drive:
    """Drives an input of an interrupt controller, if it is a device of the PC."""

    device: str
    number: int
    level: bool

    def happen(self, pc: World) -> Any:
        pc.drive(self.device, self.number, self.level)


@dataclass(frozen=True)
class Move:
    """All devices are saved, and restored in some `order` into another PC, which goes on.

    It is a new one, or with `again` the one that they were moved out of before. To a PC that is
    by itself it is nothing: `saving.py` has two.
    """

    order: int = 0
    again: bool = False

    def happen(self, pc: World) -> Any:
        return None


Step = Move | Access | Drive | Wait | Until | Late | Look | Interrupt | Host


def inp(port: int, size: int = 1) -> Access:
    """`in`."""
    return Access(Space.PIO, port, size)


def out(port: int, value: int, size: int = 1) -> Access:
    """`out`."""
    return Access(Space.PIO, port, size, value)


def load(address: int, size: int = 4) -> Access:
    """A read of a register in memory."""
    return Access(Space.MMIO, address, size)


def store(address: int, value: int, size: int = 4) -> Access:
    """A write of a register in memory."""
    return Access(Space.MMIO, address, size, value)


def rdmsr(number: int) -> Access:
    """`rdmsr`."""
    return Access(Space.MSR, number, 8)


def wrmsr(number: int, value: int) -> Access:
    """`wrmsr`."""
    return Access(Space.MSR, number, 8, value)
