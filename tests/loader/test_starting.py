# SPDX-License-Identifier: Apache-2.0
"""lightexit-loader started by hand and by systemd, and what keeps it from starting."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from counter.device import read_counter
from lightexit.build.bpf import filter_object
from loader.daemon import ENVIRONMENT, Loader, new_folder, program, refused, running
from loader.wire import Connection, Status

OBJECTS = {"counter": filter_object(read_counter)}


@pytest.fixture(scope="module")
def shared() -> Iterator[Loader]:
    with running(OBJECTS) as loader:
        yield loader


def test_what_keeps_it_from_starting(tmp_path: Path, shared: Loader) -> None:
    tmp_path.chmod(0o777)
    said = refused("--objects", str(tmp_path))
    assert said == (
        f"lightexit-loader: {tmp_path}: others than root can write there: chown root, chmod go-w\n"
    )
    tmp_path.chmod(0o755)
    objects = ("--objects", str(tmp_path), "--group", "root")
    for options, sentence in (
        (("--objects", str(tmp_path / "none")), "none: No such file or directory"),
        ((*objects, "--socket", shared.socket), f"{shared.socket}: Address already in use"),
        ((*objects, "--socket", "/" + "x" * 108), "longer than a socket's path can be"),
        (
            (*objects, "--socket", f"{tmp_path}/s", "--group", "no-such"),
            "there is no group no-such",
        ),
        ((*objects, "--socket", f"{tmp_path}/s", "--user", "no-such"), "there is no user no-such"),
        (("--socket",), "--socket: its value is missing"),
        (("--bad",), "--bad: no such option: see --help"),
        (("bad",), "bad: no such argument: see --help"),
    ):
        assert re.fullmatch(f"lightexit-loader: .*{sentence}\n", refused(*options)), options


def test_a_socket_that_was_left_over_is_replaced(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    for _ in range(2):
        command = [str(program()), "--socket", path, "--objects", str(tmp_path), "--group", "root"]
        process = subprocess.Popen(command, env=ENVIRONMENT)
        assert wait_for_answer(path)
        process.kill()
        process.wait()


def wait_for_answer(path: str) -> bool:
    for _ in range(1000):
        try:
            with Connection(path) as client:
                return client.load("nothing").status == Status.NO_OBJECT
        except OSError:
            time.sleep(0.01)
    return False


_ACTIVATE = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execvp(sys.argv[2], sys.argv[2:])
"""
#: Another user with what the unit keeps: AmbientCapabilities=, CapabilityBoundingSet=, ...
_AS_THE_UNIT = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs"),
    *("--inh-caps=-all,+bpf", "--ambient-caps=-all,+bpf", "--bounding-set=-all,+bpf"),
)


@contextmanager
def activated(path: Path, kind: socket.SocketKind) -> Iterator[subprocess.Popen[str]]:
    """A loader as systemd starts it, with a socket of this kind."""
    objects = new_folder("lightexit-objects-")
    (objects / "counter.bpf.o").write_bytes(OBJECTS["counter"])
    with socket.socket(socket.AF_UNIX, kind) as listening:
        listening.bind(str(path))
        listening.listen()
        os.set_inheritable(listening.fileno(), True)
        command = [sys.executable, "-c", _ACTIVATE, str(listening.fileno()), *_AS_THE_UNIT]
        process = subprocess.Popen(
            [*command, str(program()), "--objects", str(objects)],
            env=ENVIRONMENT,
            stderr=subprocess.PIPE,
            text=True,
            close_fds=False,
        )
    yield process
    process.kill()
    process.wait()


def test_as_systemd_starts_it(tmp_path: Path) -> None:
    with (
        activated(tmp_path / "socket", socket.SOCK_SEQPACKET),
        Connection(str(tmp_path / "socket")) as client,
    ):
        answer = client.load("counter")
        assert (answer.status, len(answer.items)) == (Status.OK, 2)
        answer.close()


def test_a_socket_of_another_kind(tmp_path: Path) -> None:
    with activated(tmp_path / "socket", socket.SOCK_STREAM) as process:
        _, errors = process.communicate(timeout=20)
    assert "no socket of ListenSequentialPacket=" in errors


def test_it_needs_cap_bpf(tmp_path: Path) -> None:
    command = ["setpriv", "--bounding-set=-bpf", "--inh-caps=-all"]
    options = ["--socket", str(tmp_path / "s"), "--objects", str(tmp_path), "--group", "root"]
    done = subprocess.run(
        [*command, str(program()), *options],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.returncode, done.stderr) == (
        1,
        "lightexit-loader: CAP_BPF is needed: start it as root, or with "
        "AmbientCapabilities=CAP_BPF\n",
    )
