# SPDX-License-Identifier: Apache-2.0
"""liblightexit's lightexit_loader_*(): with the loader, and with one that answers wrongly."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counter.device import CounterState, read_counter
from doorbell.filter import notify
from lib import native
from lightexit.abi import ABI_VERSION, Space, fingerprint
from lightexit.build.bpf import filter_object
from loader import fake
from loader.daemon import Loader, running
from loader.wire import ANSWER_SIZE, MOST_ITEMS, Connection, ItemKind, Status

pytestmark = pytest.mark.skipif(bool(native.MISSING), reason=native.MISSING)

STATE, MAP, NO_MODULE, RIGHTS, PROGRAM, NO_LOADER, LOADER = -4, -9, -10, -11, -14, -15, -16
OBJECTS = {"counter": filter_object(read_counter), "notify": filter_object(notify)}


class Client:
    """The library's functions, as Python calls them."""

    def __init__(self, path: str) -> None:
        self.shared = native.loaded()
        self.handle = ctypes.c_void_p()
        connect = self.shared.lightexit_loader_connect
        native.check(connect(path.encode(), ctypes.byref(self.handle)))

    def close(self) -> None:
        self.shared.lightexit_loader_close(self.handle)

    def load(self, name: str) -> ctypes.c_void_p:
        """An object."""
        made = ctypes.c_void_p()
        load = self.shared.lightexit_loader_load
        native.check(load(self.handle, name.encode(), ctypes.byref(made)))
        return made

    def program(self, item: ctypes.c_void_p, name: str) -> int:
        return _descriptor(self.shared.lightexit_object_program(item, name.encode()))

    def state(self, item: ctypes.c_void_p, name: str) -> int:
        return _descriptor(self.shared.lightexit_object_map(item, f".data.{name}".encode()))

    def clock(self) -> int:
        return _descriptor(self.shared.lightexit_loader_clock(self.handle))

    def module(self) -> int:
        return _descriptor(self.shared.lightexit_loader_module(self.handle))


def _descriptor(result: int) -> int:
    native.check(min(result, 0))
    return result


@pytest.fixture(scope="module")
def shared() -> Iterator[Loader]:
    with running(OBJECTS) as loader:
        yield loader


@pytest.fixture
def client(shared: Loader) -> Iterator[Client]:
    made = Client(shared.socket)
    yield made
    made.close()


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def attempt(path: str, what: str) -> None:
    """One request, of a connection of its own."""
    asked = Client(path)
    try:
        asked.load("x") if what == "load" else getattr(asked, what)()
    finally:
        asked.close()


def refusal(path: str, what: str = "load") -> tuple[int, str]:
    """Code and sentence of a request that fails."""
    with pytest.raises(native.LibraryError) as caught:
        attempt(path, what)
    return caught.value.code, str(caught.value).partition(": ")[2]


def refused(path: Path, reply: fake.Reply | None, what: str = "load") -> tuple[int, str]:
    """That of a request which is answered so; no descriptor may be left open."""
    before = open_descriptors()
    with fake.listening(path, lambda _: reply):
        told = refusal(str(path), what)
    assert open_descriptors() == before
    return told


# With the loader


def test_a_states_memory_is_what_the_loader_gave(client: Client) -> None:
    item = client.load("counter")
    assert client.program(item, "read_counter") > 0
    clock = client.clock()
    bus, state = ctypes.c_void_p(), ctypes.c_void_p()
    options = native.BusOptions(clock_map_fd=clock)
    native.check(client.shared.lightexit_bus_create(ctypes.byref(options), ctypes.byref(bus)))
    asked = native.StateOptions(name=b"counter", size=16, map_fd=client.state(item, "counter"))
    create = client.shared.lightexit_state_create
    native.check(create(bus, ctypes.byref(asked), ctypes.byref(state)))
    data = client.shared.lightexit_state_data(state)
    assert ctypes.c_uint32.from_address(data + 8).value == 3_579_545
    client.shared.lightexit_object_close(item)
    ctypes.c_uint32.from_address(data + 8).value = 1
    os.close(clock)
    client.shared.lightexit_bus_destroy(bus)


