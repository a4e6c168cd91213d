# SPDX-License-Identifier: Apache-2.0
"""What is watched of accesses, where it is asked for: how long each takes, and trace points."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

from lightexit.abi import Space
from lightexit.bus.clock import BusClock
from lightexit.bus.failures import Failures
from lightexit.runtime.layout import Event, Tables, TracePoint

_TRACE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_EVENT = ctypes.c_char * Event.layout.size


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """One trace point that an access has come by, at VM time `now_ns`.

    Between ACCESS_IN and ACCESS_OUT stand the pieces of an access: HANDLED by a filter, PASSED to
    the model, or UNCLAIMED. `data` is what is written, or has been read by then; 0 at ACCESS_IN of
    a read. `ticks` is how long filter or model took, at HANDLED and PASSED: `Bus.ns_per_tick`.
    """

    point: TracePoint
    now_ns: int
    vcpu: int
    space: Space
    address: int
    size: int
    is_write: bool
    data: int
    ticks: int = 0

    def __str__(self) -> str:
        is_known = self.is_write or self.point is not TracePoint.ACCESS_IN
        parts = (
            f"{self.now_ns / 1e9:.9f}",
            f"vcpu{self.vcpu}",
            f"{self.point.name.lower()}:",
            self.space.name,
            "write" if self.is_write else "read",
            f"{self.address:#x}",
            f"size {self.size}",
            *([f"data {self.data:#x}"] if is_known else []),
        )
        return " ".join(parts)


Listener = Callable[[TraceEvent], None]


class Watching:
    """Accesses are watched if they are timed or traced, or if the clock steps with each."""

    #: The name of the listener in error messages.
    name = "the bus's trace"

    def __init__(self, tables: Tables, clock: BusClock, failures: Failures) -> None:
        self._tables, self._clock, self._failures = tables, clock, failures
        self._steps = clock.step_ns != 0
        self._listener: Listener | None = None
        self._callback = _TRACE(self._hear)
        self._update()

    @property
    def timed(self) -> bool:
        """Whether accesses are timed."""
        return self._tables.timed

    @timed.setter
    def timed(self, value: bool) -> None:
        self._tables.timed = value
        self._update()

    def trace(self, listener: Listener | None) -> None:
        """Have `listener` called at every trace point, on the thread that accesses; None: nobody.
        What it raises stops the machine, as what a model raises does, and ends the trace."""
        self._listener = listener
        address = ctypes.cast(self._callback, ctypes.c_void_p).value or 0
        self._tables.trace = 0 if listener is None else address
        self._update()

    def _update(self) -> None:
        tables = self._tables
        tables.watched = self._steps or tables.timed or tables.trace != 0

    def _hear(self, address: int) -> None:
        listener = self._listener
        if listener is None:
            return
        event = Event.view(memoryview(_EVENT.from_address(address)).cast("B"))
        point, space = TracePoint(event.point), Space(event.space)
        what = space, event.address, event.size, event.is_write, event.data, event.ticks
        try:
            listener(TraceEvent(point, self._clock.now_ns(), event.vcpu, *what))
        except BaseException as error:  # nothing may unwind through native code
            self.trace(None)
            self._failures.add(self, error)
