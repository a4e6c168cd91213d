# SPDX-License-Identifier: Apache-2.0
"""The runtime's C: its headers and its IR are current, and compilers have nothing to say of it."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lightexit.engine.native import compile_ir
from lightexit.errors import HostError
from lightexit.runtime import runtime_code
from lightexit.runtime.code import LIBRARY
from lightexit.runtime.header import header

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "src/lightexit/runtime"
SOURCES = sorted(RUNTIME.glob("*.c"))
HEADERS = ["lightexit.h", "lightexit_seqcount.h", "lightexit_clock.h"]
INCLUDE = ["-I", str(ROOT / "kernel/uapi"), "-I", str(RUNTIME)]
STRICT = ["-std=gnu11", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only"]


def test_checked_in_layouts_are_current() -> None:
    assert (RUNTIME / "layouts.h").read_text() == header(), "run `make header`"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_every_file_has_its_ir(source: Path) -> None:
    text = source.with_suffix(".ll").read_text()
    assert f"Made of {source.name} by tools/runtime.py" in text
    assert "target-cpu" not in text
    assert "target triple" not in text
    assert compile_ir(text)


@pytest.mark.skipif(
    importlib.util.find_spec("ziglang") is None,
    reason="ziglang is not installed (pip install -e '.[runtime]'); `make runtime-check` does it",
)
def test_the_ir_is_what_clang_makes_of_the_c() -> None:
    command = [sys.executable, str(ROOT / "tools/runtime.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("compiler", ["gcc", "clang", "clang-14"])
@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_compilers_warn_of_nothing(compiler: str, source: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    command = [compiler, *STRICT, *INCLUDE, str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.stdout + result.stderr == ""


@pytest.mark.parametrize("language", ["c", "c++"])
@pytest.mark.parametrize("name", HEADERS)
def test_headers_stand_on_their_own_feet(name: str, language: str, tmp_path: Path) -> None:
    compiler = {"c": "gcc", "c++": "g++"}[language]
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not installed")
    source = tmp_path / "all.c"
    source.write_text(f'#include "{name}"\nint main(void) {{ return 0; }}\n')
    command = [compiler, "-x", language, "-Wall", "-Wextra", "-Werror", "-fsyntax-only"]
    result = subprocess.run(
        [*command, *INCLUDE, str(source)], capture_output=True, text=True, check=False
    )
    assert result.stderr == ""


def test_a_library_that_is_none_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LIBRARY, "/nowhere/lightexit.so")
    with pytest.raises(HostError, match=f"{LIBRARY} names a library that cannot be loaded"):
        runtime_code("dispatch")


def test_threads_that_ask_at_once_get_the_same_code() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(lambda _: runtime_code("unicorn_hooks"), range(64))]
    assert all(each is found[0] for each in found)
