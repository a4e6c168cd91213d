# SPDX-License-Identifier: Apache-2.0
"""Structs in C: their defaults are the bytes that Python's have, their layout is held."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from build.built import WARNINGS, compile_c, compiler, every_device
from lightexit.abi import Array, Struct, array, i8, i16, i32, i64, u8, u16, u32, u64
from lightexit.abi.header import c_tag
from lightexit.build.built_filter import structs_of
from lightexit.build.structs import declarations

LEAST32, LEAST64 = -(2**31), -(2**63)


class Inner(Struct):
    flag: bool = True
    wide: u64 = 2**64 - 1
    tail: u8


class Numbers(Struct):
    """Every kind of member, and padding."""

    byte: u8 = 255
    half: u16
    word: u32 = 2**32 - 1
    small: i8 = -128
    negative: i16 = -5
    least32: i32 = LEAST32
    least64: i64 = LEAST64
    above: i64 = LEAST64 + 1
    inner: Inner
    inners: Array[Inner] = array(Inner, 3)
    table: Array[Array[u16]] = array(array(u16, 5), 2)
    zeros: Array[u8] = array(u8, 300)


def every_struct() -> list[type[Struct]]:
    states = [kind for subject in every_device().subjects for kind in structs_of(subject)]
    return list(dict.fromkeys([Inner, Numbers, *states]))


def program(kinds: list[type[Struct]]) -> str:
    made = "".join(
        f"static const struct {c_tag(kind)} value{number} = {c_tag(kind).upper()}_DEFAULTS;\n"
        for number, kind in enumerate(kinds)
    )
    said = "".join(
        f"\tfwrite(&value{number}, sizeof value{number}, 1, stdout);\n"
        for number in range(len(kinds))
    )
    head = f"#include <stdint.h>\n#include <stdio.h>\n{declarations(kinds)}\n"
    return f"{head}{made}int main(void)\n{{\n{said}\treturn 0;\n}}\n"


@pytest.mark.parametrize(
    ("name", "standard"),
    [("gcc", "-std=c11"), ("clang", "-std=c11"), ("g++", "-std=c++20"), ("clang++", "-std=c++20")],
)
def test_defaults_are_the_bytes_of_python(name: str, standard: str, tmp_path: Path) -> None:
    found, kinds = compiler(name), every_struct()
    source = tmp_path / ("main.cpp" if "++" in name else "main.c")
    source.write_text(program(kinds))
    compile_c([found, standard, *WARNINGS, source, "-o", tmp_path / "main"])
    printed = subprocess.run([tmp_path / "main"], capture_output=True, check=True).stdout
    assert printed == b"".join(bytes(kind()) for kind in kinds)


def test_another_layout_does_not_compile(tmp_path: Path) -> None:
    source = tmp_path / "main.c"
    text = declarations([Inner])
    source.write_text(f"#include <stdint.h>\n{text.replace('uint8_t tail', 'uint64_t tail[2]')}")
    command: list[str | Path] = [compiler("gcc", "clang"), "-std=c11", "-fsyntax-only", source]
    with pytest.raises(AssertionError, match=r"sizeof\(struct lightexit_inner\) == 24"):
        compile_c(command)
