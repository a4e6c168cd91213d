# SPDX-License-Identifier: Apache-2.0
"""Objects and headers in C and C++ programs: warnings, links, and the same answers."""

from __future__ import annotations

import ctypes
import re
from functools import cache
from pathlib import Path

import pytest

from build.built import (
    INCLUDE,
    WARNINGS,
    Case,
    cases,
    compile_c,
    compiler,
    every_device,
    executed,
    includes,
    interpreted,
    of_filters,
    runner,
    table,
    write,
)
from engine.running import Outcome
from lightexit.abi import IoContext, StateMemory
from lightexit.build.sources import Sources
from lightexit.engine.native.target import object_triple
from lightexit.filter import Struct, Verdict, io_filter, u32

CASES = 100
STEPS = (3, 500, 70_000, 9)


class Motor(Struct):
    phase: u32
    steps: u32


class Gear(Struct):
    teeth: u32 = 7


@io_filter
def read_step(ctx: IoContext, motor: Motor, gear: Gear) -> Verdict:
    """Constants in memory, two states, one of them written."""
    if ctx.is_write or ctx.size != 4:
        return Verdict.PASS
    motor.steps = u32(motor.steps + gear.teeth)
    ctx.data = STEPS[motor.phase & 3]
    return Verdict.HANDLED


@io_filter
def read_nothing(ctx: IoContext) -> Verdict:
    """No state."""
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = 0
    return Verdict.HANDLED


@cache
def everything() -> Sources:
    devices, own = every_device(), of_filters(read_step, read_nothing)
    return Sources((*devices.subjects, *own.subjects), devices.devices)


@cache
def given_and_expected() -> tuple[list[Case], list[Outcome]]:
    given = cases(everything(), CASES)
    return given, [interpreted(each) for each in given]


#: What is asked for; the compilers, the best first; what runs the program.
TARGETS: dict[str, tuple[str | None, tuple[str, ...], tuple[str, ...]]] = {
    "here": (None, ("gcc", "clang"), ()),
    "aarch64": ("aarch64-linux-gnu", ("aarch64-linux-gnu-gcc",), ("qemu-aarch64-static",)),
    "riscv64": ("riscv64-linux-gnu", ("riscv64-linux-gnu-gcc",), ("qemu-riscv64-static",)),
}


@pytest.mark.parametrize("target", TARGETS)
def test_filters_in_a_c_program_answer_as_interpreted(target: str, tmp_path: Path) -> None:
    asked, compilers, emulators = TARGETS[target]
    gcc, emulator = compiler(*compilers), [compiler(each) for each in emulators]
    sources = everything()
    write(sources, tmp_path, object_triple(asked))
    (tmp_path / "main.c").write_text(runner(sources))
    files = [tmp_path / "main.c", *(tmp_path / f"{each.symbol}.o" for each in sources.subjects)]
    how = ["-static"] if emulator else ["-pie", "-fPIE"]
    strict = ["-std=c11", *WARNINGS, *INCLUDE, "-Wl,--fatal-warnings"]
    compile_c([gcc, *strict, *how, *files, "-o", tmp_path / "main"])
    given, expected = given_and_expected()
    found = executed([*emulator, tmp_path / "main"], sources, given)
    for case, ours, right in zip(given, found, expected, strict=True):
        assert ours == right, f"{case.subject.symbol}: {case.context}"
    handled = {case.subject.symbol for case, o in zip(given, expected, strict=True) if o.verdict}
    assert handled == {each.symbol for each in sources.subjects}
    assert {each.verdict for each in expected} == {0, 1}


@pytest.mark.parametrize(
    ("name", "standard"),
    [
        ("gcc", "-std=c11"),
        ("gcc", "-std=gnu2x"),
        ("clang", "-std=c11"),
        ("g++", "-std=c++11"),
        ("clang++", "-std=c++11"),
        ("g++", "-std=c++20"),
        ("clang++", "-std=c++20"),
    ],
)
@pytest.mark.parametrize("library", ["before", "behind", "without"])
def test_all_headers_together(name: str, standard: str, library: str, tmp_path: Path) -> None:
    found, sources = compiler(name), everything()
    write(sources, tmp_path)
    text = includes(sources)
    if library != "without":
        parts = ["#include <liblightexit.h>\n", text]
        text = "".join(parts if library == "before" else parts[::-1])
        if standard != "-std=c++11":  # designated initializers came later
            text += table(sources)
    source = tmp_path / ("main.cpp" if "++" in name else "main.c")
    source.write_text(f"{text}extern int all;\n")
    compile_c([found, standard, *WARNINGS, *INCLUDE, "-fsyntax-only", source])


def test_objects_in_a_shared_library(tmp_path: Path) -> None:
    gcc, sources = compiler("gcc", "clang"), everything()
    write(sources, tmp_path, object_triple(None))
    objects = [tmp_path / f"{each.symbol}.o" for each in sources.subjects]
    library = tmp_path / "filters.so"
    strict = "-Wl,-z,defs,-z,text,--fatal-warnings"
    compile_c([gcc, "-shared", "-nostdlib", strict, *objects, "-o", library])
    function = ctypes.CDLL(str(library)).read_step
    function.restype = ctypes.c_uint64
    context, motor, gear = IoContext(), StateMemory(Motor), StateMemory(Gear)
    context.size, motor.state.phase = 4, 2
    states = (ctypes.c_void_p * 2)(motor.address, gear.address)
    assert function((ctypes.c_char * 64).from_buffer(context.buffer), states) == Verdict.HANDLED
    assert (context.data, motor.state.steps) == (70_000, 7)


def test_two_structs_of_one_name_are_told(tmp_path: Path) -> None:
    gcc = compiler("gcc", "clang")
    write(of_filters(read_step), tmp_path)
    text = (tmp_path / "read_step.h").read_text()
    other = re.sub(r"(_GEAR_LAYOUT( !=)?) 0x\w+", r"\1 1", text)
    (tmp_path / "other.h").write_text(other.replace("READ_STEP_H", "OTHER_H"))
    (tmp_path / "main.c").write_text('#include "other.h"\n#include "read_step.h"\n')
    with pytest.raises(AssertionError, match="two different structs are called lightexit_gear"):
        compile_c([gcc, "-fsyntax-only", tmp_path / "main.c"])
