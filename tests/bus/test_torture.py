# SPDX-License-Identifier: Apache-2.0
"""Two accessing threads and two of the host on one state: no torn value, no lost update.

LIGHTEXIT_TORTURE_SECONDS makes it last: minutes, for once in a while.
"""

from __future__ import annotations

import ctypes
import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bus.accesses import access_of, offset_of
from lightexit.abi import Array, IoContext, Space, Struct, array, u64
from lightexit.bus.bus import Bus, BusCpu
from lightexit.bus.clock import Clock, ManualClock
from lightexit.bus.doorbell import bell
from lightexit.bus.line import Line
from lightexit.bus.native import dispatch
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.filter import Verdict, io_filter

SECONDS = float(os.environ.get("LIGHTEXIT_TORTURE_SECONDS", "3"))
ACCESSORS = HOSTS = 2
BATCH = 5000
PORT, CHANGE, LOOK = 0x500, 0, 8
#: One change in so many rings the doorbell, or pulses the line.
RING, PULSE = 8, 4096
TORN = (1 << 64) - 1


class Shared(Struct):
    """Three that are always equal, none in a cache line with another."""

    first: u64
    gap: Array[u64] = array(u64, 8)
    second: u64
    another_gap: Array[u64] = array(u64, 8)
    third: u64


@io_filter
def change(ctx: IoContext, shared: Shared) -> Verdict:
    """One more of each; now and then, tell it."""
    if not ctx.is_write:
        return Verdict.PASS
    shared.first = u64(shared.first + 1)
    shared.second = u64(shared.second + 1)
    shared.third = u64(shared.third + 1)
    if shared.first % RING == 0:
        ctx.signal(0)
    if shared.first % PULSE == 0:
        ctx.pulse_line(0)
    return Verdict.HANDLED


@io_filter
def look(ctx: IoContext, shared: Shared) -> Verdict:
    """Their value, if they are equal."""
    if ctx.is_write:
        return Verdict.PASS
    first = shared.first
    ctx.data = first if first == shared.second and first == shared.third else TORN
    return Verdict.HANDLED


class Target(Device[Shared]):
    """The model does what the filters do."""

    name = "target"
    regions = (pio(8, filter=change).at(PORT), pio(8, offset=LOOK, filter=look).at(PORT + LOOK))

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.pulses = 0
        self.bell = bell()
        self.doorbells = (self.bell,)
        self.lines = (Line(self._hear),)

    def _hear(self, level: bool) -> None:
        self.pulses += level

    def read(self, offset: int, size: int) -> int:
        shared = self.state
        return shared.first if shared.first == shared.second == shared.third else TORN

    def write(self, offset: int, value: int, size: int) -> None:
        shared = self.state
        shared.first += 1
        shared.second += 1
        shared.third += 1
        if shared.first % RING == 0:
            self.bell()
        if shared.first % PULSE == 0:
            self.lines[0].pulse()


# A write and a read, so many times. How many answers were torn, or older than one before.
LOOP = f"""
define i64 @work(ptr %access, ptr %vcpu, ptr %write, ptr %read, i64 %count) {{
entry:
  %data = getelementptr i8, ptr %read, i64 {offset_of(IoContext, "data")}
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %index.n, %next ]
  %last = phi i64 [ 0, %entry ], [ %seen, %next ]
  %wrong = phi i64 [ 0, %entry ], [ %wrong.n, %next ]
  call void %access(ptr %vcpu, ptr %write)
  call void %access(ptr %vcpu, ptr %read)
  %seen = load i64, ptr %data
  %is_torn = icmp eq i64 %seen, {TORN}
  %is_old = icmp ule i64 %seen, %last
  %is_wrong = or i1 %is_torn, %is_old
  %one = zext i1 %is_wrong to i64
  %wrong.n = add i64 %wrong, %one
  %index.n = add i64 %index, 1
  %more = icmp ult i64 %index.n, %count
  br i1 %more, label %next, label %done
done:
  ret i64 %wrong.n
}}
"""


@dataclass(frozen=True)
class Done:
    """A thread's changes of the state, and its count of inconsistent answers."""

    changes: int
    wrong: int


def access(cpu: BusCpu, end: float) -> Done:
    """Batches without the GIL, but for what the filters pass on."""
    code = compile_ir(LOOP)
    pointer, u64_ = ctypes.c_void_p, ctypes.c_uint64
    kind = ctypes.CFUNCTYPE(u64_, pointer, pointer, pointer, pointer, u64_)
    work = kind(code.address("work"))
    write = access_of(Space.PIO, PORT + CHANGE, 8, is_write=True)
    read = access_of(Space.PIO, PORT + LOOK, 8)
    place = dispatch().address("perform_context"), cpu.address, write.address, read.address
    changes = wrong = 0
    while time.monotonic() < end:
        wrong += work(*place, BATCH)
        changes += BATCH
    return Done(changes, wrong)


def host(bus: Bus, target: Target, pause: float, end: float) -> Done:
    """Looks at the state and changes it, past the bus, with its lock."""
    changes = wrong = 0
    while time.monotonic() < end:
        with bus.locked(target.memory):
            wrong += target.read(LOOK, 8) == TORN
            target.write(CHANGE, 0, 8)
        changes += 1
        time.sleep(pause)
    return Done(changes, wrong)


def test_accesses_of_vcpus_and_host_are_atomic_and_none_is_lost() -> None:
    bus = Bus(ManualClock(), NativeEngine(), vcpus=ACCESSORS)
    target = Target(bus.clock)
    bus.attach(target)
    end = time.monotonic() + SECONDS
    with ThreadPoolExecutor(ACCESSORS + HOSTS) as pool:
        accessors = [pool.submit(access, cpu, end) for cpu in bus.cpus]
        hosts = [pool.submit(host, bus, target, pause, end) for pause in (0, 20e-6)]
        done = [future.result() for future in (*accessors, *hosts)]
    bus.raise_failure()
    changes = sum(each.changes for each in done)
    by_host = sum(each.changes for each in done[ACCESSORS:])
    written, read = bus.counts()
    locks = written.accesses + read.passed + by_host
    print(
        f"{SECONDS} s: {done}, {written}, {read}, {target.pulses} pulses, {changes // RING} rings"
    )
    assert [each.wrong for each in done] == [0] * len(done)
    assert (written.accesses, read.accesses) == (changes - by_host, changes - by_host)
    state = target.state
    assert (state.first, state.second, state.third) == (changes, changes, changes)
    assert target.memory.header.version == 2 * locks
    assert target.bell.wait(0) == changes // RING
    assert target.pulses == changes // PULSE
    assert min(written.handled, written.passed, read.handled, read.passed) > 0
