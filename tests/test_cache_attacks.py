# SPDX-License-Identifier: Apache-2.0
"""Whatever stands in the cache's place: none of it is run, and none of it is lost.

The cache holds good bytes or nothing. Around it, things are planted that hold well-formed
entries with bad bytes, and things that are precious. No read may give the bad, no call may
raise or wait, and what lightexit did not make stays as it was.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lightexit.cache import Cache, content_key

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or not hasattr(signal, "alarm"),
    reason="owners, modes and links as POSIX has them",
)

KIND = "native"
KEY = content_key("a program")
OTHER = content_key("another program")
GOOD, BAD = b"good machine code", b"bad machine code"
ROUNDS = 400
STRANGER = 12_345
is_root = getattr(os, "geteuid", lambda: 1)() == 0
for_root = pytest.mark.skipif(not is_root, reason="only root gives files away")


class World:
    """A cache, and outside of it folders that look like one."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.outside = place / "outside"
        self.base = place / "xdg"
        self.cache = Cache(self.base / "lightexit")
        self.root = self.cache.root
        bad = Cache(self.outside / "lightexit")
        for key in (KEY, OTHER):
            bad.put(KIND, key, BAD)
        self.bad_root = bad.root
        self.bad_entry = bad.root / KIND / KEY
        (self.outside / KIND).mkdir()
        (self.outside / KIND / KEY).write_text("precious, and called as an entry is")
        (self.outside / "notes.txt").write_text("precious")

    def place_of(self, level: str) -> Path:
        """Where a thing of that level belongs in the cache."""
        places = {"root": self.root, "kind": self.root / KIND, "entry": self.root / KIND / KEY}
        return places[level]

    def bad_thing(self, level: str) -> Path:
        """The like of it outside."""
        return {"root": self.bad_root, "kind": self.bad_root / KIND, "entry": self.bad_entry}[level]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@contextlib.contextmanager
