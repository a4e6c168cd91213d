# SPDX-License-Identifier: Apache-2.0
"""Filters are proved to do what their device's model does; wrong ones are refuted, and replayed."""

from __future__ import annotations

from typing import Any

import pytest

from lightexit import Device, Filter, IoContext, Struct, Verdict, io_filter, pio, u8, u32, u64
from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.devices.ioapic import IoApicState, only_levels_wait
from lightexit.devices.ps2 import Ps2, Ps2State, is_settled

pytest.importorskip("z3", reason="z3 is not installed")

from laws.transparency import PROVED, proved
from lightexit.bus.clock import ManualClock
from lightexit.prover.query import Budget
from lightexit.prover.transparency import Transparency, prove_transparency

#: These take less than 3 s.
QUICK = ("port92", "debugcon", "fw_cfg", "virtio-mmio", "i440fx", "hpet")


class LampState(Struct):
    level: u8
    reads: u32
    since: u64


@io_filter
def read_level(ctx: IoContext, lamp: LampState) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    lamp.reads = u32(lamp.reads + 1)
    ctx.data = lamp.level
    return Verdict.HANDLED


@io_filter
def set_level(ctx: IoContext, lamp: LampState) -> Verdict:
    if not ctx.is_write:
        return Verdict.PASS
    lamp.level = u8(ctx.data)
    if lamp.level >= 128:
        ctx.raise_line(0)
    else:
        ctx.lower_line(0)
    return Verdict.HANDLED


class Lamp(Device[LampState]):
    """Right: its line is up while its level is 128 or more."""

    name = "lamp"
    regions = (pio(1, register_width=1, filter=read_level),)

    def __init__(self, clock: Clock, line: Line) -> None:
        super().__init__(clock)
        self.lines = (line,)

    def read(self, offset: int, size: int) -> int:
        self.state.reads = u32(self.state.reads + 1)
        return self.state.level

    def write(self, offset: int, value: int, size: int) -> None:
        self.state.level = value
        self._drive()

    def _drive(self) -> None:
        self.lines[0].set(self.state.level >= 128)


class SetByFilter(Lamp):
    """Right, too."""

    regions = (pio(1, register_width=1, filter=set_level),)


class Miscounts(Lamp):
    """The model counts in another way."""

    def read(self, offset: int, size: int) -> int:
        super().read(offset, size)
        self.state.reads = u32(self.state.reads + (self.state.level == 77))
        return self.state.level


class Misreads(Lamp):
    """The model answers something else at a certain time."""

    def read(self, offset: int, size: int) -> int:
        level = super().read(offset, size)
        return level ^ 1 if self.clock.now_ns() == 123_456_789 else level


class Misdrives(SetByFilter):
    """The model's line rises one step later, and starts where that leaves it."""

    def _drive(self) -> None:
        self.lines[0].set(self.state.level > 128)


class Raises(Lamp):
    """The model does not answer everything."""

    def read(self, offset: int, size: int) -> int:
        _ = 1 // (self.state.since - 5)
        return super().read(offset, size)


class Breaks(Lamp):
    """The filter breaks what the device declares."""

    @staticmethod
    def invariant(lamp: LampState) -> bool:
        return lamp.reads < 1000


class Declares(Lamp):
    """Filter and model differ where the state never is."""

    @staticmethod
    def invariant(lamp: LampState) -> bool:
        return lamp.level != 77

    def read(self, offset: int, size: int) -> int:
        return super().read(offset, size) + (self.state.level == 77)


def of(kind: type[Lamp]) -> Transparency:
    (found,) = prove_transparency(lambda now: kind(ManualClock(now), Line()), Budget(30.0))
    return found


@pytest.mark.parametrize("kind", [Lamp, SetByFilter])
def test_right_devices_are_proved(kind: type[Lamp]) -> None:
    found = of(kind)
    assert (found.verdict, found.reason) == ("proved", "")
    assert found.handled > 0


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Miscounts, "LampState.reads"),
        (Misreads, "the filter answers"),
        (Misdrives, "lamp.lines[0]"),
        (Raises, "ZeroDivisionError"),
        (Breaks, "the filter breaks the invariant"),
    ],
)
def test_wrong_devices_are_refuted_and_the_difference_is_replayed(
    kind: type[Lamp], told: str
) -> None:
    found = of(kind)
    assert found.verdict == "refuted"
    assert told in str(found.difference)


def test_a_difference_is_told_with_its_access() -> None:
    assert str(of(Misreads).difference).startswith("a read, 1 bytes at 0x0, at 123456789 ns: ")


def test_an_invariant_is_taken_for_given() -> None:
    assert of(Declares).verdict == "proved"


def test_a_model_that_cannot_be_followed_is_unknown() -> None:
    class Opaque(Lamp):
        def read(self, offset: int, size: int) -> int:
            return int(str(self.state.level), 16)

    found = of(Opaque)
    assert found.verdict == "unknown"
    assert "cannot be run on symbolic values" in found.reason


def test_the_time_limit_holds() -> None:
    (found,) = prove_transparency(lambda now: Lamp(ManualClock(now), Line()), Budget(0.0))
    assert (found.verdict, found.reason) == ("unknown", "the 0 s are used up")


def test_a_filter_can_be_right_only_where_the_invariant_holds() -> None:
    class Unsettled(Ps2):
        @staticmethod
        def invariant(ps2: Ps2State) -> bool:
            return True

    def make(now_ns: int) -> Ps2:
        return Unsettled(ManualClock(now_ns), Line(), Line(), Line(), Line())

    assert [each.verdict for each in prove_transparency(make)] == ["refuted", "proved"]


@io_filter
def judge_ps2(ctx: IoContext, ps2: Ps2State) -> Verdict:
    ctx.data = 1 if is_settled(ps2) else 0
    return Verdict.HANDLED


@io_filter
def judge_ioapic(ctx: IoContext, ioapic: IoApicState) -> Verdict:
    ctx.data = 1 if only_levels_wait(ioapic) else 0
    return Verdict.HANDLED


@pytest.mark.parametrize("filter", [judge_ps2, judge_ioapic], ids=lambda each: each.name)
def test_invariants_are_of_the_filter_language(filter: Filter[Any]) -> None:
    assert filter.report.cost > 0


@pytest.mark.parametrize("device", QUICK)
def test_devices_of_the_library(device: str) -> None:
    assert _verdicts(device) == {"proved"}


@pytest.mark.long
@pytest.mark.parametrize("device", [each for each in PROVED if each not in QUICK])
def test_slow_devices_of_the_library(device: str) -> None:
    assert _verdicts(device) == {"proved"}


def _verdicts(device: str) -> set[Any]:
    return {each.verdict for each in proved(device, 600.0)}
