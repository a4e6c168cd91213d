# SPDX-License-Identifier: Apache-2.0
"""`lightexit run --engine kernel --json`: what the kernel answered, region by region."""

from __future__ import annotations

import json
from pathlib import Path

from lightexit.cli.run import run

READS = 7
#: in al, 0x92, so many times; mov al, 16; out 0xF4, al; hlt
GUEST = "e492" * READS + "b010e6f4f4"


def test_the_figures_say_what_the_kernel_answered(tmp_path: Path) -> None:
    kernel, figures = tmp_path / "flat", tmp_path / "run.json"
    kernel.write_bytes(bytes.fromhex(GUEST))
    run(
        kernel=kernel,
        backend="kvm",
        engine="kernel",
        compare=True,
        memory=2,
        json_file=figures,
    )
    document = json.loads(figures.read_text())
    assert document["ended"]["exit_status"] == 33
    regions = document["in_kernel"]
    assert {"PIO", "MMIO"} == {region["space"] for region in regions}
    (port92,) = (region for region in regions if region["device"] == "port92")
    place = {"device": "port92", "space": "PIO", "base": 0x92, "size": 1}
    assert port92 == place | {"handled": READS, "passed": 0}
    # What the kernel handled is in no other figure of that run.
    assert [row["address"] for row in document["registers"] if row["accesses"]] == [0xF4]
    without = {row["address"]: row["without_filters"]["accesses"] for row in document["registers"]}
    assert without == {0x92: READS, 0xF4: 1}
    assert document["total"]["accesses"] == 1