def soon() -> Iterator[None]:
    """Fails who waits for ever."""

    def late(*_: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def seen(place: Path) -> dict[str, tuple[object, ...]]:
    """All below a place: what it is, whose, when it was written, what is in it."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted(place.rglob("*")):
        status = path.lstat()
        kind = stat.S_IFMT(status.st_mode)
        content: object = None
        if kind == stat.S_IFREG and status.st_size < 2**20 and os.access(path, os.R_OK):
            content = path.read_bytes()
        written = None if kind == stat.S_IFDIR else status.st_mtime_ns
        found[str(path)] = kind, status.st_uid, written, content
    return found


def removed(path: Path) -> Path:
    """A place with nothing there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


# What can be planted: each at a level, in a world; what is not possible there raises OSError.


def link(world: World, level: str, rng: random.Random) -> None:
    removed(world.place_of(level)).symlink_to(world.bad_thing(level))


def link_to_link(world: World, level: str, rng: random.Random) -> None:
    first = removed(world.place / "first")
    first.symlink_to(world.bad_thing(level))
    removed(world.place_of(level)).symlink_to(os.path.relpath(first, world.place_of(level).parent))


def dangling(world: World, level: str, rng: random.Random) -> None:
    removed(world.place_of(level)).symlink_to(world.place / "nowhere")


def loop(world: World, level: str, rng: random.Random) -> None:
    removed(world.place_of(level)).symlink_to(world.place_of(level).name)


def hard_link(world: World, level: str, rng: random.Random) -> None:
    os.link(world.bad_entry, removed(world.place_of(level)))


def fifo(world: World, level: str, rng: random.Random) -> None:
    os.mkfifo(removed(world.place_of(level)))


def listening(world: World, level: str, rng: random.Random) -> None:
    path = removed(world.place_of(level))
    with socket.socket(socket.AF_UNIX) as each:
        folder = os.open(path.parent, os.O_RDONLY)
        try:  # the name of a socket may not be long
            each.bind(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)


def device(world: World, level: str, rng: random.Random) -> None:
    number = os.makedev(1, rng.choice((3, 5, 8)))  # null, zero, random
    os.mknod(removed(world.place_of(level)), 0o600 | stat.S_IFCHR, number)


def folder(world: World, level: str, rng: random.Random) -> None:
    removed(world.place_of(level)).mkdir(mode=0o700)
    if rng.random() < 0.5:
        (world.place_of(level) / "notes.txt").write_text("precious")


def copied(world: World, level: str, rng: random.Random) -> Path:
    """Bad, but well-formed, and this user's own."""
    path = removed(world.place_of(level))
    if level == "entry":
        shutil.copy(world.bad_entry, path)
        path.chmod(0o600)
    else:
        shutil.copytree(world.bad_thing(level), path)
        path.chmod(0o700)
    return path


def writable(world: World, level: str, rng: random.Random) -> None:
    mode = 0o600 if level == "entry" else 0o1700 if rng.random() < 0.5 else 0o700
    copied(world, level, rng).chmod(mode | rng.choice((0o020, 0o002, 0o022, 0o066, 0o077)))


def a_strangers(world: World, level: str, rng: random.Random) -> None:
    os.chown(copied(world, level, rng), STRANGER, -1)


def damaged(world: World, level: str, rng: random.Random) -> None:
    whole = bytearray(world.bad_entry.read_bytes())
    choice = rng.randrange(5)
    if choice == 0:
        whole[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
    elif choice == 1:
        del whole[rng.randrange(len(whole)) :]
    elif choice == 2:
        whole[:] = rng.randbytes(rng.randrange(200))
    elif choice == 3:
        whole += rng.randbytes(1 + rng.randrange(9))
    else:
        whole[:] = (world.bad_root / KIND / OTHER).read_bytes()
    path = removed(world.place_of(level))
    path.write_bytes(whole)
    path.chmod(0o600)


def huge(world: World, level: str, rng: random.Random) -> None:
    path = copied(world, "entry", rng)
    os.truncate(path, 1 << 40)


def unreadable(world: World, level: str, rng: random.Random) -> None:
    path = copied(world, level, rng) if level == "entry" else world.place_of(level)
    path.chmod(rng.choice((0, 0o200, 0o100)))


def neighbours(world: World, level: str, rng: random.Random) -> None:
    place = world.place_of(level).parent
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = rng.choice(
        ("README", "notes", ".hidden", content_key("x"), f"{KEY}.tmp", f"{KEY}.{'0' * 16}.tmp")
    )
    path = removed(place / name)
    if rng.random() < 0.3:
        path.mkdir()
        (path / KEY).write_text("precious")
    elif rng.random() < 0.3:
        path.symlink_to(world.bad_entry)
    else:
        path.write_text("precious")


Plant = Callable[[World, str, random.Random], object]
ANYWHERE: tuple[Plant, ...] = (
    link, link_to_link, dangling, loop, fifo, listening, writable, neighbours,
)  # fmt: skip
IN_ENTRYS_PLACE: tuple[Plant, ...] = (hard_link, folder, damaged, huge)
FOR_ROOT: tuple[Plant, ...] = (device, a_strangers)
CASES = [
    (plant, level)
    for level in ("root", "kind", "entry")
    for plant in (
        *ANYWHERE,
        *(FOR_ROOT if is_root else ()),
        *(() if is_root else (unreadable,)),
        *(IN_ENTRYS_PLACE if level == "entry" else ()),
    )
]


def attacked(world: World) -> None:
    """All that a cache does, in a world where something was planted."""
    cache = world.cache
    entries = {str(world.root / KIND / key) for key in (KEY, OTHER)}
    precious = {path: what for path, what in seen(world.place).items() if path not in entries}
    assert cache.get(KIND, KEY) in (None, GOOD)
    cache.put(KIND, KEY, GOOD)
    assert cache.get(KIND, KEY) in (None, GOOD)
    assert cache.get(KIND, OTHER) in (None, GOOD)
    assert all(entry.path.read_bytes() is not None for entry in cache.entries())
    cache.refusals()
    cache.clear()
    assert cache.entries() == []
    now = seen(world.place)
    assert {path: now.get(path) for path in precious} == precious


@pytest.mark.parametrize(
    ("plant", "level"), CASES, ids=lambda each: getattr(each, "__name__", each)
)
def test_what_is_planted_is_neither_run_nor_lost(world: World, plant: Plant, level: str) -> None:
    world.cache.put(KIND, KEY, GOOD)
    world.cache.put(KIND, OTHER, GOOD)
    for seed in range(12):
        plant(world, level, random.Random(seed))
        with soon():
            attacked(world)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_whatever_is_planted_together(tmp_path: Path, part: int) -> None:
    for seed in range(part, ROUNDS, 4):
        rng = random.Random(seed)
        world = World(tmp_path / str(seed))
        for _ in range(rng.randrange(3)):
            world.cache.put(KIND, rng.choice((KEY, OTHER)), GOOD)
        for _ in range(1 + rng.randrange(4)):
            plant, level = rng.choice(CASES)
            with contextlib.suppress(OSError):
                plant(world, level, rng)
        with soon():
            attacked(world)


@pytest.mark.parametrize("plant", [*ANYWHERE, *IN_ENTRYS_PLACE])
def test_an_entry_is_made_anew_where_that_can_be(world: World, plant: Plant) -> None:
    world.cache.put(KIND, KEY, GOOD)
    plant(world, "entry", random.Random(1))
    world.cache.put(KIND, KEY, GOOD)
    kept = world.cache.get(KIND, KEY)
    assert kept == (None if plant is folder else GOOD)
    if kept:
        assert world.place_of("entry").lstat().st_nlink == 1


def test_a_folder_that_is_exchanged_all_the_time(world: World) -> None:
    cache, kind, aside = world.cache, world.root / KIND, world.root / "aside"
    cache.put(KIND, KEY, GOOD)
    precious = seen(world.outside)
    stop = threading.Event()

    def exchange() -> None:
        while not stop.is_set():
            kind.rename(aside)
            kind.symlink_to(world.bad_root / KIND)
            kind.unlink()
            aside.rename(kind)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for _ in range(2_000):
            assert cache.get(KIND, KEY) in (None, GOOD)
            cache.clear()
    finally:
        stop.set()
        thread.join()
    assert seen(world.outside) == precious


# The way to the cache.


def used(cache: Cache) -> bool:
    cache.put(KIND, KEY, GOOD)
    return cache.get(KIND, KEY) == GOOD


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o700, True), (0o755, True), (0o1777, True), (0o777, False), (0o770, False), (0o1770, True)],
)
def test_whom_the_folders_above_let_in(world: World, mode: int, expected: bool) -> None:
    above = world.place / "above"
    above.mkdir()
    above.chmod(mode)
    cache = Cache(above / "xdg" / "lightexit")
    assert used(cache) is expected
    says = f"{above}/xdg: the folder of xdg: others may write to it (mode {mode:o})"
    assert cache.refusals() == ([] if expected else [says])


