# SPDX-License-Identifier: Apache-2.0
"""Saving and restoring one device: bytes, refusals, upgrades. The law is `laws/saving.py`."""

from __future__ import annotations

import importlib
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laws.pc_side import Side
from laws.pc_steps import Config
from laws.saving import wires
from lightexit.abi import fingerprint
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.fw_cfg import FwCfg
from lightexit.devices.hpet import Hpet
from lightexit.devices.i440fx import I440fx
from lightexit.devices.ioapic import PINS, IoApic
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.saved import CHECKSUM_SIZE, NEVER, Head
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio
from lightexit.errors import AuthorError
from lightexit.filter import Struct, u8, u16, u32, u64
from lightexit.vm.irqchip import Irqchip

NOW_NS = 1_000_000


class AlarmState(Struct):
    """A time, in ns, at which a line goes up."""

    due_ns: u64
    ticks: u16
    armed: bool


class Alarm(Device[AlarmState]):
    name = "alarm"
    regions = ()

    def __init__(self, clock: ManualClock, unit: str = "ns") -> None:
        super().__init__(clock)
        self.heard: list[tuple[str, bool]] = []
        self.lines = (Line(lambda level: self.heard.append(("out", level))),)
        self.inputs = (Line(lambda level: self.heard.append(("in", level))),)
        self.unit = unit

    def configuration(self) -> Mapping[str, object]:
        return {"unit": self.unit}

    def next_wakeup(self) -> int | None:
        return self.state.due_ns if self.state.armed else None


def alarm(kind: type[Alarm] = Alarm, now_ns: int = NOW_NS, **built: Any) -> Alarm:
    return kind(ManualClock(now_ns), **built)


def armed() -> Alarm:
    device = alarm()
    device.state.due_ns, device.state.ticks, device.state.armed = 7_000_000, 3, True
    device.lines[0].set(True)
    return device


def with_checksum(content: bytes) -> bytes:
    return content + zlib.crc32(content).to_bytes(CHECKSUM_SIZE, "little")


def changed(saved: bytes, **fields: int) -> bytes:
    """A save with other numbers in its head, and the checksum that this has."""
    content = bytearray(saved[:-CHECKSUM_SIZE])
    head = Head.view(content)
    for name, value in fields.items():
        setattr(head, name, value)
    del head
    return with_checksum(bytes(content))


def refusal(device: Device[Any], saved: bytes) -> str:
    """The error message, after a check that nothing was applied."""
    before, now_ns = device.save(), device.clock.now_ns()
    with pytest.raises(AuthorError) as caught:
        device.restore(saved)
    assert device.save() == before
    assert device.clock.now_ns() == now_ns
    return str(caught.value)


def test_the_bytes_of_a_save_are_as_documented() -> None:
    content = (
        b"LEXTSAVE"
        + struct.pack("<HHHH", 1, 1, 1, 1)
        + struct.pack("<IIII", len("alarm"), 16, len("unit: ns\n"), 0)
        + struct.pack("<QQQ", fingerprint(AlarmState), NOW_NS, 7_000_000)
        + b"alarm"
        + struct.pack("<QHBxxxxx", 7_000_000, 3, 1)
        + b"\1\0"
        + b"unit: ns\n"
    )
    assert armed().save() == with_checksum(content)


def test_restoring_brings_the_state_back_and_drives_no_line() -> None:
    device, saved = alarm(), armed().save()
    device.inputs[0].set(True)
    device.heard.clear()
    device.restore(saved)
    assert device.save() == saved
    assert (device.state.ticks, device.lines[0].level, device.inputs[0].level) == (3, True, False)
    assert device.heard == []
    device.lines[0].set(False)
    assert device.heard == [("out", False)]


