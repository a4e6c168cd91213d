# SPDX-License-Identifier: Apache-2.0
"""Laws of every device of the platform: transparency, and no error under hostile traffic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.transparency import (
    RUNNERS,
    Step,
    assert_engines_agree,
    assert_transparent,
    traces,
)
from lightexit.abi import IoContext
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.device import Device
from lightexit.devices.fw_cfg import FwCfg
from lightexit.devices.i440fx import I440fx
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.port92 import Port92
from lightexit.devices.ps2 import Ps2
from lightexit.devices.rtc import Rtc
from lightexit.devices.uart import Uart
from lightexit.filter import Filter
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.runners import plain

#: No filter of the platform runs more instructions than this.
MAX_COST = 50

Build = Callable[[ManualClock, Sequence[Line]], Device[Any]]


def nothing(*_: object) -> None:
    """Where output and notices go."""


#: Each device with as many lines as it drives.
DEVICES: Mapping[str, Build] = {
    "debugcon": lambda clock, lines: Debugcon(clock, nothing),
    "fw_cfg": lambda clock, lines: FwCfg(clock),
    "i440fx": lambda clock, lines: I440fx(clock, lines[0], nothing, nothing),
    "pm": lambda clock, lines: PmTimer(clock, lines[0], nothing),
    "port92": lambda clock, lines: Port92(clock, lines[0], lines[1]),
    "ps2": lambda clock, lines: Ps2(clock, *lines[:4]),
    "rtc": lambda clock, lines: Rtc(clock, lines[0]),
    "uart": lambda clock, lines: Uart(clock, lines[0], nothing),
}
#: Values that mean something to one of them: bytes, and addresses of PCI functions.
BYTES = (0, 1, 2, 3, 0x0A, 0x0B, 0x0C, 0x10, 0x20, 0x26, 0x60, 0x83, 0xAA, 0xC7, 0xD4, 0xFF)
ADDRESSES = (1 << 31, 1 << 31 | 0x58, 1 << 31 | 0x0B40, 1 << 31 | 0x0870)
VALUES = st.sampled_from(BYTES + ADDRESSES)


def calls_of(device: Device[Any]) -> dict[str, Callable[[], int]]:
    """What the host does to a device."""

    def call(action: Callable[..., object], *arguments: object) -> Callable[[], int]:
        return lambda: int(action(*arguments) is None)

    if isinstance(device, Uart):
        return {
            "feed": call(device.feed, b"hello"),
            "error": call(device.receive, 0x55, 0x08),
            "modem": call(device.set_modem, 0x40),
        }
    if isinstance(device, Ps2):
        return {"key": call(device.type_codes, b"\x1e\x9e")}
    return {"button": call(device.press_power_button)} if isinstance(device, PmTimer) else {}


def maker(name: str) -> Callable[[ManualClock], Rig]:
    def make(clock: ManualClock) -> Rig:
        lines = [Line() for _ in range(4)]
        device = DEVICES[name](clock, lines)
        return Rig(clock, [device], dict(enumerate(lines)), calls=calls_of(device))

    return make


MAKERS = {name: maker(name) for name in DEVICES}


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("name", DEVICES)
def test_filters_are_transparent(name: str, runner: Runner) -> None:
    """Random traffic: the same with and without filters, and no error on either side."""

    @given(traces(MAKERS[name], values=VALUES))
    @settings(derandomize=True, deadline=None, max_examples=60 if runner is plain else 25)
    def run(trace: list[Step]) -> None:
        assert_transparent(MAKERS[name], trace, runner)

    run()


def filters() -> list[tuple[str, Filter[Any]]]:
    """Every filter of the platform, with its device's name."""
    windows = ((name, make(ManualClock()).windows) for name, make in MAKERS.items())
    found = {region.filter: name for name, each in windows for _, region in each}
    return [(name, filter) for filter, name in found.items() if filter is not None]


def name_of(value: object) -> str:
    return str(getattr(value, "name", value))


@pytest.mark.parametrize(("name", "filter"), filters(), ids=name_of)
def test_a_filter_is_accepted_and_short(name: str, filter: Filter[Any]) -> None:
    """The bound stands in docs/devices.md."""
    assert filter.report.accepted
    assert filter.report.cost <= MAX_COST


@st.composite
def accesses(draw: st.DrawFn) -> bytes:
    """Any access to one of the first registers, as a context."""
    context = IoContext()
    context.offset, context.size = draw(st.integers(0, 8)), draw(st.sampled_from([1, 2, 4, 8]))
    context.is_write, context.now_ns = draw(st.booleans()), draw(st.integers(0, 2**64 - 1))
    if context.is_write:
        context.data = draw(st.integers(0, 2 ** (8 * context.size) - 1))
    return bytes(context)


@pytest.mark.parametrize(("name", "filter"), filters(), ids=name_of)
def test_engines_agree_on_any_state(name: str, filter: Filter[Any]) -> None:
    kind = MAKERS[name](ManualClock()).devices[0].state_type
    size = kind.layout.size

    @given(st.binary(min_size=1, max_size=64), accesses())
    @settings(derandomize=True, deadline=None, max_examples=60)
    def run(pattern: bytes, context: bytes) -> None:
        content = (pattern * (size // len(pattern) + 1))[:size]
        assert_engines_agree(filter, [kind], [content], context)

    run()
