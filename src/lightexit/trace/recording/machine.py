# SPDX-License-Identifier: Apache-2.0
"""Records a machine of ours by its bus's trace points, register by register."""

from __future__ import annotations

import os
import platform
import threading
import time
from pathlib import Path
from typing import Self

from lightexit.bus.bus import Bus
from lightexit.bus.watching import TraceEvent
from lightexit.runtime.layout import TracePoint
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording.schema import About, MappedDevice
from lightexit.trace.recording.writer import RecordingWriter
from lightexit.trace.vms import Vm

_ANSWERS = {
    TracePoint.HANDLED: Answer.FILTER,
    TracePoint.PASSED: Answer.MODEL,
    TracePoint.UNCLAIMED: Answer.NOBODY,
}
#: The counter's rate is measured anew after so many accesses.
_RATE_EVERY = 1000


class MachineRecorder:
    """Writes each answer of a bus as an access; `time` is VM time behind the time at which VM time
    was 0. Raises as `RecordingWriter` does, but replaces a file that is there."""

    def __init__(self, path: Path, bus: Bus) -> None:
        self._bus, self._pid = bus, os.getpid()
        self._zero = time.time_ns() - bus.clock.now_ns()
        devices = tuple(
            MappedDevice(name, region.space.name.lower(), region.base, region.size)
            for name, region in bus.places()
        )
        about = About(platform.node(), "lightexit", vm_started=self._zero, devices=devices)
        self._writer = RecordingWriter(
            path, about, lambda pid: Vm(pid, path.stem, "lightexit"), force=True
        )
        self._lock = threading.Lock()  # vCPUs have threads of their own
        self._until_rate, self._ns_per_tick = 0, 0.0

    def write(self, event: TraceEvent) -> None:
        """One more trace point. Raises HostError."""
        answer = _ANSWERS.get(event.point)
        if answer is None:
            return
        with self._lock:
            self._writer.add((self._access(event, answer),))

    def _access(self, event: TraceEvent, answer: Answer) -> Access:
        if not self._until_rate:
            self._until_rate, self._ns_per_tick = _RATE_EVERY, self._bus.ns_per_tick()
        self._until_rate -= 1
        return Access(
            time_ns=self._zero + event.now_ns,
            pid=self._pid,
            vcpu=event.vcpu,
            space=event.space,
            address=event.address,
            size=event.size,
            is_write=event.is_write,
            value=event.data,
            answer=answer,
            duration_ns=None if answer is Answer.NOBODY else round(event.ticks * self._ns_per_tick),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._writer.__exit__(*exception)