def test_a_state_larger_than_the_loaders(client: Client) -> None:
    item = client.load("counter")
    bus, state = ctypes.c_void_p(), ctypes.c_void_p()
    native.check(client.shared.lightexit_bus_create(None, ctypes.byref(bus)))
    asked = native.StateOptions(name=b"counter", size=64, map_fd=client.state(item, "counter"))
    with pytest.raises(native.LibraryError, match="a value of 32 bytes: 80 are needed") as caught:
        native.check(
            client.shared.lightexit_state_create(bus, ctypes.byref(asked), ctypes.byref(state))
        )
    assert caught.value.code == MAP
    client.shared.lightexit_object_close(item)
    client.shared.lightexit_bus_destroy(bus)


def test_what_an_object_does_not_have(client: Client) -> None:
    item = client.load("counter")
    with pytest.raises(native.LibraryError, match="the object has no program counter"):
        client.program(item, "counter")
    with pytest.raises(native.LibraryError, match=r"the object has no map \.data\.read_"):
        client.state(item, "read_counter")
    client.shared.lightexit_object_close(item)


class Placed:
    """A region whose filter is `read_counter`, over a map of the loader's."""

    def __init__(self, client: Client, map_fd: int, **filter_: Any) -> None:
        self.shared, self.bus = client.shared, ctypes.c_void_p()
        self.clock = client.clock()
        options = native.BusOptions(clock_map_fd=self.clock)
        native.check(
            self.shared.lightexit_bus_create(ctypes.byref(options), ctypes.byref(self.bus))
        )
        state = ctypes.c_void_p()
        asked = native.StateOptions(name=b"counter", size=16, map_fd=map_fd)
        create = self.shared.lightexit_state_create
        native.check(create(self.bus, ctypes.byref(asked), ctypes.byref(state)))
        self.run = native.RUN(lambda *_: 0)
        facts = {"abi_version": ABI_VERSION, "name": b"read_counter", "state_count": 1, **filter_}
        made = native.Filter(run=ctypes.cast(self.run, ctypes.c_void_p), **facts)
        made.states[0] = native.FilterState(b"counter", 16, FINGERPRINT)
        region = native.RegionOptions(
            space=Space.MMIO,
            base=0x1000,
            size=16,
            state_count=1,
            states=(ctypes.c_void_p * 1)(state),
            filter=ctypes.pointer(made),
            read=native.READ(lambda *_: 0),
            write=native.WRITE(lambda *_: None),
        )
        self.region = ctypes.c_void_p()
        add = self.shared.lightexit_region_add
        native.check(add(self.bus, ctypes.byref(region), ctypes.byref(self.region)))

    def attach(self, item: ctypes.c_void_p | None) -> tuple[int, str]:
        """What becomes of it, of a VM that there is none of."""
        code = self.shared.lightexit_region_attach_object(self.region, -1, item)
        return code, self.shared.lightexit_last_error().decode()

    def close(self) -> None:
        self.shared.lightexit_bus_destroy(self.bus)
        os.close(self.clock)


FINGERPRINT = fingerprint(CounterState)
#: Where all is well, up to the module.
WELL = (NO_MODULE, "/dev/lightexit: No such file or directory: is lightexit.ko loaded?")


def test_only_the_filter_over_its_own_maps_is_attached(client: Client) -> None:
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded")
    item, again, other = client.load("counter"), client.load("counter"), client.load("notify")
    placed = Placed(client, client.state(item, "counter"))
    assert placed.attach(item) == WELL
    code, said = placed.attach(again)
    assert (code, "works on other maps than those that its states are in" in said) == (MAP, True)
    assert placed.attach(other) == (PROGRAM, "the object has no program read_counter")
    assert placed.attach(None)[1] == "there is no object to attach"
    placed.close()
    for each in (item, again, other):
        client.shared.lightexit_object_close(each)


