# SPDX-License-Identifier: Apache-2.0
"""Counterexamples as people see them: simple, and a test that fails where it is run."""

from __future__ import annotations

from inspect import unwrap
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from lightexit.abi import IoContext
from lightexit.filter import Filter
from lightexit.imports import import_file
from prover.subjects import Lamp, level, mistaken

pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover.counterexample import as_test, simpler
from lightexit.prover.replay import Counterexample, Input, replayed

#: Of each field something else than at first; a bool that is neither 0 nor 1.
STATE = bytes([10, 255, 2, 0, 1, 0, 2, 0, 0xFF, 0xFF])


def found(context: bytes = bytes(IoContext()), state: bytes = STATE) -> Counterexample:
    example = replayed(level.function, mistaken.program, [Lamp], Input(context, (state,)))
    assert example is not None
    return example


def function(filter: Filter[Any]) -> FunctionType:
    written = unwrap(filter.function)
    assert isinstance(written, FunctionType)
    return written


def test_what_does_not_matter_is_left_out() -> None:
    context = bytearray(b"\x55" * len(bytes(IoContext())))
    IoContext.view(context).is_write = False
    simple = simpler(found(bytes(context)), function(level), mistaken.program)
    assert simple.given == Input(bytes(IoContext()), (bytes([10, 255, *bytes(8)]),))
    assert simple.differences() == ["IoContext.data: 0x0 in Python, 0x1 in bytecode"]


def test_a_test_has_all_bytes() -> None:
    context = IoContext()
    context.offset = 3
    assert as_test(found(bytes(context)), function(level)) == (
        "from lightexit import IoContext\n"
        "from lightexit.testing import assert_same\n"
        "\n"
        "from prover.subjects import Lamp, level\n"
        "\n"
        "\n"
        "def test_level_does_what_its_source_says() -> None:\n"
        "    ctx = IoContext()\n"
        "    ctx.offset = 3\n"
        "    state0 = Lamp()\n"
        "    state0.level = 10\n"
        "    state0.dim = 255\n"
        "    state0.is_on = True\n"
        '    state0.buffer[2:3] = bytes.fromhex("02")\n'
        '    state0.buffer[4:6] = bytes.fromhex("0100")\n'
        '    state0.buffer[6:8] = bytes.fromhex("0200")\n'
        '    state0.buffer[8:10] = bytes.fromhex("ffff")\n'
        "    assert_same(level, ctx, state0)"
    )


MADE = """
from lightexit.filter import Filter, IoContext, Struct, Verdict, io_filter, u8

class Lamp(Struct):
    level: u8

def reader(mask: int) -> Filter:
    @io_filter
    def read(ctx: IoContext, lamp: Lamp) -> Verdict:
        ctx.data = lamp.level & mask
        return Verdict.HANDLED
    return read

low, high = reader(15), reader(240)
"""


def test_a_test_finds_what_a_file_calls_the_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is run beside the file, where the bytecode does what the source says."""
    (tmp_path / "made_lamp.py").write_text(MADE)
    module = import_file(tmp_path / "made_lamp.py")
    given = Input(bytes(IoContext()), (b"\x33",))
    example = replayed(module.high.function, module.low.program, [module.Lamp], given)
    assert example is not None
    text = as_test(example, function(module.high))
    assert "from made_lamp import Lamp, high\n" in text
    monkeypatch.syspath_prepend(tmp_path)
    names: dict[str, Any] = {}
    exec(text, names)
    names["test_high_does_what_its_source_says"]()
