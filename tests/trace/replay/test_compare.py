# SPDX-License-Identifier: Apache-2.0
"""What a replay finds and says, and what it refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lightexit import AuthorError, Device, IoContext, Line, Struct, Verdict, io_filter, pio, u8
from lightexit.abi import Space
from lightexit.bus.clock import Clock
from lightexit.engine.native import NativeEngine
from lightexit.trace.access import Access
from lightexit.trace.replay import compare
from lightexit.trace.replay.checks import MOST_APART_NS, Timeline
from lightexit.trace.replay.compare import Contest, DifferenceKind, Replay
from lightexit.trace.replay.sides import ReplayedDevices
from replaying import access, plan, replayed

ENGINE = NativeEngine()
BASE = 0x300


class LampState(Struct):
    level: u8
    writes: u8


@io_filter
def count_writes(ctx: IoContext, lamp: LampState) -> Verdict:
    """Wrong: it counts a write of 7 twice, which no read shows at once."""
    if not ctx.is_write or ctx.offset != 0:
        return Verdict.PASS
    lamp.level = u8(ctx.data)
    lamp.writes = u8(lamp.writes + (2 if lamp.level == 7 else 1))
    return Verdict.HANDLED


class Lamp(Device[LampState]):
    name = "lamp"
    regions = (pio(2, register_width=1, filter=count_writes),)

    def __init__(self, clock: Clock, glow: Line) -> None:
        super().__init__(clock)
        self.lines = (glow,)

    def read(self, offset: int, size: int) -> int:
        if offset == 0 and self.state.level == 0xEE:
            raise RuntimeError("burnt out")
        return self.state.writes if offset else self.state.level

    def write(self, offset: int, value: int, size: int) -> None:
        if offset == 0:
            self.state.level, self.state.writes = value, self.state.writes + 1 & 0xFF


def lamps(kind: Any = Lamp) -> tuple[ReplayedDevices, ReplayedDevices]:
    plans = [plan("lamp", kind, ("", BASE))]
    return ReplayedDevices(plans, None), ReplayedDevices(plans, ENGINE)


def devices(*names: str) -> list[ReplayedDevices]:
    return [ReplayedDevices([plan(name) for name in names], ENGINE)]


def test_a_wrong_state_is_found_at_the_write_that_made_it() -> None:
    steps = [access(BASE, 3, is_write=True), access(BASE + 1), access(BASE, 7, is_write=True)]
    first = replayed(lamps(), [*steps, access(BASE + 1)]).first
    assert first is not None
    assert (first.number, first.is_value, first.register.title) == (3, False, "lamp.+0x0")
    assert first.shown["with filters"].before == {"lamp.level": "0x3", "lamp.writes": "0x1"}
    assert first.shown["with filters"].changed["lamp.writes"] == "0x1 -> 0x3"
    assert first.shown["without filters"].changed["lamp.writes"] == "0x1 -> 0x2"


class Dark(Lamp):
    """Its model drives a wire that its filter forgets."""

    def write(self, offset: int, value: int, size: int) -> None:
        super().write(offset, value, size)
        self.lines[0].set(value == 1)


def test_a_forgotten_wire_is_found() -> None:
    first = replayed(lamps(Dark), [access(BASE, 1, is_write=True)]).first
    assert first is not None
    assert first.shown["without filters"].did == ["lamp.glow: up"]
    assert first.shown["with filters"].did == []


def test_a_model_that_fails_is_named_with_the_access() -> None:
    model = [lamps()[0]]
    with pytest.raises(Exception, match=r"access 2: .*burnt out") as caught:
        replayed(model, [access(BASE, 0xEE, is_write=True), access(BASE)])
    assert "test_compare.py" in str(caught.value)


KINDS = [
    ("pm", [access(0xB008, 0x123456, size=4, time_ns=10**9)], DifferenceKind.TIME),
    ("rtc", [access(0x70, 0x14, is_write=True), access(0x71, 0x99)], DifferenceKind.START),
    (
        "port92",
        [access(0x92, 2, is_write=True), access(0x92, 0xFE)],
        DifferenceKind.UNEXPLAINED,
    ),
]


@pytest.mark.parametrize(("name", "steps", "kind"), KINDS, ids=[name for name, *_ in KINDS])
def test_a_difference_from_the_recording_has_a_kind(
    name: str, steps: list[Access], kind: DifferenceKind
) -> None:
    first = replayed(devices(name), steps, recorded=True).first
    assert first is not None
    assert first.kind is kind
    assert (first.number, first.expected) == (len(steps), steps[-1].value)


@pytest.mark.parametrize(("name", "steps", "kind"), KINDS, ids=[name for name, *_ in KINDS])
def test_what_is_allowed_does_not_count(
    name: str, steps: list[Access], kind: DifferenceKind
) -> None:
    result = replayed(devices(name), steps, recorded=True, allowed=[kind.value])
    assert result.first is None
    ((register, tally),) = result.differing.items()
    assert tally.differing == 1
    assert replayed(devices(name), steps, recorded=True, allowed=[register.title]).first is None


def test_a_recording_is_replayed_to_its_end() -> None:
    steps = [access(0x92, value) for value in (2, 5, 2, 5, 7)]
    result = replayed(devices("port92"), steps, recorded=True)
    assert result.first is not None
    assert (result.first.number, result.read) == (2, 5)
    assert [tally.differing for tally in result.differing.values()] == [3]


def test_registers_behind_an_index_are_told_apart() -> None:
    steps = [access(0x70, 0x0D, is_write=True), access(0x71, 0x80)]
    steps += [access(0x70, 0x0B, is_write=True), access(0x71, 0x55)]
    result = replayed(devices("rtc"), steps, recorded=True)
    assert [each.title for each in result.differing] == ["rtc.DATA[0xb]"]


def test_values_that_were_not_recorded_are_left_out() -> None:
    steps = [access(0x92, None, is_write=True), access(0x92, None)]
    result = replayed(devices("port92"), steps, recorded=True)
    assert (result.without_value, result.replayed, result.first) == (1, 1, None)


def test_accesses_elsewhere_are_counted() -> None:
    result = replayed(devices("port92"), [access(0x91), access(0x91), access(0x93, size=4)])
    assert result.replayed == 0
    assert result.elsewhere == {(Space.PIO, 0x91): 2, (Space.PIO, 0x93): 1}


def test_alarms_come_before_the_access_that_is_later() -> None:
    """The RTC's second passes: 61 of them, then register 0 reads 1."""
    steps = [access(0x70, 0, is_write=True), access(0x71, time_ns=61 * 10**9)]
    side = devices("rtc")[0]
    result = replayed([side], [steps[0], replace(steps[1], value=1)], recorded=True)
    assert result.first is None


