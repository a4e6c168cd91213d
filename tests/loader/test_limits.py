# SPDX-License-Identifier: Apache-2.0
"""lightexit-loader's limits: what one process, one user and all together may have.

What a process has been given counts as long as it lives: so it is other processes that ask.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from counter.device import read_counter
from lightexit.build.bpf import filter_object, program_object
from lightexit.isa import assemble
from loader.daemon import Loader, program, running
from loader.wire import Command, Connection, request

OBJECTS = {"counter": filter_object(read_counter)}
#: As loader/loader.h has them.
MOST_OBJECTS, MOST_BYTES = 256, 64 << 20
MOST_CLIENTS_OF_PROCESS, MOST_CLIENTS_OF_USER = 8, 128


@pytest.fixture(scope="module")
def shared() -> Iterator[Loader]:
    with running(OBJECTS) as loader:
        yield loader


_WITH_TESTS = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
#: Bytes of a large state.
BIG = (2 << 20) - 4096


def big() -> bytes:
    """An object with one."""
    text = f".map big {BIG}\nr1 = map_value(0) + 16\nr0 = *(u64 *)(r1 + 0)\nexit"
    return program_object(assemble(text, "big"))


_ASKS = """
import sys
from loader.wire import *
message = eval(sys.argv[3])
for count in (int(sys.argv[2]) - 1, 1):
    with Connection(sys.argv[1]) as connection:
        print(*(connection.must(message).status.name for _ in range(count)))
"""


def statuses(loader: Loader, count: int, message: bytes) -> list[str]:
    """What a process is told that asks so many times, the last time by another connection."""
    command = [sys.executable, "-c", _ASKS, loader.socket, str(count), repr(message)]
    done = subprocess.run(command, env=_WITH_TESTS, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_process_may_have_so_many_objects(shared: Loader) -> None:
    found = statuses(shared, MOST_OBJECTS + 2, request(Command.CLOCK))
    assert found == ["OK"] * MOST_OBJECTS + ["LIMIT"] * 2
    assert statuses(shared, 1, request(Command.CLOCK)) == ["OK"]


def test_a_process_may_have_so_much_memory(shared: Loader) -> None:
    shared.put("big", big())
    found = statuses(shared, MOST_BYTES // BIG + 2, request(Command.LOAD, b"big"))
    assert found == ["OK"] * (MOST_BYTES // BIG) + ["LIMIT"] * 2


@contextmanager
def memory_group(limit: int) -> Iterator[Path]:
    """A control group of this much memory; skips the test where none can be made."""
    group = Path(f"/sys/fs/cgroup/memory/lightexit-test-{os.getpid()}")
    try:
        group.mkdir()
    except OSError as error:
        pytest.skip(f"no control group for memory (v1) can be made: {error}")
    (group / "memory.limit_in_bytes").write_text(str(limit))
    yield group
    group.rmdir()


_HOLDS = """
import sys
from loader.wire import *
message, connection = request(Command.LOAD, b"big"), Connection(sys.argv[1])
print(*(connection.must(message).status.name for _ in range(25)), flush=True)
sys.stdin.read()
"""


@pytest.mark.long
def test_what_all_processes_hold_is_the_loaders_memory() -> None:
    """They get no more than its control group has, and it lives; what they held comes back."""
    with (
        memory_group(80 << 20) as group,
        running({"big": big()}, built=program("-O2 -g")) as loader,
    ):
        (group / "cgroup.procs").write_text(str(loader.process.pid))
        command = [sys.executable, "-c", _HOLDS, loader.socket]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        holders, told = [], Counter[str]()
        for _ in range(3):
            process = subprocess.Popen(command, env=_WITH_TESTS, text=True, **pipes)  # type: ignore[call-overload]
            told.update(process.stdout.readline().split())
            holders.append(process)
        for process in holders:
            process.communicate()
        assert set(told) == {"OK", "REFUSED"}
        assert (80 << 20) * 3 // 4 < told["OK"] * BIG < 80 << 20
        assert statuses(loader, 1, request(Command.LOAD, b"big")) == ["OK"]
        assert "lightexit-loader: big is not loaded: Cannot allocate memory" in loader.said()


#: Processes that connect one after the other, and stay: how many connections each of them has got.
_CONNECT = """
import os, sys
from loader.wire import *
read, write = os.pipe()
for wanted in map(int, sys.argv[2:]):
    if os.fork() == 0:
        connections = [Connection(sys.argv[1]) for _ in range(wanted)]
        answers = [each.ask(request(Command.LOAD, b"nothing")) for each in connections]
        os.write(write, bytes([sum(answer is not None for answer in answers)]))
        os.read(0, 1)
        os._exit(0)
    print(os.read(read, 1)[0], flush=True)
"""


def test_a_process_and_a_user_may_connect_so_many_times() -> None:
    """The first one asks for more than one may have, the last when the user has all."""
    most, others = MOST_CLIENTS_OF_PROCESS, MOST_CLIENTS_OF_USER // MOST_CLIENTS_OF_PROCESS - 1
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with running({}) as loader:
        wanted = [most + 2, *[most] * others, 1]
        command = [sys.executable, "-c", _CONNECT, loader.socket, *map(str, wanted)]
        with subprocess.Popen(command, env=_WITH_TESTS, text=True, **pipes) as process:  # type: ignore[call-overload]
            counts = [int(process.stdout.readline()) for _ in wanted]
            process.communicate()
    assert counts == [*[most] * (others + 1), 0]


def test_a_process_that_has_ended_is_forgotten() -> None:
    with running({}) as loader:
        before = loader.descriptors()
        for _ in range(3):
            assert statuses(loader, 2, request(Command.CLOCK)) == ["OK", "OK"]
        assert loader.settled(before)


def test_an_idle_client_is_left() -> None:
    built = program("-O1 -Werror -DMOST_IDLE_S=0")
    with running(OBJECTS, built=built) as loader, Connection(loader.socket) as client:
        begin = time.monotonic()
        assert client.is_closed
        assert time.monotonic() - begin < 5
