# SPDX-License-Identifier: Apache-2.0
"""Objects with types: what is proved of them is what is proved of their sources."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from doorbell.filter import DoorbellState, notify
from every_filter import every
from lightexit import Array, IoContext, Struct, Verdict, array, io_filter, u32, u64
from lightexit.abi import STATE_OFFSET, StateHeader, fingerprint
from lightexit.build.bpf import filter_object, program_object
from lightexit.cli.app import app
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.isa import Program, assemble, read_elf
from lightexit.isa.sections import sections_of
from lightexit.verifier import Report, verify
from timer.gate import read_control

FILTERS = every()
ROOT = Path(__file__).parents[2]


def read(data: bytes) -> Program:
    (program,) = read_elf(data, value_offset=STATE_OFFSET, file="f.bpf.o")
    return program


def proved(report: Report) -> dict[str, Any]:
    """All of it but for faults, which are the source's: bytecode does not tell them from a PASS."""
    return report.to_json() | {"faults": None}


@pytest.mark.parametrize("name", FILTERS)
def test_the_report_is_that_of_the_source(name: str) -> None:
    filter_ = FILTERS[name]
    program = read(filter_object(filter_))
    assert replace(program, lines=()) == replace(filter_.program, lines=())
    report = verify(program)
    assert proved(report) == proved(filter_.report)
    assert report.text() == replace(filter_.report, find_faults=None).text()


def test_the_command_says_of_the_object_what_it_says_of_the_source(tmp_path: Path) -> None:
    run, target = CliRunner(), tmp_path / "notify.bpf.o"
    source = ROOT / "examples/doorbell/src/doorbell/filter.py"
    written = run.invoke(app, ["compile", str(source), "-o", str(target)])
    assert written.exit_code == 0, written.output
    said = [run.invoke(app, ["verify", str(each)]).output for each in (source, target)]
    assert said[0] == said[1]
    assert said[0].startswith("notify: accepted\n")


@io_filter
def unused_and_swapped(ctx: IoContext, first: DoorbellState, second: DoorbellState) -> Verdict:
    """Its first state is not used at all."""
    if ctx.is_write or second.ready:
        return Verdict.PASS
    ctx.data = 1
    return Verdict.HANDLED


def test_a_state_that_is_not_used_is_there() -> None:
    program = read(filter_object(unused_and_swapped))
    assert [each.name for each in program.maps] == ["first", "second"]


def test_lines_are_the_authors() -> None:
    program = read(filter_object(notify))
    assert {(line.where.file, line.where.text) for line in program.lines} >= {
        ("doorbell/filter.py", "    queue = device.queues[number]")
    }


class Defaults(Struct):
    count: u32 = 7
    limits: Array[u64] = array(u64, 3)


@io_filter
def counts(ctx: IoContext, own: Defaults) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = own.count
    return Verdict.HANDLED


def test_a_state_begins_with_its_defaults() -> None:
    (section,) = [s for s in sections_of(filter_object(counts)) if s.name == ".data.own"]
    header = StateHeader.view(bytearray(section.data))
    assert (header.version, header.fingerprint) == (0, fingerprint(Defaults))
    assert section.data[STATE_OFFSET:] == bytes(Defaults()).ljust(len(section.data) - 16, b"\0")


def test_a_state_of_no_known_type_is_bytes() -> None:
    with pytest.raises(AuthorError) as caught:
        program_object(assemble(".map s 15\nr0 = 1\nexit"))
    assert str(caught.value) == (
        "asm: its state `s` has 15 bytes\n  expected: at least 16: every state begins with a header"
    )
    program = assemble(".map s 21\nr0 = 1\nexit", "f.s")
    assert read(program_object(program)).maps == program.maps


def test_the_bytes_depend_on_the_source_alone(tmp_path: Path) -> None:
    """Neither on the folder, nor on the process: its hashes, its cache, its working folder."""
    made = set()
    for number in range(2):
        folder = tmp_path / f"of{number}" / "some"
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "claim.py").write_bytes(
            (ROOT / "examples/claim/src/claim/device.py").read_bytes()
        )
        made.add(_compiled(folder / "claim.py", tmp_path / f"{number}.o", str(number)))
    assert len(made) == 1
    (data,) = made
    assert str(tmp_path).encode() not in data
    assert b"some/claim.py\0" in data


def _compiled(source: Path, target: Path, seed: str) -> bytes:
    environment = {"PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed}
    environment |= {"XDG_CACHE_HOME": str(target.parent / f"cache{seed}")}
    command = [sys.executable, "-m", "lightexit", "compile", str(source), "-o", str(target)]
    subprocess.run(
        command, check=True, capture_output=True, env=os.environ | environment, cwd=source.parent
    )
    return target.read_bytes()


def test_several_states_have_a_section_each() -> None:
    names = [each.name for each in sections_of(filter_object(read_control))]
    assert [each for each in names if each.startswith(".data.")] == [
        ".data.own",
        ".data.timer",
    ]


def test_every_filter_was_found() -> None:
    assert len(FILTERS) > 15
    assert all(isinstance(each, Filter) for each in FILTERS.values())
