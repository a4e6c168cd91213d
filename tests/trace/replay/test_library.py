# SPDX-License-Identifier: Apache-2.0
"""Devices of shared libraries: examples in C and Rust, and what goes wrong in one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path

import pytest

from lightexit.errors import AuthorError
from lightexit.trace.access import Access
from lightexit.trace.replay import child
from lightexit.trace.replay.shared_library import ReplayedLibrary
from lightexit.trace.replay.sides import ReplayedDevices
from replaying import access, plan, replayed
from rust.cargo import MISSING, passed, target

ROOT = Path(__file__).parents[3]
EXAMPLES, INCLUDE = ROOT / "examples/replay", ROOT / "lib/include"
COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")

PM_BASE, TIMER = 0x600, 0x608


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("libraries")


STRICT = ("-Wall", "-Wextra", "-Werror", "-std=c11")


def compiled(source: Path, output: Path, warnings: Sequence[str] = STRICT) -> Path:
    options = ["-shared", "-fPIC", f"-I{INCLUDE}"]
    subprocess.run(["cc", *warnings, *options, source, "-o", output], check=True)
    return output


@cache
def in_rust() -> Path:
    passed("build", "--offline", "--locked", folder=EXAMPLES / "rust")
    return target() / "debug/libreplayed.so"


@pytest.fixture(scope="module")
def in_c(folder: Path) -> Path:
    return compiled(EXAMPLES / "device.c", folder / "device.so")


def steps(count: int = 50) -> Iterator[Access]:
    for number in range(count):
        time_ns = number * 1_000_003
        yield access(TIMER, size=4, time_ns=time_ns)
        yield access(0x92, number, time_ns=time_ns, is_write=number % 2 == 0)


def pc() -> ReplayedDevices:
    return ReplayedDevices([plan("pm", None, ("", PM_BASE)), plan("port92")], None)


def test_the_example_in_c_is_ours_once_more(in_c: Path) -> None:
    with closing(ReplayedLibrary(in_c)) as library:
        result = replayed([pc(), library], list(steps()))
        assert (result.first, result.replayed) == (None, 100)


@pytest.mark.long
@pytest.mark.skipif(bool(MISSING), reason=MISSING)
def test_the_example_in_rust_is_the_one_in_c_once_more(in_c: Path) -> None:
    with closing(ReplayedLibrary(in_c)) as one, closing(ReplayedLibrary(in_rust())) as other:
        assert replayed([one, other], list(steps())).first is None
        assert one.shown("") == other.shown("")


def test_a_recorded_value_that_differs_is_shown_with_the_state(in_c: Path) -> None:
    told = [access(0x92, 0x13, is_write=True), access(0x92, 0x13), access(0x92, 0x12)]
    with closing(ReplayedLibrary(in_c)) as library:
        first = replayed([library], told, recorded=True).first
    assert first is not None
    assert (first.number, first.expected, first.found) == (3, 0x12, 0x13)
    assert (first.register.title, first.titles) == ("pc.window0+0x0", ("recorded", "device.so"))
    assert first.shown["device.so"].before == {"control": "0x13", "ticks": "0"}
    assert first.shown["device.so"].changed == {}


def test_what_a_write_changes_is_shown(in_c: Path) -> None:
    with closing(ReplayedLibrary(in_c)) as library:
        library.perform(access(0x92, 0x40, is_write=True))
        assert library.shown("").changed == {"control": "0x2 -> 0x40"}


def test_its_first_window_can_be_elsewhere(in_c: Path) -> None:
    with closing(ReplayedLibrary(in_c, 0x192)) as library:
        assert replayed([library], [access(0x92), access(0x192)]).replayed == 1


def test_only_accesses_within_a_window_are_its_own(in_c: Path) -> None:
    beside = [access(0x92, size=2), access(0x91, size=2), access(TIMER + 2, size=4)]
    with closing(ReplayedLibrary(in_c)) as library:
        assert replayed([library], beside).replayed == 0


HEAD = """#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>
#include "lightexit_replay.h"
static const struct lightexit_replay_window windows[] = {{ .base = BASE, .size = SIZE }};
static void *make(void) { static int any; return &any; }
static uint64_t get(void *d, uint32_t w, uint64_t offset, uint32_t s, uint64_t n)
{ (void)d, (void)w, (void)s, (void)n, (void)offset; GET }
static void put(void *d, uint32_t w, uint64_t o, uint32_t s, uint64_t value, uint64_t n)
{ (void)d, (void)w, (void)s, (void)n, (void)o, (void)value; PUT }
static const struct lightexit_replay_device device = {
.version = VERSION, .window_count = 1, .windows = windows, .name = "bad",
.open = OPEN, .read = get, .write = put, .state = STATE };
const struct lightexit_replay_device *EXPORT(void) { return RETURNED; }
"""
GOOD = {
    "VERSION": "LIGHTEXIT_REPLAY_VERSION",
    "BASE": "0x92",
    "SIZE": "1",
    "GET": "return 1;",
    "PUT": "",
    "OPEN": "make",
    "STATE": "NULL",
    "EXPORT": "lightexit_replay_export",
    "RETURNED": "&device",
}
UNUSABLE = [
    ({"EXPORT": "other"}, "exports no function lightexit_replay_export"),
    ({"RETURNED": "NULL"}, "lightexit_replay_export() returns NULL"),
    ({"VERSION": "7"}, "has version 7 of struct lightexit_replay_device"),
    ({"OPEN": "NULL"}, "has no function open, read or write"),
    ({"SIZE": "0x10000"}, "has a window of 0x10000 bytes from 0x92 on in space 0"),
    ({"SIZE": "0"}, "has a window of 0x0 bytes"),
    ({"RETURNED": "(abort(), &device)"}, "crashed (SIGABRT), while it was loaded"),
    ({"RETURNED": "(exit(3), &device)"}, "ended its process with status 3, while it was loaded"),
]
FAILS = [
    ({"GET": "*(volatile int *)8 = 1; return 0;"}, "crashed (SIGSEGV), in a read of 1 byte"),
    ({"GET": "exit(0);"}, "ended its process with status 0, in a read of 1 byte at offset 0x0"),
    ({"GET": "for (;;) pause();"}, "has not answered within 0.5 s, in a read of 1 byte"),
    ({"GET": "return 256;"}, "answers 0x100 to a read of 1 byte at offset 0x0"),
    ({"GET": "for (int f = 3; f < 999; f++) close(f); return 1;"}, "ended its process"),
    (
        {"GET": "char b[12] = {[8] = 1}; for (int f = 3; f < 999; f++) write(f, b, 12); return 1;"},
        "has written into the pipe of its process",
    ),
]


def library_of(folder: Path, changes: dict[str, str]) -> Path:
    text = HEAD
    for name, value in (GOOD | changes).items():
        text = text.replace(f" {name} ", f" {value} ").replace(f"{name},", f"{value},")
        text = text.replace(f"{name}(", f"{value}(").replace(f"{name};", f"{value};")
    source = folder / "bad.c"
    source.write_text(text)
    return compiled(source, folder / f"bad{abs(hash(text))}.so", ("-w",))


@pytest.mark.parametrize(("changes", "message"), UNUSABLE, ids=[text for _, text in UNUSABLE])
def test_a_library_without_a_device_is_refused(
    changes: dict[str, str], message: str, folder: Path
) -> None:
    path = library_of(folder, changes)
    with pytest.raises(AuthorError) as caught:
        ReplayedLibrary(path)
    assert str(caught.value).startswith(f"{path} {message}")


@pytest.mark.parametrize(("changes", "message"), FAILS, ids=[text for _, text in FAILS])
def test_a_library_that_fails_is_named_with_the_access(
    changes: dict[str, str], message: str, folder: Path
) -> None:
    path = library_of(folder, changes)
    told: Sequence[Access] = [access(0x92, 1, is_write=True), access(0x92, 1), access(0x92, 1)]
    seconds = 0.5 if "0.5 s" in message else 20.0
    with (
        closing(ReplayedLibrary(path, None, seconds)) as library,
        pytest.raises(AuthorError) as why,
    ):
        replayed([library], told, recorded=True)
    assert message in str(why.value)
    assert str(why.value).startswith("access ")
    assert library._process.poll() is not None


def test_other_files_are_no_libraries(tmp_path: Path) -> None:
    path = tmp_path / "x.so"
    with pytest.raises(AuthorError, match="there is no such file"):
        ReplayedLibrary(path)
    path.write_text("hello")
    with pytest.raises(AuthorError, match=r"x\.so cannot be loaded: .*(file too short|ELF)"):
        ReplayedLibrary(path)


def test_what_a_library_prints_does_not_disturb(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = library_of(folder, {"GET": 'return write(1, "printed", 7) == 7;'})
    with closing(ReplayedLibrary(path)) as library:
        assert library.perform(access(0x92)) == 1
    assert capfd.readouterr() == ("", "printed")


def test_the_child_imports_nothing_of_ours() -> None:
    text = Path(child.__file__).read_text("utf-8")
    assert "import lightexit" not in text
    assert "from lightexit" not in text


def test_the_numbers_are_those_of_the_header() -> None:
    text = (INCLUDE / "lightexit_replay.h").read_text("utf-8")
    assert f"#define LIGHTEXIT_REPLAY_VERSION {child.VERSION}\n" in text
    assert f" *{child.SYMBOL}(void);" in text
    assert f"/* 1 to {child.MOST_WINDOWS} */" in text


def test_the_header_is_cplusplus_too(folder: Path) -> None:
    if shutil.which("c++") is None:
        pytest.skip("there is no C++ compiler")
    source = folder / "header.cpp"
    source.write_text('#include "lightexit_replay.h"\nlightexit_replay_device device = {};\n')
    command = ["c++", "-std=c++17", "-Wall", "-Werror", f"-I{INCLUDE}", "-c", str(source)]
    subprocess.run([*command, "-o", str(folder / "header.o")], check=True)