REFUSALS: list[tuple[Callable[[bytes], bytes], str]] = [
    (
        lambda saved: saved[:59],
        "a saved device of 59 bytes\n  expected: at least 60 bytes, all that Device.save gave",
    ),
    (
        lambda saved: b"\x7fELF" + saved[4:],
        "bytes that begin with 7f 45 4c 46 53 41 56 45 are no saved device\n"
        "  expected: 4c 45 58 54 53 41 56 45, as Device.save begins",
    ),
    (
        lambda saved: changed(saved, format=2),
        "a device saved in format 2\n  expected: format 1\n"
        "  help: restore it with the version of lightexit that saved it, or a later one",
    ),
    (
        lambda saved: saved[:-1],
        "a saved device of 91 bytes, whose head tells of 92\n"
        "  expected: all the bytes that Device.save gave, and no more",
    ),
    (
        lambda saved: changed(saved, state_size=2**32 - 1),
        "a saved device of 92 bytes, whose head tells of 4294967371\n"
        "  expected: all the bytes that Device.save gave, and no more",
    ),
    (
        lambda saved: saved[:-4] + b"\1\2\3\4",
        "a saved device with the checksum 01020304, whose bytes have CHECKSUM\n"
        "  expected: the bytes as Device.save gave them: these have been damaged since",
    ),
    (
        lambda saved: with_checksum(saved[:56] + b"clo\x1bk" + saved[61:-4]),
        "a save of 'clo\\x1bk' is to be restored into alarm\n  expected: a save of alarm",
    ),
    (
        lambda saved: changed(saved, version=2),
        "alarm was saved in version 2 of its state\n  expected: version 1\n"
        "  help: restore it with the program that saved it, or a later one",
    ),
    (
        lambda saved: changed(saved, version=0),
        "alarm was saved in version 0 of its state\n  expected: version 1\n"
        "  help: restore it with the program that saved it, or a later one",
    ),
    (
        lambda saved: changed(saved, fingerprint=5),
        "alarm was saved in version 1 of its state with another layout: 16 bytes, fingerprint "
        "0x0000000000000005\n  expected: that of AlarmState: 16 bytes, fingerprint LAYOUT\n"
        "  help: where AlarmState was changed: put the Struct as it was into older_states of "
        "Alarm, and say in upgrade what it means today",
    ),
    (
        lambda saved: changed(saved[:61] + b"\0" + saved[61:], state_size=17),
        "alarm was saved in version 1 of its state with another layout: 17 bytes, fingerprint "
        "LAYOUT\n  expected: that of AlarmState: 16 bytes, fingerprint LAYOUT\n"
        "  help: where AlarmState was changed: put the Struct as it was into older_states of "
        "Alarm, and say in upgrade what it means today",
    ),
    (
        lambda saved: changed(saved, lines=2, inputs=0),
        "alarm was saved with 2 lines and 0 inputs\n"
        "  expected: 1 lines and 1 inputs, as this one was built",
    ),
    (
        lambda saved: with_checksum(saved[:77] + b"\1\2" + saved[79:-4]),
        "a saved device with the line levels 02\n  expected: 00 or 01 each",
    ),
    (
        lambda saved: alarm(unit="hours").save(),
        "alarm was saved with unit: hours\n  expected: unit: ns, as this one was built\n"
        "  help: restore it into a machine that is put together as the saved one was",
    ),
    (
        lambda saved: changed(saved, now_ns=NOW_NS + 5),
        "alarm was saved at 1000005 ns of VM time, and it is 1000000 ns\n"
        "  expected: VM time that has come so far: the clock is set before devices are restored\n"
        "  try: clock.advance(5)",
    ),
    (
        lambda saved: changed(saved, wakeup_ns=NEVER),
        "alarm would next wake up at 7000000 ns, and as it was saved never\n"
        "  expected: a deadline that depends on the state alone\n"
        "  help: keep all that next_wakeup looks at in AlarmState",
    ),
    (
        lambda saved: changed(saved, wakeup_ns=9),
        "alarm would next wake up at 7000000 ns, and as it was saved at 9 ns\n"
        "  expected: a deadline that depends on the state alone\n"
        "  help: keep all that next_wakeup looks at in AlarmState",
    ),
]


@pytest.mark.parametrize(("change", "text"), REFUSALS, ids=[text[:50] for _, text in REFUSALS])
def test_a_save_that_does_not_fit_is_refused(change: Callable[[bytes], bytes], text: str) -> None:
    saved = armed().save()
    text = text.replace("LAYOUT", f"{fingerprint(AlarmState):#018x}")
    text = text.replace("CHECKSUM", saved[-CHECKSUM_SIZE:].hex())
    assert refusal(alarm(), change(saved)) == text