@for_root
def test_a_strangers_folder_above_is_not_passed(world: World) -> None:
    (world.place / "home").mkdir(mode=0o700)
    os.chown(world.place / "home", STRANGER, -1)
    cache = Cache(world.place / "home" / ".cache" / "lightexit")
    assert not used(cache)
    assert list((world.place / "home").iterdir()) == []
    assert f"belongs to user {STRANGER}" in cache.refusals()[0]


def test_links_of_ones_own_lead_to_the_cache(world: World) -> None:
    disk = world.place / "disk"
    disk.mkdir(mode=0o700)
    (world.place / "home").mkdir(mode=0o700)
    (world.place / "home" / ".cache").symlink_to("../disk")
    assert used(Cache(world.place / "home" / ".cache" / "lightexit"))
    assert (disk / "lightexit" / KIND / KEY).exists()


@for_root
def test_a_strangers_link_leads_nowhere(world: World) -> None:
    shared = world.place / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "xdg").symlink_to(world.outside)
    os.lchown(shared / "xdg", STRANGER, -1)
    cache = Cache(shared / "xdg" / "lightexit")
    precious = seen(world.outside)
    assert cache.get(KIND, KEY) is None
    assert not used(cache)
    assert cache.clear() == 0
    assert seen(world.outside) == precious
    assert "others may have put there" in cache.refusals()[0]


def test_another_folder_in_the_place_of_one_that_was_used(world: World) -> None:
    assert used(world.cache)
    shutil.move(world.root, world.place / "gone")
    link(world, "root", random.Random(0))
    assert world.cache.get(KIND, KEY) is None
    world.root.unlink()
    world.root.mkdir(mode=0o700)
    assert world.cache.get(KIND, KEY) is None
    assert used(world.cache)


def test_a_relative_place_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    cache = Cache(Path("here"))
    assert not used(cache)
    assert cache.refusals() == ["here: not an absolute path"]
    assert list(tmp_path.iterdir()) == []


def test_nothing_stays_open(world: World) -> None:
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("no /proc to count descriptors in")
    assert used(world.cache)
    before = len(os.listdir("/proc/self/fd"))
    for plant, level in CASES:
        with contextlib.suppress(OSError):
            plant(world, level, random.Random(3))
        attacked(world)
    assert len(os.listdir("/proc/self/fd")) == before
