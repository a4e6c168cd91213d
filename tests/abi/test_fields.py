# SPDX-License-Identifier: Apache-2.0
"""A name that is no field's is an error at once, for Python and for mypy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lightexit.abi import Array, IoContext, StateMemory, Struct, array, u8, u32, u64
from lightexit.errors import AuthorError, UnknownField

SOURCE = Path(__file__).parents[2] / "src"


class Inner(Struct):
    level: u8


class State(Struct):
    counter: u32
    inner: Inner
    many: Array[Inner] = array(Inner, 2)


class Longer(State):
    more: u64

    def twice(self) -> int:
        return 2 * self.more


ANY: list[tuple[Callable[[], Any], str]] = [
    (State, "State"),
    (Longer, "Longer"),
    (lambda: StateMemory(Longer).state, "Longer"),
    (lambda: Longer.view(bytearray(32)), "Longer"),
    (lambda: State().inner, "Inner"),
    (lambda: State().many[1], "Inner"),
    (IoContext, "IoContext"),
]


@pytest.mark.parametrize(("make", "name"), ANY)
def test_no_other_name_can_be_written(make: Callable[[], Any], name: str) -> None:
    struct = make()
    before = bytes(struct)
    with pytest.raises(UnknownField, match=f"{name} has no field zz") as refusal:
        struct.zz = 1
    assert bytes(struct) == before
    where = refusal.value.where
    assert where is not None
    assert (where.file, where.text.strip()) == (__file__, "struct.zz = 1")
    assert not hasattr(struct, "zz")
    with pytest.raises(AttributeError):
        _ = struct.zz


def test_it_is_an_error_of_the_authors_and_an_attribute_error() -> None:
    assert issubclass(UnknownField, AuthorError)
    assert issubclass(UnknownField, AttributeError)


def test_the_closest_field_is_named() -> None:
    state: Any = State()
    with pytest.raises(UnknownField) as refusal:
        state.conter = 1
    *_, expected, hint = str(refusal.value).splitlines()
    assert (expected, hint) == ("  expected: one of counter, inner, many", "  try: counter")


def test_a_method_is_no_field() -> None:
    state: Any = Longer()
    with pytest.raises(UnknownField, match="twice is a method of Longer, not a field"):
        state.twice = 1


SNIPPET = """\
from lightexit.abi import IoContext, Struct, u32

class Inner(Struct):
    level: u32

class State(Struct):
    lo: u32
    inner: Inner

def good(ctx: IoContext, state: State) -> None:
    ctx.data = state.lo
    state.inner.level = 1

def bad(ctx: IoContext, state: State) -> None:
    state.zz = 1
    state.inner.zz = 1
    ctx.nope = 1
    print(state.zz, state.inner.zz, ctx.nope)
"""


@pytest.mark.long
def test_mypy_sees_them(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="mypy is not installed")
    (tmp_path / "snippet.py").write_text(SNIPPET)
    command = [sys.executable, "-m", "mypy", "--config-file=", "--strict", "snippet.py"]
    result = subprocess.run(
        [*command, "--cache-dir", str(tmp_path / "cache")],
        cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(SOURCE)},
        capture_output=True,
        text=True,
    )
    found = [line for line in result.stdout.splitlines() if line.startswith("snippet.py")]
    seen = sorted((int(line.split(":")[1]), line.split('"')[1:4:2]) for line in found)
    assert seen == [
        (15, ["State", "zz"]),
        (16, ["Inner", "zz"]),
        (17, ["IoContext", "nope"]),
        (18, ["Inner", "zz"]),
        (18, ["IoContext", "nope"]),
        (18, ["State", "zz"]),
    ], result.stdout + result.stderr
