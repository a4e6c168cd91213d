# SPDX-License-Identifier: Apache-2.0
"""Addresses of a device's regions, given by the machine; errors in them."""

from __future__ import annotations

import re

import pytest

from bus.plain import Recorder, answer
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.placing import Place
from lightexit.bus.region import Region, mmio, pio
from lightexit.devices.pic import Pic
from lightexit.errors import AuthorError
from lightexit.vm.places import PC

PAIR = (pio(2, name="command"), pio(4, name="data", offset=2))


def bus_with(*regions: Region, at: Place | None = None) -> tuple[Bus, Recorder]:
    bus, device = Bus(ManualClock()), Recorder(*regions)
    bus.attach(device, at=at)
    return bus, device


def refused(*regions: Region, at: Place | None = None) -> str:
    with pytest.raises(AuthorError) as refusal:
        bus_with(*regions, at=at)
    return str(refusal.value)


def test_one_window_takes_an_address() -> None:
    bus, device = bus_with(pio(4, offset=0x10), at=0x500)
    assert bus.read(Space.PIO, 0x502, 1) == answer(0x12, 1)
    assert device.regions[0].offset == 0x10  # as it was declared: no word of 0x500


def test_windows_are_placed_by_their_names() -> None:
    bus, _ = bus_with(*PAIR, at={"data": 0x20, "command": 0xA0})
    assert bus.read(Space.PIO, 0xA1, 1) == answer(1, 1)
    assert bus.read(Space.PIO, 0x20, 1) == answer(2, 1)


def test_registers_of_one_window_stand_as_their_offsets_do() -> None:
    bus, _ = bus_with(mmio(4, offset=0x20), mmio(4, offset=0x10), at=0xD000_0000)
    assert bus.read(Space.MMIO, 0xD000_0000, 4) == answer(0x10, 4)
    assert bus.read(Space.MMIO, 0xD000_0010, 4) == answer(0x20, 4)


def test_a_device_may_be_there_twice_with_two_places() -> None:
    bus = Bus(ManualClock())
    for base in (0x3F8, 0x2F8):
        bus.attach(Recorder(pio(8)), at=base)
    assert bus.read(Space.PIO, 0x2F9, 1) == bus.read(Space.PIO, 0x3F9, 1) == answer(1, 1)


def test_a_region_that_is_placed_stays() -> None:
    bus, _ = bus_with(pio(1).at(0x80), pio(1, name="moved", offset=1), at={"moved": 0x90})
    assert bus.read(Space.PIO, 0x80, 1) == answer(0, 1)
    assert bus.read(Space.PIO, 0x90, 1) == answer(1, 1)


def test_a_window_without_an_address_keeps_its_counters() -> None:
    bus, device = bus_with(*PAIR, at={"command": 0x20, "data": None})
    assert bus.read(Space.PIO, 0x20, 1) == answer(0, 1)
    for data in (0x24, None, 0x60):
        bus.update(device, at={"command": None, "data": data})
        for port in (0x20, 0x24, 0x60):
            assert bus.read(Space.PIO, port, 1) == (answer(2, 1) if port == data else 0xFF)
    bus.update(device, at={"command": 0x30, "data": 0x60})
    assert {(each.address, each.passed) for each in bus.counts()} == {(0x30, 1), (0x60, 2)}


def test_update_keeps_an_address_that_is_not_given() -> None:
    bus, device = bus_with(pio(1), at=0x80)
    bus.update(device, at=0x90)
    device.regions = (pio(2),)
    bus.update(device)
    assert bus.read(Space.PIO, 0x80, 1) == 0xFF
    assert bus.read(Space.PIO, 0x91, 1) == answer(1, 1)


def test_a_replacement_takes_the_old_or_a_new_address() -> None:
    bus, device = bus_with(pio(1), at=0x80)
    other, third = Recorder(pio(1, offset=4)), Recorder(pio(1, offset=8))
    bus.replace(device, other)
    assert bus.read(Space.PIO, 0x80, 1) == answer(4, 1)
    bus.replace(other, third, at=0x81)
    assert bus.read(Space.PIO, 0x81, 1) == answer(8, 1)


def test_a_device_without_an_address_is_refused() -> None:
    said = refused(pio(4))
    assert "no address for the PIO window of recorder" in said
    assert "expected: at=ADDRESS" in said
    assert "said = refused(pio(4))" in said, "the line that made the region"


def test_a_window_without_an_address_is_refused() -> None:
    said = refused(*PAIR, at={"command": 0x20})
    assert "no address for the PIO window 'data' of recorder" in said
    assert "expected: at={'command': ADDRESS, 'data': ADDRESS}" in said
    assert "window 'command' of recorder" in refused(*PAIR)


def test_an_address_for_an_unknown_window_is_refused() -> None:
    said = refused(*PAIR, at={"comand": 0x20, "data": 0x24})
    assert "recorder has no window 'comand' that needs an address" in said
    assert "expected: at={'command': ADDRESS, 'data': ADDRESS}" in said
    assert "'command'" in said.splitlines()[-1]


def test_one_address_for_several_windows_is_refused() -> None:
    said = refused(*PAIR, at=0x20)
    assert "one address, 0x20, for the 2 windows of recorder" in said
    assert "expected: at={'command': ADDRESS, 'data': ADDRESS}" in said


def test_an_address_that_no_window_needs_is_refused() -> None:
    assert "the address 0x20 for recorder" in refused(pio(1).at(0x80), at=0x20)
    assert "expected: none: all its regions have addresses" in refused(at=0x20)
    assert "has no window 'data' that needs an address" in refused(
        pio(1).at(0x80), at={"data": 0x20}
    )


def test_a_window_with_regions_in_both_spaces_is_refused() -> None:
    said = refused(pio(4), mmio(4, offset=4), at=0x40)
    assert "recorder has a window with regions in both spaces" in said
    assert 'try: name="..."' in said


@pytest.mark.parametrize("at", ["0x40", 4.0, ("a", 1), {"": "0x40"}, {"": 1.5}])
def test_a_value_that_is_not_an_address_is_refused(at: object) -> None:
    said = refused(pio(4), at=at)  # type: ignore[arg-type]
    assert f"{at!r} as the address of recorder" in said
    assert "expected: at=ADDRESS" in said


def test_a_refused_attach_changes_nothing() -> None:
    bus, device = bus_with(pio(1), at=0x80)
    with pytest.raises(AuthorError):
        bus.update(device, at={"data": 0x90})
    assert bus.read(Space.PIO, 0x80, 1) == answer(0, 1)


def test_a_pic_without_addresses_lists_its_windows() -> None:
    bus, pic = Bus(ManualClock()), Pic(ManualClock(), Line())
    wanted = "at={'master': ADDRESS, 'slave': ADDRESS, 'elcr': ADDRESS}"
    with pytest.raises(AuthorError, match=re.escape(wanted)):
        bus.attach(pic)
    bus.attach(pic, at=PC["pic"])
    assert bus.read(Space.PIO, 0x4D0, 2) == 0
