# SPDX-License-Identifier: Apache-2.0
"""A device or a filter is replaced while vCPUs run, and no access finds the address unclaimed."""

from __future__ import annotations

import ctypes
import dataclasses
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bus.accesses import access_of, offset_of
from bus.plain import Cells, Recorder, answer, plain
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.native import dispatch
from lightexit.bus.region import PlacedRegion, Region, mmio, pio
from lightexit.engine.native import NativeEngine, compile_ir
from lightexit.errors import AuthorError, HostError
from lightexit.filter import Verdict, io_filter


@io_filter
def one(ctx: IoContext, cells: Cells) -> Verdict:
    ctx.data = 1
    return Verdict.HANDLED


@io_filter
def two(ctx: IoContext, cells: Cells) -> Verdict:
    ctx.data = 2
    return Verdict.HANDLED


@pytest.mark.parametrize("make", [pio, mmio])
def test_replace_exchanges_two_devices_at_one_address(make: Callable[..., Region]) -> None:
    old = Recorder(make(4).at(0x40), make(4).at(0x60))
    new = Recorder(make(4, offset=8).at(0x42))
    space = old.regions[0].space
    bus = Bus(ManualClock())
    bus.attach(old)
    bus.replace(old, new)
    assert [bus.read(space, at, 1) for at in (0x40, 0x42, 0x60)] == [0xFF, answer(8, 1), 0xFF]
    assert old.log == []
    with pytest.raises(AuthorError, match="recorder is not on this bus"):
        bus.detach(old)
    bus.detach(new)
    assert bus.read(space, 0x42, 1) == 0xFF


def test_a_refused_replacement_changes_nothing() -> None:
    old, neighbour = Recorder(pio(4).at(0x40)), Recorder(pio(1).at(0x50))
    bus = Bus(ManualClock())
    bus.attach(old)
    bus.attach(neighbour)
    with pytest.raises(AuthorError, match=r"0x48..0x57 overlaps .* 0x50..0x50"):
        bus.replace(old, Recorder(pio(4).at(0x40), pio(16).at(0x48)))
    assert bus.read(Space.PIO, 0x40, 1) == answer(0, 1)
    assert bus.read(Space.PIO, 0x48, 1) == 0xFF
    bus.detach(old)


def test_regions_of_one_device_that_overlap_are_refused() -> None:
    bus = Bus(ManualClock())
    with pytest.raises(AuthorError, match=r"0x41..0x41 overlaps .* 0x40..0x43"):
        bus.attach(Recorder(pio(4).at(0x40), pio(1).at(0x41), mmio(1).at(0x41)))
    assert bus.read(Space.PIO, 0x40, 1) == 0xFF


def test_a_device_moves() -> None:
    device = Recorder(mmio(0x1000).at(0xE000_0000))
    bus = Bus(ManualClock())
    bus.attach(device)
    device.regions = (mmio(0x1000).at(0xE000_0800),)
    bus.update(device)
    assert bus.read(Space.MMIO, 0xE000_0000, 1) == 0xFF
    assert bus.read(Space.MMIO, 0xE000_0804, 1) == answer(4, 1)


def test_a_region_with_a_new_filter_keeps_its_counters_and_trace() -> None:
    device = Recorder(pio(1).at(0x40))
    bus, touched = Bus(ManualClock(), NativeEngine()), list[int]()
    bus.attach(device, lambda _: touched.append(1))
    for filter in (None, one, two, None):
        device.regions = (dataclasses.replace(device.regions[0], filter=filter),)
        bus.update(device)
        bus.read(Space.PIO, 0x40, 1)
    (count,) = bus.counts()
    assert (count.handled, count.passed, len(touched)) == (2, 2, 2)


def test_a_refused_filter_leaves_the_old_one_in_use() -> None:
    device = Recorder(pio(1, filter=one).at(0x40))
    bus = Bus(ManualClock(), NativeEngine())
    bus.attach(device)
    device.regions = (pio(1, filter=one, states=(Recorder().memory,) * 8).at(0x40),)
    with pytest.raises(AuthorError, match="has 8 states"):
        bus.update(device)
    assert bus.read(Space.PIO, 0x40, 1) == 1


def test_a_device_that_gets_its_first_region_is_traced() -> None:
    """A PCI device, say, whose address the guest has not set so far."""
    device, touched = Recorder(), list[int]()
    bus = Bus(ManualClock())
    bus.attach(device, lambda _: touched.append(1))
    device.regions = (mmio(4).at(0xE000_0000),)
    bus.update(device)
    bus.read(Space.MMIO, 0xE000_0000, 4)
    assert touched == [1]


def test_a_device_is_on_a_bus_once() -> None:
    """The second time its first regions would be forgotten, and could never leave."""
    device, other = Recorder(pio(1).at(0x40)), Recorder(pio(1).at(0x50))
    bus = Bus(ManualClock())
    bus.attach(device)
    bus.attach(other)
    device.regions = other.regions = (pio(1).at(0x60),)
    with pytest.raises(AuthorError, match="recorder is on this bus already") as refusal:
        bus.attach(device)
    assert "try: Bus.update(DEVICE), if its regions have changed" in str(refusal.value)
    with pytest.raises(AuthorError, match="recorder is on this bus already"):
        bus.replace(device, other)
    bus.detach(device)
    assert [bus.read(Space.PIO, at, 1) for at in (0x40, 0x50, 0x60)] == [0xFF, answer(0, 1), 0xFF]


