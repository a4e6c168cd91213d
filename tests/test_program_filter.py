# SPDX-License-Identifier: Apache-2.0
"""Filters that are bytecode: of objects, on the bus, with variables of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isa.llvm import compile_ir
from lightexit import (
    AuthorError,
    Bus,
    Device,
    InterpreterEngine,
    IoContext,
    ManualClock,
    NativeEngine,
    Program,
    Region,
    Space,
    Struct,
    Verdict,
    load_object,
    pio,
    u8,
    u32,
    u64,
)
from lightexit.build.bpf import filter_object
from lightexit.build.built_filter import BuiltFilter
from lightexit.bus.definition import DefinitionBus
from lightexit.engine.api import Engine
from lightexit.isa import assemble, read_elf
from lightexit.isa.sections import sections_of
from lightexit.program_filter import ProgramFilter

#: `hits` of the state and `calls` of the program count; `start` begins at 40.
IR = """
@device = global [32 x i8] zeroinitializer, section ".data.device", align 8
@calls = internal global i32 0
@start = internal global i32 40
define i64 @count(ptr %c) section "syscall" {
  %place = getelementptr i8, ptr @device, i64 16
  %hits = load i32, ptr %place
  %more = add i32 %hits, 1
  store i32 %more, ptr %place
  %n = load i32, ptr @calls
  %m = add i32 %n, 1
  store i32 %m, ptr @calls
  %s = load i32, ptr @start
  %t = add i32 %s, 1
  store i32 %t, ptr @start
  %sum = add i32 %m, %t
  %wide = zext i32 %sum to i64
  %data = getelementptr i8, ptr %c, i64 8
  store i64 %wide, ptr %data
  ret i64 1
}
define i64 @calls_so_far(ptr %c) section "syscall" {
  %n = load i32, ptr @calls
  %wide = zext i32 %n to i64
  %data = getelementptr i8, ptr %c, i64 8
  store i64 %wide, ptr %data
  ret i64 1
}
"""


class Hits(Struct):
    """The state that the filter shares with the model."""

    hits: u32
    total: u64


@pytest.fixture(scope="module")
def object_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("objects") / "count.o"
    path.write_bytes(compile_ir(IR)[1])
    return path


def device(filter_: Any, second: Any = None, kind: type[Struct] = Hits) -> Device[Any]:
    class Counter(Device[Any]):
        name = "counter"
        state_type = kind
        regions = (pio(4, filter=filter_), pio(4, offset=4, filter=second, name="calls"))

        def read(self, offset: int, size: int) -> int:
            return 0xEE

    return Counter(ManualClock())


AT = {"": 0x10, "calls": 0x20}


def bus(model: Device[Any], engine: Engine | None = None) -> Bus:
    made = Bus(model.clock, engine or NativeEngine())  # type: ignore[arg-type]
    made.attach(model, at=AT)
    return made


def read(made: Bus | DefinitionBus, address: int = 0x10) -> int:
    return made.read(Space.PIO, address, 4)


@pytest.mark.parametrize("engine", [InterpreterEngine(), NativeEngine()], ids=lambda e: e.name)
def test_a_filter_of_an_object_answers_on_the_bus(object_file: Path, engine: Engine) -> None:
    model = device(load_object(object_file, "count"), load_object(object_file, "calls_so_far"))
    made = bus(model, engine)
    assert [read(made) for _ in range(3)] == [42, 44, 46]
    assert model.state.hits == 3
    assert read(made, 0x20) == 3


def test_the_definition_says_the_same(object_file: Path) -> None:
    model = device(load_object(object_file, "count"), load_object(object_file, "calls_so_far"))
    engine = InterpreterEngine()
    made = DefinitionBus(model.clock, lambda each: each.load(engine))  # type: ignore[arg-type]
    made.attach(model, at=AT)
    assert [read(made) for _ in range(3)] == [42, 44, 46]
    assert read(made, 0x20) == 3


def test_variables_are_those_of_a_device(object_file: Path) -> None:
    filter_ = load_object(object_file, "count")
    first, second = device(filter_), device(filter_)
    assert [read(bus(first)), read(bus(first)), read(bus(second))] == [42, 44, 42]


def test_a_region_takes_a_program(object_file: Path) -> None:
    count, _ = read_elf(object_file.read_bytes(), value_offset=16, file="count.o")
    for region in (pio(4, filter=count), Region(Space.PIO, 4, filter=count)):  # type: ignore[arg-type]
        assert isinstance(region.filter, ProgramFilter)
        assert region.filter.program == count
        assert region.filter.report.writes_state
    assert read(bus(device(count))) == 42


def test_variables_are_saved_and_reset_with_the_device(object_file: Path) -> None:
    filter_ = load_object(object_file, "count")
    model, other = device(filter_), device(filter_)
    made = bus(model)
    read(made)
    saved = model.save()
    assert read(made) == 44
    other.restore(saved)
    assert read(bus(other)) == 44
    model.restore(saved)
    assert read(made) == 44
    model.reset()
    assert (read(made), model.state.hits) == (42, 1)


def test_variables_of_another_program_are_not_restored(object_file: Path) -> None:
    count, calls = load_object(object_file, "count"), load_object(object_file, "calls_so_far")
    saved = device(count).save()
    with pytest.raises(AuthorError) as caught:
        device(calls).restore(saved)
    assert "counter was saved with the variables count." in str(caught.value)
    assert "expected: a save with variables calls_so_far.bss of code " in str(caught.value)
    with pytest.raises(AuthorError, match="counter was saved with the variables count"):
        device(None).restore(saved)
    with pytest.raises(AuthorError) as caught:
        device(count).restore(device(None).save())
    assert "counter was saved with variables count." in str(caught.value)
    assert "not told" in str(caught.value)


def test_it_can_be_called(object_file: Path) -> None:
    filter_ = load_object(object_file, "count")
    context, state = IoContext(), Hits()
    assert filter_(context, state) is Verdict.HANDLED
    assert (context.data, state.hits) == (42, 1)
    assert filter_(context, device=state) is Verdict.HANDLED
    assert (context.data, state.hits) == (44, 2)
    with pytest.raises(AuthorError, match="count was given 2 states"):
        filter_(context)


def test_it_is_shown(object_file: Path) -> None:
    filter_ = load_object(object_file, "count")
    states = ", ".join(each.name for each in filter_.program.maps)
    assert repr(filter_) == f"<Filter count({states}): bytecode, not proved yet>"
    assert filter_.report.cost > 0
    assert repr(filter_) == f"<Filter count({states}): accepted, at most 18 instructions>"


class Small(Struct):
    """Less than the filter takes."""

    hits: u8


class Large(Struct):
    """More."""

    hits: u64
    total: u64
    more: u64


@pytest.mark.parametrize("kind", [Small, Large])
def test_a_state_of_another_size_is_refused(object_file: Path, kind: type[Struct]) -> None:
    with pytest.raises(AuthorError) as caught:
        bus(device(load_object(object_file, "count"), kind=kind))
    size = 16 + kind.layout.size
    assert str(caught.value) == (
        f"{object_file}:1: the filter count of counter takes the states device (32 bytes)\n"
        f"  expected: the states that its region passes: {kind.__name__} ([{size}] bytes)\n"
        "  try: states=(...) in the region, in the order of the filter's arguments"
    )


def test_c_may_count_padding() -> None:
    """struct { header; struct { u32 a; } } has 24 bytes in C."""

    class Word(Struct):
        a: u32

    for size, fits in ((20, True), (24, True), (16, False), (32, False)):
        model = device(assemble(f".map device {size}\nr0 = 0\nexit"), kind=Word)
        if fits:
            assert read(bus(model)) == 0xEE
        else:
            with pytest.raises(AuthorError, match="takes the states device"):
                bus(model)


def test_too_many_states_are_refused() -> None:
    maps = "".join(f".map s{n} 32\n" for n in range(8))
    program: Program = assemble(f"{maps}r0 = 0\nexit")
    model = device(program)
    states = (model.memory,) * 8
    type(model).regions = (pio(4, filter=program, states=states),)
    with pytest.raises(AuthorError, match="has 8 states"):
        bus(model)


def test_what_is_refused_is_refused_at_the_bus() -> None:
    with pytest.raises(AuthorError, match="r0"):
        bus(device(assemble("r1 = 0\nexit")))


def test_what_is_built_has_states_with_names(object_file: Path) -> None:
    filters = load_object(object_file, "count"), ProgramFilter(assemble("r0 = 0\nexit", "f.s"))
    found = "the layout of the state `device` (section .data.device) is not known: the object has "
    told = found + "no BTF", "the filter f is bytecode: its states' fields have no names"
    for filter_, error in zip(filters, told, strict=True):
        with pytest.raises(AuthorError) as caught:
            BuiltFilter("count", filter_).check()
        assert error in str(caught.value)


def test_an_object_is_written_of_it(object_file: Path) -> None:
    filter_ = load_object(object_file, "count")
    (again,) = read_elf(filter_object(filter_), value_offset=16, file="again.o")
    assert again.code == filter_.program.code
    assert [each[:2] for each in again.maps] == [each[:2] for each in filter_.program.maps]
    sections = {each.name: each.data for each in sections_of(filter_object(filter_))}
    assert sections[".data.data"] == bytes(16) + (40).to_bytes(8, "little")


def test_a_wrong_name_or_file_is_told(object_file: Path, tmp_path: Path) -> None:
    with pytest.raises(AuthorError) as caught:
        load_object(object_file)
    assert str(caught.value) == (
        f"{object_file} has 2 filters\n  expected: the name of one: count, calls_so_far"
    )
    with pytest.raises(AuthorError, match="has no filter named other"):
        load_object(object_file, "other")
    with pytest.raises(AuthorError, match="no such file"):
        load_object(tmp_path / "none.o")
    text = tmp_path / "text.o"
    text.write_text("r0 = 0")
    with pytest.raises(AuthorError, match="is no ELF file"):
        load_object(text)


def test_sizes_may_be_given(tmp_path: Path) -> None:
    path = tmp_path / "f.o"
    path.write_bytes(
        compile_ir("""
    @device = external global [16 x i8]
    define i64 @f(ptr %c) section "s" { store i8 7, ptr @device
      ret i64 0 }
    """)[1]
    )
    for given in (Hits, 16):
        filter_ = load_object(path, sizes={"device": given})
        assert filter_.program.maps[0].size == 32
    with pytest.raises(AuthorError, match="has no state named `other`"):
        load_object(path, sizes={"other": 4})
