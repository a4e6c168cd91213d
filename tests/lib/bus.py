# SPDX-License-Identifier: Apache-2.0
"""liblightexit's bus with the face that `Bus` has, for devices and laws written in Python."""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

from lib import native
from lightexit.abi import ABI_VERSION, AttachFlag, IoContext, Space, StateMemory, Struct
from lightexit.abi.memory import STATE_OFFSET, StateHeader, value_size
from lightexit.bus.apic import Apic, carry_out_requests
from lightexit.bus.blame import described, wrong_answer
from lightexit.bus.counters import MOST_COUNTERS, RegisterCount
from lightexit.bus.doorbell import eventfds
from lightexit.bus.model import Model, Touched
from lightexit.bus.region import PlacedRegion
from lightexit.engine.api import Engine
from lightexit.filter import LoadedFilter


class LibraryMemory(StateMemory[Any]):
    """A state of a bus, as Python sees states."""

    def __init__(self, bus: LibraryBus, kind: type[Struct]) -> None:
        self.kind, self.size = kind, value_size(kind)
        self.handle = ctypes.c_void_p()
        options = native.StateOptions(name=kind.__name__.encode(), size=self.size - STATE_OFFSET)
        create = native.loaded().lightexit_state_create
        native.check(create(bus.handle, ctypes.byref(options), ctypes.byref(self.handle)))
        data = native.loaded().lightexit_state_data(self.handle)
        self.address = data - STATE_OFFSET
        view = memoryview((ctypes.c_char * self.size).from_address(self.address)).cast("B")
        self.header = StateHeader.view(view)
        self.state = kind.view(view[STATE_OFFSET:])
        self.state.reset()


class LibraryClock:
    """VM time of a bus: it stands still, but for `advance`."""

    def __init__(self, bus: LibraryBus, start_ns: int) -> None:
        self._bus = bus
        native.check(native.loaded().lightexit_clock_set(bus.handle, ctypes.c_uint64(start_ns)))

    def now_ns(self) -> int:
        """VM time in ns."""
        return int(native.loaded().lightexit_clock_now(self._bus.handle))

    def advance(self, ns: int) -> None:
        """Let that much of it pass."""
        native.loaded().lightexit_clock_skip(self._bus.handle, ctypes.c_uint64(ns))


class LibraryBus:
    """Devices, whose states are `LibraryMemory` of this bus, on liblightexit's."""

    def __init__(self, engine: Engine, *, vcpus: int, start_ns: int = 0) -> None:
        self.handle = ctypes.c_void_p()
        options = native.BusOptions(vcpus=vcpus + 1)
        create = native.loaded().lightexit_bus_create
        native.check(create(ctypes.byref(options), ctypes.byref(self.handle)))
        self.clock = LibraryClock(self, start_ns)
        self.apic: Apic | None = None
        self._engine = engine
        self._vcpus = [self._vcpu(index) for index in range(vcpus + 1)]
        self._regions: dict[Model, list[LibraryRegion]] = {}
        self.raised: list[BaseException] = []

    def _vcpu(self, index: int) -> ctypes.c_void_p:
        made = ctypes.c_void_p()
        create = native.loaded().lightexit_vcpu_create
        native.check(create(self.handle, index, ctypes.byref(made)))
        return made

    def attach(self, model: Model, touched: Touched | None = None) -> None:
        """Put a device on the bus."""
        self._regions[model] = [
            LibraryRegion(self, model, each, touched)
            for each in model.regions
            if isinstance(each, PlacedRegion)
        ]

    def detach(self, model: Model) -> None:
        """Take it off."""
        for each in self._regions.pop(model):
            each.remove()

    def replace(self, model: Model, other: Model, touched: Touched | None = None) -> None:
        """Put another in its place."""
        self.detach(model)
        self.attach(other, touched)

    def load(self, region: PlacedRegion) -> LoadedFilter | None:
        """A region's filter as machine code."""
        return region.filter.load(self._engine) if region.filter else None

    def access(
        self, cpu: int | None, space: Space, address: int, size: int, value: int | None
    ) -> int:
        """By a vCPU, or the host, which is one more of them."""
        buffer = ctypes.c_uint64(value or 0)
        access = native.Access(
            address=address,
            data=ctypes.addressof(buffer),
            count=1,
            size=size,
            space=space,
            is_write=value is not None,
        )
        vcpu = self._vcpus[-1 if cpu is None else cpu]
        native.loaded().lightexit_access(vcpu, ctypes.byref(access))
        return buffer.value

    def read(self, space: Space, address: int, size: int) -> int:
        """What the host reads."""
        value = self.access(None, space, address, size, None)
        self.raise_failure()
        return value

    def write(self, space: Space, address: int, value: int, size: int) -> None:
        """Write as the host."""
        self.access(None, space, address, size, value)
        self.raise_failure()

    def raise_failure(self) -> None:
        """Raise the first of what models have raised since the last call."""
        raised, self.raised = self.raised, []
        if raised:
            raise raised[0]

    def counts(self) -> list[RegisterCount]:
        """Accesses so far, for every register that has seen one."""
        every = (region for regions in self._regions.values() for region in regions)
        return [count for region in every for count in region.counts()]

    def close(self) -> None:
        """Give it up."""
        native.loaded().lightexit_bus_destroy(self.handle)