def test_time_never_goes_back() -> None:
    steps = [access(0x92, time_ns=5), access(0x92, time_ns=3), access(0x92, time_ns=6)]
    assert replayed(devices("port92"), steps).backwards == 1


HOSTILE = [
    (access(0x92, size=200), "access 2 is an access of 200 bytes\n  expected: 1 to 8 bytes"),
    (access(0x92, size=0), "access 2 is an access of 0 bytes"),
    (access(2**64 - 1), "access 2 is an access of PIO at 0xffffffffffffffff"),
    (access(2**64, space=Space.MMIO), "access 2 is an access of MMIO at 0x10000000000000000"),
    (access(0x10, space=Space.MSR), "access 2 is an access of 1 bytes to an MSR"),
    (access(0x92, 0x100), "access 2 has the value 0x100 and a size of 1"),
    (access(0x92, -1), "access 2 has the value -0x1 and a size of 1"),
    (access(0x92, time_ns=-1), "access 2 is at -1 ns"),
    (access(0x92, time_ns=2**64), "access 2 is at 18446744073709551616 ns"),
    (access(0x92, time_ns=2**62), "access 2 is 53,375 days after the one before it"),
]


@pytest.mark.parametrize(("step", "message"), HOSTILE, ids=[text for _, text in HOSTILE])
def test_what_is_no_access_is_refused(step: Access, message: str) -> None:
    with pytest.raises(AuthorError) as caught:
        replayed(devices("port92"), [access(0x92), step])
    assert message in str(caught.value)


def test_the_last_byte_of_memory_is_an_address() -> None:
    steps = [access(2**64 - 1, space=Space.MMIO, size=8), access(0x92)]
    assert replayed(devices("port92"), steps).replayed == 1


def test_a_month_without_an_access_is_bounded_work() -> None:
    """The PIT's and the HPET's alarms are not carried out one by one for a month."""
    steps = [access(0x43, 0x34, is_write=True), access(0x40, 1, is_write=True)]
    steps += [access(0x40, 0, is_write=True), access(0x40, time_ns=MOST_APART_NS)]
    plans = [plan("pit"), plan("rtc")]
    sides = ReplayedDevices(plans, None), ReplayedDevices(plans, ENGINE)
    assert replayed(sides, steps).first is None


def test_many_registers_and_addresses_take_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compare, "MOST_REGISTERS", 100)

    def steps() -> Iterator[Access]:
        for number in range(500):
            yield access(0xCF8, 0x8000_0000 | 4 * number, size=4, is_write=True)
            yield access(0xCFC, 1, size=4)
            yield access(number, space=Space.MMIO)

    result = Replay(Contest(devices("i440fx"), recorded=True), Timeline(0)).run(steps())
    assert result.replayed == 1000
    assert len(result.registers) == 101
    assert len(result.elsewhere) == 100


def test_progress_is_told() -> None:
    told: list[int] = []
    contest = Contest(devices("port92"))
    Replay(contest, Timeline(0), told.append).run(access(0x92) for _ in range(3000))
    assert told == [1024, 2048]


def test_port_61_brings_its_pit() -> None:
    side = devices("port61")[0]
    assert [device.name for device in side.devices] == ["pit", "port61"]
    both = devices("port61", "pit")[0]
    assert [device.name for device in both.devices] == ["pit", "port61"]


def test_a_device_twice_is_refused() -> None:
    with pytest.raises(AuthorError, match="the device rtc is given twice"):
        devices("rtc", "rtc")


class Odd(Lamp):
    def __init__(self, clock: Clock, colour: str) -> None:
        super().__init__(clock, Line())


class Untyped(Lamp):
    def __init__(self, clock, glow) -> None:  # type: ignore[no-untyped-def]
        super().__init__(clock, glow)


class Broken(Lamp):
    def __init__(self, clock: Clock) -> None:
        raise KeyError("glow")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Odd, r"lamp is made with colour of type str\n  expected: a clock, Lines, functions"),
        (Untyped, r"lamp is made with glow without a type"),
        (Broken, r"lamp cannot be made: KeyError: 'glow'"),
        (lambda: 3, r"<lambda> makes 3\n  expected: a Device, which has regions"),
    ],
)
def test_what_cannot_be_made_is_said(kind: Any, message: str) -> None:
    with pytest.raises(AuthorError) as caught:
        lamps(kind)
    assert re.search(message, str(caught.value))