def test_a_state_that_a_device_cannot_be_in_is_not_kept() -> None:
    class Picky(Alarm):
        def next_wakeup(self) -> int | None:
            return [None, 7_000_000][self.state.ticks // 3]

    saved = armed()
    saved.state.ticks, saved.state.armed = 9, False
    assert refusal(alarm(Picky), saved.save()) == (
        "alarm was saved in a state that it cannot be in: IndexError('list index out of range')\n"
        "  expected: a save of a device that worked"
    )


def test_a_hint_about_the_time_can_be_followed() -> None:
    device, saved = alarm(now_ns=0), armed().save()
    clock = device.clock
    assert isinstance(clock, ManualClock)
    assert refusal(device, saved).endswith(f"clock.advance({NOW_NS})")
    clock.advance(NOW_NS)
    device.restore(saved)


def test_a_save_with_a_flipped_bit_is_not_applied() -> None:
    saved, device = armed().save(), alarm()
    for bit in range(8 * len(saved)):
        flipped = bytearray(saved)
        flipped[bit // 8] ^= 1 << bit % 8
        refusal(device, bytes(flipped))


def test_a_truncated_save_is_not_applied() -> None:
    saved, device = armed().save(), alarm()
    for size in range(len(saved)):
        refusal(device, saved[:size])


def pc() -> Side:
    return Side(Config(Irqchip.SPLIT), None)


ALL = pc().devices


@settings(deadline=None)
@given(st.sampled_from(sorted(ALL)), st.data())
def test_any_bytes_are_restored_or_refused(name: str, data: st.DataObject) -> None:
    """With a right checksum too, and any state. What is refused changes nothing."""
    device = ALL[name]
    saved = bytearray(device.save())
    for _ in range(data.draw(st.integers(0, 3))):
        start = data.draw(st.integers(0, len(saved)))
        part = data.draw(st.binary(max_size=24))
        saved[start : start + data.draw(st.sampled_from((len(part), 0, 1, 40)))] = part
    content = bytes(saved[:-CHECKSUM_SIZE])
    before = device.save()
    for tried in (bytes(saved), with_checksum(content)):
        try:
            device.restore(tried)
        except AuthorError:
            assert device.save() == before
        else:
            device.restore(before)


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_wire_of_a_device_is_saved(name: str) -> None:
    device = ALL[name]
    assert set(wires(device, behind=False)) == {*device.lines, *device.inputs}


# An older layout


class SecondsState(Struct):
    """Version 1: in seconds, and always armed; with no input."""

    due: u32
    ticks: u8


class Later(Alarm):
    """Version 2."""

    older_states = (SecondsState,)

    @classmethod
    def upgrade(cls, old: SecondsState) -> AlarmState:
        new = AlarmState()
        new.due_ns, new.ticks, new.armed = old.due * 10**9, old.ticks, True
        return new


class Seconds(Device[SecondsState]):
    """The device in the version that wrote the save."""

    name = "alarm"
    regions = ()

    def __init__(self) -> None:
        super().__init__(ManualClock(NOW_NS))
        self.lines = (Line(),)
        self.state.due, self.state.ticks = 4, 5
        self.lines[0].set(True)


def test_an_older_layout_is_upgraded() -> None:
    device = alarm(Later)
    device.inputs[0].set(True)
    device.restore(Seconds().save())
    state = device.state
    assert (state.due_ns, state.ticks, state.armed) == (4 * 10**9, 5, True)
    assert (device.lines[0].level, device.inputs[0].level) == (True, False)
    again = alarm(Later)
    again.restore(device.save())
    assert again.save() == device.save()


def test_an_older_layout_is_looked_at_as_closely() -> None:
    saved = changed(Seconds().save(), fingerprint=fingerprint(AlarmState))
    assert "with another layout: 8 bytes" in refusal(alarm(Later), saved)
    more = changed(armed().save(), version=1, fingerprint=fingerprint(SecondsState), state_size=8)
    assert "whose head tells of 84" in refusal(alarm(Later), more)


def test_a_later_version_is_refused() -> None:
    assert refusal(alarm(Later), changed(armed().save(), version=3)) == (
        "alarm was saved in version 3 of its state\n  expected: version 1 to 2\n"
        "  help: restore it with the program that saved it, or a later one"
    )


def test_an_upgrade_that_is_missing_or_wrong_is_shown() -> None:
    class Missing(Alarm):
        older_states = (SecondsState,)

    class Wrong(Missing):
        @classmethod
        def upgrade(cls, old: Any) -> Any:
            return old

    assert refusal(alarm(Missing), Seconds().save()) == (
        "Missing has older_states, and does not say what they mean today\n"
        "  expected: a class method upgrade(cls, old) that returns AlarmState"
    )
    assert refusal(alarm(Wrong), Seconds().save()) == (
        "Wrong.upgrade gave SecondsState for a SecondsState\n  expected: AlarmState"
    )


DOCUMENT = Path(__file__).parents[2] / "docs" / "devices.md"
BEFORE = """
from lightexit.devices.device import Device
from lightexit.filter import Struct, u32, u64

"""


def test_the_documents_upgrade_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    example = DOCUMENT.read_text("utf-8").split("```python\n")[1].split("```")[0]
    (tmp_path / "documented_alarm.py").write_text(BEFORE + example)
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module("documented_alarm")

    class Old(Device[module.SecondsState]):  # type: ignore[name-defined]
        name = "alarm"
        regions = ()

    old, new = Old(ManualClock()), module.Alarm(ManualClock())
    old.state.due_s = 3
    new.restore(old.save())
    assert new.state.due_ns == 3 * 10**9


# Our devices


def two_routes(*numbers: int) -> Hpet:
    return Hpet(ManualClock(), Line(), Line(), {number: Line() for number in numbers})


def firmware(files: Mapping[str, bytes]) -> FwCfg:
    device = FwCfg(ManualClock())
    for name, data in files.items():
        device.add_file(name, data)
    return device


def transport(features: int) -> VirtioMmio:
    return VirtioMmio(ManualClock(), Line(), VirtioBackend(device_id=2, features=features))


@pytest.mark.parametrize(
    ("saved", "other", "text"),
    [
        (two_routes(16, 17), two_routes(16, 18), "hpet was saved with routes: [16, 17]\n"),
        (
            PmTimer(ManualClock(), Line(), counter_bits=32),
            PmTimer(ManualClock(), Line()),
            "pm was saved with counter_bits: 32\n",
        ),
        (
            firmware({"etc/one": b"1"}),
            firmware({"etc/one": b"2"}),
            "fw_cfg was saved with item 0x0020: 1 bytes, 6b86b273ff34fce1\n",
        ),
        (firmware({}), firmware({"etc/one": b""}), "fw_cfg was saved with item 0x0019: 4 bytes"),
        (transport(1), transport(3), "virtio-mmio was saved with features: 0x100000001\n"),
    ],
)
def test_what_a_device_was_built_with_has_to_be_the_same(
    saved: Device[Any], other: Device[Any], text: str
) -> None:
    assert refusal(other, saved.save()).startswith(text)


def test_listeners_that_mirror_a_state_are_called_after_a_restore() -> None:
    told: list[int] = []
    ioapic = IoApic(ManualClock(), lambda *_: told.append(-1), told.append)
    ioapic.restore(IoApic(ManualClock(), lambda *_: None).save())
    assert told == list(range(PINS))

    shadow: list[bytes] = []
    base: list[tuple[int, bool]] = []
    bridge = I440fx(ManualClock(), Line(), shadow.append, lambda *where: base.append(where))
    saved = I440fx(ManualClock(), Line())
    for address, value in ((0x8000_0058, 0x1000), (0x8000_0B40, 0xB000), (0x8000_0B80, 1)):
        saved.write(0, address, 4)
        saved.write(4, value, 4)
    bridge.restore(saved.save())
    assert (shadow, base) == ([bytes([0x10, 0, 0, 0, 0, 0, 0])], [(0xB000, True)])
