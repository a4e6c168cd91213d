# SPDX-License-Identifier: Apache-2.0
"""Devices in the place of others, and wires to interrupt inputs by number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lightexit.abi import Space, Struct, u64
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.placing import Place
from lightexit.bus.region import Region, mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.pic import Pic
from lightexit.devices.port61 import Port61
from lightexit.errors import AuthorError
from lightexit.filter import IoContext, Verdict, io_filter
from lightexit.targets import Target
from lightexit.targets.finding import NamedMaker
from lightexit.targets.plugging import plug_in
from lightexit.vm.machine import Machine
from lightexit.vm.pc import PcConfig, pc_machine


class _State(Struct):
    value: u64 = 5


@io_filter
def too_much(ctx: IoContext, state: _State) -> Verdict:
    ctx.raise_line(3)
    return Verdict.HANDLED


class Two(Device[_State]):
    name = "two"
    regions: tuple[Region, ...] = (pio(2),)

    def read(self, offset: int, size: int) -> int:
        return 0x77


class OtherPit(Two):
    name = "other_pit"
    regions = (pio(4),)


class OtherUart(Two):
    name = "uart"


class Refused(Two):
    regions = (pio(2, filter=too_much),)


@pytest.fixture
def pc() -> Iterator[Machine]:
    with pc_machine(PcConfig(kernel=b"\xf4"), ManualClock()) as made:
        yield made


def layout(machine: Machine) -> list[tuple[str, int]]:
    return [(name, region.base) for name, region in machine.bus.places()]


def test_one_where_nothing_is(pc: Machine) -> None:
    two = Two(pc.clock)
    assert pc.plug(two, 0x3DA) == ()
    assert pc.devices[-1] is two


def test_whoever_has_its_addresses_leaves_whole(pc: Machine) -> None:
    two = Two(pc.clock)
    (left,) = pc.plug(two, 0x60 - 1)
    assert left.name == "ps2"
    assert left not in pc.devices
    assert pc.bus.read(Space.PIO, 0x60, 1) == 0x77
    assert pc.bus.read(Space.PIO, 0x64, 1) == 0xFF


def test_several_may_leave(pc: Machine) -> None:
    left = pc.plug(Two(pc.clock), 0x60)
    assert {each.name for each in left} == {"ps2", "port61"}


@pytest.mark.parametrize(
    ("device", "at", "said"),
    [
        (Two, 0x21, "two claims addresses of pic, which interrupts the CPU"),
        (Two, 0x43, "two claims addresses of pit, whose state port61 works on"),
        (OtherUart, 0x200, "two devices of the machine are called 'uart'"),
        (Two, 0x10000, "expected: at least 1 byte, all of them below 0x10000"),
        (Two, None, "no address for the PIO window of two"),
    ],
)
def test_what_cannot_be_changes_nothing(
    pc: Machine, device: type[Two], at: Place | None, said: str
) -> None:
    before, devices = layout(pc), list(pc.devices)
    with pytest.raises(AuthorError) as caught:
        pc.plug(device(pc.clock), at)
    assert said in str(caught.value)
    assert (layout(pc), pc.devices) == (before, devices)


def test_one_that_is_refused_leaves_the_others_in_their_places() -> None:
    from lightexit.engine.interpreter import InterpreterEngine

    with pc_machine(PcConfig(kernel=b"\xf4"), ManualClock(), InterpreterEngine()) as machine:
        before, devices = sorted(layout(machine)), list(machine.devices)
        with pytest.raises(AuthorError):
            machine.plug(Refused(machine.clock), 0x60)
        assert (sorted(layout(machine)), machine.devices) == (before, devices)
        assert machine.bus.read(Space.PIO, 0x64, 1) != 0xFF


def test_whoever_needs_another_may_be_replaced_first(pc: Machine) -> None:
    assert [each.name for each in pc.plug(Two(pc.clock), 0x61)] == ["port61"]
    assert [each.name for each in pc.plug(OtherPit(pc.clock), 0x40)] == ["pit"]
    assert not any(isinstance(each, Port61) for each in pc.devices)


def test_one_of_the_same_name_in_its_place(pc: Machine) -> None:
    assert [each.name for each in pc.plug(OtherUart(pc.clock), 0x3F8)] == ["uart"]


def test_an_input_is_up_while_one_of_its_wires_is(pc: Machine) -> None:
    pic = next(each for each in pc.devices if isinstance(each, Pic))
    one, other = pc.irq(5), pc.irq(5)
    one.set(True)
    other.set(True)
    one.set(False)
    assert pic.inputs[5].level
    other.set(False)
    assert not pic.inputs[5].level


@pytest.mark.parametrize("number", [2, 24, -1, 99])
def test_an_input_that_there_is_not(pc: Machine, number: int) -> None:
    with pytest.raises(AuthorError, match="there is no interrupt input") as caught:
        pc.irq(number)
    assert "expected: 0 to 23, but for 2" in str(caught.value)


class Far(Two):
    name = "far"
    regions = (mmio(0x1000, name="a"), mmio(0x1000, name="b"))

    def __init__(self, clock: ManualClock, irq: Line) -> None:
        super().__init__(clock)
        self.lines = (irq,)


def target(kind: type[Two], bases: dict[str, int | None], **lines: int) -> Target:
    return Target("it", NamedMaker(kind, "it.py"), lines=lines, bases=bases)


def test_what_is_said_of_one(pc: Machine) -> None:
    (plugged,) = plug_in(pc, [target(Two, {"": 0x60})])
    assert plugged.lines() == [
        "device: two (it.py) at ports 0x60..0x61",
        "  in the place of port61, which had port 0x61",
        "  in the place of ps2, which had port 0x60, port 0x64",
        "  now answered by no device: port 0x64",
    ]


def test_windows_and_wires(pc: Machine) -> None:
    bases: dict[str, int | None] = {"a": 0xE000_0000, "b": None}
    (plugged,) = plug_in(pc, [target(Far, bases, irq=11)])
    assert plugged.lines() == ["device: far (it.py) at memory 0xe0000000..0xe0000fff"]
    plugged.device.lines[0].set(True)
    assert next(each for each in pc.devices if isinstance(each, Pic)).inputs[11].level


def test_two_at_one_address(pc: Machine) -> None:
    with pytest.raises(AuthorError, match="two and two claim the same addresses"):
        plug_in(pc, [target(Two, {"": 0x700}), target(Two, {"": 0x701})])
