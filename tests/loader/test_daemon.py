# SPDX-License-Identifier: Apache-2.0
"""lightexit-loader: what it hands over, what it refuses, what it keeps of its rights."""

from __future__ import annotations

import errno
import mmap
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from examples.counter import read_counter
from examples.doorbell import notify
from isa.clang import compile_c
from lightexit.abi import STATE_OFFSET
from lightexit.build.bpf import filter_object, program_object
from lightexit.isa import assemble
from loader.daemon import ENVIRONMENT, Loader, new_folder, program, refused, running
from loader.wire import REQUEST, VERSION, Command, Connection, ItemKind, Status, request

OBJECTS = {"counter": filter_object(read_counter), "doorbell": filter_object(notify)}
#: As loader/loader.h has them.
MOST_OBJECTS, MOST_CLIENTS_OF_USER, MOST_BYTES = 256, 64, 64 << 20


@pytest.fixture(scope="module")
def shared() -> Iterator[Loader]:
    with running(OBJECTS) as loader:
        yield loader


@pytest.fixture
def client(shared: Loader) -> Iterator[Connection]:
    """A connection whose process has been given nothing before: each test has its own loader's."""
    with Connection(shared.socket) as connection:
        yield connection


# What it hands over


def test_a_program_and_its_state(client: Connection) -> None:
    answer = client.load("counter")
    assert answer.status == Status.OK
    code, state = answer.items
    assert (code.kind, code.name) == (ItemKind.PROGRAM, "read_counter")
    assert code.facts()["prog_type"] == "31"
    assert (state.kind, state.name, state.size) == (
        ItemKind.STATE,
        ".data.counter",
        STATE_OFFSET + 16,
    )
    facts = state.facts()
    assert [facts[name] for name in ("map_type", "value_size", "max_entries", "map_flags")] == [
        *("2", str(state.size), "1", "0x400")
    ]
    with mmap.mmap(state.fd, mmap.PAGESIZE) as memory:
        assert memory[STATE_OFFSET + 8 : STATE_OFFSET + 12] == (3_579_545).to_bytes(4, "little")
    answer.close()


def test_each_client_has_states_of_its_own(shared: Loader, client: Connection) -> None:
    with Connection(shared.socket) as other:
        answers = [each.load("doorbell") for each in (client, other)]
    maps = [mmap.mmap(each.items[1].fd, mmap.PAGESIZE) for each in answers]
    maps[0][STATE_OFFSET] = 7
    assert (maps[0][STATE_OFFSET], maps[1][STATE_OFFSET]) == (7, 0)
    for memory, answer in zip(maps, answers, strict=True):
        memory.close()
        answer.close()


def test_a_map_for_a_clock(client: Connection) -> None:
    answer = client.must(request(Command.CLOCK))
    (clock,) = answer.items
    assert (clock.kind, clock.size) == (ItemKind.CLOCK_MAP, int(clock.facts()["value_size"]))
    answer.close()


def test_where_there_is_no_module(client: Connection) -> None:
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded")
    answer = client.must(request(Command.MODULE))
    assert (answer.status, answer.error, answer.items) == (Status.NO_MODULE, errno.ENOENT, [])


def test_it_keeps_nothing_of_what_it_has_handed_over() -> None:
    with running(OBJECTS) as loader:
        before = loader.descriptors()
        with Connection(loader.socket) as client:
            for _ in range(5):
                client.load("doorbell").close()
                assert loader.settled(before + 2)  # the connection, and the process
        assert loader.settled(before + 1)


# Its rights


def test_it_has_cap_bpf_and_no_other_right(shared: Loader) -> None:
    status = shared.status()
    bpf = f"{1 << 39:016x}"
    assert {status[f"Cap{name}"] for name in ("Prm", "Eff", "Bnd")} == {bpf}
    assert {status[f"Cap{name}"] for name in ("Inh", "Amb")} == {f"{0:016x}"}
    assert status["NoNewPrivs"] == "1"


