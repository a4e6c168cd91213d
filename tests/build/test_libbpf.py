# SPDX-License-Identifier: Apache-2.0
"""Objects are what unmodified libbpf and bpftool take: loaded, shown, and used from C."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claim.device import claim
from counter.device import read_counter
from doorbell.filter import notify
from engine.running import needs_kernel
from every_filter import every
from isa.clang import compile_c
from kernel.inside.libbpf import LibbpfObject
from lightexit.abi import STATE_OFFSET, IoContext, Struct, Verdict, u32
from lightexit.abi.header import header
from lightexit.build.bpf import bpf_object, filter_object, program_object
from lightexit.build.built_filter import BuiltFilter
from lightexit.build.constants import constants
from lightexit.build.header import filter_header
from lightexit.filter import io_filter
from lightexit.isa import assemble, read_elf
from lightexit.isa.btf_types import GLOBAL, BtfMember, BtfVariable, TypeTable
from lightexit.isa.elf_file import (
    ALLOCATED,
    EXECUTABLE,
    FUNCTION,
    OBJECT,
    WRITABLE,
    NewSymbol,
    ObjectFile,
)
from lightexit.isa.object import c_name
from lightexit.isa.parts import R_BPF_64_64

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BPFTOOL = shutil.which("bpftool", path="/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin")
needs_bpftool = pytest.mark.skipif(BPFTOOL is None, reason="bpftool is missing")
FILTERS = every()


def bpftool(*arguments: str | Path) -> str:
    """What it prints; it must have nothing to complain about."""
    command = [str(BPFTOOL), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def pins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A BPF file system."""
    folder = tmp_path_factory.mktemp("bpf")
    mounted = subprocess.run(
        ["mount", "-t", "bpf", "bpf", folder], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"no BPF file system: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def loaded(data: bytes, name: str, folder: Path, pins: Path) -> Path:
    """Where bpftool has pinned the program of an object; gone with its maps when that is."""
    file, pin = folder / f"{name}.bpf.o", pins / name
    file.write_bytes(data)
    bpftool("prog", "load", file, pin)
    return pin


def program_and_maps(pin: Path) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What bpftool says of a program and of the maps that it uses."""
    shown = json.loads(bpftool("--json", "prog", "show", "pinned", pin))
    numbers = shown.get("map_ids", [])
    return shown, [json.loads(bpftool("--json", "map", "show", "id", str(n))) for n in numbers]


@needs_bpftool
@needs_kernel
@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_loaded(name: str, tmp_path: Path, pins: Path) -> None:
    filter_ = FILTERS[name]
    pin = loaded(filter_object(filter_), c_name(name), tmp_path, pins)
    shown, maps = program_and_maps(pin)
    pin.unlink()
    assert (shown["type"], shown["gpl_compatible"], "btf_id" in shown) == ("syscall", False, True)
    states = {each["name"]: each["bytes_value"] for each in maps if not each.get("frozen")}
    used = filter_.report.read_maps | filter_.report.written_maps
    assert states == {
        f".data.{each.name}"[:15]: -(-each.size // 8) * 8
        for number, each in enumerate(filter_.program.maps)
        if number in used
    }
    assert len(maps) - len(states) == bool(filter_.program.rodata)


class Long(Struct):
    """A state whose parameter has a long name."""

    value: u32


@io_filter
def read_both(ctx: IoContext, a_long_name: Long, a_long_name_2: Long, s: Long) -> Verdict:
    """Names that are one to the kernel."""
    ctx.data = a_long_name.value + a_long_name_2.value + s.value
    return Verdict.PASS if ctx.is_write else Verdict.HANDLED


@needs_bpftool
@needs_kernel
def test_maps_are_called_as_the_header_says(tmp_path: Path, pins: Path) -> None:
    subject = BuiltFilter("read_both", read_both)
    data, known = bpf_object(subject), dict(constants(subject))
    names = [known[f"READ_BOTH_{each.name.upper()}_MAP"].strip('"') for each in subject.states]
    try:
        opened = LibbpfObject(data)
    except OSError:
        pytest.skip("libbpf is not installed")
    assert len({opened.map(each) for each in names}) == 3
    opened.close()
    cut = [known[f"READ_BOTH_{each.name.upper()}_MAP_IN_KERNEL"] for each in subject.states]
    pin = loaded(data, "both", tmp_path, pins)
    _, maps = program_and_maps(pin)
    pin.unlink()
    assert sorted(each["name"] for each in maps) == sorted(each.strip('"') for each in cut)
    assert [len(each) for each in names] == [17, 19, 7]


@needs_bpftool
@needs_kernel
def test_a_filter_in_c_is_loaded_as_clang_writes_it(tmp_path: Path, pins: Path) -> None:
    source = (ROOT / "examples/doorbell/doorbell.c").read_text("utf-8")
    pin = loaded(compile_c(source), "in_c", tmp_path, pins)
    shown, (state,) = program_and_maps(pin)
    pin.unlink()
    assert (shown["type"], shown["gpl_compatible"]) == ("syscall", False)
    assert (state["name"], state["bytes_value"]) == (".data.device", 88)


@needs_bpftool
@needs_kernel
def test_the_translated_program_shows_pythons_lines(tmp_path: Path, pins: Path) -> None:
    pin = loaded(filter_object(notify), "shown", tmp_path, pins)
    text = bpftool("prog", "dump", "xlated", "pinned", pin, "linum")
    pin.unlink()
    assert text.startswith(
        "unsigned long long notify(struct lightexit_io_context * context):\n"
        "; number = ctx.data [file:doorbell/filter.py line_num:44 line_col:14]\n"
    )
    assert "; queue.rings = u32(queue.rings + 1) [file:doorbell/filter.py" in text


@needs_bpftool
@needs_kernel
def test_functions_and_constants_are_loaded(tmp_path: Path, pins: Path) -> None:
    program = assemble(
        """
        .map cell 24
        .rodata 07 08
        r1 = map_value(1) + 1
        r0 = *(u8 *)(r1 + 0)
        r1 = r0
        call twice
        r1 = r0
        call twice
        exit
    twice:
        r2 = map_value(0) + 16
        *(u64 *)(r2 + 0) = r1
        r0 = r1
        exit
        """,
        "parts.s",
    )
    pin = loaded(program_object(program), "parts", tmp_path, pins)
    text = bpftool("prog", "dump", "xlated", "pinned", pin)
    _, maps = program_and_maps(pin)
    pin.unlink()
    assert text.count("call pc") == 2
    assert "unsigned long long parts_" in text
    assert {each["name"]: (each["bytes_value"], each.get("frozen", 0)) for each in maps} == {
        ".data.cell": (24, 0),
        "parts.rodata": (2, 1),
    }


@needs_bpftool
def test_its_types_are_those_of_the_contract(tmp_path: Path) -> None:
    file = tmp_path / "notify.bpf.o"
    file.write_bytes(filter_object(notify))
    text = bpftool("btf", "dump", "file", file, "format", "c")
    assert "\t_Bool is_write;\n" in text
    assert (
        "struct lightexit_doorbell_state {\n"
        "\tunsigned char ready;\n"
        "\tstruct lightexit_queue queues[8];\n"
        "};\n"
    ) in text
    raw = bpftool("btf", "dump", "file", file)
    assert "FUNC 'notify' type_id=" in raw
    assert "DATASEC '.data.device' size=88 vlen=1" in raw


def built_types(file: Path) -> str:
    """Those of the header that `lightexit build` writes beside the object, and of lightexit.h."""
    (file.parent / "notify.h").write_text(filter_header(BuiltFilter("notify", notify)))
    (file.parent / "lightexit.h").write_text(header())
    return '#include "lightexit.h"\n#include "notify.h"\n'


def dumped_types(file: Path) -> str:
    """Those of the object itself."""
    return bpftool("btf", "dump", "file", file, "format", "c")


@needs_bpftool
@needs_kernel
@pytest.mark.parametrize("types", [built_types, dumped_types])
def test_a_program_in_c_uses_the_skeleton(tmp_path: Path, types: Callable[[Path], str]) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not Path("/usr/include/bpf/libbpf.h").exists():
        pytest.skip("a C compiler or libbpf's headers (libbpf-dev) are missing")
    file = tmp_path / "notify.bpf.o"
    file.write_bytes(bpf_object(BuiltFilter("notify", notify)))
    (tmp_path / "types.h").write_text(types(file))
    (tmp_path / "notify.skel.h").write_text(bpftool("gen", "skeleton", file))
    command = [compiler, "-Wall", "-Werror", "-Wno-unknown-pragmas", f"-I{tmp_path}"]
    command += [str(HERE / "skeleton.c"), "-lbpf", "-o", str(tmp_path / "program")]
    subprocess.run(command, check=True)
    done = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "asleep 1, ready 0",
        "verdict 1, doorbells 0x8",
        "verdict 1, doorbells 0",
        "verdict 0, doorbells 0",
        "asleep 0, rings 2",
        "verdict 1, doorbells 0x8",
    ]


@needs_bpftool
def test_linked_objects_hold_the_programs_of_all(tmp_path: Path) -> None:
    linked, files = tmp_path / "all.bpf.o", []
    for each in (notify, claim, read_counter):
        files.append(tmp_path / f"{each.name}.bpf.o")
        files[-1].write_bytes(filter_object(each))
    bpftool("gen", "object", linked, *files)
    found = read_elf(linked.read_bytes(), value_offset=STATE_OFFSET, file="all.bpf.o")
    for each in (notify, claim, read_counter):
        (program,) = [one for one in found if one.name == each.name]
        assert replace(program, lines=()) == replace(each.program, lines=())


def object_with_map() -> bytes:
    """A program that writes through the address of an entry of `.maps`, an mmapable array."""
    types, file = TypeTable(), ObjectFile()
    word, long = types.integer("unsigned int", 4), types.integer("unsigned long long", 8)
    numbers = {"type": 2, "max_entries": 1, "map_flags": 1 << 10}
    kinds = {name: types.array(word, number) for name, number in numbers.items()}
    kinds |= {"key": word, "value": long}
    members = [
        BtfMember(name, types.pointer(kind), 8 * place)
        for place, (name, kind) in enumerate(kinds.items())
    ]
    size = 8 * len(members)
    kind = types.struct("", size, members)
    types.section(".maps", size, BtfVariable("cell", kind, size, GLOBAL))
    code = assemble("r1 = 0 ll\nr0 = 1\n*(u64 *)(r1 + 0) = r0\nexit").code
    section = file.section("syscall", code, ALLOCATED | EXECUTABLE)
    maps = file.section(".maps", bytes(size), ALLOCATED | WRITABLE)
    file.section("license", b"Apache-2.0\0", ALLOCATED)
    file.section(".BTF", types.blob())
    file.symbol(NewSymbol("main", FUNCTION, section, 0, len(code), is_global=True))
    cell = file.symbol(NewSymbol("cell", OBJECT, maps, 0, size, is_global=True))
    file.relocation(section, 0, cell, R_BPF_64_64)
    return file.data()


@needs_bpftool
@needs_kernel
def test_a_reference_to_an_entry_of_maps_is_the_map(tmp_path: Path, pins: Path) -> None:
    """Why states are sections .data.NAME: ADR 18."""
    file = tmp_path / "map.bpf.o"
    file.write_bytes(object_with_map())
    command = [str(BPFTOOL), "prog", "load", str(file), str(pins / "map")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "R1=map_ptr(" in done.stderr
