# SPDX-License-Identifier: Apache-2.0
"""Inputs on which lightexit was once wrong (`tests/golden/faults`) get the right answer."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from golden.faults import index_after_write, range_down, store_in_loop
from lightexit.abi import IoContext, StateMemory, Struct
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter
from lightexit.isa import assemble
from lightexit.verifier import Limits, verify
from lightexit.vm.boot import NOTHING
from vm.boot.booted import BACK_ENDS, boot
from vm.boot.build import kernel

FAULTS = Path(__file__).parent / "golden" / "faults"
SOURCES = (index_after_write, range_down, store_in_loop)
ENGINES = (InterpreterEngine(), NativeEngine())


FILTERS: dict[str, Filter[Any]] = {
    f"{source.__name__.split('.')[-1]}.{name}": each
    for source in SOURCES
    for name, each in vars(source).items()
    if isinstance(each, Filter)
}


def _state(kind: type[Struct], random: Random) -> StateMemory[Any]:
    memory = StateMemory(kind)
    length = len(memory.state.buffer)
    memory.state.buffer[:] = random.choice((random.randbytes, bytes))(length)
    return memory


def test_the_corpus_is_whole() -> None:
    tested = {Path(str(source.__file__)).stem for source in SOURCES}
    tested |= {"null_ids", "handle", "stack_at_entry"}
    assert {path.stem for path in FAULTS.glob("*.[ps]*")} == tested
    assert len(FILTERS) == 22
    assert len(IMPRECISE) == 5


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_does_what_cpython_does(name: str, engine: Engine) -> None:
    given, random = FILTERS[name], Random(name)
    (kind,) = given.states
    assert kind is not None
    assert given.report.accepted, str(given.report.error)
    loaded = engine.load(given.program)
    for _ in range(20):
        memory, twin = _state(kind, random), StateMemory(kind)
        twin.state.buffer[:] = memory.state.buffer
        plain, compiled = IoContext(), IoContext()
        assert given(plain, twin.state) == loaded.run(compiled, [memory])
        assert bytes(compiled) == bytes(plain)
        assert bytes(memory.state) == bytes(twin.state)


IMPRECISE = sorted((FAULTS / "imprecise").glob("*.s"))


@pytest.mark.parametrize("path", IMPRECISE, ids=lambda path: path.stem)
def test_a_safe_program_is_accepted(path: Path) -> None:
    report = verify(assemble(path.read_text()), Limits(answers=False))
    assert report.accepted, str(report.error)


def test_a_null_check_of_one_pointer_does_not_apply_to_another() -> None:
    program = assemble((FAULTS / "null_ids.s").read_text())
    report = verify(program, Limits(helpers=frozenset({1}), answers=False))
    assert "r6 is null or a pointer" in str(report.error)


def test_a_map_handle_is_refused_with_the_reason() -> None:
    report = verify(assemble((FAULTS / "handle.s").read_text()), Limits(answers=False))
    assert "which only helpers can use" in str(report.error)
    assert "help: map_value(index)" in str(report.error)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_multiboot_kernel_starts_with_a_32_bit_stack(back_end: str) -> None:
    image = kernel("stack_at_entry", folder=FAULTS, elf=True)
    assert boot(back_end, image, NOTHING).status == 1
