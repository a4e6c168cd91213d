# SPDX-License-Identifier: Apache-2.0
"""`lightexit report`: what it prints and writes, and what it says of files that it cannot read."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from cli.test_schemas import check
from lightexit.trace.recording import RecordingWriter
from lightexit.trace.vms import Vm
from recordings import ABOUT, accesses, record


def test_it_says_what_was_recorded(tmp_path: Path) -> None:
    done = lightexit("report", record(tmp_path / "a.parquet", 1000, lost=5))
    assert done.returncode == 0, done.stderr
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert lines[0] == "vm4711: 1,000 accesses in 2 ms, 500,499 a second; 1 file"
    assert "5 more accesses were lost while they were recorded: in no figure here" in lines
    assert any(line.startswith("by the VMM 800 80.0 % 800 1.2 ms 1.5 us") for line in lines)
    assert any(line.startswith("pm PM_TMR read port 0x608 800 80.0 % 800") for line in lines)
    assert "pm PM_TMR read pmtimer.read_timer 800 800 1.2 ms 1.5 us" in lines
    assert "Advice:" not in lines


def test_figures_as_json(tmp_path: Path) -> None:
    record(tmp_path / "a.parquet", 1000)
    (tmp_path / "b.parquet").write_bytes(b"x")
    done = lightexit("report", "--json", tmp_path)
    assert done.returncode == 2
    document = json.loads(done.stdout)
    check(document, "report")
    assert (document["accesses"], document["files"], document["refused_files"]) == (1000, 1, 1)
    assert document["registers"][0]["filter"] == "pmtimer.read_timer"
    assert document["registers"][0]["ns"]["p50"] == pytest.approx(1500, rel=0.05)
    check(json.loads(lightexit("report", "--json", record(tmp_path / "n", 0)).stdout), "report")


def test_a_page(tmp_path: Path) -> None:
    path, page = record(tmp_path / "a.parquet", 1000), tmp_path / "out.html"
    done = lightexit("report", path, "--html", page)
    assert done.returncode == 0, done.stderr
    assert page.read_text().startswith("<!DOCTYPE html>")
    said = refusal("report", path, "--html", tmp_path / "none" / "out.html")
    assert f"there is no folder {tmp_path}/none" in said


def test_the_readable_is_reported_and_the_other_told(tmp_path: Path) -> None:
    record(tmp_path / "a.parquet", 10)
    for i in range(25):
        (tmp_path / f"x{i:02}.parquet").write_bytes(b"x")
    done = lightexit("report", tmp_path)
    assert done.returncode == 2
    assert "10 accesses" in done.stdout
    lines = done.stderr.splitlines()
    assert lines[0] == f"lightexit: {tmp_path}/x00.parquet is no Parquet file"
    assert lines[-1] == "lightexit: 5 more files cannot be read"
    assert len(lines) == 21


def test_one_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 10)
    path.write_bytes(path.read_bytes()[:-1])
    assert refusal("report", path) == (
        f"lightexit: {path} is cut off: a Parquet file says at its end what is in it, and this "
        "one's is missing\n"
        "  expected: a recording of `lightexit record` or `lightexit run --record`\n"
        "  help: copy the file again\n"
    )
    assert refusal("report", tmp_path / "none").startswith(
        f"lightexit: {tmp_path}/none: no such file or directory\n"
    )


def test_nothing_of_a_recording_works_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, lambda pid: Vm(pid, "\x1b]0;x\x07\n\u202e", "q\x9b")) as w:
        w.add(accesses(10))
    done = lightexit("report", path)
    assert "\\x1b]0;x\\x07\\n\\u202e: 10 accesses" in done.stdout
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & {*done.stdout}


def test_80_columns_are_enough(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 1000)
    ours, theirs = os.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    command = [sys.executable, "-m", "lightexit", "report", str(path)]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(each for each in sys.path if each))
    with subprocess.Popen(command, stdout=theirs, env=environment) as process:
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # its end, on Linux
            while data := os.read(ours, 4096):
                text += data
    os.close(ours)
    assert process.returncode == 0
    lines = text.decode().splitlines()
    assert any("pm PM_TMR read" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_no_file_can_be_a_pattern_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "a.parquet", 10)
    record(tmp_path / "[a].parquet", 20)
    monkeypatch.chdir(tmp_path)
    assert "20 accesses" in lightexit("report", "[a].parquet").stdout
