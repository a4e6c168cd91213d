# SPDX-License-Identifier: Apache-2.0
"""liblightexit in C: its API, and its torture, under sanitizers and valgrind; what it exports."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import scale
from lib.native import LIBRARY, MISSING, archive, compiler, sources

pytestmark = pytest.mark.skipif(bool(MISSING), reason=MISSING)

TESTS = LIBRARY / "tests"
SANITIZERS = ("address,undefined", pytest.param("thread", marks=pytest.mark.long))
#: How long a torture is, in seconds.
SECONDS = str(scale.full(10))
WARNINGS = ("-Wshadow", "-Wmissing-prototypes")
HEADER = (LIBRARY / "include/liblightexit.h").read_text("utf-8")


def built(source: str, folder: Path, *options: str) -> str:
    """A program of one of the tests and the library."""
    made = folder / f"{Path(source).stem}{len(list(folder.iterdir()))}"
    command = compiler(f"-I{TESTS}", "-pthread", *options, "-o", str(made))
    subprocess.run([*command, str(TESTS / source), archive(*options)], check=True)
    return str(made)


def run(*command: str) -> str:
    """What a program prints; it must not fail, and no sanitizer may have found anything."""
    environment = {**os.environ, "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1"}
    result = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_the_api(tmp_path: Path, sanitizer: str) -> None:
    assert run(built("test_api.c", tmp_path, f"-fsanitize={sanitizer}")) == "all tests passed\n"


@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_memory_that_is_shared(tmp_path: Path, sanitizer: str) -> None:
    assert run(built("test_memory.c", tmp_path, f"-fsanitize={sanitizer}")) == "all tests passed\n"


@pytest.mark.parametrize("fences", ["", pytest.param("fences", marks=pytest.mark.long)])
@pytest.mark.parametrize("sanitizer", SANITIZERS)
def test_nothing_tears_and_nothing_freed_is_used(
    tmp_path: Path, sanitizer: str, fences: str
) -> None:
    program = built("torture.c", tmp_path, f"-fsanitize={sanitizer}")
    said = run(program, SECONDS, *[fences] * bool(fences))
    found = re.fullmatch(r"(\d+) accesses, (\d+) regions came or went, (\d+) saved\n", said)
    assert found is not None
    assert all(int(number) > 0 for number in found.groups())


def test_any_bytes_are_refused_or_taken_whole(tmp_path: Path) -> None:
    tries = scale.full(1_000_000)
    said = run(built("fuzz_saved.c", tmp_path, "-fsanitize=address,undefined"), str(tries))
    found = re.fullmatch(rf"(\d+) of {tries} taken\n", said)
    assert found is not None
    assert 0 < int(found[1]) < tries / 2


@pytest.mark.long
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
def test_valgrind_finds_nothing(tmp_path: Path) -> None:
    valgrind = ("valgrind", "-q", "--error-exitcode=1", "--leak-check=full")
    for each in ("test_api.c", "test_memory.c"):
        assert run(*valgrind, built(each, tmp_path)) == "all tests passed\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library as `make` builds it, by gcc without a warning."""
    folder = tmp_path_factory.mktemp("made")
    make(LIBRARY, folder, f"CFLAGS=-O2 -g -Werror {' '.join(WARNINGS)}")
    return folder


def make(library: Path, build: Path, *arguments: str) -> None:
    """Run make; the package's file is written anew, for another prefix makes another."""
    (build / "liblightexit.pc").unlink(missing_ok=True)
    subprocess.run(["make", "-s", "-C", str(library), f"BUILD={build}", *arguments], check=True)


def declared() -> set[str]:
    """The functions of the header."""
    return set(re.findall(r"\b(lightexit_\w+)\(", re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)))


def test_the_library_exports_what_the_header_declares(made: Path, tmp_path: Path) -> None:
    make(LIBRARY, made, f"DESTDIR={tmp_path}", "PREFIX=/usr", "install")
    exported = (LIBRARY / "liblightexit.map").read_text("utf-8")
    assert set(re.findall(r"\t(lightexit_\w+);", exported)) == declared()
    for name, option in (("liblightexit.so", "-D"), ("liblightexit.a", "-g")):
        listed = run("nm", option, "--defined-only", str(tmp_path / "usr/lib" / name))
        assert set(re.findall(r" T (\w+)", listed)) == declared()


def test_it_is_built_from_what_is_installed(made: Path, tmp_path: Path) -> None:
    """By pkg-config where there is one, as C and as C++, shared and static."""
    installed = tmp_path / "opt"
    make(LIBRARY, made, f"PREFIX={installed}", "install")
    source = tmp_path / "user.c"
    source.write_text(
        "#include <liblightexit.h>\n#include <stdio.h>\n"
        "int main(void) { return puts(lightexit_version()) < 0; }\n"
    )
    flags = [f"-I{installed}/include", f"-L{installed}/lib", "-llightexit", "-pthread"]
    if shutil.which("pkg-config"):
        environment = {**os.environ, "PKG_CONFIG_PATH": f"{installed}/lib/pkgconfig"}
        asked = ["pkg-config", "--cflags", "--libs", "liblightexit"]
        flags = subprocess.run(
            asked, env=environment, capture_output=True, text=True, check=True
        ).stdout.split()
    for language in ("c", "c++"):
        if language == "c++" and shutil.which("g++") is None:
            continue
        program = str(tmp_path / f"user-{language}")
        strict = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
        command = ["gcc", *strict, "-x", language, str(source), "-x", "none", "-o", program]
        subprocess.run([*command, *flags, f"-Wl,-rpath,{installed}/lib"], check=True)
        assert run(program) == "1.0\n"


def test_clang_compiles_it_without_a_warning() -> None:
    """Its warnings are those of its front end; gcc's (`made`) need the optimiser."""
    if shutil.which("clang") is None:
        pytest.skip("clang is not installed")
    subprocess.run([*compiler("-fsyntax-only", *WARNINGS, name="clang"), *sources()], check=True)


needs_abidiff = pytest.mark.skipif(
    shutil.which("abidiff") is None or platform.machine() != "x86_64",
    reason="abidiff is not installed, or this is no x86-64",
)


@needs_abidiff
def test_the_abi_is_the_one_that_was_promised(made: Path) -> None:
    make(LIBRARY, made, "abi-check")


@needs_abidiff
@pytest.mark.long
def test_another_abi_is_noticed(tmp_path: Path) -> None:
    """A member in the middle of what callers fill in."""
    shutil.copytree(LIBRARY, tmp_path / "lib")
    for name in ("kernel/uapi", "src/lightexit/runtime"):
        shutil.copytree(LIBRARY.parent / name, tmp_path / name)
    header = tmp_path / "lib/include/liblightexit.h"
    text = header.read_text("utf-8")
    header.write_text(text.replace("\tuint32_t register_width;", "\tuint64_t register_width;"))
    make(tmp_path / "lib", tmp_path / "build", "CFLAGS=-O0 -g")
    with pytest.raises(subprocess.CalledProcessError):
        make(tmp_path / "lib", tmp_path / "build", "CFLAGS=-O0 -g", "abi-check")