def test_it_can_be_another_user() -> None:
    """One whom objects and socket do not belong to."""
    with running(OBJECTS, "--user", "nobody") as loader:
        assert set(loader.status()["Uid"].split()) == {"65534"}
        assert loader.status()["CapEff"] == f"{1 << 39:016x}"
        with Connection(loader.socket) as client:
            answer = client.load("doorbell")
            assert answer.status == Status.OK
            answer.close()


def test_the_socket_is_for_its_group(shared: Loader) -> None:
    found = os.stat(shared.socket)
    assert (found.st_mode & 0o777, found.st_uid, found.st_gid) == (0o660, 0, 0)


# Files


@pytest.mark.parametrize("name", ["nothing", "counter.bpf.o", "counter."])
def test_no_such_object(client: Connection, name: str) -> None:
    answer = client.load(name)
    assert (answer.status, answer.error) == (Status.NO_OBJECT, errno.ENOENT)


def writable(path: Path) -> None:
    path.write_bytes(OBJECTS["counter"])
    path.chmod(0o664)


def not_roots(path: Path) -> None:
    path.write_bytes(OBJECTS["counter"])
    os.chown(path, 65534, 0)


def link(path: Path) -> None:
    path.symlink_to("counter.bpf.o")


def fifo(path: Path) -> None:
    os.mkfifo(path, 0o644)


def empty(path: Path) -> None:
    path.touch(0o644)


def folder(path: Path) -> None:
    path.mkdir(0o755)


def large(path: Path) -> None:
    path.touch(0o644)
    os.truncate(path, (16 << 20) + 1)


@pytest.mark.parametrize("make", [writable, not_roots, link, fifo, empty, folder, large])
def test_files_that_libbpf_never_sees(
    shared: Loader, client: Connection, make: Callable[[Path], None]
) -> None:
    make(shared.objects / f"{make.__name__}.bpf.o")
    said = shared.said()
    assert client.load(make.__name__).status == Status.UNSAFE
    assert shared.said() == said
    answer = client.load("counter")
    assert answer.status == Status.OK
    answer.close()


def test_what_is_no_object_of_a_filter(shared: Loader, client: Connection) -> None:
    licence = '#include <lightexit.h>\nLIGHTEXIT_LICENSE("Apache-2.0");\n'
    body = "(struct lightexit_io_context *c) { return !c; }\n"
    objects = {
        "garbage": b"\x7fELF" + bytes(500),
        "truncated": OBJECTS["counter"][:700],
        "variable": compile_c(f"{licence}static int n; LIGHTEXIT_FILTER(f, c) {{ return ++n; }}"),
        "other": compile_c(f'{licence}__attribute__((section("xdp"), used)) int f{body}'),
        "unproved": program_object(
            assemble("r1 = *(u64 *)(r1 + 0)\nr0 = *(u64 *)(r1 + 0)\nexit", "unproved")
        ),
    }
    for name, data in objects.items():
        shared.put(name, data)
        answer = client.load(name)
        assert (answer.status, answer.items) == (Status.REFUSED, []), name
    said = shared.said()
    for sentence in (
        r"garbage is no object: .+",
        r"variable: the map \S*\.bss is no state",
        r"other: the program f is no filter",
        r"unproved is not loaded: (Permission denied|Invalid argument)",
    ):
        assert re.search(f"^lightexit-loader: {sentence}$", said, re.M), said


# Messages


