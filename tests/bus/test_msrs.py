# SPDX-License-Identifier: Apache-2.0
"""MSRs on the bus: 8 bytes under one number, for filters and models."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lightexit.abi import Space, Struct
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.counters import UnclaimedCount
from lightexit.bus.definition import DefinitionBus
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.bus.region import GeneralProtectionError, Region, msr, pio
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import IoContext, Verdict, io_filter, u64

BASE = 0x4B56_4D00


class Two(Struct):
    """Two registers."""

    first: u64
    second: u64


@io_filter
def first_only(ctx: IoContext, two: Two) -> Verdict:
    if ctx.offset:
        return Verdict.PASS
    if ctx.is_write:
        two.first = ctx.data
    else:
        ctx.data = two.first
    return Verdict.HANDLED


class Msrs(Device[Two]):
    """The model of both."""

    name = "msrs"
    regions: tuple[Region, ...] = (msr(2, filter=first_only).at(BASE),)

    def read(self, offset: int, size: int) -> int:
        assert size == 8
        return self.state.second if offset else self.state.first

    def write(self, offset: int, value: int, size: int) -> None:
        assert size == 8
        if offset:
            self.state.second = value
        else:
            self.state.first = value


def test_each_number_is_a_register_of_8_bytes() -> None:
    bus = Bus(ManualClock(), NativeEngine())
    device = Msrs(bus.clock)
    bus.attach(device)
    for index in (0, 1):
        bus.write(Space.MSR, BASE + index, (1 << 64) - 1 - index, 8)
        assert bus.read(Space.MSR, BASE + index, 8) == (1 << 64) - 1 - index
    counts = {(each.address, each.is_write): (each.handled, each.passed) for each in bus.counts()}
    assert counts == {
        (BASE, False): (1, 0),
        (BASE, True): (1, 0),
        (BASE + 1, False): (0, 1),
        (BASE + 1, True): (0, 1),
    }


def test_without_filters_it_is_the_same() -> None:
    bus = Bus(ManualClock())
    bus.attach(Msrs(bus.clock))
    bus.write(Space.MSR, BASE, 7, 8)
    assert bus.read(Space.MSR, BASE, 8) == 7


class Refusing(Msrs):
    """Refuses the second, and what is odd of the first."""

    def read(self, offset: int, size: int) -> int:
        if offset:
            raise GeneralProtectionError
        return super().read(offset, size)

    def write(self, offset: int, value: int, size: int) -> None:
        if offset or value % 2:
            raise GeneralProtectionError
        super().write(offset, value, size)


REFUSALS = ((0, 2, True), (0, 3, False), (1, 2, False), (1, None, False), (0, None, True))


def test_a_model_refuses_an_access() -> None:
    """To a vCPU that is a #GP, to the host as if there were no device; another access is none."""
    bus, defined = Bus(ManualClock()), DefinitionBus(ManualClock())
    device, same = Refusing(bus.clock), Refusing(defined.clock)
    touched: list[bool] = []
    bus.attach(device, lambda states: touched.append(True))
    defined.attach(same)
    context = Record(IoContext)
    fields = context.fields
    for offset, value, is_taken in REFUSALS:
        fields.space, fields.offset, fields.size = Space.MSR, BASE + offset, 8
        fields.is_write, fields.data = value is not None, value or 0
        assert dispatch().access(bus.cpus[0].address, context.address) == is_taken
        answer = defined.access(defined.cpus[0], Space.MSR, BASE + offset, 8, value)
        assert defined.cpus[0].refused != is_taken
        if value is None:
            assert fields.data == answer == (2 if is_taken else (1 << 64) - 1)
        assert bytes(device.state) == bytes(same.state)
    assert bus.read(Space.MSR, BASE + 1, 8) == defined.read(Space.MSR, BASE + 1, 8) == (1 << 64) - 1
    assert bus.counts() == defined.counts()
    assert len(touched) == len(REFUSALS) + 1
    bus.raise_failure()
    defined.raise_failure()


@pytest.mark.parametrize("make", [Bus, DefinitionBus])
def test_only_msrs_refuse(make: Callable[[ManualClock], Bus | DefinitionBus]) -> None:
    bus = make(ManualClock())
    device = Refusing(bus.clock)
    device.regions = (pio(2).at(0x40),)
    bus.attach(device)
    with pytest.raises(AuthorError, match="failed: GeneralProtectionError"):
        bus.read(Space.PIO, 0x41, 1)


def test_the_same_number_as_a_port_or_address_is_another_register() -> None:
    bus = Bus(ManualClock())
    bus.attach(Msrs(bus.clock))
    assert bus.read(Space.MMIO, BASE, 8) == (1 << 64) - 1
    assert bus.read(Space.PIO, BASE & 0xFFFF, 1) == 0xFF
    assert {each.space for each in bus.unclaimed()} == {Space.MMIO, Space.PIO}


def test_accesses_to_msrs_without_a_device_are_counted() -> None:
    bus = Bus(ManualClock())
    bus.attach(Msrs(bus.clock))
    assert bus.read(Space.MSR, BASE - 1, 8) == (1 << 64) - 1
    bus.write(Space.MSR, BASE + 2, 1, 8)
    assert bus.unclaimed() == [
        UnclaimedCount(Space.MSR, BASE - 1, False, 1),
        UnclaimedCount(Space.MSR, BASE + 2, True, 1),
    ]


def test_the_bus_tells_back_ends_which_msrs_have_devices() -> None:
    bus = Bus(ManualClock())
    device = Msrs(bus.clock)
    assert not bus.msr_ranges
    bus.attach(device)
    assert bus.msr_ranges == (range(BASE, BASE + 2),)
    bus.detach(device)
    assert not bus.msr_ranges


@pytest.mark.parametrize(
    ("region", "found"),
    [
        (Region(Space.MSR, 2, 0, 8).at(BASE), "has a register width of 8"),
        (msr(2).at((1 << 32) - 1), "is 2 bytes long"),
    ],
)
def test_impossible_msr_regions_are_refused(region: Region, found: str) -> None:
    bus = Bus(ManualClock())
    device = Msrs(bus.clock)
    device.regions = (region,)
    with pytest.raises(AuthorError, match=found):
        bus.attach(device)


def test_only_whole_registers_are_accessed() -> None:
    with pytest.raises(AuthorError, match="an access of 4 bytes to an MSR"):
        Bus(ManualClock()).read(Space.MSR, BASE, 4)
