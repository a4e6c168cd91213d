# SPDX-License-Identifier: Apache-2.0
"""NAME.o: one function, at any address, with nothing beside it; the native engine's code."""

from __future__ import annotations

import struct

import pytest

from build.test_linked import everything, read_step
from lightexit.build.built_filter import BuiltFilter
from lightexit.engine.native.elf import extract
from lightexit.engine.native.engine import compile_program
from lightexit.engine.native.object import object_file
from lightexit.engine.native.target import ARCHITECTURES, host_triple, object_triple
from lightexit.errors import AuthorError, HostError
from lightexit.isa import assemble
from lightexit.isa.sections import relocations_of, sections_of, symbols_of

SUBJECTS = everything().subjects
STEP = BuiltFilter("read_step", read_step)
MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243}
EXECUTABLE, LOADED, WRITABLE = 4, 2, 1
CALLING = "call f\nr0 += 1\nexit\nf: r0 = *(u64 *)(r1 + 8)\nexit"


def made(subject: BuiltFilter, architecture: str) -> bytes:
    return object_file(subject.program, subject.symbol, object_triple(f"{architecture}-linux-gnu"))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda each: each.symbol)
def test_an_object_stands_by_itself(subject: BuiltFilter, architecture: str) -> None:
    data = made(subject, architecture)
    kind, machine = struct.unpack_from("<HH", data, 16)
    sections = sections_of(data)
    symbols = symbols_of(sections)[1:]
    assert (kind, machine) == (1, MACHINES[architecture])
    assert [each.name for each in symbols if not each.is_local] == [subject.symbol]
    assert all(each.section for each in symbols)
    by_name = {each.name: each for each in sections}
    assert not by_name[".note.GNU-stack"].flags & EXECUTABLE
    assert not any(each.flags & WRITABLE for each in sections)
    loaded = {each.name for each in sections if each.flags & LOADED}
    assert loaded <= {".text", ".rodata", ".rodata.cst8"}  # the last on RISC-V


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_constants_are_found_relative_to_the_code(architecture: str) -> None:
    sections = sections_of(made(STEP, architecture))
    code = [each.name for each in sections].index(".text")
    kinds = {each.kind for each in relocations_of(sections, symbols_of(sections), code)}
    assert kinds == ({2} if architecture == "x86_64" else {275, 277})


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda each: each.symbol)
def test_it_is_the_native_engines_code(subject: BuiltFilter) -> None:
    data = object_file(subject.program, subject.symbol, object_triple(None))
    engine = compile_program(subject.program, host_triple())
    ours = extract(data, constants=True)
    assert ours.text == engine.text
    assert ours.symbols == {subject.symbol: engine.symbols["run"]}


@pytest.mark.parametrize("name", ["run", "f3", "rodata", "stack"])
def test_a_filters_name_is_no_local_one(name: str) -> None:
    program = assemble(CALLING)
    data = object_file(program, name, object_triple("x86_64-linux-gnu"))
    assert extract(data).symbols.keys() >= {name}


@pytest.mark.parametrize(
    ("asked", "full"),
    [
        ("aarch64-linux-gnu", "aarch64-unknown-linux-gnu"),
        ("arm64-linux", "aarch64-unknown-linux-unknown"),
        ("x86_64-pc-linux-musl", "x86_64-unknown-linux-musl"),
        ("x86_64-unknown-freebsd14", "x86_64-unknown-freebsd-unknown"),
        ("aarch64-none-elf", "aarch64-unknown-none-unknown"),
        ("riscv64-linux-gnu", "riscv64-unknown-linux-gnu"),
    ],
)
def test_targets(asked: str, full: str) -> None:
    assert object_triple(asked) == full
    assert object_triple(full) == full


@pytest.mark.parametrize(("system", "cpu"), [("darwin", "arm64"), ("linux", "s390x")])
def test_a_machine_that_is_no_target(
    system: str, cpu: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", system)
    monkeypatch.setattr("platform.machine", lambda: cpu)
    with pytest.raises(HostError) as refused:
        object_triple(None)
    assert refused.value.found == f"objects for this machine ({system}, {cpu}) are not made"
    assert object_triple(refused.value.hint.removeprefix("--target "))


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ("", "there is no target ''"),
        ("z80-linux", "there is no target 'z80-linux'"),
        ("x86_64-linüx", "there is no target 'x86_64-linüx'"),
        ("\udc80", r"there is no target '\udc80'"),
        ("i686-linux-gnu", "has addresses of less than 64 bits"),
        ("arm-linux-gnueabihf", "has addresses of less than 64 bits"),
        ("x86_64-linux-gnux32", "has addresses of less than 64 bits"),
        ("aarch64-linux-gnu_ilp32", "has addresses of less than 64 bits"),
        ("s390x-linux-gnu", "is big-endian, and states and contexts are little-endian"),
        ("aarch64_be-linux-gnu", "is big-endian, and states and contexts are little-endian"),
        ("x86_64-apple-darwin", "has object files of another format than ELF"),
        ("x86_64-pc-windows-msvc", "has object files of another format than ELF"),
        ("bpf-linux", "has the CPU bpfel, for which no code was ever tested"),
        ("x86_64-pc-windows-msvc-elf", "has an unknown system, or one with calling conventions"),
        ("x86_64", "has an unknown system, or one with calling conventions of its own"),
        ("x86_64-linx-gnu", "has an unknown system, or one with calling conventions of its own"),
    ],
)
def test_targets_that_are_none(asked: str, wrong: str) -> None:
    with pytest.raises(AuthorError) as refused:
        object_triple(asked)
    assert wrong in refused.value.found
    assert refused.value.expected == (
        "CPU-SYSTEM, such as aarch64-linux-gnu; CPU is one of aarch64, riscv64, x86_64 and SYSTEM "
        "one of linux, freebsd, none"
    )
