# SPDX-License-Identifier: Apache-2.0
"""What an access does: the definition that the native bus is held against, plain and slow.

Accesses are carried out one after the other, each of them piece by piece. A *piece* is what a
filter or a model answers at once: a whole register, an access that has a part of one, or one byte
where the access reaches beyond a region. Devices are taken as they are: the bus checks them.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lightexit.abi import IoContext, Space, StateHeader, Verdict
from lightexit.bus.apic import Apic
from lightexit.bus.blame import described, wrong_answer
from lightexit.bus.checks import ADDRESSES
from lightexit.bus.clock import BusClock
from lightexit.bus.counters import MOST_COUNTERS, Key, RegisterCount, UnclaimedCount, shapes_of
from lightexit.bus.lock import give_way
from lightexit.bus.model import Model, Touched, carry_out
from lightexit.bus.placing import Place, placements
from lightexit.bus.region import GeneralProtectionError, PlacedRegion
from lightexit.bus.variables import held_for, states_of
from lightexit.filter import Filter, LoadedFilter

Load = Callable[[Filter[Any]], LoadedFilter]
Counts = Counter[tuple[int, bool, bool]]


@dataclass
class Accessor:
    """A source of accesses; `expired` is called by the access that takes `budget` to 0. `refused`
    says whether the latest one, to an MSR, raises #GP because its model refuses it."""

    index: int
    budget: int = (1 << 64) - 1
    expired: Callable[[], None] = lambda: None
    refused: bool = False


@dataclass(eq=False)
class DefinedRegion:
    """One region of a device on the bus, and its accesses so far: by offset, direction, and
    whether the filter handled them."""

    model: Model
    region: PlacedRegion
    loaded: LoadedFilter | None
    touched: Touched | None
    counts: Counts

    @property
    def headers(self) -> list[StateHeader]:
        """What filter and model lock: every state once, in an order that is the same for all."""
        states = {state.address: state for state in held_for(self.model, self.region)}
        return [states[address].header for address in sorted(states)]

    def run(self, loaded: LoadedFilter, context: IoContext) -> bool:
        """Run the filter; whether it handled the access."""
        states = states_of(self.model, self.region)
        wanted = len(loaded.report.program.maps)
        return loaded.code.run(context, states[:wanted]) == Verdict.HANDLED

    def counted_at(self, offset: int) -> int:
        """The offset of the counter: a register's, or in large regions that of several."""
        step = self.region.register_width or 1
        while self.region.size // step > MOST_COUNTERS:
            step *= 2
        return offset - (offset - self.region.offset) % step


@dataclass(frozen=True)
class Piece:
    """`size` bytes of an access, `shift` bits above its lowest, at a device's `offset`: at an
    address where there is no device. Filters see whole registers only."""

    space: Space
    window: DefinedRegion | None
    offset: int
    size: int
    shift: int = 0
    is_whole: bool = True

    @property
    def ones(self) -> int:
        """What a read gives where nothing drives the wires."""
        return (1 << 8 * self.size) - 1


