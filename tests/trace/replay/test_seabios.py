# SPDX-License-Identifier: Apache-2.0
"""SeaBIOS under QEMU, replayed: docs/replay.md explains each difference that there is."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lightexit.cli.app import app

pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra record)")

ROOT = Path(__file__).parents[3]
RECORDING = ROOT / "tests/golden/recordings/seabios-qemu-7.2.parquet"
PAGE = (ROOT / "docs/replay.md").read_text("utf-8")
DEVICES = ["pic", "rtc", "ps2", "port92", "i440fx", "fw_cfg", "debugcon", "uart", "hpet"]
DEVICES += ["pm=pm:0x600,gpe0:0xafe0", "port61", "ioapic"]
IDE = re.compile(r"i440fx\.CONFIG_DATA\w*\[0x800009..\]")


def run(*more: str, devices: Sequence[str] = DEVICES) -> tuple[int, str]:
    words = [word for name in devices for word in ("--device", name)]
    result = CliRunner().invoke(app, ["replay", str(RECORDING), *words, *more])
    return result.exit_code, result.stdout


@cache
def document() -> dict[str, Any]:
    status, printed = run("--against", "recording", "--json")
    assert status == 1
    found: dict[str, Any] = json.loads(printed)
    return found


def told() -> dict[str, tuple[int, int]]:
    """Reads and differences by register, as the page has them."""
    rows = re.findall(r"^\| `(\w+\.[^`]+)` \| (\d+) \| (\d+) \|", PAGE, re.MULTILINE)
    return {name: (int(reads), int(differ)) for name, reads, differ in rows}


def found() -> dict[str, tuple[int, int]]:
    """The same, as the replay has them."""
    counts: dict[str, tuple[int, int]] = {}
    for register in document()["registers"]:
        if register["differing"]:
            name = register["register"]
            name = "i440fx.CONFIG_DATA*[0x800009..]" if IDE.fullmatch(name) else name
            reads, differ = counts.get(name, (0, 0))
            counts[name] = reads + register["accesses"], differ + register["differing"]
    return counts


def test_filters_change_nothing() -> None:
    """It would have ended where they did."""
    assert document()["compared"] == ["without filters", "with filters"]
    figures = [document()[name] for name in ("accesses", "replayed", "answered_by_filters")]
    assert figures == [3290, 3195, 708]
    assert "Its 3,195 accesses to devices that we have, too (of\n3,290)" in PAGE
    assert "the filters answer 708 of them" in PAGE


def test_every_difference_is_explained() -> None:
    assert found() == told()
    registers = document()["registers"]
    alike = sum(register["differing"] == 0 for register in registers)
    assert f"All others agree: {alike} of {len(registers)} registers" in PAGE


def test_what_is_explained_may_be_allowed() -> None:
    allowed = ["start", "time", "ps2.STATUS", "i440fx.CONFIG_DATA*"]
    few = ["rtc", "ps2", "port92", "i440fx", "fw_cfg"]
    words = [f"--allow={each}" for each in allowed]
    status, _ = run("--against", "recording", *words, devices=few)
    assert status == 0
