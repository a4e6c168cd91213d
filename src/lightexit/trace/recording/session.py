# SPDX-License-Identifier: Apache-2.0
"""Records what a source tells, until something ends it."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from lightexit.trace.access import AccessSource
from lightexit.trace.recording.writer import RecordingWriter

if TYPE_CHECKING:
    from lightexit.trace.probes.recording import Slots

#: So long a source is waited for at most, until what ends a recording is looked at again.
_PATIENCE_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """What was recorded so far: accesses, those that were lost, and bytes in files."""

    seconds: float
    accesses: int
    lost: int
    bytes: int


def record(
    source: AccessSource,
    writer: RecordingWriter,
    end: Callable[[], str],
    tell: Callable[[Progress], None] = lambda _progress: None,
    vcpu_of: Callable[[int, int], int] = lambda _pid, _tid: -1,
) -> str:
    """Write what `source` tells until `end` says why it is over; that is returned.

    `tell` is called now and then. `vcpu_of` numbers threads, where the source tells these. Raises
    what source and writer raise.
    """

    def take(timeout_s: float) -> None:
        if isinstance(source, SlotSource):
            writer.add_slots(source.read_slots(timeout_s), vcpu_of)
        else:
            batch = source.read(timeout_s)
            writer.add(batch.accesses, batch.lost)

    begun = time.monotonic()
    while not (why := end()):
        take(_PATIENCE_S)
        tell(Progress(time.monotonic() - begun, writer.accesses, writer.lost, writer.bytes))
    take(0)
    return why


@runtime_checkable
class SlotSource(Protocol):
    """Who tells accesses as the kernel has written them, too: `EventProbes`."""

    def read_slots(self, timeout_s: float) -> Slots:
        """What has happened since the last call."""
        ...


class Processes:
    """Whether any of some processes still runs: pidfds, so no other one is taken for it."""

    def __init__(self, pids: Collection[int]) -> None:
        self._ended = select.poll()
        self._open: set[int] = set()
        for pid in pids:
            try:
                descriptor = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            self._open.add(descriptor)
            self._ended.register(descriptor, select.POLLIN)

    @property
    def run(self) -> bool:
        """Whether one does."""
        for descriptor, _events in self._ended.poll(0):
            self._close(descriptor)
        return bool(self._open)

    def _close(self, descriptor: int) -> None:
        self._ended.unregister(descriptor)
        self._open.remove(descriptor)
        os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for descriptor in [*self._open]:
            self._close(descriptor)
