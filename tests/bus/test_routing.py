# SPDX-License-Identifier: Apache-2.0
"""From addresses to registers: which device gets an access, and in which pieces."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from bus.plain import Recorder, answer
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.counters import UnclaimedCount
from lightexit.bus.region import PlacedRegion, Region, mmio, pio
from lightexit.bus.table import Claim
from lightexit.errors import AuthorError
from lightexit.runtime.layout import FOUND, PLACES


def bus_with(*devices: Recorder) -> Bus:
    bus = Bus(ManualClock())
    for device in devices:
        bus.attach(device)
    return bus


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_a_read_reaches_the_model_and_brings_its_value_back(size: int) -> None:
    device = Recorder(pio(16, offset=0x100).at(0x40))
    bus = bus_with(device)
    assert bus.read(Space.PIO, 0x44, size) == answer(0x104, size)
    assert device.log == [("read", 0x104, size)]


def test_a_write_reaches_the_model_masked_to_its_size() -> None:
    device = Recorder(mmio(0x400).at(0xFED0_0000))
    bus_with(device).write(Space.MMIO, 0xFED0_0010, 0x1_2345, 2)
    assert device.log == [("write", 0x10, 0x2345, 2)]


def test_the_same_device_at_several_places() -> None:
    device = Recorder(pio(2).at(0x20), pio(2, offset=2).at(0xA0), pio(2, offset=4).at(0x4D0))
    bus = bus_with(device)
    for port in (0x21, 0xA0, 0x4D1):
        bus.read(Space.PIO, port, 1)
    assert [entry[1] for entry in device.log] == [1, 2, 5]


def test_a_register_width_cuts_an_access_lowest_register_first() -> None:
    device = Recorder(pio(4, register_width=1).at(0x40))
    bus = bus_with(device)
    value = bus.read(Space.PIO, 0x41, 2)
    bus.write(Space.PIO, 0x40, 0x4433_2211, 4)
    assert value == answer(1, 1) | answer(2, 1) << 8
    assert device.log == [
        ("read", 1, 1),
        ("read", 2, 1),
        ("write", 0, 0x11, 1),
        ("write", 1, 0x22, 1),
        ("write", 2, 0x33, 1),
        ("write", 3, 0x44, 1),
    ]


@pytest.mark.parametrize(("offset", "size"), [(0, 2), (2, 4), (1, 1), (6, 2)])
def test_an_access_that_is_no_whole_register_goes_to_the_model_as_it_is(
    offset: int, size: int
) -> None:
    device = Recorder(mmio(16, register_width=4).at(0x1000))
    bus_with(device).read(Space.MMIO, 0x1000 + offset, size)
    assert device.log == [("read", offset, size)]


def test_an_access_across_an_edge_is_split_into_bytes() -> None:
    left, right = Recorder(pio(2).at(0x40)), Recorder(pio(1).at(0x42))
    bus = bus_with(left, right)
    value = bus.read(Space.PIO, 0x41, 4)
    assert (left.log, right.log) == ([("read", 1, 1)], [("read", 0, 1)])
    assert value == 0xFFFF_0000 | answer(0, 1) << 8 | answer(1, 1)


def test_an_access_that_begins_before_a_device_reaches_it_too() -> None:
    device = Recorder(pio(1).at(0x42))
    bus_with(device).write(Space.PIO, 0x40, 0x4433_2211, 4)
    assert device.log == [("write", 0, 0x33, 1)]


def test_unclaimed_ports_read_as_all_ones_and_are_counted() -> None:
    bus = bus_with()
    assert bus.read(Space.PIO, 0x80, 2) == 0xFFFF
    bus.write(Space.PIO, 0x80, 1, 1)
    assert bus.read(Space.MMIO, 0xDEAD_0000, 8) == 0xFFFF_FFFF_FFFF_FFFF
    bus.write(Space.MMIO, 0xFFFF_FFFF_0000, 1, 4)
    assert bus.unclaimed() == [
        UnclaimedCount(Space.PIO, 0x80, False, 1),
        UnclaimedCount(Space.PIO, 0x80, True, 1),
        UnclaimedCount(Space.MMIO, 0xDEAD_0000, False, 1),
        UnclaimedCount(Space.MMIO, 0xFFFF_FFFF_0000, True, 1),
    ]


def test_unclaimed_memory_is_counted_by_address_up_to_a_limit() -> None:
    bus, source = bus_with(), random.Random(5)
    last = 2**64 - 1
    polled = [0, last, 0xFEE0_0030]
    expected: Counter[tuple[int, bool]] = Counter()
    for _ in range(4 * PLACES):
        address = source.choice([*polled, source.randrange(2**52)])
        is_write = source.random() < 0.5
        expected[address, is_write] += 1
        if is_write:
            bus.write(Space.MMIO, address, 1, 1)
        else:
            assert bus.read(Space.MMIO, address, 1) == 0xFF
    found = {(count.address, count.is_write): count.accesses for count in bus.unclaimed()}
    named = {key: count for key, count in found.items() if key[0] is not None}
    assert named == {key: count for key, count in expected.items() if key in named}
    assert {(0, False), (0xFEE0_0030, True)} <= named.keys()
    assert len({address for address, _ in named}) > PLACES // 2
    for is_write in (False, True):
        of_all = sum(count for (_, way), count in expected.items() if way == is_write)
        assert sum(count for (_, way), count in found.items() if way == is_write) == of_all
    assert found[None, True] >= expected[last, True] > 0


def test_ports_wrap_around_at_0xffff() -> None:
    first, last = Recorder(pio(1).at(0)), Recorder(pio(1).at(0xFFFF))
    bus_with(first, last).read(Space.PIO, 0xFFFF, 2)
    assert (first.log, last.log) == ([("read", 0, 1)], [("read", 0, 1)])


@pytest.mark.parametrize("size", [0, 9, -1])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(AuthorError, match="1 to 8 bytes"):
        bus_with().read(Space.PIO, 0, size)


@pytest.mark.parametrize(
    ("space", "address", "last"),
    [
        (Space.PIO, 0x1_0000, "0xffff"),
        (Space.PIO, 0x1_0000_0040, "0xffff"),
        (Space.PIO, -1, "0xffff"),
        (Space.MMIO, 1 << 64, "0xffffffffffffffff"),
    ],
)
def test_an_address_that_a_space_does_not_have_is_refused(
    space: Space, address: int, last: str
) -> None:
    bus = bus_with(Recorder(pio(0x80).at(0)))
    with pytest.raises(AuthorError, match=f"an address of 0 to {last}$"):
        bus.read(space, address, 1)
    with pytest.raises(AuthorError, match=f"an access of {space.name} at {address:#x}\n"):
        bus.write(space, address, 0, 1)


def test_an_address_is_found_among_a_thousand_ranges() -> None:
    devices = [Recorder(mmio(0x80).at(0x1000_0000 + 0x100 * n)) for n in range(1000)]
    bus = Bus(ManualClock())
    for device in reversed(devices):
        bus.attach(device)
    for number in (0, 1, 499, 998, 999):
        bus.read(Space.MMIO, 0x1000_0000 + 0x100 * number + 0x7F, 1)
        assert devices[number].log == [("read", 0x7F, 1)]
    assert bus.read(Space.MMIO, 0x1000_0080, 1) == 0xFF


CHANGES = st.lists(
    st.tuples(st.integers(0, 7), st.sampled_from([0x10, 0x80, 0x200, 0x1000])), max_size=12
)


@settings(derandomize=True, deadline=None, max_examples=scale.full(100))
@given(CHANGES)
def test_a_vcpus_cached_window_is_dropped_when_ranges_change(
    changes: list[tuple[int, int]],
) -> None:
    """Each change puts a device of another size at a place, or takes the one there away."""
    bus, present = Bus(ManualClock()), dict[int, Recorder]()
    for place, size in changes:
        base = 0xD000_0000 + 0x1000 * place
        if place in present:
            bus.detach(present.pop(place))
        else:
            present[place] = Recorder(mmio(size, offset=size).at(base))
            bus.attach(present[place])
        for at in range(0xD000_0000, 0xD000_8000, 0x80):
            number, distance = divmod(at - 0xD000_0000, 0x1000)
            owner = present.get(number)
            size_there = owner.regions[0].size if owner else 0
            is_there = distance < size_there
            wanted = answer(size_there + distance, 1) if is_there else 0xFF
            assert bus.read(Space.MMIO, at, 1) == wanted


def test_a_vcpu_with_an_empty_cache_finds_windows_by_search() -> None:
    count = 2 * FOUND
    device = Recorder(*(mmio(0x80, offset=n).at(0x1000_0000 + 0x100 * n) for n in range(count)))
    bus = bus_with(device)
    for _ in range(2):
        for number in range(count):
            assert bus.read(Space.MMIO, 0x1000_0000 + 0x100 * number, 1) == answer(number, 1)


def test_tables_retired_while_no_vcpu_runs_are_freed_at_once() -> None:
    bus = bus_with(Recorder(*(mmio(4).at(0x1000 * n) for n in range(100))))
    assert bus._retired == []


def test_a_detached_device_gets_no_accesses_and_frees_its_addresses() -> None:
    first, second = Recorder(pio(4).at(0x40), mmio(4).at(0x1000)), Recorder(pio(1).at(0x42))
    bus = bus_with(first)
    bus.detach(first)
    bus.attach(second)
    assert bus.read(Space.PIO, 0x40, 1) == 0xFF
    assert bus.read(Space.MMIO, 0x1000, 1) == 0xFF
    assert bus.read(Space.PIO, 0x42, 1) == answer(0, 1)
    assert first.log == []


@pytest.mark.parametrize("gone", [1, 2, 3])
def test_a_device_being_detached_gets_all_of_an_access_or_nothing(gone: int) -> None:
    device = Recorder(pio(4).at(0x40))
    bus = bus_with(device)
    (port,) = bus._ports[device]
    bus._routes.ports.exchange([Claim(0x40, gone, port.address)], [])
    assert bus.read(Space.PIO, 0x40, 4) == answer(0, 4)
    assert device.log == [("read", 0, 4)]
    assert bus.unclaimed() == []


@pytest.mark.parametrize("region", [pio(4).at(0x40), mmio(4).at(0xD000_0000)])
def test_accesses_stay_whole_while_a_device_comes_and_goes(region: PlacedRegion) -> None:
    device = Recorder(region)
    bus = bus_with(device)
    reads, is_over = 0, threading.Event()

    def come_and_go() -> None:
        while not is_over.is_set():
            bus.detach(device)
            bus.attach(device)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    end = time.monotonic() + 0.5
    while time.monotonic() < end:
        assert bus.read(region.space, region.base, 4) in (answer(0, 4), 0xFFFF_FFFF)
        reads += 1
    is_over.set()
    thread.join()
    unclaimed = sum(count.accesses for count in bus.unclaimed())
    assert set(device.log) <= {("read", 0, 4)}
    assert len(device.log) + unclaimed == reads


def test_a_device_that_is_not_attached_cannot_be_detached() -> None:
    with pytest.raises(AuthorError, match="recorder is not on this bus"):
        bus_with().detach(Recorder(pio(4).at(0x40)))


REGIONS: list[tuple[Region, Region, str]] = [
    (pio(4).at(0x40), pio(1).at(0x43), "PIO region 0x43..0x43 overlaps .* PIO region 0x40..0x43"),
    (pio(4).at(0x40), pio(2).at(0x3F), "0x3f..0x40 overlaps"),
    (mmio(16).at(0x1000), mmio(2).at(0xFFF), "MMIO region 0xfff..0x1000 overlaps"),
    (mmio(16).at(0x1000), mmio(1).at(0x100F), "overlaps"),
    (mmio(1).at(0x1000), mmio(0x10000).at(0x0), "overlaps"),
]


@pytest.mark.parametrize(("first", "second", "message"), REGIONS)
def test_overlapping_regions_are_refused(first: Region, second: Region, message: str) -> None:
    bus = bus_with(Recorder(first))
    newcomer = Recorder(pio(1).at(0x9000), second)
    with pytest.raises(AuthorError, match=message):
        bus.attach(newcomer)
    assert bus.read(Space.PIO, 0x9000, 1) == 0xFF
    assert newcomer.log == []


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (pio(2).at(0xFFFF), "at least 1 byte, all of them below 0x10000"),
        (pio(0).at(0), "at least 1 byte"),
        (mmio(1).at(1 << 64), "below 0xffffffffffffffff"),
        (mmio(6, register_width=4).at(0), "a register width of 1, 2, 4 or 8 that divides both"),
        (
            mmio(8, offset=2, register_width=4).at(0),
            "from offset 2 on, and has a register width of 4",
        ),
        (mmio(6, register_width=3).at(0), "a register width of 1, 2, 4 or 8"),
    ],
)
def test_impossible_regions_are_refused(region: Region, message: str) -> None:
    with pytest.raises(AuthorError, match=message):
        bus_with().attach(Recorder(region))


# The law: for any layout, the models get the accesses that this plain description predicts.

WIDTHS = st.sampled_from([0, 1, 2, 4])
LAYOUTS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 4), WIDTHS), max_size=5)
ACCESSES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([1, 2, 4, 8]), st.booleans()), max_size=12
)


def regions_of(layout: list[tuple[int, int, int]], space: Space) -> list[PlacedRegion]:
    regions: list[PlacedRegion] = []
    base = 4
    for gap, length, width in layout:
        size = length * max(width, 1)
        regions.append(Region(space, size, offset=0x20, register_width=width).at(base + gap))
        base += gap + size
    return regions


def expected(regions: list[PlacedRegion], address: int, size: int) -> list[tuple[int, int, int]]:
    """Region, offset and size of every access that a model hears."""
    owners = [[n for n, r in enumerate(regions) if address + i in r] for i in range(size)]
    if all(owners) and len({owner[0] for owner in owners}) == 1:
        number = owners[0][0]
        offset, width = regions[number].register(address), regions[number].register_width
        if not width or offset % width or size % width:
            return [(number, offset, size)]
        return [(number, offset + lane, width) for lane in range(0, size, width)]
    return [
        (owner[0], regions[owner[0]].register(address + lane), 1)
        for lane, owner in enumerate(owners)
        if owner
    ]


@settings(derandomize=True, deadline=None, max_examples=scale.full(200))
@given(LAYOUTS, ACCESSES, st.sampled_from((Space.PIO, Space.MMIO)))
def test_models_get_the_accesses_that_the_description_predicts(
    layout: list[tuple[int, int, int]], accesses: list[tuple[int, int, bool]], space: Space
) -> None:
    regions = regions_of(layout, space)
    devices = [Recorder(region) for region in regions]
    log: list[tuple[Any, ...]] = []
    for number, device in enumerate(devices):
        device.log = Tagged(log, number)
    bus = bus_with(*devices)
    wanted: list[tuple[Any, ...]] = []
    for address, size, is_write in accesses:
        if is_write:
            bus.write(space, address, 0, size)
        else:
            bus.read(space, address, size)
        wanted += [(is_write, *call) for call in expected(regions, address, size)]
    assert log == wanted


class Tagged(list[tuple[Any, ...]]):
    """Puts what one device notes into everybody's log."""

    def __init__(self, log: list[tuple[Any, ...]], number: int) -> None:
        super().__init__()
        self._log, self._number = log, number

    def append(self, entry: tuple[Any, ...]) -> None:
        self._log.append((entry[0] == "write", self._number, entry[1], entry[-1]))
