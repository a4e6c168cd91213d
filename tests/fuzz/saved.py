# SPDX-License-Identifier: Apache-2.0
"""Saved devices, restored: all of it or nothing.

The last four bytes are the checksum; the one that belongs to the bytes is put there first, for
no fuzzer would find it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from fuzz.harness import Format
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.hpet import Hpet
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.ps2 import Ps2
from lightexit.devices.rtc import Rtc
from lightexit.devices.saved import CHECKSUM_SIZE, Head
from lightexit.devices.uart import Uart
from lightexit.devices.virtio_mmio import VirtioBackend, VirtioMmio

_CLOCK = ManualClock(10**15)
DEVICES: tuple[Device[Any], ...] = (
    Rtc(_CLOCK, Line()),
    Uart(_CLOCK, Line(), lambda data: None),
    Ps2(_CLOCK, Line(), Line(), Line(), Line()),
    Pit(_CLOCK, Line()),
    Pic(_CLOCK, Line()),
    PmTimer(_CLOCK, Line()),
    Hpet(_CLOCK, Line(), Line(), {16: Line()}),
    VirtioMmio(_CLOCK, Line(), VirtioBackend(device_id=2)),
)


def read(data: bytes) -> object:
    name = data[Head.layout.size :]
    device = next((each for each in DEVICES if name.startswith(each.name.encode())), DEVICES[0])
    content, before = data[:-CHECKSUM_SIZE], device.save()
    try:
        device.restore(content + zlib.crc32(content).to_bytes(CHECKSUM_SIZE, "little"))
    except BaseException:
        assert device.save() == before
        raise
    device.restore(device.save())
    device.restore(before)
    return device


def seeds() -> Iterator[bytes]:
    for device in DEVICES:
        yield device.save()


FORMAT = Format(read, seeds, words=("LEXTSAVE",), longest=1 << 10)
