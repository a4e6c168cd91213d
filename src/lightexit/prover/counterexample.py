# SPDX-License-Identifier: Apache-2.0
"""Inputs on which source and bytecode may differ, from models of z3; and as tests of pytest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

import z3

from lightexit.abi import STATE_OFFSET, IoContext, Struct
from lightexit.imports import FILE_PREFIX
from lightexit.prover.memory import SymbolicMemory
from lightexit.prover.replay import Counterexample, Input
from lightexit.prover.sides import Start


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


def as_test(found: Counterexample, function: FunctionType) -> str:
    """A test for pytest that fails as long as they differ."""
    return "\n".join([*_imports(found, function), "", "", *_test(found, function.__name__)])


def _imports(found: Counterexample, function: FunctionType) -> Iterator[str]:
    names: dict[str, set[str]] = {}
    things: tuple[FunctionType | type[Struct], ...] = (function, *found.kinds)
    for each in things:
        names.setdefault(_module(each.__module__), set()).add(each.__name__)
    yield "from lightexit import IoContext"
    yield "from lightexit.testing import assert_same"
    yield ""
    for module, used in sorted(names.items()):
        yield f"from {module} import {', '.join(sorted(used))}"


def _module(name: str) -> str:
    """A module as a test imports it: one of a file by the file's name."""
    file = getattr(sys.modules.get(name), "__file__", None)
    return Path(file).stem if file and name.startswith(FILE_PREFIX) else name


def _test(found: Counterexample, name: str) -> Iterator[str]:
    yield f"def test_{name}_does_what_its_source_says() -> None:"
    yield f"    ctx = {_view(IoContext, found.given.context)}"
    states = [f"state{number}" for number in range(len(found.kinds))]
    for state, kind, data in zip(states, found.kinds, found.given.states, strict=True):
        yield f"    {state} = {_view(kind, data)}"
    yield f"    assert_same({', '.join([name, 'ctx', *states])})"


def _view(kind: type[Struct], data: bytes) -> str:
    """Bytes of a state may be what no assignment to its fields gives."""
    return f'{kind.__name__}.view(bytearray.fromhex("{data.hex()}"))'
