# SPDX-License-Identifier: Apache-2.0
"""Filters that are bytecode already: written in C, or by another compiler.

    class Doorbell(Device[DoorbellState]):
        regions = (mmio(0x100, filter=load_object("doorbell.o")),)

A region takes a `Program` as well.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from lightexit.abi import (
    STATE_OFFSET,
    Array,
    IoContext,
    StateMemory,
    Struct,
    Verdict,
    array,
    u8,
)
from lightexit.errors import AuthorError, Location
from lightexit.files import MIB, read_file
from lightexit.filter import Filter
from lightexit.isa.program import Map, Program
from lightexit.shown import one_line
from lightexit.verifier import Limits, Report
from lightexit.verifier import verify as verify_program
from lightexit.verifier.limits import DEFAULT

LARGEST_OBJECT = 4 * MIB


class Origin(NamedTuple):
    """The object that a filter is from: its bytes, and what was told of its states, by name."""

    data: bytes
    told: Mapping[str, int | type[Struct]]


class ProgramFilter(Filter[...]):
    """A filter that is bytecode. `file` is the object that it is from, if it is from one."""

    def __init__(self, program: Program, file: str = "", origin: Origin | None = None) -> None:
        self.name = program.name
        self.file = file
        self.origin = origin
        self.function = self.__call__
        self._program = program

    def __call__(self, ctx: IoContext, *states: Any, **named: Any) -> Verdict:
        """Interpret it. Its own variables are kept from call to call.

        Raises AuthorError where the states are not those that it takes.
        """
        names = [each.name for each in shared_maps(self._program)]
        given = [*states, *(named[name] for name in names[len(states) :] if name in named)]
        copies = [_copied(each) for each in given]
        result = self._interpreted.run(ctx, [*copies, *self._variables])
        for state, copy in zip(given, copies, strict=True):
            state.buffer[:] = copy.state.buffer
        return Verdict(result)

    def __repr__(self) -> str:
        """What is known so far: nothing is proved for it."""
        states = ", ".join(each.name for each in self._program.maps)
        return f"<Filter {one_line(f'{self.name}({states}): {self._progress()}')}>"

    def _progress(self) -> str:
        done = "report" in vars(self)
        return super()._progress() if done else "bytecode, not proved yet"

    @functools.cached_property
    def _interpreted(self) -> Any:
        from lightexit.engine.interpreter import InterpreterEngine

        return InterpreterEngine().load(self._program)

    @functools.cached_property
    def _variables(self) -> list[StateMemory[Any]]:
        return [StateMemory(variables_struct(each)) for each in own_maps(self._program)]

    @functools.cached_property
    def program(self) -> Program:
        """Its bytecode."""
        return self._program

    @functools.cached_property
    def report(self) -> Report:
        """What the verifier proved. Raises AuthorError where it refuses."""
        return self.verify().accepted_or_raise()

    @functools.cached_property
    def states(self) -> tuple[type[Struct] | None, ...]:
        """None for each state: bytecode names no Structs."""
        return (None,) * len(self._program.maps)

    def where(self, state: int | None = None) -> Location:
        """Its first line, where debug information tells it; else its file."""
        first = next(iter(self._program.lines), None)
        return first.where if first else Location(self.file or self.name, 1)

    def verify(self, limits: Limits = DEFAULT) -> Report:
        """Prove it anew."""
        return verify_program(self._program, limits)


def shared_maps(program: Program) -> list[Map]:
    """The states that it shares with the device model."""
    return [each for each in program.maps if each.initial is None]


def own_maps(program: Program) -> list[Map]:
    """The states that hold its own variables."""
    return [each for each in program.maps if each.initial is not None]


def variables_struct(own: Map, name: str = "") -> type[Struct]:
    """A Struct of the bytes of a program's own variables; its default is their initial value."""
    size = own.size - STATE_OFFSET
    initial = (own.initial or b"").ljust(size, b"\0")
    body = {"__annotations__": {"data": Array[u8]}, "data": array(u8, size)}
    kind = type(name or own.name, (Struct,), body)

    def reset(self: Struct) -> None:
        self.buffer[:] = initial

    kind.reset = reset  # type: ignore[attr-defined]
    return kind


def _copied(state: Any) -> StateMemory[Any]:
    memory = StateMemory(type(state))
    memory.state.buffer[:] = state.buffer
    return memory


def load_object(
    path: str | Path,
    name: str | None = None,
    *,
    sizes: Mapping[str, int | type[Struct]] | None = None,
) -> Filter[...]:
    """The filter in an eBPF object, as clang and `lightexit build` write it; `name` picks one.

        Device.regions = (pio(4, filter=load_object("counter.o", "read_counter")),)

    `sizes` has the sizes of states that the object does not know: bytes, or the Struct. Raises
    AuthorError for a file that is no such object, or has no filter of that name.
    """
    found = load_objects(path, sizes=sizes)
    chosen = [each for each in found if name in (None, each.name)]
    if len(chosen) != 1:
        names = ", ".join(each.name for each in found)
        told = f"no filter named {name}" if name else f"{len(found)} filters"
        raise AuthorError(f"{path} has {told}", expected=f"the name of one: {names}")
    return chosen[0]


def load_objects(
    path: str | Path, *, sizes: Mapping[str, int | type[Struct]] | None = None
) -> list[ProgramFilter]:
    """All filters in an eBPF object; see `load_object`."""
    from lightexit.isa import read_elf

    file = str(path)
    data = read_file(Path(path), "an eBPF object (ELF)", LARGEST_OBJECT)
    known = {key: _size(each) for key, each in (sizes or {}).items()}
    found = read_elf(data, value_offset=STATE_OFFSET, file=file, sizes=known)
    return [ProgramFilter(each, file, Origin(data, sizes or {})) for each in found]


def _size(given: int | type[Struct]) -> int:
    return given if isinstance(given, int) else given.layout.size


def as_filter(given: Filter[Any] | Program | None) -> Filter[Any] | None:
    """What a region is given, as a filter."""
    return ProgramFilter(given) if isinstance(given, Program) else given
