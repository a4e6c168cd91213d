# SPDX-License-Identifier: Apache-2.0
"""The systemd unit: systemd takes it, and it gives what is needed and no more."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from monitoring.dashboard import MONITORING
from monitoring.prometheus import tool

UNIT = MONITORING / "systemd/lightexit.service"


def analyze(*words: str) -> tuple[int, str]:
    done = subprocess.run(
        [tool("systemd-analyze"), *words], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/bin/lightexit", "/bin/true"))
    assert analyze("verify", str(unit)) == (0, "")


def test_the_units_exposure() -> None:
    """In tenths, of 10.0 for a unit without any restriction."""
    status, said = analyze("security", "--offline=true", "--threshold=18", str(UNIT))
    assert status == 0, said


def test_two_capabilities() -> None:
    text = UNIT.read_text()
    for setting in ("AmbientCapabilities", "CapabilityBoundingSet"):
        assert re.findall(rf"^{setting}=(.*)$", text, re.MULTILINE) == ["CAP_BPF CAP_PERFMON"]
