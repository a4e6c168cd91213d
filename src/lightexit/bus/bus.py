# SPDX-License-Identifier: Apache-2.0
"""`Bus`: devices on their addresses; every access goes through the native dispatch routine."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lightexit.abi import IoContext, Space, StateMemory
from lightexit.bus.apic import Apic, offered
from lightexit.bus.checks import (
    check_access,
    check_actions,
    check_model,
    check_region,
    check_states,
)
from lightexit.bus.clock import BusClock
from lightexit.bus.counters import (
    Key,
    RegionCounters,
    RegisterCount,
    UnclaimedCount,
    counters_of,
)
from lightexit.bus.failures import Failures
from lightexit.bus.lock import StateLock, give_way
from lightexit.bus.memory import Record
from lightexit.bus.model import Model, RegionPort, Touched
from lightexit.bus.native import dispatch
from lightexit.bus.offload import Offload, OffloadCount, Offloaded, offload_count
from lightexit.bus.placing import Place, placements
from lightexit.bus.region import PlacedRegion, Region
from lightexit.bus.routes import Routes
from lightexit.bus.watching import Watching
from lightexit.engine.api import Engine
from lightexit.errors import AuthorError
from lightexit.filter import Filter, LoadedFilter
from lightexit.runtime.layout import Aperture, Tables, Vcpu

_VOID = ctypes.CFUNCTYPE(None)
#: A budget that no guest ever uses up.
UNLIMITED = (1 << 64) - 1


class BusCpu:
    """A source of accesses: a vCPU, or the host. `record` is what native callers pass."""

    def __init__(self, bus: Bus, lane: int) -> None:
        self.bus = bus
        self._record = Record(Vcpu)
        self._callback = _VOID(lambda: None)
        self.address = self._record.address
        self.state = self._record.fields
        self.state.bus, self.state.lane, self.state.index = bus.address, lane, lane
        self.state.ports, self.state.clock = bus.ports_address, bus.clock.memory.address
        self.state.budget = UNLIMITED
        self.on_budget_spent(lambda: None)

    def on_budget_spent(self, function: Callable[[], None]) -> None:
        """Have `function` called by the access with which `state.budget` becomes 0."""
        self._callback = _VOID(function)
        self.state.expired = ctypes.cast(self._callback, ctypes.c_void_p).value or 0

    def aperture(self, base: int) -> Record[Aperture]:
        """Memory addresses from `base` on as this vCPU sees them; the caller keeps it alive."""
        record = Record(Aperture)
        record.fields.vcpu, record.fields.base = self.address, base
        return record


class _Terms(NamedTuple):
    """On what terms a device is there: who is told of it, where it is to be, what was counted."""

    touched: Touched | None
    at: Place | None
    counters: dict[Key, RegionCounters]


class Bus:
    """Devices on the addresses of their regions. Without an engine, models answer everything.

    What a model raises in a guest's access goes to `failures`, and `raise_failure` raises it. In
    the host's, `read` or `write` does.

    `apic` carries out what filters ask of local APICs. `offload` is asked about every region that
    comes onto the bus with a filter.
    """

    def __init__(
        self,
        clock: BusClock,
        engine: Engine | None = None,
        *,
        vcpus: int = 1,
        apic: Apic | None = None,
        offload: Offload | None = None,
    ) -> None:
        #: The VM time that filters are given.
        self.clock = clock
        #: What runs the filters, if anything does.
        self.engine = engine
        #: Errors of models in guests' accesses.
        self.failures = Failures()
        self.apic = apic
        self.offload = offload
        self._offloaded: dict[RegionPort, Offloaded] = {}
        self._native = dispatch()
        self._tables = Record(Tables)
        #: Of the tables that native code works on, as `ports_address` is of the ports'.
        self.address = self._tables.address
        #: Called now and then while the lock of a state is waited for.
        self.relax: Callable[[], None] = give_way
        self._relax = _VOID(lambda: self.relax())
        self._ports: dict[Model, list[RegionPort]] = {}
        self._terms: dict[Model, _Terms] = {}
        self._loaded: dict[Filter[Any], LoadedFilter] = {}
        self._retired: list[object] = []
        self._running = 0
        # Two locks: a model may attach and detach while another thread waits for that model.
        self._lock = threading.RLock()
        self._host_lock = threading.RLock()
        tables = self._tables.fields
        tables.relax = ctypes.cast(self._relax, ctypes.c_void_p).value or 0
        self._watching = Watching(tables, clock, self.failures)
        #: `trace(listener)` reports every access, `trace(None)` none; off, it costs nothing.
        self.trace = self._watching.trace
        self._routes = Routes(tables, self._retired)
        #: The MSRs that devices have; another object after every change, for back ends to see.
        self.msr_ranges: tuple[range, ...] = ()
        self.ports_address = tables.ports
        #: One for each vCPU: what its back end accesses devices by.
        self.cpus = tuple(BusCpu(self, lane) for lane in range(vcpus))
        self._host = BusCpu(self, vcpus)
        self._context = Record(IoContext)
        self._since = self._moment()

    # Devices

    def attach(
        self,
        model: Model,
        touched: Callable[[Sequence[StateMemory[Any]]], None] | None = None,
        *,
        at: Place | None = None,
    ) -> None:
        """Put a device on the bus, its regions where `at` says: an address, or one for each of
        its windows by name. `touched` is called after all that its model answers, with the states
        whose locks are held.

        Raises AuthorError for a device that is there already, or has no name or regions; for a
        window without an address; for regions that overlap another's or the guest's memory, or
        that no bus can have; and for filters that do not compile, are refused, do not fit their
        region, work on states of another layout, or may ask for actions that the device and this
        bus do not offer.
        """
        with self._lock:
            self._check_absent(model)
            terms = self._terms_of(model, touched, at, {})
            ports = self._prepare(model, terms)
            self._exchange([], ports)
            self._ports[model], self._terms[model] = ports, terms

    def detach(self, model: Model) -> None:
        """Take a device off the bus; a vCPU may still finish an access that it has begun."""
        with self._lock:
            self._exchange(self._ports_of(model), [])
            del self._ports[model], self._terms[model]

    def replace(
        self,
        model: Model,
        other: Model,
        touched: Callable[[Sequence[StateMemory[Any]]], None] | None = None,
        *,
        at: Place | None = None,
    ) -> None:
        """Put `other` in the place of `model`, or where `at` says: what both claim always has one
        of them to answer.

        Raises as `attach` does, and then the old one answers as before, by the bus.
        """
        with self._lock:
            leaving = self._ports_of(model)
            if other is not model:
                self._check_absent(other)
            old = self._terms[model]
            counters = old.counters if other is model else {}
            terms = self._terms_of(other, touched, old.at if at is None else at, counters)
            coming = self._prepare(other, terms)
            self._exchange(leaving, coming)
            del self._ports[model], self._terms[model]
            self._ports[other], self._terms[other] = coming, terms

    def update(self, model: Model, *, at: Place | None = None) -> None:
        """Take a device's `regions` as they are now, or move them to where `at` says.

        As `replace`; regions that show the same registers go on counting, wherever they are.
        """
        with self._lock:
            self._ports_of(model)
            self.replace(model, model, self._terms[model].touched, at=at)

    @property
    def retired(self) -> int:
        """How many replaced tables and regions are not yet freed: a vCPU may still use them."""
        return len(self._retired)

    def keep_clear(self, memory: Iterable[range]) -> None:
        """Have no region where the guest has memory: its accesses would not be seen there.

        Raises AuthorError where there is one.
        """
        with self._lock:
            self._routes.keep_clear(memory)

    def close(self) -> None:
        """Take every device off, for good: what answers below the bus is let go."""
        with self._lock:
            for model in list(self._ports):
                self.detach(model)
            self.offload = None

    def _ports_of(self, model: Model) -> list[RegionPort]:
        if model not in self._ports:
            raise AuthorError(f"{model.name} is not on this bus")
        return self._ports[model]

    def _check_absent(self, model: Model) -> None:
        if model in self._ports:
            raise AuthorError(
                f"{model.name} is on this bus already",
                expected="a device that is not attached yet",
                hint="Bus.update(DEVICE), if its regions have changed",
            )

    def _terms_of(
        self,
        model: Model,
        touched: Touched | None,
        at: Place | None,
        before: Mapping[Key, RegionCounters],
    ) -> _Terms:
        check_model(model)
        for region in model.regions:
            check_region(model, region)
        return _Terms(touched, at, dict(before))

    def _prepare(self, model: Model, terms: _Terms) -> list[RegionPort]:
        ports = []
        regions = placements(model.name, model.regions, terms.at)
        for placed in filter(None, regions):
            self._routes.check_place(model.name, placed)
        declared: dict[Key, RegionCounters] = {}
        counted = counters_of(model.regions, terms.counters, len(self.cpus) + 1)
        for region, (key, counters) in zip(regions, counted, strict=True):
            declared[key] = counters
            if region is not None:
                loaded = self._load(model, region)
                ports.append(RegionPort(self, model, region, loaded, counters, terms.touched))
        terms.counters.clear()
        terms.counters.update(declared)
        if self.offload is not None:
            for port in _filtered(ports):
                self.offload.prepare(port, self.uses)
        return ports

    def _load(self, model: Model, region: Region) -> LoadedFilter | None:
        if self.engine is None or region.filter is None:
            return None
        check_states(model, region)
        if region.filter not in self._loaded:
            self._loaded[region.filter] = region.filter.load(self.engine)
        loaded = self._loaded[region.filter]
        check_actions(model, loaded, offered(self.apic))
        return loaded

    def _offload(self, ports: list[RegionPort]) -> None:
        if self.offload is None:
            return
        for port in _filtered(ports):
            offloaded = self.offload(port)
            if offloaded is not None:
                self._offloaded[port] = offloaded

    def _exchange(self, leaving: list[RegionPort], coming: list[RegionPort]) -> None:
        self._routes.check(leaving, coming)
        self._route(leaving, coming)
        try:
            self._offload(coming)
        except BaseException:
            self._route(coming, leaving)
            raise

    def _route(self, leaving: list[RegionPort], coming: list[RegionPort]) -> None:
        # The offload first: it sees accesses before the bus, and must not outlive the device.
        for port in leaving:
            if port in self._offloaded:
                self._offloaded.pop(port).close()
        self._routes.exchange(leaving, coming)
        if any(port.region.space is Space.MSR for port in (*leaving, *coming)):
            self.msr_ranges = self._routes.msr_ranges()
        self._retired += leaving
        self._reclaim()

    # Accesses

    def read(self, space: Space, address: int, size: int, *, vcpu: int | None = None) -> int:
        """What a guest would read: `size` is 1 to 8 bytes. Filters take it for the vCPU of that
        number, if one is given, else for the host. Raises what a model raises.

        Not for models: they hold locks that another such access may be waiting for.
        """
        return self._access(space, address, size, None, vcpu)

    def write(
        self, space: Space, address: int, value: int, size: int, *, vcpu: int | None = None
    ) -> None:
        """Write as a guest would, or what filters take for a vCPU. Raises what a model raises."""
        self._access(space, address, size, value, vcpu)

    def _access(
        self, space: Space, address: int, size: int, value: int | None, vcpu: int | None
    ) -> int:
        check_access(space, address, size)
        with self._host_lock, self.running(), self.failures.raised_here():
            self._host.state.index = len(self.cpus) if vcpu is None else vcpu
            context = self._context.fields
            context.space, context.offset, context.size = space, address, size
            context.is_write, context.data = value is not None, value or 0
            self._native.access(self._host.address, self._context.address)
            return context.data

    def locked(self, *states: StateMemory[Any]) -> StateLock:
        """The locks of these states, to be held while a model is called without an access."""
        return StateLock(states, self._relax)

    def raise_failure(self) -> None:
        """Raise what a model raised in a guest's access since the last call, if one did."""
        self.failures.raise_pending()

    # vCPUs

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While active, a vCPU may read the tables: no replaced table is freed."""
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1
                self._reclaim()

    @property
    def is_running(self) -> bool:
        """Whether a vCPU may be reading the tables."""
        return self._running > 0

    def reclaim(self) -> None:
        """Free replaced tables if no vCPU but the caller's may use them. The caller is within
        `running`, but not in an access."""
        if self._retired:
            with self._lock:
                self._reclaim(watchers=1)

    def uses(self, state: StateMemory[Any]) -> bool:
        """Whether a vCPU may be reading or writing a state at the moment."""
        return self._running > 0 and any(state in port.states for port in self._all_ports())

    def regions(self, model: Model) -> tuple[PlacedRegion, ...]:
        """Those of a device on this bus, where they are now. Raises AuthorError for another."""
        return tuple(port.region for port in self._ports_of(model))

    def place(self, model: Model) -> Place | None:
        """What `at` said when the device came, or was moved. Raises AuthorError as `regions`."""
        self._ports_of(model)
        return self._terms[model].at

    def places(self) -> list[tuple[str, PlacedRegion]]:
        """All regions at the moment, each with the name of its device."""
        return [(port.model.name, port.region) for port in self._all_ports()]

    def _all_ports(self) -> list[RegionPort]:
        with self._lock:
            return [port for ports in self._ports.values() for port in ports]

    def _reclaim(self, watchers: int = 0) -> None:
        if self._running <= watchers:
            self._retired.clear()

    # Counters

    @property
    def timed(self) -> bool:
        """Whether accesses are timed: that costs some 20 ns each."""
        return self._watching.timed

    @timed.setter
    def timed(self, value: bool) -> None:
        self._watching.timed = value

    def counts(self) -> list[RegisterCount]:
        """Accesses so far, for every register that has seen one."""
        ns_per_tick = self.ns_per_tick()
        return [each for port in self._all_ports() for each in port.counts(ns_per_tick)]

    def offloaded(self) -> list[OffloadCount]:
        """Accesses so far of every region that is answered below the bus; `counts` has only
        those that were passed."""
        with self._lock:
            return [offload_count(*pair) for pair in self._offloaded.items()]

    def unclaimed(self) -> list[UnclaimedCount]:
        """Accesses so far to addresses without a device."""
        routes = self._routes
        return [
            *(UnclaimedCount(Space.PIO, *entry) for entry in routes.ports.unclaimed()),
            *(UnclaimedCount(Space.MMIO, *entry) for entry in routes.memory.unclaimed()),
            *(UnclaimedCount(Space.MSR, *entry) for entry in routes.msrs.unclaimed()),
        ]

    def _moment(self) -> tuple[int, int]:
        return time.monotonic_ns(), self._native.ticks(self.clock.memory.address)

    def ns_per_tick(self) -> float:
        """How long a tick of the counter takes by which accesses are timed, measured until now."""
        (ns, ticks), (since_ns, since_ticks) = self._moment(), self._since
        return (ns - since_ns) / max(ticks - since_ticks, 1)


def _filtered(ports: Iterable[RegionPort]) -> list[RegionPort]:
    return [port for port in ports if port.region.filter is not None]
