# SPDX-License-Identifier: Apache-2.0
"""The packages of examples/: their tests pass, their pages show what is printed, and they can be
installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

from documents.blocks import blocks
from documents.place import ROOT, Place
from scale import full

PACKAGES = ("counter", "claim", "doorbell", "timer")
TIDY = (
    "ruff check --select E,F,W,I,N,UP,B,SIM,RET,RUF,PT --no-cache .",
    "ruff format --check --no-cache .",
)


@pytest.fixture(params=PACKAGES)
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy, which takes few examples in a short run."""
    name = str(request.param)
    folder = tmp_path / name
    shutil.copytree(ROOT / "examples" / name, folder)
    for each in (folder / "tests" / f"test_{name}.py", folder / "README.md"):
        text = each.read_text("utf-8").replace("--examples 10", f"--examples {full(10)}")
        each.write_text(text.replace("max_examples=20", f"max_examples={full(20)}"), "utf-8")
    return folder


def said(package: Path, command: str, programs: Path, *paths: Path) -> str:
    """What a shell prints for a command that ends well, in the package's folder."""
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": ":".join(map(str, paths))}
    ran = subprocess.run(
        ["sh", "-c", command],
        cwd=package,
        env=os.environ | path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout
    return ran.stdout


def hold_page(package: Path, programs: Path) -> None:
    """Run what the page shows."""
    Place(package, programs).follow(blocks(package / "README.md"))


def install(package: Path) -> None:
    """As pip does it: where `src` is on the path, the package's entry points are found."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    folder = package / f"src/{project['name']}-{project['version']}.dist-info"
    folder.mkdir()
    about = ("Metadata-Version: 2.1", *(f"{key}: {project[key]}" for key in ("name", "version")))
    (folder / "METADATA").write_text("\n".join(about))
    entries = (
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in offers.items())
        for group, offers in project["entry-points"].items()
    )
    (folder / "entry_points.txt").write_text("".join(entries))


def test_its_page_shows_what_is_printed(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("unicorn")
    install(package)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{package / 'src'}")
    (tmp_path / "lightexit").write_text(f'#!/bin/sh\nexec {sys.executable} -m lightexit "$@"\n')
    (tmp_path / "lightexit").chmod(0o755)
    hold_page(package, tmp_path)


def test_its_tests_pass(package: Path) -> None:
    command = f"{sys.executable} -m pytest -q -p no:cacheprovider"
    assert "failed" not in said(package, command, package, ROOT / "src")


def test_it_is_tidy(package: Path) -> None:
    pytest.importorskip("ruff", reason="ruff is not installed (extra dev)")
    for words in TIDY:
        said(package, f"{sys.executable} -m {words}", package)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a new environment, which has lightexit, built anew, and the packages; all
    that they need is this environment's."""
    pytest.importorskip("hatchling", reason="hatchling is not installed (extra release)")
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    command = [f"{folder}/bin/pip", "install", "-q", "--no-deps", "--no-build-isolation"]
    wanted = [ROOT, *(ROOT / "examples" / name for name in PACKAGES)]
    subprocess.run([*command, *wanted], check=True)
    return folder / "bin"


@pytest.mark.long
def test_it_is_installed_and_typed(
    package: Path, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed (extra dev)")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    hold_page(package, environment)
    said(package, "python -m mypy", environment)
    assert "failed" not in said(package, "python -m pytest -q -p no:cacheprovider", environment)
    device = "gate" if package.name == "timer" else package.name
    assert " laws hold, " in said(package, f"lightexit check {device} --for 10s", environment)
