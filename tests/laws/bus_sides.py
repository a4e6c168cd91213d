# SPDX-License-Identifier: Apache-2.0
"""The same devices on two buses, the definition and the native one, driven by the same steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bus.plain import Cells
from laws.bus_parts import LINES, Recipe, Talker, change, look
from laws.contender import Contender
from lightexit.abi import IoContext, Request, Space, StateMemory
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.definition import DefinitionBus
from lightexit.bus.doorbell import bell
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.bus.region import Region
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.errors import LightexitError
from lightexit.filter import Filter

VCPUS = 2
_WHOLE = (1 << 64) - 1


@dataclass(frozen=True)
class Place:
    """A region of a case; `states` are numbers of the case's states."""

    space: Space
    base: int
    size: int
    offset: int = 0
    width: int = 0
    filter: Recipe | str | None = None
    states: tuple[int, ...] = ()

    def overlaps(self, other: Place) -> bool:
        """Whether an address would have two owners."""
        return (
            self.space is other.space
            and self.base < other.base + other.size
            and other.base < self.base + self.size
        )

    def region(self, pool: Sequence[StateMemory[Cells]]) -> Region:
        """The region, over the states of a side."""
        states = tuple(pool[number] for number in self.states)
        chosen = _filter(self.filter) if self.filter is not None else None
        return Region(self.space, self.size, self.offset, self.width, chosen, states).at(self.base)


Layout = tuple[Place, ...]


@dataclass(frozen=True)
class Case:
    """What stands still: the devices, each with layouts that it takes in turn, and the clock; with
    `refuses`, models refuse accesses to MSRs."""

    devices: tuple[tuple[Layout, ...], ...]
    start_ns: int = 0
    step_ns: int = 0
    timed: bool = False
    refuses: bool = False


@cache
def _filter(what: Recipe | str) -> Filter[Any]:
    if isinstance(what, Recipe):
        return what.filter()
    return look if what == "look" else change


@cache
def _engines() -> tuple[NativeEngine, InterpreterEngine]:
    return NativeEngine(), InterpreterEngine()


class Side:
    """Devices on a bus; `journal` has their events in order. Both sides take the same decisions."""

    bus: Any

    def __init__(self, case: Case) -> None:
        self.case = case
        self.clock: Any = ManualClock(case.start_ns, step_ns=case.step_ns)
        self.journal: list[tuple[Any, ...]] = []
        self.bell = bell()
        self.contender = Contender()
        # In the order of their addresses: then both sides take their locks in the same one.
        memories = [self.memory() for _ in range(len(case.devices) + 1)]
        self.pool = sorted(memories, key=lambda memory: memory.address)
        self.talkers = [
            Talker(number, self.pool[number], self.note) for number in range(len(case.devices))
        ]
        #: Where each device that is there stands.
        self.there: dict[int, Layout] = {}
        for talker in self.talkers:
            talker.doorbells = (*talker.doorbells[: LINES - 1], self.bell)
            talker.refuses = case.refuses
            talker.on_whim = lambda drawn: self.toggle(drawn % len(case.devices), drawn)

    def memory(self) -> StateMemory[Cells]:
        """A state for a device of this side."""
        return StateMemory(Cells)

    def note(self, *what: Any) -> None:
        """One more event."""
        self.journal.append(what)

    # Devices

    def toggle(self, number: int, layout: int) -> None:
        """Attach a device, if its addresses are free, or detach it."""
        if number in self.there:
            del self.there[number]
            self.bus.detach(self.talkers[number])
        elif self._take(number, layout):
            self.bus.attach(self.talkers[number], self.talkers[number].touched)

    def replace(self, number: int, other: int, layout: int) -> None:
        """Replace an attached device by another, or by itself."""
        before = self.there.pop(number, None)
        if before is None:
            return
        if other in self.there or not self._take(other, layout):
            self.there[number] = before
            return
        talker = self.talkers[other]
        self.bus.replace(self.talkers[number], talker, talker.touched)

    def _take(self, number: int, layout: int) -> bool:
        layouts = self.case.devices[number]
        places = layouts[layout % len(layouts)]
        others = [place for taken in self.there.values() for place in taken]
        if any(place.overlaps(other) for place in places for other in others):
            return False
        self.there[number] = places
        self.talkers[number].regions = tuple(place.region(self.pool) for place in places)
        return True

    # Accesses

    def access(
        self, cpu: int | None, space: Space, address: int, size: int, value: int | None
    ) -> int | None:
        """An access by a vCPU or the host; the host's raises a model's error."""
        raise NotImplementedError

    def _host_access(self, space: Space, address: int, size: int, value: int | None) -> int | None:
        if value is None:
            return int(self.bus.read(space, address, size))
        self.bus.write(space, address, value, size)
        return None

    def answer(
        self,
        cpu: int | None,
        space: Space,
        address: int,
        size: int,
        value: int | None,
        busy: int | None,
    ) -> str:
        """The access's value and error, while the lock of state number `busy` is held."""
        if busy is not None:
            self.contender.hold(self.pool[busy].header)
        text = ""
        try:
            answer = self.access(cpu, space, address, size, value)
            text = "written" if value is not None else f"{answer:#x}"
            self.bus.raise_failure()
        except LightexitError as error:
            text += f" {type(error).__name__}: {error}"
        finally:
            self.contender.let_go()
        return text

    def set_budget(self, cpu: int, budget: int) -> None:
        """Set the accesses that a vCPU may still make."""
        raise NotImplementedError

    def seen(self) -> tuple[Any, ...]:
        """Everything observable after a step; clears the events."""
        journal, self.journal[:] = tuple(self.journal), ()
        states = [bytes(memory.state).hex() for memory in self.pool]
        locks = [memory.header.version % 2 for memory in self.pool]
        return journal, self.bell.wait(0), states, locks, self.clock.now_ns()

    def counts(self) -> dict[tuple[Any, ...], tuple[int, int]]:
        """Accesses by register and direction: those handled, those passed."""
        return {
            (each.device, each.register, each.space, each.address, each.is_write): (
                each.handled,
                each.passed,
            )
            for each in self.bus.counts()
        }

    def unclaimed(self) -> Counter[tuple[Space, int | None, bool]]:
        """Accesses that no device answered; by address, if it was recorded."""
        return Counter(
            {
                (each.space, each.address, each.is_write): each.accesses
                for each in self.bus.unclaimed()
            }
        )


