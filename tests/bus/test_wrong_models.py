# SPDX-License-Identifier: Apache-2.0
"""A mistake of a device's author is one error that names the device and shows the line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from bus.plain import Cells, Recorder
from lightexit.abi import IoContext, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.bus.region import Region, mmio, pio
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.device import Device
from lightexit.errors import AuthorError, InternalError, LightexitError
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.unicorn import UnicornCpu

PORT, MEMORY = 0x40, 0xD000_0000
ANSWERS = 600


def shows(error: LightexitError, text: str, *parts: str) -> None:
    """The error stands at that line of this file, and says all that."""
    where = error.where
    assert where is not None, str(error)
    assert (where.file, where.text.strip()) == (__file__, text)
    for part in parts:
        assert part in str(error), str(error)


def refused(device: Any) -> AuthorError:
    with pytest.raises(AuthorError) as refusal:
        Bus(ManualClock()).attach(device)
    return refusal.value


# Answers


class Answering(Recorder):
    answer: Any = 0

    def read(self, offset: int, size: int) -> int:
        return self.answer  # type: ignore[no-any-return]


def any_answer(rng: random.Random, size: int) -> Any:
    edge = 1 << 8 * size
    number = rng.choice([0, 1, edge - 1, edge, edge + 1, -1, -edge, 1 << 40, 1 << 64, 1 << 200])
    number += rng.choice([0, 0, 0, rng.randint(-3, 3)])
    other = [None, 1.0, float(number % edge), "1", b"\0", [], (1,), 1j, True, object(), Space.MMIO]
    return rng.choice([number, number, rng.choice(other)])


def test_a_models_answer_is_read_by_the_guest_or_is_an_error() -> None:
    rng = random.Random(9)
    for _ in range(ANSWERS):
        size, width = rng.choice([1, 2, 4, 8]), rng.choice([0, 1, 4])
        region = rng.choice([pio(8, register_width=width).at(PORT), mmio(8).at(MEMORY)])
        device = Answering(region)
        bus = Bus(ManualClock())
        bus.attach(device)
        asked = min(size, region.register_width or size)
        device.answer = any_answer(rng, asked)
        fits = isinstance(device.answer, int) and 0 <= device.answer < 1 << 8 * asked
        if asked == size and fits:
            assert bus.read(region.space, region.base, size) == device.answer
        elif not fits:
            with pytest.raises(AuthorError) as refusal:
                bus.read(region.space, region.base, size)
            line = "def read(self, offset: int, size: int) -> int:"
            shows(refusal.value, line, "the model of recorder answers")
        assert device.memory.header.version % 2 == 0


@pytest.mark.parametrize(
    ("answer", "found", "hint"),
    [
        (None, "answers None", "try: a return at the end of every path"),
        (-1, "answers -1", "try: & 0xff"),
        (1 << 40, "answers 0x10000000000", "try: & 0xff"),
        (1.5, "answers 1.5", "try: int(...)"),
        ("x" * 900, "answers 'xxx", "expected: an int of 0 to 0xff"),
    ],
)
def test_the_message_for_a_wrong_answer_names_the_fix(answer: Any, found: str, hint: str) -> None:
    device = Answering(pio(1).at(PORT))
    device.answer = answer
    bus = Bus(ManualClock())
    bus.attach(device)
    with pytest.raises(AuthorError) as refusal:
        bus.read(Space.PIO, PORT, 1)
    assert found in str(refusal.value)
    assert hint in str(refusal.value)
    assert "to a read of 1 byte at offset 0x0" in str(refusal.value)
    assert len(str(refusal.value)) < 600


# Exceptions


class Raising(Recorder):
    what: Callable[[], Any] = staticmethod(lambda: 0)

    def read(self, offset: int, size: int) -> int:
        return self.what() + 1  # type: ignore[no-any-return]

    def write(self, offset: int, value: int, size: int) -> None:
        self.state.second = value


def guest_reads(bus: Bus) -> LightexitError:
    """The error that stops the machine after a guest's access."""
    context = Record(IoContext)
    context.fields.offset, context.fields.size = PORT, 8
    dispatch().access(bus.cpus[0].address, context.address)
    with pytest.raises(LightexitError) as failure:
        bus.raise_failure()
    return failure.value


def decode() -> Any:
    return json.loads("{")


def test_an_error_is_shown_at_the_models_line_not_in_its_callee() -> None:
    device, bus = Raising(pio(8).at(PORT)), Bus(ManualClock())
    bus.attach(device)
    device.what = decode
    with pytest.raises(AuthorError) as failure:
        bus.read(Space.PIO, PORT, 1)
    found = "the model of recorder failed: JSONDecodeError"
    shows(failure.value, 'return json.loads("{")', found)
    shows(guest_reads(bus), 'return json.loads("{")', found)
    with pytest.raises(AuthorError) as failure:
        bus.write(Space.PIO, PORT, 1 << 40, 8)
    found = "OverflowError: 1099511627776 does not fit in u32"
    shows(failure.value, "self.state.second = value", "the model of recorder failed", found)


