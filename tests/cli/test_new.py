# SPDX-License-Identifier: Apache-2.0
"""`lightexit new`: a package whose tests pass at once, that is typed and tidy; and bad names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from lightexit.cli.new import files

SOURCE = str(Path(__file__).parents[2] / "src")
#: Of the widest name and of the narrowest, too: lines must not grow too long, or be joined.
NAMES = ("a", "my-timer", "a_name_of_thirty_characters_12")


def python(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": SOURCE, "MYPYPATH": SOURCE}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    result = lightexit("new", "my-timer")
    assert result.returncode == 0, result.stderr
    return tmp_path / "my-timer"


def test_its_tests_pass_at_once(package: Path) -> None:
    ran = python("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=package)
    assert ran.returncode == 0, ran.stdout
    assert " passed" in ran.stdout
    assert "failed" not in ran.stdout


def test_its_guest_runs_with_its_device(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(package)
    device = "src/my_timer/device.py:MyTimer,at=0x700"
    result = lightexit(
        "run", "--compare", "--kernel", "guest.bin", "--device", device, "--exit-status"
    )
    assert result.returncode == 1, result.stderr
    row = next(line for line in result.stdout.splitlines() if line.startswith("my-timer COUNT"))
    assert row.split()[3:7] == ["0x700", "1,000", "1,000", "1,000"]


def test_what_is_printed_is_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed, _, steps = lightexit("new", "lamp", "--folder", "there").stdout.partition("\nnext:\n")
    made = sorted(str(each.relative_to(tmp_path)) for each in (tmp_path / "there").rglob("*.*"))
    assert sorted(listed.split()) == [each for each in made if Path(each).is_file()]
    assert "cd there\n" in steps
    monkeypatch.chdir(tmp_path / "there")
    command = steps.strip().splitlines()[-1].split()
    assert lightexit(*command[1:]).returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_it_is_tidy(name: str, tmp_path: Path) -> None:
    if shutil.which("ruff", path=str(Path(sys.executable).parent)) is None:
        pytest.skip("ruff is not installed (extra dev)")
    assert lightexit("new", name, "--folder", tmp_path / name).returncode == 0
    for words in (("check", "--select", "E,F,W,I,N,UP,B,SIM,RET,RUF,PT"), ("format", "--check")):
        ran = python("-m", "ruff", *words, "--no-cache", ".", cwd=tmp_path / name)
        assert ran.returncode == 0, ran.stdout


@pytest.mark.long
def test_it_is_typed(package: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed (extra dev)")
    ran = python("-m", "mypy", cwd=package)
    assert ran.returncode == 0, ran.stdout


def test_its_entry_point_names_its_class() -> None:
    project = tomllib.loads(files("my-timer")["pyproject.toml"].decode())["project"]
    assert project["entry-points"]["lightexit.devices"] == {"my-timer": "my_timer:MyTimer"}
    assert project["name"] == "my-timer"


def test_nothing_of_the_templates_is_left() -> None:
    for path, data in files("lamp").items():
        assert b"@" not in data.replace(b"@io_filter", b"").replace(b"@pytest", b""), path
        assert b"SPDX" not in data
        assert "package" not in path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("My-Timer", "try: my-timer"),
        ("my timer", "try: my-timer"),
        ("3d", "try: d"),
        ("a" * 31, "as the name of a package"),
        ("../up", "try: up"),
        ("", "as the name of a package"),
        ("lamp-", "try: lamp"),
        ("é", "as the name of a package"),
        ("class", "class is a word of Python's\n  expected: another name\n  try: my-class"),
        ("json", "json is a module of Python's"),
        ("pit", "pit is a device of lightexit's own"),
        ("virtio-mmio", "virtio-mmio is a device of lightexit's own"),
        ("lightexit", "lightexit is a name that the package itself needs"),
    ],
)
def test_bad_names(name: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said in refusal("new", name)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lamp").mkdir()
    assert lightexit("new", "lamp").returncode == 0  # an empty folder is as good as none
    (tmp_path / "lamp/README.md").write_text("mine")
    assert "lamp is not empty\n  expected: a new folder" in refusal("new", "lamp")
    assert (tmp_path / "lamp/README.md").read_text() == "mine"
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for taken in ("file", "link"):
        assert "is there already" in refusal("new", "lamp", "--folder", taken)
    said = refusal("new", "lamp", "--folder", "no/such")
    assert f"try: mkdir -p {tmp_path}/no" in said
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "lamp", "link"]


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        said = refusal("new", "lamp", "--folder", "/proc/lamp")
        assert said.startswith("lightexit: /proc/lamp: ")
    else:
        tmp_path.chmod(0o500)
        assert "permission denied" in refusal("new", "lamp", "--folder", tmp_path / "lamp")
