# SPDX-License-Identifier: Apache-2.0
"""`lightexit run --save FILE` and `--restore FILE`."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from guests.build import guest
from vm.saving.many import RESULT

_RUN = (sys.executable, "-m", "lightexit", "run", "--memory", "2")


@pytest.fixture
def firmware(tmp_path: Path) -> Path:
    path = tmp_path / "guest"
    path.write_bytes(guest("moments"))
    return path


def lightexit(firmware: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [*_RUN, "--firmware", str(firmware), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_run_goes_on_where_it_was_saved(tmp_path: Path, firmware: Path) -> None:
    file = str(tmp_path / "saved")
    begun = lightexit(firmware, "--no-filters", "--accesses", "300", "--save", file)
    assert begun.returncode == 0, begun.stderr
    assert f"saved in {file}: " in begun.stderr
    assert RESULT not in begun.stdout
    ended = lightexit(firmware, "--restore", file)
    assert ended.returncode == 0, ended.stderr
    assert RESULT in ended.stdout


def test_another_machine_is_said_in_one_line(tmp_path: Path, firmware: Path) -> None:
    file = str(tmp_path / "saved")
    lightexit(firmware, "--no-filters", "--accesses", "300", "--save", file)
    other = lightexit(firmware, "--memory", "4", "--restore", file)
    assert other.returncode == 2
    assert f"{file} was saved by a machine with memory: 0x0+0xa0000" in other.stderr
    assert "Traceback" not in other.stderr


def test_a_file_that_cannot_be_written_is_found_before_the_run(firmware: Path) -> None:
    run = lightexit(firmware, "--save", "/nowhere/saved")
    assert run.returncode == 2
    assert "/nowhere/saved: there is no folder /nowhere" in run.stderr
    assert "guest:" not in run.stderr


def test_sigusr1_saves_and_goes_on(tmp_path: Path) -> None:
    firmware, file = tmp_path / "guest", tmp_path / "saved"
    firmware.write_bytes(b"\xeb\xfe" * 0x7FF8 + b"\xea\x00\x00\x00\xf0" + b"\xeb\xfe" * 5 + b"\xf4")
    words = ("--firmware", str(firmware), "--no-filters", "--save", str(file), "--seconds", "60")
    run = subprocess.Popen([*_RUN, *words], stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert run.stderr is not None
        assert run.stderr.readline().startswith(b"guest:")
        time.sleep(1)
        sizes = set()
        for _ in range(2):
            run.send_signal(signal.SIGUSR1)
            assert run.stderr.readline().startswith(b"saved in ")
            sizes.add(file.stat().st_size)
            file.unlink()
        assert run.poll() is None
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=30)
        assert file.exists()
    finally:
        run.kill()
