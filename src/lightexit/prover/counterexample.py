# SPDX-License-Identifier: Apache-2.0
"""Inputs on which source and bytecode may differ: from models of z3, made simpler, as tests."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import z3

from lightexit.abi import STATE_OFFSET, IoContext, Struct
from lightexit.filter import Filter
from lightexit.imports import FILE_PREFIX
from lightexit.isa.program import Program
from lightexit.prover.fields import spans
from lightexit.prover.memory import SymbolicMemory
from lightexit.prover.replay import Counterexample, Input, replayed
from lightexit.prover.sides import Start

_SIMPLER_S = 0.3


def input_of(start: Start, model: z3.ModelRef) -> Input:
    """What a model of z3 says of the start."""
    states = [
        _content(region, model)[STATE_OFFSET : STATE_OFFSET + kind.layout.size]
        for region, kind in zip(start.regions[1:], start.states, strict=False)
    ]
    return Input(_content(start.regions[0], model), tuple(states))


def _content(region: SymbolicMemory, model: z3.ModelRef) -> bytes:
    return bytes(
        model.eval(region.byte(at), model_completion=True).as_long()
        for at in range(len(region.bytes))
    )


def simpler(found: Counterexample, function: FunctionType, program: Program) -> Counterexample:
    """Also one, in which no field by itself can be what it is at first instead; as far as there is
    time, for a run of what never ends takes long."""
    kinds: list[type[Struct]] = [IoContext, *found.kinds]
    end = time.monotonic() + _SIMPLER_S
    for number, kind in enumerate(kinds):
        first = bytes(kind())
        for span in spans(kind, 64):
            if time.monotonic() > end:
                return found
            part = slice(span.offset, span.offset + span.size)
            blocks = [bytearray(each) for each in (found.given.context, *found.given.states)]
            blocks[number][part] = first[part]
            given = Input(bytes(blocks[0]), tuple(map(bytes, blocks[1:])))
            found = replayed(function, program, found.kinds, given) or found
    return found


def as_test(found: Counterexample, function: FunctionType) -> str:
    """A test for pytest that fails as long as they differ; of a filter in a file, beside it."""
    name = _name(function)
    return "\n".join([*_imports(found, function, name), "", "", *_test(found, name)])


def _name(function: FunctionType) -> str:
    """What its module calls the filter."""
    module = sys.modules.get(function.__module__)
    for name, value in vars(module).items() if module else ():
        if isinstance(value, Filter) and inspect.unwrap(value.function) is function:
            return name
    return function.__name__


def _module(name: str) -> str:
    """What a test imports: files that a command line names are modules of other names."""
    file = getattr(sys.modules.get(name), "__file__", None) or ""
    return Path(file).stem if name.startswith(FILE_PREFIX) else name


def _imports(found: Counterexample, function: FunctionType, name: str) -> Iterator[str]:
    names: dict[str, set[str]] = {function.__module__: {name}}
    for kind in found.kinds:
        names.setdefault(kind.__module__, set()).add(kind.__name__)
    yield "from lightexit import IoContext"
    yield "from lightexit.testing import assert_same"
    yield ""
    for module, used in sorted(names.items()):
        yield f"from {_module(module)} import {', '.join(sorted(used))}"


def _test(found: Counterexample, name: str) -> Iterator[str]:
    yield f"def test_{name}_does_what_its_source_says() -> None:"
    yield from _made("ctx", IoContext, found.given.context)
    states = [f"state{number}" for number in range(len(found.kinds))]
    for state, kind, data in zip(states, found.kinds, found.given.states, strict=True):
        yield from _made(state, kind, data)
    yield f"    assert_same({', '.join([name, 'ctx', *states])})"


def _made(name: str, kind: type[Struct], data: bytes) -> Iterator[str]:
    """By assignments; by bytes, what no assignment to a field gives."""
    made, wanted = kind(), kind.view(bytearray(data))
    yield f"    {name} = {kind.__name__}()"
    for field in kind.layout.fields:
        value = getattr(wanted, field.name)
        if isinstance(value, int) and value != getattr(made, field.name):
            setattr(made, field.name, value)
            yield f"    {name}.{field.name} = {value!r}"
    for span in spans(kind, 64):
        part = slice(span.offset, span.offset + span.size)
        if made.buffer[part] != data[part]:
            made.buffer[part] = data[part]
            at = f"{part.start}:{part.stop}"
            yield f'    {name}.buffer[{at}] = bytes.fromhex("{data[part].hex()}")'
    if bytes(made) != data:
        yield f'    {name}.buffer[:] = bytes.fromhex("{data.hex()}")'