def test_an_object_of_another_layout_is_not_attached(shared: Loader, client: Client) -> None:
    built = OBJECTS["counter"]
    known = FINGERPRINT.to_bytes(8, "little")
    assert built.count(known) == 1
    shared.put("older", built.replace(known, (FINGERPRINT ^ 1).to_bytes(8, "little")))
    item = client.load("older")
    placed = Placed(client, client.state(item, "counter"))
    code, said = placed.attach(item)
    assert (code, "was built for another layout of it" in said) == (STATE, True)
    placed.close()
    client.shared.lightexit_object_close(item)


def test_one_refusal_does_not_end_the_connection(client: Client) -> None:
    with pytest.raises(native.LibraryError, match="the loader has no object none: No such file"):
        client.load("none")
    client.shared.lightexit_object_close(client.load("counter"))


def test_where_there_is_no_module(client: Client) -> None:
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded")
    with pytest.raises(native.LibraryError, match="the loader cannot open /dev/lightexit: ") as no:
        client.module()
    assert no.value.code == NO_MODULE


def test_a_loader_that_dies() -> None:
    with running(OBJECTS) as loader, running(OBJECTS) as other:
        client = Client(loader.socket)
        client.shared.lightexit_object_close(client.load("counter"))
        loader.process.kill()
        loader.process.wait()
        loader.process.poll = lambda: None  # type: ignore[method-assign]  # it was meant to end
        for sentence in ("has hung up", "the connection to the loader at .* is closed"):
            with pytest.raises(native.LibraryError, match=sentence) as caught:
                client.load("counter")
            assert caught.value.code == NO_LOADER
        client.close()
        with Connection(other.socket) as connection:
            connection.load("counter").close()
        assert refusal(loader.socket)[0] == NO_LOADER


# With one that is none


def test_no_loader(tmp_path: Path) -> None:
    path = str(tmp_path / "none")
    assert refusal(path) == (
        NO_LOADER,
        f"{path}: No such file or directory: does lightexit-loader run?",
    )
    assert refusal("/" + "x" * 108)[1].endswith(": longer than a socket's path can be")


def test_a_loader_for_others(tmp_path: Path) -> None:
    """Without its group; as another user, whom root can become only in a process of its own."""
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    path = tmp_path / "socket"
    with fake.listening(path, lambda _: None):
        path.chmod(0o600)
        for folder in (tmp_path, *tmp_path.parents[:2]):
            folder.chmod(0o711)
        native.loaded()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.setuid(65534)
            code = native.loaded().lightexit_loader_connect(
                str(path).encode(), ctypes.byref(ctypes.c_void_p())
            )
            os.write(write, f"{code}: {native.loaded().lightexit_last_error().decode()}".encode())
            os._exit(0)
        os.waitpid(child, 0)
        said = os.read(read, 4096).decode()
    for each in (read, write):
        os.close(each)
    assert said == f"{RIGHTS}: {path} is not open to this user: it is for the group lightexit"


