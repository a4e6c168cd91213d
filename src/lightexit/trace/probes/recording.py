# SPDX-License-Identifier: Apache-2.0
"""`EventProbes`: accesses one by one, through a ring buffer."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from lightexit.abi import Space
from lightexit.trace.access import Access, Batch
from lightexit.trace.probes import layout
from lightexit.trace.probes.counting import ANSWERS
from lightexit.trace.probes.loading import Attached, ProbeOptions
from lightexit.trace.probes.processes import has_ended
from lightexit.trace.probes.unpacking import format_of
from lightexit.trace.probes.waiting import answered_by, waiting_writes

#: Bytes of the ring buffer: 262,144 accesses.
RING_SIZE = 1 << 24
_POLL_S = 0.01
#: How often writes are looked for that nothing follows.
_LOOK_S = 0.1
_FORGET_S = 5.0
#: Where the clocks differ from what they differed by, REALTIME was set.
_STEP_NS = 1_000_000
UNKNOWN = 2**64 - 1
_SLOT = format_of(layout.RecordSlot)


class Slots(NamedTuple):
    """Records as the kernel wrote them: 64 bytes each, laid out as `layout.RecordSlot`. Add
    `offset_ns` to their times for CLOCK_REALTIME. `lost` is as in `Batch`."""

    data: bytes
    offset_ns: int
    lost: int


class EventProbes:
    """All accesses of all VMs of the host, or of the processes `pids`; see `open_events`."""

    def __init__(
        self, pids: Collection[int], vcpu_of: Callable[[int, int], int], ring_size: int
    ) -> None:
        self._attached = Attached(pids, ProbeOptions(ring_size=ring_size))
        self._vcpu_of = vcpu_of
        self._vcpus: dict[tuple[int, int], int] = {}
        self._offset_ns = _clock_offset()
        self._lost = 0
        #: When writes began that were told before the kernel did, by thread.
        self._told: dict[int, int] = {}
        self._look_again_s = self._forget_again_s = 0.0

    @property
    def missing(self) -> tuple[str, ...]:
        """Tracepoints that this kernel lacks: what they would tell is not recorded."""
        return tuple(self._attached.missing)

    def read(self, timeout_s: float) -> Batch:
        """What has happened since the last call; waits `timeout_s` at most for the first access."""
        slots = self.read_slots(timeout_s)
        return Batch(tuple(self._accesses(slots)), slots.lost)

    def read_slots(self, timeout_s: float) -> Slots:
        """The same as bytes: for whoever has a faster way to take them apart."""
        end = time.monotonic() + timeout_s
        while not (data := self._take()) and (rest := end - time.monotonic()) > 0:
            time.sleep(min(_POLL_S, rest))
        before, self._lost = self._lost, self._losses()
        offset = _clock_offset()
        if abs(offset - self._offset_ns) > _STEP_NS:
            self._offset_ns = offset
        return Slots(data + self._waiting(), self._offset_ns, self._lost - before)

    def close(self) -> None:
        """Take the probes away. What is in the ring buffer can still be read."""
        self._attached.close()

    def _losses(self) -> int:
        no_record = sum(cpu.no_record for cpu in self._attached.cpus())
        return no_record + self._attached.recursive()

    def _take(self) -> bytes:
        data = self._attached.tables.ring.take(layout.AccessRecord.layout.size)
        if self._told and data:
            size = _SLOT.size
            each = (data[at : at + size] for at in range(0, len(data), size))
            data = b"".join(slot for slot in each if not self._is_told(slot))
        return data

    def _is_told(self, slot: bytes) -> bool:
        fields = _SLOT.unpack(slot)
        time_ns, tid = fields[2], fields[7]
        if self._told.get(tid) != time_ns:
            return False
        del self._told[tid]
        return True

    def _waiting(self) -> bytes:
        """Writes after which nothing has happened in their thread, each once."""
        if time.monotonic() < self._look_again_s:
            return b""
        self._look_again_s, slots = time.monotonic() + _LOOK_S, []
        self._forget_ended()
        for tid, thread in waiting_writes(self._attached.tables.threads):
            write = thread.access
            if self._told.get(tid) == write.time_ns:
                continue
            self._told[tid] = write.time_ns
            what = write.what | answered_by(thread) << 24
            about = thread.pid, tid, what, write.count, write.has_value, 0
            slots.append(
                _SLOT.pack(0, 0, write.time_ns, write.address, write.value, UNKNOWN, *about)
            )
        return b"".join(slots)

    def _forget_ended(self) -> None:
        if time.monotonic() < self._forget_again_s:
            return
        self._forget_again_s = time.monotonic() + _FORGET_S
        ended = self._attached.forget_ended()
        self._vcpus = {key: vcpu for key, vcpu in self._vcpus.items() if key[0] not in ended}
        self._told = {tid: at for tid, at in self._told.items() if not has_ended(tid)}

    def _accesses(self, slots: Slots) -> Iterator[Access]:
        offset = slots.offset_ns
        for fields in _SLOT.iter_unpack(slots.data):
            _, _, began, address, value, duration, pid, tid, what, count, has_value, _ = fields
            access = Access(
                began + offset,
                pid,
                self._vcpu(pid, tid),
                Space(what & 0xFF),
                address,
                what >> 8 & 0xFF,
                bool(what >> 16 & 1),
                value if has_value else None,
                ANSWERS[what >> 24],
                None if duration == UNKNOWN else duration,
            )
            yield from (access,) * count

    def _vcpu(self, pid: int, tid: int) -> int:
        known = self._vcpus.get((pid, tid))
        if known is None:
            known = self._vcpus[pid, tid] = self._vcpu_of(pid, tid)
        return known


def _clock_offset() -> int:
    """What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC, to some hundred nanoseconds."""
    before = time.monotonic_ns()
    real = time.time_ns()
    return real - (before + time.monotonic_ns()) // 2