@pytest.mark.parametrize(
    ("message", "status"),
    [
        (b"x", Status.MALFORMED),
        (REQUEST.pack(REQUEST.size, VERSION, 1, 0, b"counter")[:-1], Status.MALFORMED),
        (REQUEST.pack(REQUEST.size, VERSION, 1, 0, b"counter") + b"\0", Status.MALFORMED),
        (REQUEST.pack(REQUEST.size, VERSION, 1, 0, b"counter") + bytes(9000), Status.MALFORMED),
        (REQUEST.pack(REQUEST.size - 1, VERSION, 1, 0, b"counter"), Status.MALFORMED),
        (REQUEST.pack(REQUEST.size, VERSION + 1, 1, 0, b"counter"), Status.OTHER_VERSION),
        (REQUEST.pack(REQUEST.size, 0, 1, 0, b"counter") + bytes(40), Status.OTHER_VERSION),
        (REQUEST.pack(8, VERSION + 1, 0, 0, b"")[:8], Status.OTHER_VERSION),
        (request(0, b"counter"), Status.MALFORMED),
        (request(4), Status.MALFORMED),
        (request(Command.CLOCK, b"c"), Status.MALFORMED),
        (request(Command.MODULE, reserved=1), Status.MALFORMED),
        *(
            (request(Command.LOAD, name), Status.MALFORMED)
            for name in (
                b"",
                b".counter",
                b"..",
                b"../objects/counter",
                b"/etc/passwd",
                b"a/b",
                b"a\nb",
                b"a\0b",
                b"\xff",
                b"a" * 64,
            )
        ),
    ],
)
def test_messages_that_are_no_requests(client: Connection, message: bytes, status: Status) -> None:
    answer = client.must(message)
    assert (answer.status, answer.version, answer.items) == (status, VERSION, [])
    assert client.is_closed


def test_descriptors_of_clients_are_not_taken(shared: Loader, client: Connection) -> None:
    client.load("counter").close()
    before = shared.descriptors()
    for _ in range(3):
        socket.send_fds(client.socket, [request(Command.CLOCK)], [0, 1, 2])
        _, fds, _, _ = socket.recv_fds(client.socket, 4096, 4)
        for fd in fds:
            os.close(fd)
    assert shared.settled(before)


def test_a_client_that_takes_no_answers_is_left() -> None:
    with running({}) as loader, Connection(loader.socket) as greedy:
        assert any(not greedy.tell(request(Command.LOAD, b"nothing")) for _ in range(10_000))


# Limits. What a process has been given counts as long as it lives: so they are other processes.

_ASKS = """
import sys
from loader.wire import *
message = eval(sys.argv[3])
print(*(Connection(sys.argv[1]).must(message).status.name for _ in range(int(sys.argv[2]))))
"""


def statuses(loader: Loader, count: int, message: bytes) -> list[str]:
    """What a process is told that connects and asks so many times."""
    command = [sys.executable, "-c", _ASKS, loader.socket, str(count), repr(message)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_a_process_may_have_so_many_objects(shared: Loader) -> None:
    found = statuses(shared, MOST_OBJECTS + 2, request(Command.CLOCK))
    assert found == ["OK"] * MOST_OBJECTS + ["LIMIT"] * 2
    assert statuses(shared, 1, request(Command.CLOCK)) == ["OK"]


def test_a_process_may_have_so_much_memory(shared: Loader) -> None:
    size = (2 << 20) - 4096
    text = f".map big {size}\nr1 = map_value(0) + 16\nr0 = *(u64 *)(r1 + 0)\nexit"
    shared.put("big", program_object(assemble(text, "big")))
    found = statuses(shared, MOST_BYTES // size + 2, request(Command.LOAD, b"big"))
    assert found == ["OK"] * (MOST_BYTES // size) + ["LIMIT"] * 2


def test_a_user_may_connect_so_many_times() -> None:
    with running({}) as loader:
        connections = [Connection(loader.socket) for _ in range(MOST_CLIENTS_OF_USER + 1)]
        assert connections[0].load("nothing").status == Status.NO_OBJECT
        assert connections[-1].is_closed
        for each in connections:
            each.socket.close()


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


# Starting it


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


def test_functions_and_files_are_short() -> None:
    for path in (Path(__file__).parents[2] / "loader").glob("*.[ch]"):
        lines = path.read_text("utf-8").splitlines()
        assert len(lines) < 400, path
        begin = 0
        for number, line in enumerate(lines):
            if line == "{":
                begin = number
            assert line != "}" or number - begin < 40, f"{path}:{begin}"
            assert len(line.expandtabs(8)) <= 100, f"{path}:{number + 1}"