def test_answers_that_are_none(tmp_path: Path) -> None:
    path, null = tmp_path / "socket", os.open("/dev/null", os.O_RDWR)
    good = fake.answer(fake.program(null))
    one = fake.program(null)
    where = f"the loader at {path}"
    cases = [
        (None, NO_LOADER, f"{where} has hung up"),
        (fake.Reply(good.data[:-1]), LOADER, f"{where} answers with {ANSWER_SIZE - 1} bytes"),
        (fake.Reply(good.data[:7]), LOADER, f"{where} answers with 7 bytes"),
        (fake.Reply(good.data + b"\0"), LOADER, f"{where} answers with {ANSWER_SIZE + 1} bytes"),
        (fake.answer(one, size=8), LOADER, f"{where} answers with {ANSWER_SIZE} bytes"),
        (fake.answer(version=2), LOADER, f"{where} speaks version 2 of its messages, this"),
        (fake.Reply(fake.answer(version=2).data[:8]), LOADER, f"{where} speaks version 2"),
        (fake.Reply(good.data), LOADER, f"{where} answers with 0 descriptors for 1 items"),
        (fake.answer(one, one, count=1), LOADER, f"{where} answers with 2 descriptors for 1"),
        (fake.answer(count=2**32 - 1), LOADER, "answers with 0 descriptors for 4294967295 items"),
        (fake.answer(one, status=3), LOADER, "answers with 1 descriptors for 1 items"),
        (
            fake.answer(*[one] * MOST_ITEMS)._replace(fds=[null] * (MOST_ITEMS + 1)),
            *(LOADER, f"{where} answers with more descriptors than an answer has"),
        ),
        (fake.answer(), LOADER, "the loader answers with nothing"),
        (good, LOADER, "what the loader gives as the program program is none"),
        (fake.answer(fake.state(null, 32)), MAP, "for state, is no BPF array map"),
        (fake.answer((7, "x", 0, null)), LOADER, "the loader answers with an item of kind 7"),
        (fake.answer((4, "x", 0, null)), LOADER, "the loader answers with an item of kind 4"),
        (fake.answer(fake.program(null, "x" * 64)), LOADER, "a name without end"),
        (fake.answer(status=99), LOADER, "the loader refuses x: status 99"),
    ]
    for reply, code, sentence in cases:
        found, said = refused(path, reply)
        assert found == code, said
        assert sentence in said
    os.close(null)


def test_what_is_given_for_a_clock_or_the_module(tmp_path: Path) -> None:
    path, null = tmp_path / "socket", os.open("/dev/null", os.O_RDWR)
    clock = (ItemKind.CLOCK_MAP, "clock", 64, null)
    module = (ItemKind.MODULE_FILE, "lightexit", 0, null)
    for what, item, code, sentence in (
        ("clock", clock, MAP, "for the clock, is no BPF array map"),
        ("clock", module, LOADER, "an item of kind 4"),
        ("module", module, NO_MODULE, "is not that of /dev/lightexit"),
        ("module", clock, LOADER, "an item of kind 3"),
    ):
        found, said = refused(path, fake.answer(item), what)
        assert found == code
        assert sentence in said
    os.close(null)


def test_a_map_smaller_than_it_is_said_to_be(tmp_path: Path, shared: Loader) -> None:
    with Connection(shared.socket) as connection:
        code, state = connection.load("counter").items
    reply = fake.answer(fake.program(code.fd), fake.state(state.fd, state.size + 1, "counter"))
    path = tmp_path / "socket"
    assert refused(path, reply) == (
        MAP,
        f"the map for counter has a value of {state.size} bytes: {state.size + 1} are needed, "
        "header included",
    )
    for fd in (code.fd, state.fd):
        os.close(fd)


def test_what_the_loader_says_is_told(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    for status, error, code, sentence in (
        (Status.NO_OBJECT, errno.ENOENT, LOADER, "the loader has no object x: No such file"),
        (Status.UNSAFE, 0, LOADER, "does not open x: others than root can write that file"),
        (Status.REFUSED, errno.EACCES, LOADER, "the loader cannot load x: Permission denied"),
        (Status.LIMIT, 0, LOADER, "gives this process no more: x is beyond its limits"),
        (Status.NO_MODULE, errno.ENOENT, NO_MODULE, "No such file or directory: is lightexit.ko"),
    ):
        reply = fake.answer(status=status, error=error)
        found, said = refused(path, reply)
        assert found == code
        assert sentence in said


def test_the_module_by_a_descriptor_that_is_none() -> None:
    bus, null = ctypes.c_void_p(), os.open("/dev/null", os.O_RDWR)
    native.check(native.loaded().lightexit_bus_create(None, ctypes.byref(bus)))
    for fd in (null, 999):
        with pytest.raises(native.LibraryError, match="is not that of /dev/lightexit"):
            native.check(native.loaded().lightexit_bus_use_module(bus, fd))
    native.check(native.loaded().lightexit_bus_use_module(bus, 0))
    native.loaded().lightexit_bus_destroy(bus)
    os.close(null)
