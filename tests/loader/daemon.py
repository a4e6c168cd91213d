# SPDX-License-Identifier: Apache-2.0
"""lightexit-loader for tests: built under sanitizers, started with objects of the test's own."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from engine.running import NO_KERNEL

ROOT = Path(__file__).resolve().parents[2]
SANITIZE = "-fsanitize=address,undefined -fno-sanitize-recover=all"
#: The tracer of leaks may not look at a process that is not dumpable.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=1"}
PATIENCE_S = 20


def missing() -> str:
    """Why no loader can run here; empty where one can."""
    tools = [tool for tool in ("gcc", "make", "pkg-config") if shutil.which(tool) is None]
    if tools:
        return f"not installed: {', '.join(tools)}"
    if subprocess.run(["pkg-config", "--exists", "libbpf >= 1.0"], check=False).returncode:
        return "libbpf 1.0 (libbpf-dev) is not installed"
    if os.geteuid() != 0:
        return "objects must be root's"
    return "" if NO_KERNEL is None else str(NO_KERNEL)


@cache
def program(cflags: str = f"-O1 -g -Werror {SANITIZE}") -> Path:
    """The loader, built once in a process; skips the test where it cannot run."""
    if reason := missing():
        pytest.skip(reason)
    folder = new_folder("lightexit-loader-")
    command = ["make", "-s", "-C", str(ROOT / "loader"), f"BUILD={folder}", f"CFLAGS={cflags}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "lightexit-loader"


def new_folder(prefix: str) -> Path:
    """One that any user can look into, gone with this process."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    folder.chmod(0o755)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@dataclass(frozen=True)
class Loader:
    """One that runs."""

    folder: Path
    process: subprocess.Popen[str]

    @property
    def socket(self) -> str:
        return str(self.folder / "socket")

    @property
    def objects(self) -> Path:
        return self.folder / "objects"

    def put(self, name: str, data: bytes) -> Path:
        """An object among those that it loads."""
        path = self.objects / f"{name}.bpf.o"
        path.write_bytes(data)
        path.chmod(0o644)
        return path

    def status(self) -> dict[str, str]:
        """What /proc says of it."""
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (each.partition(":") for each in lines)}

    def descriptors(self) -> int:
        """How many are open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def settled(self, descriptors: int) -> bool:
        """Whether it comes to have so many."""
        until = time.monotonic() + PATIENCE_S
        while self.descriptors() != descriptors and time.monotonic() < until:
            time.sleep(0.01)
        return self.descriptors() == descriptors

    def said(self) -> str:
        """What it has said so far."""
        return (self.folder / "errors").read_text()


@contextmanager
def running(
    objects: Mapping[str, bytes], *options: str, built: Path | None = None
) -> Iterator[Loader]:
    """A loader of these objects; at the end it must still run."""
    folder = new_folder("lightexit-running-")
    (folder / "objects").mkdir(mode=0o755)
    command = [str(built or program()), "--socket", str(folder / "socket")]
    command += ["--objects", str(folder / "objects"), "--group", "root", *options]
    with open(folder / "errors", "w") as errors:
        process = subprocess.Popen(command, env=ENVIRONMENT, stderr=errors, text=True)
    loader = Loader(folder, process)
    for name, data in objects.items():
        loader.put(name, data)
    try:
        _wait_for(loader)
        yield loader
        assert process.poll() is None, loader.said()
    finally:
        process.terminate()
        process.wait()
    shutil.rmtree(folder)


def _wait_for(loader: Loader) -> None:
    """Until it listens: it has given up its rights by then."""
    until = time.monotonic() + PATIENCE_S
    while loader.process.poll() is None and time.monotonic() < until:
        if Path(loader.socket).exists() and loader.status()["NoNewPrivs"] == "1":
            return
        time.sleep(0.005)
    pytest.fail(f"it does not listen: {loader.said()}")


def refused(*options: str, environment: Mapping[str, str] | None = None) -> str:
    """What a loader says that does not start."""
    command: Sequence[str] = [str(program()), *options]
    done = subprocess.run(
        command,
        env={**ENVIRONMENT, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1, done
    return done.stderr