class LocalApics:
    """Local APICs that note what they are sent."""

    requests = Request.APIC_MESSAGE | Request.EOI

    def __init__(self, side: Side) -> None:
        self._side = side

    def send(self, destination: int, vector: int, mode: int) -> None:
        self._side.note("apic", destination, vector, mode)

    def end_of_interrupt(self, vector: int) -> None:
        self._side.note("eoi", vector)


class NativeSide(Side):
    """On the bus that runs guests, filters as machine code."""

    bus: Bus

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.bus = Bus(self.clock, _engines()[0], vcpus=VCPUS)
        self.bus.timed = case.timed
        self.bus.apic = LocalApics(self)
        self.bus.relax = self.contender.let_go
        self._context = Record(IoContext)

    def access(
        self, cpu: int | None, space: Space, address: int, size: int, value: int | None
    ) -> int | None:
        if cpu is None:
            return self._host_access(space, address, size, value)
        context = self._context.fields
        context.space, context.offset, context.size = space, address, size
        context.is_write, context.data = value is not None, value or 0
        with self.bus.running():
            dispatch().access(self.bus.cpus[cpu].address, self._context.address)
        return context.data

    def set_budget(self, cpu: int, budget: int) -> None:
        self.bus.cpus[cpu].state.budget = budget
        self.bus.cpus[cpu].on_budget_spent(lambda: self.note("spent", cpu))

    def seen(self) -> tuple[Any, ...]:
        states = [cpu.state for cpu in self.bus.cpus]
        refused = [bool(each.refused) for each in states]
        return *super().seen(), refused, [each.budget for each in states]


class DefinitionSide(Side):
    """On the definition, filters as interpreted bytecode."""

    bus: DefinitionBus

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.bus = DefinitionBus(self.clock, lambda filter: filter.load(_engines()[1]), vcpus=VCPUS)
        self.bus.apic = LocalApics(self)
        self.bus.relax = self.contender.let_go

    def access(
        self, cpu: int | None, space: Space, address: int, size: int, value: int | None
    ) -> int | None:
        if cpu is not None:
            return self.bus.access(self.bus.cpus[cpu], space, address, size, value)
        return self._host_access(space, address, size, value)

    def set_budget(self, cpu: int, budget: int) -> None:
        self.bus.cpus[cpu].budget = budget
        self.bus.cpus[cpu].expired = lambda: self.note("spent", cpu)

    def seen(self) -> tuple[Any, ...]:
        refused = [cpu.refused for cpu in self.bus.cpus]
        return *super().seen(), refused, [cpu.budget & _WHOLE for cpu in self.bus.cpus]