class LibraryRegion:
    """One region, and the way to its model in Python."""

    def __init__(
        self, bus: LibraryBus, model: Model, region: PlacedRegion, touched: Touched | None
    ) -> None:
        self._bus, self._model, self._region, self._touched = bus, model, region, touched
        self._loaded = bus.load(region)
        self._handle = ctypes.c_void_p()
        add = native.loaded().lightexit_region_add
        native.check(add(bus.handle, ctypes.byref(self._described()), ctypes.byref(self._handle)))

    def remove(self) -> None:
        """Off the bus."""
        native.check(native.loaded().lightexit_region_remove(self._handle))

    def _described(self) -> native.RegionOptions:
        region, states = self._region, self._states()
        handles = [each.handle for each in states]
        bells = eventfds(self._model.doorbells)
        fds = [bells[n].fd if n in bells else -1 for n in range(len(self._model.doorbells))]
        self._kept = (
            native.READ(self._read),
            native.WRITE(self._write),
            native.LINE(self._line),
            native.DOORBELL(self._doorbell),
            native.REQUEST(self._request),
            (ctypes.c_void_p * len(handles))(*handles),
            (ctypes.c_int * len(fds))(*fds),
        )
        read, write, line, doorbell, request, states_given, fds_given = self._kept
        options = native.RegionOptions(
            space=region.space,
            base=region.base,
            size=region.size,
            offset=region.offset,
            register_width=region.register_width,
            state_count=len(handles),
            states=states_given,
            eventfds=fds_given,
            eventfd_count=len(fds),
            read=read,
            write=write,
            line=line,
            doorbell=doorbell,
            request=request,
        )
        if self._loaded is not None:
            options.filter = ctypes.pointer(_filter(self._loaded))
        return options

    def _states(self) -> list[LibraryMemory]:
        """The filter's, then the model's own, which its lock is part of."""
        given = self._region.states or (self._model.memory,)
        every = [*given, *[self._model.memory] * (self._model.memory not in given)]
        return [each for each in every if isinstance(each, LibraryMemory)]

    def counts(self) -> Iterator[RegisterCount]:
        """Of every register that has seen an access."""
        region, step = self._region, self._region.register_width or 1
        while region.size // step > MOST_COUNTERS:
            step *= 2
        for distance in range(0, region.size, step):
            for is_write in (False, True):
                offset = ctypes.c_uint64(region.offset + distance)
                found = native.loaded().lightexit_region_count(self._handle, offset, is_write)
                if found.handled or found.passed:
                    yield RegisterCount(
                        self._model.name,
                        self._model.register_name(offset.value),
                        region.space,
                        region.base + distance,
                        is_write,
                        found.handled,
                        found.passed,
                        0,
                        0,
                    )

    @contextlib.contextmanager
    def _kept_raised(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:  # nothing may unwind through native code
            self._bus.raised.append(described(self._model, error))

    def _read(self, _opaque: None, offset: int, size: int) -> int:
        ones = (1 << 8 * size) - 1
        with self._kept_raised():
            value = self._model.read(offset, size)
            if not isinstance(value, int) or not 0 <= value <= ones:
                raise wrong_answer(self._model, offset, size, value)
            if self._touched is not None:
                self._touched(self._states())
            return value
        return ones

    def _write(self, _opaque: None, offset: int, value: int, size: int) -> None:
        with self._kept_raised():
            self._model.write(offset, value, size)
            if self._touched is not None:
                self._touched(self._states())

    def _line(self, _opaque: None, number: int, change: int) -> None:
        with self._kept_raised():
            line = self._model.lines[number]
            if change == 2:
                line.pulse()
            else:
                line.set(bool(change))

    def _doorbell(self, _opaque: None, number: int) -> None:
        with self._kept_raised():
            self._model.doorbells[number]()

    def _request(self, _opaque: None, address: int) -> None:
        size = IoContext.layout.size
        view = memoryview((ctypes.c_char * size).from_address(address)).cast("B")
        with self._kept_raised():
            carry_out_requests(self._model.name, IoContext.view(view), self._bus.apic)


def _filter(loaded: LoadedFilter) -> native.Filter:
    flags = AttachFlag(0)
    if loaded.report.writes_state:
        flags |= AttachFlag.WRITES_STATE
    if loaded.report.reads_clock:
        flags |= AttachFlag.READS_CLOCK
    made = native.Filter(
        abi_version=ABI_VERSION, flags=flags, name=b"filter", run=loaded.code.address
    )
    made.state_count = len(loaded.report.program.maps)
    for number, each in enumerate(loaded.report.program.maps):
        made.states[number].name = each.name.encode()
        made.states[number].size = each.size - STATE_OFFSET
    return made
