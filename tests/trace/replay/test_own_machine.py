# SPDX-License-Identifier: Apache-2.0
"""A machine of ours, recorded as it boots: replayed, nothing differs, not even what tells time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lightexit.bus.clock import ManualClock
from lightexit.engine.native import NativeEngine
from lightexit.trace.replay.checks import Timeline
from lightexit.trace.replay.compare import Contest, Replay
from lightexit.trace.replay.sides import ReplayedDevices
from lightexit.trace.replay.source import ReplaySource, open_source
from lightexit.vm import places
from lightexit.vm.machine import RunLimits
from lightexit.vm.pc import PcConfig, pc_machine
from replaying import plan

pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra record)")
pytest.importorskip("unicorn", reason="Unicorn is not installed (extra unicorn)")

FIRMWARE = Path("/usr/share/seabios/bios.bin")
pytestmark = pytest.mark.skipif(
    not FIRMWARE.exists(), reason="SeaBIOS is not installed (Debian package seabios)"
)


def recorded(path: Path, unix_seconds: int) -> ReplaySource:
    """A boot in which each access takes 1 us."""
    from lightexit.trace.recording import MachineRecorder

    config = PcConfig(FIRMWARE.read_bytes(), unix_seconds=unix_seconds)
    machine = pc_machine(config, ManualClock(step_ns=1000), NativeEngine())
    with MachineRecorder(path, machine.bus) as recorder:
        machine.bus.trace(recorder.write)
        machine.run(RunLimits(b"No bootable device", 30.0, None))
    return open_source(path)


@pytest.fixture(scope="module")
def boot(tmp_path_factory: pytest.TempPathFactory) -> ReplaySource:
    """Its real-time clock is that of the recording, which is within a second of ours."""
    folder = tmp_path_factory.mktemp("boot")
    for number in range(5):
        now = int(time.time())
        source = recorded(folder / f"{number}.parquet", now)
        if source.unix_seconds == now:
            return source
    pytest.skip("this host is too slow: the second always changed")


def test_nothing_differs(boot: ReplaySource) -> None:
    """But for fw_cfg: what it holds is the machine's. Firmware has moved the PM registers."""
    moved = {"pm": [("pm", places.PM_BY_TABLES)]}
    names = [name for name in (*boot.devices, *moved) if name != "fw_cfg"]
    plans = [plan(name, None, *moved.get(name, ())) for name in dict.fromkeys(names)]
    settings = {"unix_seconds": boot.unix_seconds}
    sides = [ReplayedDevices(plans, each, settings=settings) for each in (None, NativeEngine())]
    contest = Contest(sides, whole=True, recorded=True)
    result = Replay(contest, Timeline(boot.origin_ns, boot.start_ns)).run(boot.steps)
    assert result.first is None
    assert result.replayed > 2500
    assert sides[1].filtered > 600
    told = {register.title for register in result.registers}
    assert {"pm.PM_TMR", "rtc.DATA[0x0]", "ps2.STATUS"} <= told
