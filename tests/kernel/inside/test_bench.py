# SPDX-License-Identifier: Apache-2.0
"""`lightexit bench host` with the module loaded: its table has all variants."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lightexit.cli.bench import host
from lightexit.measure.variants import VARIANTS, Answerer

HEAD = "access, emulated | answered by | p50 cycles | p99 cycles | min cycles | p50 ns | p99 ns"
#: What it prints, figures as N.
TABLE = f"""\
{HEAD} | exits to user space | accesses
nothing | nobody: rdtsc, rdtsc | N | N | N | N | N | 0 | N
CPUID | KVM itself | N | N | N | N | N | 0 | N
PIO read, PIT | KVM's PIT | N | N | N | N | N | 0 | N
PIO read, PIT | filter in the kernel module | N | N | N | N | N | 0 | N
PIO read, PIT | native filter in user space | N | N | N | N | N | 1 | N
PIO read, PIT | Python model in user space | N | N | N | N | N | 1 | N
MMIO read, counter | filter in the kernel module | N | N | N | N | N | 0 | N
MMIO read, counter | native filter in user space | N | N | N | N | N | 1 | N
MMIO read, counter | Python model in user space | N | N | N | N | N | 1 | N
PIO write, doorbell | KVM's ioeventfd | N | N | N | N | N | 0 | N
PIO write, doorbell | filter in the kernel module | N | N | N | N | N | 0 | N
PIO write, doorbell | native filter in user space | N | N | N | N | N | 1 | N
PIO write, doorbell | Python model in user space | N | N | N | N | N | 1 | N
MMIO write, doorbell | KVM's ioeventfd | N | N | N | N | N | 0 | N
MMIO write, doorbell | filter in the kernel module | N | N | N | N | N | 0 | N
MMIO write, doorbell | native filter in user space | N | N | N | N | N | 1 | N
MMIO write, doorbell | Python model in user space | N | N | N | N | N | 1 | N
"""


def shape(printed: str) -> str:
    """The table, without its rule, how wide it is and what its figures are."""
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert all(cell.strip("-:") == "" for cell in cells.pop(1))
    return "".join(f"{' | '.join(map(_plain, each))}\n" for each in cells)


def _plain(cell: str) -> str:
    if re.fullmatch(r"\d\.\d\d", cell):
        return f"{float(cell):.0f}"
    return "N" if re.fullmatch(r"-?[\d,]+", cell) else cell


def test_every_variant_is_measured(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "host.json"
    host(accesses=200, json_file=path)
    assert shape(capsys.readouterr().out) == TABLE
    document = json.loads(path.read_text())
    assert document["emulated"] is True
    assert document["host"]["virtualization"]["underneath"] == "nested"
    assert document["not_measured"] == []
    assert len(document["rows"]) == len(VARIANTS)
    exits = {row["exits_per_access"] for row in document["rows"] if _is_module(row)}
    assert max(exits) < 0.05


def _is_module(row: dict[str, object]) -> bool:
    return row["answered_by"] == Answerer.MODULE
