# SPDX-License-Identifier: Apache-2.0
"""`Device`: what every device model answers.

A device is an array of registers, reached by their *offset*; its regions are the windows
through which a guest sees them. A model handles every access by itself, whatever the guest
does: it never raises, loops without bound, or grows.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar, get_args

from lightexit.abi import StateMemory, Struct
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import Region

S = TypeVar("S", bound=Struct)


class Device(Generic[S]):
    """Base of all device models; `S` is the device's state.

    A subclass sets `name` and `regions` (in the class, or in `__init__` where they depend on
    arguments; `()` while no guest sees it), and `registers`, whose members name the offsets.
    Where its regions are, the machine says: `machine.add(device, at=0x40)`, or, where they have
    names, `at={"command": 0x40, "data": 0x60}`.
    Whoever calls a method holds the lock of the device's state. What a method raises, or an
    answer that does not fit the access, ends the run with an error that shows the line.
    """

    name: ClassVar[str]
    registers: ClassVar[type[IntEnum] | None] = None
    state_type: ClassVar[type[Struct]]
    regions: tuple[Region, ...]
    #: What a filter's line actions name, by number.
    lines: tuple[Line, ...] = ()
    #: What a filter's doorbell actions name, by number: each is called to signal it.
    doorbells: tuple[Callable[[], object], ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Struct):
                    cls.state_type = argument

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.memory: StateMemory[S] = StateMemory(self.state_type)  # type: ignore[arg-type]
        self.state: S = self.memory.state

    def read(self, offset: int, size: int) -> int:
        """The value, of `size` bytes, that a guest reads at `offset`; all ones for nothing."""
        return (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        """The guest writes `value`, of `size` bytes, at `offset`."""

    def next_wakeup(self) -> int | None:
        """VM time in ns when `advance` will next have something to do, if ever.

        Asked again after every access that the model answers: what would bring it forward is
        no business of a filter's.
        """
        return None

    def advance(self, now_ns: int) -> None:
        """Bring interrupt lines and state to VM time `now_ns`, in bounded work."""

    def reset(self) -> None:
        """Power-on state."""
        self.state.reset()

    def register_name(self, offset: int) -> str:
        """What the data sheet calls the register at `offset`."""
        names: Any = self.registers
        if names is not None and offset in names._value2member_map_:
            return str(names(offset).name)
        return f"+{offset:#x}"
