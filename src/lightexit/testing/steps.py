# SPDX-License-Identifier: Apache-2.0
"""What may happen to a device, step by step. What a step prints is the code that makes it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from lightexit.abi import Space


def _place(space: Space, address: int, size: int) -> str:
    return f"Space.{space.name}, {address:#x}, {size}"


def _on(vcpu: int) -> str:
    return f", vcpu={vcpu}" if vcpu else ""


@dataclass(frozen=True)
class Read:
    """A guest reads `size` bytes, on the vCPU of that number. Where `answer` is given, that is what
    it has to get."""

    space: Space
    address: int
    size: int
    answer: int | None = None
    vcpu: int = 0

    def __repr__(self) -> str:
        answer = "" if self.answer is None else f", answer={self.answer:#x}"
        return f"Read({_place(self.space, self.address, self.size)}{answer}{_on(self.vcpu)})"


@dataclass(frozen=True)
class Write:
    """A guest writes `value`, of `size` bytes, on the vCPU of that number."""

    space: Space
    address: int
    size: int
    value: int
    vcpu: int = 0

    def __repr__(self) -> str:
        place = _place(self.space, self.address, self.size)
        return f"Write({place}, value={self.value:#x}{_on(self.vcpu)})"


@dataclass(frozen=True)
class Wait:
    """So many ns pass. The host is in time: the device is advanced at each of its deadlines."""

    ns: int


@dataclass(frozen=True)
class Jump:
    """So many ns pass, and the host is late: nobody advances the device."""

    ns: int


@dataclass(frozen=True)
class WaitDeadline:
    """Time passes until the device's next deadline, and `plus_ns` more: -1 is just before it.

    Nothing where it has none. The host is in time.
    """

    plus_ns: int = 0


@dataclass(frozen=True)
class JumpDeadline:
    """As `WaitDeadline`, and the host is late."""

    plus_ns: int = 0


@dataclass(frozen=True)
class Drive:
    """An input line of the device, by the device's name and the line's number, gets a level."""

    line: tuple[str, int]
    level: bool


@dataclass(frozen=True)
class Expect:
    """An output line of a device, by the device's name and the line's number in `lines`, has this
    level now. Nothing happens."""

    line: tuple[str, int]
    level: bool


@dataclass(frozen=True, init=False)
class FromOutside:
    """Something comes from outside: bytes on a wire, a key, an acknowledge. The host calls the
    device's method `name`, or what the rig calls so. Where `answer` is given, that is what it has
    to get."""

    name: str
    arguments: tuple[Any, ...]
    answer: Any

    def __init__(self, name: str, *arguments: Any, answer: Any = None) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "arguments", arguments)
        object.__setattr__(self, "answer", answer)

    def __repr__(self) -> str:
        answer = [] if self.answer is None else [f"answer={self.answer!r}"]
        return f"FromOutside({', '.join([*map(repr, (self.name, *self.arguments)), *answer])})"


@dataclass(frozen=True)
class Restore:
    """The device is saved, and restored into one that was just built: this one goes on."""


@dataclass(frozen=True)
class Reset:
    """The host resets the device."""


Step: TypeAlias = (
    Read
    | Write
    | Wait
    | Jump
    | WaitDeadline
    | JumpDeadline
    | Drive
    | Expect
    | FromOutside
    | Restore
    | Reset
)


def told(step: Step) -> Any:
    """What a step has to give; None where that is not told."""
    match step:
        case Read() | FromOutside():
            return step.answer
        case Expect():
            return step.level
    return None


def untold(step: Step) -> list[Step]:
    """The step, with nothing told; that of an `Expect` is none."""
    match step:
        case Read():
            return [replace(step, answer=None)]
        case FromOutside(name, arguments):
            return [FromOutside(name, *arguments)]
        case Expect():
            return []
    return [step]


@dataclass(frozen=True, init=False)
class Trace:
    """Steps, one after the other, from VM time `start_ns` on."""

    steps: tuple[Step, ...]
    start_ns: int

    def __init__(self, *steps: Step, start_ns: int = 0) -> None:
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "start_ns", start_ns)

    def __repr__(self) -> str:
        start = [f"start_ns={self.start_ns}"] if self.start_ns else []
        return f"Trace({', '.join([*map(repr, self.steps), *start])})"