class DefinitionBus:
    """Devices on the addresses of their regions. `load` makes filters ready to run; without it,
    models answer everything. `relax` is called while the lock of a state is waited for."""

    def __init__(self, clock: BusClock, load: Load | None = None, *, vcpus: int = 1) -> None:
        self.clock = clock
        self.apic: Apic | None = None
        self.relax: Callable[[], None] = give_way
        self.cpus = tuple(Accessor(index) for index in range(vcpus))
        self.host = Accessor(vcpus)
        self._load = load
        self._windows: list[DefinedRegion] = []
        self._places: dict[Model, Place | None] = {}
        self._counts: dict[Model, dict[Key, Counts]] = {}
        self._unclaimed: Counter[tuple[Space, int, bool]] = Counter()
        self._raised: list[BaseException] = []

    def attach(
        self, model: Model, touched: Touched | None = None, *, at: Place | None = None
    ) -> None:
        """Put a device on the bus, its regions where `at` says; `touched` is called after all that
        its model answers, with the states that are locked."""
        self._add(model, touched, at, {})

    def detach(self, model: Model) -> None:
        """Take a device off the bus."""
        self._windows = [window for window in self._windows if window.model is not model]
        del self._places[model], self._counts[model]

    def replace(
        self, model: Model, other: Model, touched: Touched | None = None, *, at: Place | None = None
    ) -> None:
        """Put `other` in the place of `model`, or where `at` says. Where they are the same, with
        other regions, those that show the same registers go on counting."""
        before = self._counts[model] if other is model else {}
        at = self._places[model] if at is None else at
        self.detach(model)
        self._add(other, touched, at, before)

    def _add(
        self, model: Model, touched: Touched | None, at: Place | None, before: dict[Key, Counts]
    ) -> None:
        counts = {key: before.get(key, Counter()) for key in shapes_of(model.regions)}
        self._places[model], self._counts[model] = at, counts
        regions = placements(model.name, model.regions, at)
        for region, counted in zip(regions, counts.values(), strict=True):
            if region is not None:
                loaded = self._load(region.filter) if self._load and region.filter else None
                self._windows.append(DefinedRegion(model, region, loaded, touched, counted))

    def read(self, space: Space, address: int, size: int, *, vcpu: int | None = None) -> int:
        """What the host reads: `size` is 1 to 8 bytes. Filters take it for the vCPU of that number,
        if one is given. Raises what a model raises."""
        value = self.access(self._host(vcpu), space, address, size)
        self.raise_failure()
        return value

    def write(
        self, space: Space, address: int, value: int, size: int, *, vcpu: int | None = None
    ) -> None:
        """Write as the host, or what filters take for a vCPU. Raises what a model raises."""
        self.access(self._host(vcpu), space, address, size, value)
        self.raise_failure()

    def _host(self, vcpu: int | None) -> Accessor:
        return self.host if vcpu is None else replace(self.host, index=vcpu)

    def raise_failure(self) -> None:
        """Raise what a model, or an action, has raised since the last call: the first of it."""
        raised, self._raised = self._raised, []
        if raised:
            raise raised[0]

    def access(
        self, cpu: Accessor, space: Space, address: int, size: int, value: int | None = None
    ) -> int:
        """A read, or a write of `value`, by `cpu`. It costs one of its budget, and a step of VM
        time."""
        vm_time = self.clock.memory.state
        vm_time.base_ns += vm_time.step_ns
        cpu.budget -= 1
        if cpu.budget == 0:
            cpu.expired()
        cpu.refused = False
        result = 0
        for piece in self.pieces(space, address, size):
            part = None if value is None else value >> piece.shift & piece.ones
            result |= self.answer(cpu, piece, part) << piece.shift
        return result

    def pieces(self, space: Space, address: int, size: int) -> Iterator[Piece]:
        """The pieces of an access, each found when it is its turn. An access beyond a region goes
        byte by byte; one that touches none stays whole."""
        # Addresses wrap around at the end of a space.
        length = 1 if space is Space.MSR else size  # 8 bytes under one number
        places = [(address + index) % ADDRESSES[space] for index in range(length)]
        owner = self._find(space, address)
        if owner and address + length <= owner.region.base + owner.region.size:
            yield from _registers(owner, owner.region.register(address), size)
        elif any(self._find(space, each) for each in places):
            for index, each in enumerate(places):
                for piece in self.pieces(space, each, 1):
                    yield replace(piece, shift=8 * index)
        else:
            yield Piece(space, None, address, size)

    def _find(self, space: Space, address: int) -> DefinedRegion | None:
        for window in self._windows:
            if window.region.space is space and address in window.region:
                return window
        return None

    def answer(self, cpu: Accessor, piece: Piece, value: int | None) -> int:
        """Read a piece, or have `value` written, and count it."""
        window, is_write = piece.window, value is not None
        if window is None:
            self._unclaimed[piece.space, piece.offset, is_write] += 1
            return piece.ones
        answer = self._filtered(cpu, window, piece, value) if piece.is_whole else None
        is_handled = answer is not None
        if answer is None:
            answer = self._modelled(cpu, window, piece, value)
        window.counts[window.counted_at(piece.offset), is_write, is_handled] += 1
        return answer & piece.ones

    def _filtered(
        self, cpu: Accessor, window: DefinedRegion, piece: Piece, value: int | None
    ) -> int | None:
        """The filter's answer; None where there is no filter, or it passes."""
        loaded = window.loaded
        if loaded is None:
            return None
        context = IoContext()
        context.offset, context.size, context.space = piece.offset, piece.size, piece.space
        context.is_write, context.data, context.vcpu = value is not None, value or 0, cpu.index
        context.now_ns = self.clock.now_ns() if loaded.report.reads_clock else 0
        guarded = self._changed if loaded.report.writes_state else self._looked
        return context.data if guarded(window, loaded, context) else None

    def _looked(self, window: DefinedRegion, loaded: LoadedFilter, context: IoContext) -> bool:
        """Run a filter that only reads states: valid if their versions did not change."""
        before = [header.version for header in window.headers]
        if any(version % 2 for version in before) or not window.run(loaded, context):
            return False
        if before != [header.version for header in window.headers]:
            return False
        self._act(window, context)
        return True

    def _changed(self, window: DefinedRegion, loaded: LoadedFilter, context: IoContext) -> bool:
        """Run a filter that writes states with all of them locked, or not at all. Its actions are
        carried out before others may change those states."""
        if any(header.version % 2 for header in window.headers):
            return False
        with self._locked(window):
            is_handled = window.run(loaded, context)
            if is_handled:
                self._act(window, context)
        return is_handled

    def _act(self, window: DefinedRegion, context: IoContext) -> None:
        with self._kept(window.model):
            carry_out(window.model, context, self.apic)

    def _modelled(
        self, cpu: Accessor, window: DefinedRegion, piece: Piece, value: int | None
    ) -> int:
        """The model's answer, with its lock held; all ones where it fails or refuses."""
        with self._locked(window), self._kept(window.model):
            try:
                answer = _asked(window.model, piece, value)
            except GeneralProtectionError:
                if piece.space is not Space.MSR:
                    raise
                answer, cpu.refused = piece.ones, True
            if window.touched is not None:
                window.touched(held_for(window.model, window.region))
            return answer
        return piece.ones

    @contextlib.contextmanager
    def _locked(self, window: DefinedRegion) -> Iterator[None]:
        for header in window.headers:
            while header.version % 2:
                self.relax()
            header.version += 1
        yield
        for header in window.headers:
            header.version += 1

    @contextlib.contextmanager
    def _kept(self, model: Model) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self._raised.append(described(model, error))

    def counts(self) -> list[RegisterCount]:
        """Accesses so far, for every register that has seen one."""
        return [count for window in self._windows for count in _register_counts(window)]

    def unclaimed(self) -> list[UnclaimedCount]:
        """Accesses so far without a device, each at its first address."""
        return [UnclaimedCount(*key, count) for key, count in sorted(self._unclaimed.items())]


def _registers(window: DefinedRegion, offset: int, size: int) -> Iterator[Piece]:
    """An access within a region: whole registers, or as it is where it has a part of one."""
    space, width = window.region.space, window.region.register_width or size
    if window.region.register_width and (offset % width or size % width):
        yield Piece(space, window, offset, size, is_whole=False)
        return
    for at in range(0, size, width):
        yield Piece(space, window, offset + at, width, shift=8 * at)


def _asked(model: Model, piece: Piece, value: int | None) -> int:
    if value is not None:
        model.write(piece.offset, value, piece.size)
        return 0
    answer = model.read(piece.offset, piece.size)
    if not isinstance(answer, int) or not 0 <= answer <= piece.ones:
        raise wrong_answer(model, piece.offset, piece.size, answer)
    return answer


def _register_counts(window: DefinedRegion) -> Iterator[RegisterCount]:
    model, region, counts = window.model, window.region, window.counts
    for offset, is_write in sorted({key[:2] for key in counts}):
        where = model.name, model.register_name(offset), region.space
        address = region.base + offset - region.offset
        handled, passed = (counts[offset, is_write, each] for each in (True, False))
        yield RegisterCount(*where, address, is_write, handled, passed, 0, 0)
