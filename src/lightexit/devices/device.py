# SPDX-License-Identifier: Apache-2.0
"""`Device`: what every device model answers.

A device is an array of registers, reached by their *offset*; its regions are the windows
through which a guest sees them. A model handles every access by itself, whatever the guest
does: it never loops without bound, grows, or raises more than a #GP of an MSR.

All that changes while a device works is in its state, or is the level of one of its lines:
`save` gives both as bytes, and `restore` takes them (`saved.py` says what they are).

- At the VM time at which they were saved, in the same machine, built anew: whoever restores sets
  the clock first. In any order of devices; while no vCPU runs.
- Nothing is told of it: no listener hears an edge, no doorbell rings, nothing goes out. A line is
  restored by the device that drives it (with the `fork` and `joined` behind it) and, where it
  ends at a device's input, by that device; what else keeps a level has a save of its own.
- What a device was built with stays as it is. Where the state means nothing without it, it is
  named by `configuration`, and has to be the same.
- Bytes that are damaged, or of another device, version or configuration are refused by one
  AuthorError, and nothing of them is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeVar, get_args

from lightexit.abi import StateMemory, Struct, fingerprint
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import Region
from lightexit.devices.restoring import (
    built_with,
    check_deadline,
    fitting_state,
    state_version,
    variables,
)
from lightexit.devices.saved import Saved, deadline, decode, encode, written
from lightexit.errors import AuthorError

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

    #: What counters, traces and messages call it.
    name: ClassVar[str]
    #: Members are named as in the data sheet; their values are offsets in bytes.
    registers: ClassVar[type[IntEnum] | None] = None
    #: What a reset leaves as it is, such as "its battery keeps time and memory"; else it is as new.
    outlives_reset: ClassVar[str] = ""
    #: Found in `Device[...]`.
    state_type: ClassVar[type[Struct]]
    #: Each `Struct` that the state once was, oldest first: what `upgrade` takes. To be added to
    #: whenever the state's layout, or what it means, changes.
    older_states: ClassVar[tuple[type[Struct], ...]] = ()
    #: The windows through which guests see its registers.
    regions: tuple[Region, ...]
    #: All that it drives. A filter's line actions name them by number.
    lines: tuple[Line, ...] = ()
    #: Lines of this device that others drive: their levels are saved, as those of `lines` are.
    inputs: tuple[Line, ...] = ()
    #: Targets of a filter's doorbell actions, by number: each is called to signal it.
    doorbells: tuple[Callable[[], object], ...] = ()

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base):
                if isinstance(argument, type) and issubclass(argument, Struct):
                    cls.state_type = argument

    def __init__(self, clock: Clock, memory: StateMemory[S] | None = None) -> None:
        """`memory` is of `state_type`: a `SharedMemory` where another process works on the state,
        for filters in the kernel `KernelEngine().memory(...)`. Its own where none is given.

        Raises AuthorError for memory of another type.
        """
        #: Of VM time.
        self.clock = clock
        own = StateMemory(self.state_type) if memory is None else memory
        self.memory: StateMemory[S] = own  # type: ignore[assignment]
        if own.kind is not self.state_type:
            raise AuthorError(
                f"{type(self).__name__} was given memory of the state {own.kind.__name__}",
                expected=f"memory of {self.state_type.__name__}",
            )
        #: The state that is in `memory`; filters work on the same bytes.
        self.state: S = self.memory.state

    def read(self, offset: int, size: int) -> int:
        """The value, of `size` bytes, that a guest reads at `offset`; all ones for nothing.

        Of an MSR, raises GeneralProtectionError where the guest is to get a #GP.
        """
        return (1 << 8 * size) - 1

    def write(self, offset: int, value: int, size: int) -> None:
        """The guest writes `value`, of `size` bytes, at `offset`. Raises as `read` does."""

    @staticmethod
    def invariant(state: Any, /) -> bool:
        """What holds of its state whatever happens, and proofs may take for given; the laws of
        `lightexit.testing` look at it after every step. A subclass names an `@inline` function of
        its state: `invariant = staticmethod(is_settled)`.
        """
        return True

    def next_wakeup(self) -> int | None:
        """VM time in ns when `advance` will next have something to do, if ever.

        Asked again after every access that a model answers with this device's state locked, its
        own or another device's: what would bring it forward is no business of a filter's.
        """
        return None

    def advance(self, now_ns: int) -> None:
        """Bring interrupt lines and state to VM time `now_ns`, in bounded work."""

    def reset(self) -> None:
        """Power-on state."""
        self.state.reset()
        for each in variables(self).values():
            each.state.reset()

    def save(self) -> bytes:
        """Its condition at this moment, which `restore` brings back; nothing changes by it."""
        return encode(self._condition())

    def restore(self, saved: bytes) -> None:
        """Be as the device was that `save` was called of.

        Raises AuthorError, with nothing applied, for bytes that are damaged or do not fit.
        """
        told = decode(saved)
        state = fitting_state(told, self)
        before = self._condition()
        self._apply(state, told)
        try:
            check_deadline(told, self)
        except AuthorError:
            self._apply(before.state, before)
            raise
        self.restored()

    @classmethod
    def upgrade(cls, old: Any) -> S:
        """The state that means today what `old`, one of `older_states`, meant."""
        raise AuthorError(
            f"{cls.__name__} has older_states, and does not say what they mean today",
            expected=f"a class method upgrade(cls, old) that returns {cls.state_type.__name__}",
        )

    def configuration(self) -> Mapping[str, object]:
        """What it was built with, by name, and must be the same where its state is restored.

        Names and values are compared as they print, on one line each.
        """
        return {}

    def restored(self) -> None:
        """The state has been restored: tell those who act by it (routes, mappings) what it is.

        Not a place for edges, doorbells or output: those were before the save.
        """

    def _condition(self) -> Saved:
        """Variables of its filters stand behind its state."""
        return Saved(
            self.name,
            state_version(self),
            fingerprint(self.state_type),
            b"".join(map(bytes, self._parts())),
            tuple(line.level for line in self.lines),
            tuple(line.level for line in self.inputs),
            written(built_with(self)),
            self.clock.now_ns(),
            deadline(self.next_wakeup()),
        )

    def _apply(self, state: bytes, saved: Saved) -> None:
        """Lines that an older version did not have are low."""
        start = 0
        for part in self._parts():
            part.buffer[:] = state[start : start + len(part.buffer)]
            start += len(part.buffer)
        for wires, levels in ((self.lines, saved.lines), (self.inputs, saved.inputs)):
            for number, wire in enumerate(wires):
                wire.restore(number < len(levels) and levels[number])

    def _parts(self) -> list[Struct]:
        """All that is saved as bytes: its state, then the variables of its filters."""
        return [self.state, *(each.state for each in variables(self).values())]

    def register_name(self, offset: int) -> str:
        """What the data sheet calls the register at `offset`."""
        names: Any = self.registers
        if names is not None and offset in names._value2member_map_:
            return str(names(offset).name)
        return f"+{offset:#x}"
