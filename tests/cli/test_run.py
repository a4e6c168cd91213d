# SPDX-License-Identifier: Apache-2.0
"""`lightexit run` on real firmware, and on what is not firmware."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.test_commands import lightexit, refusal
from lightexit.vm.firmware import FOLDERS

FIRMWARE = any((folder / "bios.bin").exists() for folder in FOLDERS)
needs_seabios = pytest.mark.skipif(not FIRMWARE, reason="SeaBIOS is not installed")


@needs_seabios
def test_seabios_reaches_its_end_with_hot_ports_in_bytecode(tmp_path: Path) -> None:
    figures = tmp_path / "run.json"
    result = lightexit("run", "--json", figures)
    assert result.returncode == 0, result.stderr
    assert "No bootable device" in result.stdout
    assert "guest output with and without filters: identical" in result.stdout
    document = json.loads(figures.read_text())
    total = document["total"]
    assert total["port_reads_handled"] >= 0.9 * total["port_reads"] > 0
    assert document["output"] == document["output_without_filters"]
    assert document["ended"]["reason"] == "text"


@needs_seabios
def test_models_alone() -> None:
    result = lightexit("run", "--no-filters")
    assert result.returncode == 0, result.stderr
    assert "No bootable device" in result.stdout
    assert "all in models" in result.stdout


@needs_seabios
def test_the_interpreter_runs_filters_too() -> None:
    result = lightexit("run", "--engine", "interpreter")
    assert result.returncode == 0, result.stderr
    assert "guest output with and without filters: identical" in result.stdout


@needs_seabios
def test_limits_end_a_run() -> None:
    assert "the access limit was reached" in lightexit("run", "--accesses", "100").stdout
    assert "the time limit was reached" in lightexit("run", "--until", "", "--seconds", "1").stdout


@pytest.mark.parametrize("content", [b"", b"\xff" * 1000], ids=["empty", "truncated"])
def test_what_is_not_firmware(content: bytes, tmp_path: Path) -> None:
    image = tmp_path / "bios.bin"
    image.write_bytes(content)
    said = refusal("run", "--firmware", image)
    assert f"{len(content)} bytes" in said
    assert "expected:" in said


def test_missing_firmware() -> None:
    assert "none.bin: No such file or directory" in refusal("run", "--firmware", "none.bin")
