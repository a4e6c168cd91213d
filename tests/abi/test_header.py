# SPDX-License-Identifier: Apache-2.0
"""The header is what abi/ says, and a C compiler lays it out the same way."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lightexit.abi import (
    Array,
    Attach,
    ClockState,
    IoContext,
    StateHeader,
    Statistics,
    Struct,
    array,
    i8,
    i64,
    u8,
    u16,
    u64,
)
from lightexit.abi.header import c_struct, c_tag, header

CHECKED_IN = Path(__file__).parents[2] / "kernel" / "uapi" / "lightexit.h"


class Slot(Struct):
    kind: u8
    when: u64


class Sample(Struct):
    """Every kind of member."""

    flag: bool
    word: u16
    slots: Array[Slot] = array(Slot, 3)
    table: Array[Array[u16]] = array(array(u16, 5), 2)
    last: Slot
    drift: i8
    drifts: Array[i64] = array(i64, 2)


LAYOUTS = [IoContext, StateHeader, ClockState, Attach, Statistics, Sample]


def test_checked_in_header_is_current() -> None:
    assert CHECKED_IN.read_text() == header(), "run `make header`"


def test_signed_fields_are_signed_in_c() -> None:
    declared = c_struct(Sample)
    assert "\t__s8 drift;\n\t__s64 drifts[2];\n" in declared
    assert "\t__u16 word;\n" in declared


def _facts(kind: type[Struct]) -> list[tuple[str, int]]:
    """Size of the struct, offset and size of each field, as C expressions with their values."""
    tag = f"struct {c_tag(kind)}"
    facts = [(f"sizeof({tag})", kind.layout.size)]
    for field in kind.layout.fields:
        facts.append((f"__builtin_offsetof({tag}, {field.name})", field.offset))
        facts.append((f"sizeof((({tag} *)0)->{field.name})", field.size))
    return facts


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
@pytest.mark.parametrize("kind", LAYOUTS, ids=lambda kind: kind.__name__)
def test_gcc_agrees_on_every_offset_and_size(kind: type[Struct], tmp_path: Path) -> None:
    extra = c_struct(kind) if kind is Sample else ""
    checks = "".join(f'_Static_assert({text} == {value}, "");\n' for text, value in _facts(kind))
    source = tmp_path / "layout.c"
    source.write_text(f"{header()}\n{extra}\n{checks}")
    command = ["gcc", "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
