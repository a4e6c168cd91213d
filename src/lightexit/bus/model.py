# SPDX-License-Identifier: Apache-2.0
"""What the bus needs to know of a device, and the native face of one of its regions."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from lightexit.abi import IoContext, Space, StateMemory
from lightexit.bus.apic import Apic, carry_out_requests
from lightexit.bus.blame import wrong_answer
from lightexit.bus.counters import RegionCounters, RegisterCount
from lightexit.bus.doorbell import eventfds, write_address
from lightexit.bus.failures import Failures
from lightexit.bus.line import Line
from lightexit.bus.memory import Record
from lightexit.bus.region import GeneralProtectionError, PlacedRegion, Region
from lightexit.bus.variables import held_for, states_of
from lightexit.errors import AuthorError
from lightexit.filter import LoadedFilter
from lightexit.runtime.layout import Window

# Each gets `Window.opaque` or `Window.host` first, which methods have no need of.
_READ = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64)
_WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, *[ctypes.c_uint64] * 3)
_ACT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
_MASKS = [(1 << 8 * size) - 1 for size in range(9)]
_CONTEXT = ctypes.c_char * IoContext.layout.size

#: Called after all that a model answers, with the states that are locked meanwhile.
Touched = Callable[[Sequence[StateMemory[Any]]], None]


class Model(Protocol):
    """A device as the bus sees it; `devices.device.Device` is one."""

    @property
    def name(self) -> str:
        """What messages and counters call it."""
        ...

    @property
    def regions(self) -> tuple[Region, ...]:
        """Its windows, as it declares them; where they are is for the machine to say."""
        ...

    @property
    def memory(self) -> StateMemory[Any]:
        """Its state, whose lock is held around its methods."""
        ...

    @property
    def lines(self) -> tuple[Line, ...]:
        """What line actions name, by number."""
        ...

    @property
    def doorbells(self) -> tuple[Callable[[], object], ...]:
        """What doorbell actions name, by number; eventfds as they are when it is attached."""
        ...

    def read(self, offset: int, size: int) -> int:
        """The value read at `offset`. Of an MSR, raises GeneralProtectionError for a #GP."""
        ...

    def write(self, offset: int, value: int, size: int) -> None:
        """A write of `value` at `offset`. To an MSR, raises GeneralProtectionError for a #GP."""
        ...

    def register_name(self, offset: int) -> str:
        """What the register at `offset` is called."""
        ...


class Host(Protocol):
    """What a region asks of its bus."""

    apic: Apic | None
    failures: Failures


class RegionPort:
    """One region of an attached device: its window, its counters, and the way to its model."""

    def __init__(
        self,
        host: Host,
        model: Model,
        region: PlacedRegion,
        loaded: LoadedFilter | None,
        counters: RegionCounters,
        touched: Touched | None,
    ) -> None:
        self.model = model
        self.region = region
        self._host = host
        self.touched = touched
        self.states: tuple[StateMemory[Any], ...] = states_of(model, region)
        self._held = held_for(model, region)
        self.counters = counters
        self._record = Record(Window)
        self.address = self._record.address
        self._window = self._record.fields
        self._fill(self._window)
        if loaded is not None:
            self._add_filter(self._window, loaded)

    def _fill(self, window: Window) -> None:
        region = self.region
        window.base, window.size, window.offset = region.base, region.size, region.offset
        window.space, window.register_width = region.space, region.register_width
        window.counters = self.counters.address
        window.lane_size = self.counters.lane_size
        window.counter_shift = self.counters.shift
        for index, state in enumerate(self.states):
            window.maps[index] = state.address
        headers = sorted({state.address for state in self._held})
        window.lock_count = len(headers)
        for index, header in enumerate(headers):
            window.locks[index] = header
        self._callbacks = (_READ(self._read), _WRITE(self._write), _ACT(self._act))
        window.read_model, window.write_model, window.act = map(_address, self._callbacks)

    def _add_filter(self, window: Window, loaded: LoadedFilter) -> None:
        self._loaded = loaded
        self._add_eventfds(window)
        window.writes_state = loaded.report.writes_state
        window.reads_clock = loaded.report.reads_clock
        window.filter = loaded.code.address

    def _add_eventfds(self, window: Window) -> None:
        # Kept open: a closed descriptor's number could be reused while filters still write to it.
        self._eventfds = eventfds(self.model.doorbells)
        if self._eventfds:
            window.write_file = write_address()
        for number, eventfd in self._eventfds.items():
            window.eventfds[number] = eventfd.fd
            window.native_doorbells = window.native_doorbells | 1 << number

    def counts(self, ns_per_tick: float) -> Iterator[RegisterCount]:
        """Accesses so far, for every register of the region that has seen one."""
        for raw in self.counters.counts():
            handled, passed, handled_ticks, passed_ticks = raw.values
            yield RegisterCount(
                device=self.model.name,
                register=self.model.register_name(raw.offset),
                space=self.region.space,
                address=self.region.base + raw.offset - self.region.offset,
                is_write=raw.is_write,
                handled=handled,
                passed=passed,
                handled_ns=handled_ticks * ns_per_tick,
                passed_ns=passed_ticks * ns_per_tick,
            )

    def _read(self, _opaque: None, offset: int, size: int) -> int:
        try:
            value = self._asked(self.model.read, offset, size)
            if not isinstance(value, int) or not 0 <= value <= _MASKS[size]:
                raise wrong_answer(self.model, offset, size, value)
            if self.touched is not None:
                self.touched(self._held)
            return value
        except BaseException as error:  # nothing may unwind through native code
            self._host.failures.add(self.model, error)
            return _MASKS[size]

    def _write(self, _opaque: None, offset: int, value: int, size: int) -> None:
        try:
            self._asked(self.model.write, offset, value, size)
            if self.touched is not None:
                self.touched(self._held)
        except BaseException as error:  # nothing may unwind through native code
            self._host.failures.add(self.model, error)

    def _asked(self, method: Callable[..., Any], *given: int) -> Any:
        try:
            return method(*given)
        except GeneralProtectionError:
            if self.region.space is not Space.MSR:
                raise
            self._window.refused = True
            return 0

    def _act(self, _host: None, address: int) -> None:
        context = IoContext.view(memoryview(_CONTEXT.from_address(address)).cast("B"))
        try:
            carry_out(self.model, context, self._host.apic)
        except BaseException as error:  # nothing may unwind through native code
            self._host.failures.add(self.model, error)


def _address(function: Any) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0


def carry_out(model: Model, context: IoContext, apic: Apic | None) -> None:
    """Do what a filter asked for. Raises AuthorError where the device has no such line."""
    for line in _numbered(context.raised_lines, model, "lines"):
        line.set(True)
    for line in _numbered(context.lowered_lines, model, "lines"):
        line.set(False)
    for line in _numbered(context.pulsed_lines, model, "lines"):
        line.pulse()
    for signal in _numbered(context.doorbells, model, "doorbells"):
        signal()
    if context.requests:
        carry_out_requests(model.name, context, apic)


def _numbered(bits: int, model: Model, kind: str) -> list[Any]:
    if not bits:
        return []
    present: Sequence[Any] = getattr(model, kind)
    if bits >> len(present):
        raise AuthorError(
            f"a filter of {model.name} uses number {bits.bit_length() - 1} of its {kind}",
            expected=f"one of the device's {len(present)} {kind}, counted from 0",
        )
    return [entry for number, entry in enumerate(present) if bits >> number & 1]
