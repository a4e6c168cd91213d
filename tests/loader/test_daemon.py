# SPDX-License-Identifier: Apache-2.0
"""lightexit-loader: what it hands over, what it refuses, what it keeps of its rights."""

from __future__ import annotations

import errno
import mmap
import os
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counter.device import read_counter
from doorbell.filter import notify
from isa.clang import compile_c
from lightexit.abi import STATE_OFFSET
from lightexit.build.bpf import filter_object, program_object
from lightexit.isa import assemble
from loader.daemon import Loader, running
from loader.wire import REQUEST, VERSION, Command, Connection, ItemKind, Status, request

OBJECTS = {"counter": filter_object(read_counter), "doorbell": filter_object(notify)}


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


def test_descriptors_of_clients_are_not_taken() -> None:
    with running(OBJECTS) as loader:
        before = loader.descriptors()
        with Connection(loader.socket) as client:
            for _ in range(3):
                socket.send_fds(client.socket, [request(Command.CLOCK)], [0, 1, 2])
                _, fds, _, _ = socket.recv_fds(client.socket, 4096, 4)
                for fd in fds:
                    os.close(fd)
            assert loader.settled(before + 2)  # the connection, and the process


def test_a_client_that_takes_no_answers_is_left() -> None:
    with running({}) as loader, Connection(loader.socket) as greedy:
        assert any(not greedy.tell(request(Command.LOAD, b"nothing")) for _ in range(10_000))


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
