# SPDX-License-Identifier: Apache-2.0
"""The virtio transport against QEMU's.

What is in the queues is not ours: where QEMU's network device, told of a notification, used
buffers or gave up, as the following reads tell, so does the back end of this test; of the
configuration, which a request may change, it compares what is read before the first one. What
QEMU's transport does otherwise than VIRTIO 1.2, and we do not, is in `QemuVirtio`:

| QEMU                                                  | VIRTIO 1.2: what we do               |
|-------------------------------------------------------|--------------------------------------|
| feature words above 1 are word 1 again                | there are none: 0                    |
| takes FEATURES_OK without VERSION_1, or with features | refuses it (section 2.2.2)           |
| that are not on offer                                 |                                      |
| offers RING_RESET                                     | optional: we do not                  |
| a reset keeps the two feature selectors               | says nothing: ours are 0             |
| acknowledges with DEVICE_NEEDS_RESET let the line up  | the line falls with the last bit     |

The legacy transport (version 1) is left out: we have none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devices.replay import GoldenOutcome, read_trace, replay, trace_files, trace_id
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices import virtio_mmio
from lightexit.devices.virtio_mmio import CONFIG_SIZE, VirtioBackend, VirtioMmio
from lightexit.devices.virtio_registers import VirtioReg, VirtioStatus
from lightexit.rigs.rig import Rig
from lightexit.vm.places import VIRTIO_MMIO as BASE

GSI = 16
QEMU = int.from_bytes(b"QEMU", "little")
VERSION_1_AND_RING_RESET = 1 << 0 | 1 << 8
NET_CONFIG = bytes.fromhex("525400123456 0100")
NET_FEATURES = 817_856_548
BLK_FEATURES = 805_334_612
#: 2,048 sectors, and the limits that QEMU tells of them.
BLK_CONFIG = b"".join(
    number.to_bytes(4, "little")
    for number in (2048, 0, 0, 254, 0x3F10_0002, 512, 0, 0, 65_537, 0x3F_FFFF, 1, 1, 0x3F_FFFF, 1)
)
SIZE = VirtioReg.CONFIG + CONFIG_SIZE
#: Traces in which no queue that is ready is notified.
SILENT = {"access_sizes", "blk_identity", "config_space", "features", "queue_registers"}
TRACES = [path for path in trace_files("virtio-mmio") if path.stem != "legacy"]


class QemuVirtio(VirtioMmio):
    """Our transport with the deviations of the table."""

    def _read(self, offset: int) -> int:
        if offset == VirtioReg.DEVICE_FEATURES and self.state.device_features_select:
            return VERSION_1_AND_RING_RESET
        return super()._read(offset)

    def _has_fine_features(self) -> bool:
        return True

    def reset(self) -> None:
        selectors = self.state.device_features_select, self.state.driver_features_select
        super().reset()
        self.state.device_features_select, self.state.driver_features_select = selectors

    def _drive(self) -> None:
        stuck = self.state.status & VirtioStatus.NEEDS_RESET and self._irq.level
        self._irq.set(bool(stuck or self.state.interrupts))


class Oracle:
    """A back end that does what the trace tells, once its doorbell is rung."""

    def __init__(self, path: Path) -> None:
        self.steps = read_trace(path)[1]
        self.next_step = self.rung = 0
        block = "blk" in path.stem
        backend = VirtioBackend(
            device_id=2 if block else 1,
            notify=self.work,
            queue_sizes=(1024,) if block else (1024,) * 3,
            features=BLK_FEATURES if block else NET_FEATURES,
            config=BLK_CONFIG if block else NET_CONFIG,
        )
        self.irq = Line()
        self.device = QemuVirtio(ManualClock(), self.irq, backend)

    def work(self, number: int) -> None:
        """Look ahead, from the notification to the next write that could change anything."""
        self.rung += 1
        self.device.rearm(number)
        for step in self._following():
            address, result = step.get("addr", 0) - BASE, step.get("result", 0)
            if step["op"] == "irq" and step["level"]:
                self.device.notify_used()
            elif address == VirtioReg.STATUS and result & VirtioStatus.NEEDS_RESET:
                self.device.fail()
            elif address == VirtioReg.INTERRUPT_STATUS:
                self.device.state.interrupts = result

    def _following(self) -> Iterator[dict[str, Any]]:
        start = next(n for n in range(self.next_step, len(self.steps)) if notifies(self.steps[n]))
        for step in self.steps[start + 1 :]:
            if step["op"] == "writel" and step["addr"] - BASE in CHANGING:
                return
            yield step


CHANGING = {VirtioReg.QUEUE_NOTIFY, VirtioReg.INTERRUPT_ACK, VirtioReg.STATUS}


def notifies(step: dict[str, Any]) -> bool:
    return bool(step["op"] == "writel" and step["addr"] == BASE + VirtioReg.QUEUE_NOTIFY)


def outcomes(oracle: Oracle, path: Path) -> Iterator[GoldenOutcome]:
    """What became of every access to the transport that is the transport's alone."""
    rig = Rig(ManualClock(), [oracle.device], outputs={GSI: oracle.irq})
    for outcome in replay(path, rig):
        oracle.next_step = outcome.number + 1
        address = outcome.step.get("addr", 0)
        end = VirtioReg.CONFIG if oracle.rung else SIZE
        if BASE <= address < BASE + end:
            yield outcome


@pytest.mark.parametrize("path", TRACES, ids=trace_id)
def test_registers_agree(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtio_mmio, "VENDOR", QEMU)
    oracle = Oracle(path)
    wrong = [str(outcome) for outcome in outcomes(oracle, path) if not outcome.agrees]
    assert not wrong, "\n".join(wrong)
    assert (oracle.rung > 0) == (path.stem not in SILENT)