def test_an_unknown_field_and_an_error_of_its_own_show_the_line() -> None:
    class Misspelt(Recorder):
        def read(self, offset: int, size: int) -> int:
            self.state.frist = 1  # type: ignore[attr-defined]
            return 0

        def write(self, offset: int, value: int, size: int) -> None:
            raise AuthorError("this device has no such mode")

    bus = Bus(ManualClock())
    bus.attach(Misspelt(pio(1).at(PORT)))
    with pytest.raises(AuthorError, match="try: first") as failure:
        bus.read(Space.PIO, PORT, 1)
    shows(failure.value, "self.state.frist = 1  # type: ignore[attr-defined]")
    with pytest.raises(AuthorError) as failure:
        bus.write(Space.PIO, PORT, 0, 1)
    shows(failure.value, 'raise AuthorError("this device has no such mode")')


def test_an_error_in_a_model_of_lightexit_is_an_internal_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device, bus = Debugcon(ManualClock(), bytes), Bus(ManualClock())
    monkeypatch.setattr(device, "read", lambda offset, size: 1 << 8)
    bus.attach(device, at=PORT)
    with pytest.raises(InternalError, match="answers 0x100 to a read of 1 byte"):
        bus.read(Space.PIO, PORT, 1)


# Devices without a name or regions


class Nameless(Device[Cells]):
    regions = (pio(1).at(PORT),)


class Numbered(Device[Cells]):
    name = 7  # type: ignore[assignment]
    regions = (pio(1).at(PORT),)


class Nowhere(Device[Cells]):
    name = "nowhere"


class Single(Device[Cells]):
    name = "single"
    regions = pio(1).at(PORT)  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Nameless, ("the device Nameless has no name", 'try: name = "nameless" in the class')),
        (Numbered, ("the name of Numbered is 7", "expected: a str")),
        (Nowhere, ("nowhere has no regions", "try: regions = (pio(4),)")),
        (Single, ("single's regions are PlacedRegion(", "expected: a tuple")),
    ],
)
def test_a_device_without_name_or_regions(kind: type[Device[Any]], parts: tuple[str, ...]) -> None:
    shows(refused(kind(ManualClock())), f"class {kind.__name__}(Device[Cells]):", *parts)


def test_a_device_may_declare_that_it_has_no_regions_yet() -> None:
    class Later(Device[Cells]):
        name = "later"
        regions = ()

    Bus(ManualClock()).attach(Later(ManualClock()))


# Windows

WINDOWS: list[tuple[Callable[[], Region], str]] = [
    (lambda: pio(2).at(0xFFFF), "recorder's PIO region at 0xffff is 2 bytes long"),
    (lambda: pio(2).at(-1), "recorder's PIO region at -0x1 is 2 bytes long"),
    (lambda: pio(0).at(PORT), "is 0 bytes long"),
    (lambda: mmio(6, register_width=4).at(MEMORY), "has a register width of 4"),
    (lambda: mmio(6, register_width=-2).at(MEMORY), "has a register width of -2"),
    (lambda: mmio(4, offset=-4).at(MEMORY), "begins at offset -4"),
    (lambda: mmio(4, offset=1 << 64).at(MEMORY), "begins at offset 18446744073709551616"),
    (lambda: mmio(4, states=[1]).at(MEMORY), "a region of recorder has the state 1"),  # type: ignore[list-item]
    (lambda: mmio(4).at("0x40"), "a region of recorder has the base '0x40'"),  # type: ignore[arg-type]
    (lambda: mmio(4.0).at(MEMORY), "a region of recorder has the size 4.0"),  # type: ignore[arg-type]
    (lambda: Region(3, 4).at(PORT), "a region of recorder has the space 3"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("window", "found"), WINDOWS)
def test_an_impossible_window_is_shown_where_it_was_made(
    window: Callable[[], Region], found: str
) -> None:
    error = refused(Recorder(window()))
    assert found in str(error)
    where = error.where
    assert where is not None
    assert where.file == __file__
    assert where.text.strip().startswith("(lambda: ")


def test_windows_that_overlap_are_shown() -> None:
    bus = Bus(ManualClock())
    bus.attach(Recorder(pio(4).at(PORT)))
    with pytest.raises(AuthorError, match=r"region 0x42.* overlaps") as refusal:
        bus.attach(Recorder(pio(4).at(PORT + 2)))
    shows(refusal.value, "bus.attach(Recorder(pio(4).at(PORT + 2)))")


def test_a_window_over_the_guests_memory() -> None:
    memory = GuestMemory(2 * MIB)
    beside = Recorder(mmio(8).at(2 * MIB), mmio(0x20000).at(0xA0000))
    over = Recorder(mmio(8).at(2 * MIB - 4))
    line = "over = Recorder(mmio(8).at(2 * MIB - 4))"
    parts = ("recorder's MMIO region at 0x1ffffc", "overlaps", "0xc0000..0x1fffff")
    bus = Bus(ManualClock())
    bus.attach(beside)
    UnicornCpu(memory, bus.cpus[0])
    with pytest.raises(AuthorError) as refusal:
        bus.attach(over)
    shows(refusal.value, line, *parts)
    bus = Bus(ManualClock())
    bus.attach(over)
    with pytest.raises(AuthorError) as refusal:
        UnicornCpu(memory, bus.cpus[0])
    shows(refusal.value, line, *parts)
