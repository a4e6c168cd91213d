# SPDX-License-Identifier: Apache-2.0
"""`lightexit run --device`: a device of one's own in the machine, and bad ones."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from cli.test_schemas import check
from lightexit.cli.signals import PATIENCE_S

#: mov dx, 0x3da; mov ecx, 100; l: in al, dx; loop l; mov al, 3; out 0xf4, al; hlt
GUEST = bytes.fromhex("66bada03 b964000000 ec e2fd b003 e6f4 f4")
VGA = """
from lightexit import Clock, Device, IoContext, Line, Struct, Verdict, io_filter, mmio, pio, u64

class VgaState(Struct):
    reads: u64

@io_filter
def read_status(ctx: IoContext, vga: VgaState) -> Verdict:
    if ctx.is_write or ctx.size != 1:
        return Verdict.PASS
    ctx.data = 9
    return Verdict.HANDLED

class Vga(Device[VgaState]):
    name = "vga"
    regions = (pio(1, filter=read_status),)

    def read(self, offset: int, size: int) -> int:
        return 9

class Wide(Vga):
    name = "wide"
    regions = (pio(1),)

    def read(self, offset: int, size: int) -> int:
        return 0x100

class Raising(Wide):
    name = "raising"

    def read(self, offset: int, size: int) -> int:
        return self.nothing
"""
UNPROVED = VGA.replace("    ctx.data = 9\n", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "guest.bin").write_bytes(GUEST)
    (tmp_path / "vga.py").write_text(VGA)
    return tmp_path


def test_its_filter_answers_the_guest(folder: Path) -> None:
    options = ("--device", "vga.py:Vga,at=0x3da", "--json", "run.json", "--exit-status")
    result = lightexit("run", "--compare", "--kernel", "guest.bin", *options)
    assert result.returncode == 7, result.stderr
    assert re.search(r"vga \+0x0 read +0x3da +100 +100 +100 ", result.stdout)
    assert result.stderr.count("device: vga (vga.py) at port 0x3da\n") == 1
    document = json.loads((folder / "run.json").read_text())
    check(document, "run")
    assert document["devices"] == [
        {
            "name": "vga",
            "target": "vga.py:Vga,at=0x3da",
            "origin": "vga.py",
            "regions": [{"space": "PIO", "address": 0x3DA, "size": 1}],
            "replaces": [],
        }
    ]


def test_whom_it_replaces_is_said(folder: Path) -> None:
    options = ("--device", "vga.py:Vga,at=0x64", "--no-filters")
    result = lightexit("run", "--kernel", "guest.bin", *options)
    assert result.returncode == 0
    assert (
        "device: vga (vga.py) at port 0x64\n"
        "  in the place of ps2, which had port 0x60, port 0x64\n"
        "  now answered by no device: port 0x60\n"
    ) in result.stderr


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("vga.py:Vag,at=0x3da", "try: vga.py:Vga"),
        ("vga.py:Vga", "no address for the window of vga\n  expected: at=ADDRESS\n"),
        ("vga.py:Vga,at=0x20", "vga claims addresses of pic"),
        ("vga.py:Wide,at=0x3da", "vga.py:25:5: the model of wide answers 0x100"),
        ("vga.py:Raising,at=0x3da", "vga.py:32:16: the model of raising failed: AttributeError"),
        ("nothing.py", "nothing.py: no such file"),
        ("nothing", "there is no device 'nothing'"),
    ],
)
def test_what_is_wrong_is_one_message(folder: Path, target: str, said: str) -> None:
    (folder / "vga.py").write_text(VGA)
    told = refusal("run", "--kernel", "guest.bin", "--device", target)
    assert said in told
    assert told.count("lightexit: ") == 1


def test_a_filter_that_is_refused_is_told_before_the_first_run(folder: Path) -> None:
    (folder / "vga.py").write_text(UNPROVED)
    told = refusal("run", "--compare", "--kernel", "guest.bin", "--device", "vga.py:Vga,at=0x3da")
    assert "without filters: " not in told
    assert "vga.py:" in told
    assert "ctx.data" in told


def test_ctrl_c_ends_a_model_that_does_not_return(folder: Path) -> None:
    spins = VGA.replace(
        "        return 9\n", "        print('in it', flush=True)\n        while True: pass\n"
    )
    (folder / "vga.py").write_text(spins)
    options = ("--no-filters", "--device", "vga.py:Vga,at=0x3da", "--kernel", "guest.bin")
    source = str(Path(__file__).parents[2] / "src")
    with subprocess.Popen(
        [sys.executable, "-m", "lightexit", "run", *options],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in it\n"
        process.send_signal(signal.SIGINT)
        time.sleep(PATIENCE_S + 1)  # a busy host notices the first one late
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
