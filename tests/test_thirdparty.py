# SPDX-License-Identifier: Apache-2.0
"""A project that depends on lightexit: built, type-checked and run in an empty environment.

Needs the package index, for hatchling and for what lightexit depends on.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from lightexit import __version__
from lightexit.testing import LAWS

ROOT = Path(__file__).parents[1]
PROJECT = ROOT / "tests/thirdparty"
OFFLINE = re.compile(
    r"No matching distribution found for (?!lightexit).*|.*NewConnectionError.*|.*name resol.*"
    r"|No module named pip"
)
#: 100 reads of port 0x700, and an exit with status 3 << 1 | 1: 32-bit code.
GUEST = bytes.fromhex("66ba0007 b964000000 ed e2fd b003 e6f4 f4")

#: One process makes the environment.
pytestmark = pytest.mark.long


def run(
    *command: str | Path, cwd: Path, path: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """With nothing of this checkout on Python's path, only `path`."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment |= {"PYTHONPATH": str(path)} if path else {}
    environment["XDG_CACHE_HOME"] = str(cwd)
    return subprocess.run(
        [str(each) for each in command], cwd=cwd, env=environment, capture_output=True, text=True
    )


def pip(*arguments: str | Path, cwd: Path, path: Path | None = None) -> None:
    ran = run(sys.executable, "-m", "pip", "-q", *arguments, cwd=cwd, path=path)
    offline = OFFLINE.search(ran.stderr)
    if ran.returncode and offline:
        pytest.skip(f"needs the package index, and pip: {offline[0].strip()}")
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """lightexit's, and the project's."""
    folder = tmp_path_factory.mktemp("wheels")
    backend, built = folder / "backend", folder / "built"
    pip("install", "--target", backend, "hatchling>=1.25", cwd=folder)
    options = ("--no-deps", "--no-build-isolation", "-w", built)
    pip("wheel", *options, ROOT, PROJECT, cwd=folder, path=backend)
    return sorted(built.iterdir())


@pytest.fixture(scope="module")
def python(wheels: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment with the project and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv/bin/python"
    # By their paths: an index may have others of these names.
    ours, project = wheels
    pip("--python", python, "install", "--no-compile", ours, f"{project}[test]", cwd=folder)
    return python


def test_the_wheels_are_ours(wheels: list[Path]) -> None:
    assert [each.name.split("-")[:2] for each in wheels] == [
        ["lightexit", __version__],
        ["lightexit_ticks_example", "0.1.0"],
    ]


def test_it_is_typed(python: Path, tmp_path: Path) -> None:
    strict = ("-m", "mypy", "--strict", "--python-executable", python, "--cache-dir", tmp_path)
    ran = run(sys.executable, *strict, "-p", "lightexit_ticks", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "Success: no issues found in 1 source file\n")
    wrong = tmp_path / "wrong.py"
    wrong.write_text("from lightexit import Struct, u32, verify\nreport: int = verify(3)\n")
    ran = run(sys.executable, *strict, wrong, cwd=tmp_path)
    assert ran.returncode == 1
    assert 'has type "Report"' in ran.stdout
    assert 'Argument 1 to "verify" has incompatible type "int"' in ran.stdout


def test_its_device_is_found_by_name(python: Path, tmp_path: Path) -> None:
    code = "from lightexit.plugins import DEVICES, find; print(find(DEVICES, 'ticks'))"
    assert run(python, "-c", code, cwd=tmp_path).stdout == "<class 'lightexit_ticks.Ticks'>\n"


def test_its_filter_is_proved(python: Path, tmp_path: Path) -> None:
    code = "import lightexit, lightexit_ticks as ticks; print(lightexit.verify(ticks.read_count))"
    ran = run(python, "-c", code, cwd=tmp_path)
    assert re.fullmatch(r"<Report read_count: accepted, at most \d+ instructions>\n", ran.stdout)


def test_its_own_tests_pass(python: Path, tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "tests", tmp_path / "tests")
    ran = run(python, "-m", "pytest", "-q", "tests", cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout
    last = ran.stdout.strip().splitlines()[-1]
    counts = [int(count) for count in re.findall(r"(\d+) (?:passed|skipped)", last)]
    assert sum(counts) == len(LAWS) + 1, last


def test_its_tests_are_typed(python: Path, tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "tests", tmp_path / "tests")
    strict = ("-m", "mypy", "--strict", "--python-executable", python, "--cache-dir", tmp_path)
    ran = run(sys.executable, *strict, "tests", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (0, "Success: no issues found in 1 source file\n")


def test_its_machine_runs(python: Path, tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    guest.write_bytes(GUEST)
    options = ("run", "--machine", "ticks-pc", "--kernel", guest, "--exit-status")
    ran = run(python.parent / "lightexit", *options, cwd=tmp_path)
    assert ran.returncode == 7, ran.stderr
    assert re.search(r"ticks COUNT read +0x700 +100 +100 +100 ", ran.stdout), ran.stdout


def test_its_device_goes_into_our_pc(python: Path, tmp_path: Path) -> None:
    guest = tmp_path / "guest"
    guest.write_bytes(GUEST)
    options = ("run", "--kernel", guest, "--exit-status", "--device", "ticks,at=0x700")
    ran = run(python.parent / "lightexit", *options, cwd=tmp_path)
    assert ran.returncode == 7, ran.stderr
    assert "device: ticks (lightexit-ticks-example 0.1.0) at ports 0x700..0x703" in ran.stderr
    assert re.search(r"ticks COUNT read +0x700 +100 +100 +100 ", ran.stdout), ran.stdout
    listed = run(python.parent / "lightexit", "devices", cwd=tmp_path).stdout
    assert re.search(r"^ticks +lightexit-ticks-example 0\.1\.0 +\d+ B +read_count", listed, re.M)


def test_the_wheel_makes_packages(python: Path, tmp_path: Path) -> None:
    command = python.parent / "lightexit"
    assert run(command, "new", "lamp", cwd=tmp_path).returncode == 0
    device = "src/lamp/device.py:Lamp,at=0x700"
    options = ("run", "--kernel", "guest.bin", "--exit-status", "--device", device)
    ran = run(command, *options, cwd=tmp_path / "lamp")
    assert ran.returncode == 1, ran.stderr
    assert re.search(r"lamp COUNT read +0x700 +1,000 +1,000 +1,000 ", ran.stdout), ran.stdout