class Layers:
    """Something below the bus that answers regions: when each began and ended."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def prepare(self, port: object, in_use: object) -> None:
        self.log.append("prepare")

    def __call__(self, port: object) -> Layers:
        self.log.append("begin")
        return self

    def counts(self) -> tuple[int, int]:
        return 0, 0

    def close(self) -> None:
        self.log.append("end")


def test_an_offloaded_region_is_detached_before_its_replacement_is_attached() -> None:
    device = Recorder(pio(1, filter=plain(lambda ctx: Verdict.PASS)).at(0x40))
    layers = Layers()
    bus = Bus(ManualClock(), offload=layers)
    bus.attach(device)
    bus.update(device)
    assert layers.log == ["prepare", "begin", "prepare", "end", "begin"]
    bus.close()
    assert layers.log[5:] == ["end"]


class Full(Layers):
    """One that has room for so many regions."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def __call__(self, port: object) -> Layers:
        if self.log.count("begin") == self.room:
            raise HostError("no room")
        return super().__call__(port)


def test_a_failed_offload_leaves_the_old_device_in_use() -> None:
    regions = [pio(1, filter=plain(lambda ctx: Verdict.PASS)).at(at) for at in (0x40, 0x41)]
    old, new = Recorder(regions[0]), Recorder(*regions)
    layers = Full(2)
    bus = Bus(ManualClock(), offload=layers)
    bus.attach(old)
    with pytest.raises(HostError, match="no room"):
        bus.replace(old, new)
    with pytest.raises(HostError, match="no room"):
        bus.attach(Recorder(pio(1, filter=regions[0].filter).at(0x50)))
    assert layers.log.count("begin") == layers.log.count("end") == 2
    assert [bus.read(Space.PIO, at, 1) for at in (0x40, 0x41, 0x50)] == [answer(0, 1), 0xFF, 0xFF]
    assert new.log == []
    bus.detach(old)


def test_a_device_leaves_while_counts_are_taken() -> None:
    bus, leaving = Bus(ManualClock()), Recorder(pio(1).at(9))

    class Counted(Recorder):
        def register_name(self, offset: int) -> str:
            with ThreadPoolExecutor(1) as another:
                another.submit(bus.detach, leaving).result()
            return super().register_name(offset)

    for device in (Counted(pio(1).at(8)), leaving):
        bus.attach(device)
        (port,) = bus._ports[device]
        bus.read(Space.PIO, port.region.base, 1)
    assert [count.address for count in bus.counts()] == [8, 9]


# Reads, so many times; how many answers were neither 1 nor 2.
READS = f"""
define i64 @reads(ptr %access, ptr %vcpu, ptr %context, i64 %count) {{
entry:
  %data = getelementptr i8, ptr %context, i64 {offset_of(IoContext, "data")}
  br label %next
next:
  %index = phi i64 [ 0, %entry ], [ %index.n, %next ]
  %wrong = phi i64 [ 0, %entry ], [ %wrong.n, %next ]
  call void %access(ptr %vcpu, ptr %context)
  %answer = load i64, ptr %data
  %distance = sub i64 %answer, 1
  %is_wrong = icmp ugt i64 %distance, 1
  %one = zext i1 %is_wrong to i64
  %wrong.n = add i64 %wrong, %one
  %index.n = add i64 %index, 1
  %more = icmp ult i64 %index.n, %count
  br i1 %more, label %next, label %done
done:
  ret i64 %wrong.n
}}
"""
BATCH = 20_000


def read_until(over: threading.Event, bus: Bus, region: PlacedRegion) -> tuple[int, int]:
    """Reads in native code, without the GIL: how many there were, how many were wrong."""
    pointer, u64 = ctypes.c_void_p, ctypes.c_uint64
    code, context = compile_ir(READS), access_of(region.space, region.base, 4)
    function = ctypes.CFUNCTYPE(u64, pointer, pointer, pointer, u64)(code.address("reads"))
    place = dispatch().address("perform_context"), bus.cpus[0].address, context.address
    reads = wrong = 0
    while not reads or not over.is_set():
        wrong += function(*place, BATCH)
        reads += BATCH
    return reads, wrong


def reads_while(turn: Callable[[], None], bus: Bus, region: PlacedRegion) -> int:
    """Reads of a vCPU while `turn` is called again and again: each was answered by a filter."""
    over, turns = threading.Event(), 0
    with ThreadPoolExecutor(1) as pool, bus.running():
        done = pool.submit(read_until, over, bus, region)
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            turn()
            turns += 1
        over.set()
        reads, wrong = done.result()
    print(f"{reads} reads, {turns} turns")
    assert (wrong, bus.unclaimed()) == (0, [])
    assert turns > 10
    return reads


REGIONS = pytest.mark.parametrize(
    "region", [pio(8).at(0x500), mmio(8).at(0xD000_0000)], ids=lambda region: region.space.name
)


@REGIONS
def test_no_access_is_unclaimed_while_a_device_is_replaced(region: PlacedRegion) -> None:
    devices = [Recorder(dataclasses.replace(region, filter=filter)) for filter in (one, two)]
    bus = Bus(ManualClock(), NativeEngine())
    bus.attach(devices[0])

    def turn() -> None:
        bus.replace(devices[0], devices[1])
        devices.reverse()

    reads_while(turn, bus, region)
    assert [device.log for device in devices] == [[], []]


@REGIONS
def test_counts_are_exact_while_filters_change(region: PlacedRegion) -> None:
    regions = [dataclasses.replace(region, filter=filter) for filter in (one, two)]
    device = Recorder(regions[0])
    bus = Bus(ManualClock(), NativeEngine())
    bus.attach(device)

    def turn() -> None:
        regions.reverse()
        device.regions = (regions[0],)
        bus.update(device)

    reads = reads_while(turn, bus, region)
    (count,) = bus.counts()
    assert (count.handled, count.passed) == (reads, 0)
