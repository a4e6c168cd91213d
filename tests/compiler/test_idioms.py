# SPDX-License-Identifier: Apache-2.0
"""Every idiom compiles, is accepted by both verifiers, and agrees with CPython everywhere."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import FunctionType

import pytest

from compiler.idioms import IDIOMS, source
from laws.agreement import actual, expected, random_input
from laws.filters import HELPERS, build
from lightexit.cache import Cache
from lightexit.compiler import compile_filter
from lightexit.compiler.backend import llvm
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine, available
from lightexit.engine.native import NativeEngine
from lightexit.isa.program import Program
from lightexit.verifier import verify

FOLDER = TemporaryDirectory(prefix="lightexit-")
CACHE = Cache(Path(FOLDER.name))
NO_KERNEL = available()
ENGINES = [
    pytest.param(InterpreterEngine(), id="interpreter"),
    pytest.param(NativeEngine(CACHE), id="native"),
    pytest.param(
        KernelEngine(),
        id="kernel",
        marks=pytest.mark.skipif(NO_KERNEL is not None, reason=str(NO_KERNEL)),
    ),
]


#: Loops that Linux cannot mask: what it adds to an address differs from round to round, or the
#: rounds that it must follow in speculation do not end.
NOT_MASKED = {
    "sum_array",
    "copy_array",
    "search",
    "highest_bit",
    "backwards",
    "bytes_of_access",
    "while",
    "hash",
    "shift_register",
    "loop_in_function",
    "down_by_two_with_break",
    "down_past_zero",
    "down_past_zero_with_break",
    "down_past_zero_with_return",
    "index_below_the_array",
    "write_below_the_array",
    "store_counter",
    "store_counter_for_long",
    "store_counter_up_to_field",
    "store_counter_and_data",
    "range_to_remainder",
    "range_down_from_remainder",
    "divide_after_write_in_loop",
    "round_that_equals_a_field",
    "range_down_from_below_0",
    "range_up_to_0",
    "round_that_is_a_field_below_0",
    "range_from_remainder_of_wide",
    "range_between_two_bounds_of_one_number",
    "round_that_equals_the_time",
    "counter_far_away_behind_the_loop",
    "store_the_round_and_continue",
}


@functools.cache
def idiom(name: str) -> tuple[FunctionType, Program]:
    function = build(HELPERS + source(name))
    return function, compile_filter(function, CACHE)


@pytest.mark.parametrize("name", IDIOMS)
def test_is_proved(name: str) -> None:
    report = verify(idiom(name)[1])
    assert report.accepted, str(report.error)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", IDIOMS)
def test_does_what_cpython_does(name: str, engine: Engine) -> None:
    function, program = idiom(name)
    if isinstance(engine, KernelEngine) and name in NOT_MASKED:
        engine = KernelEngine(masked=False)
    random = Random(name)
    for _ in range(6):
        given = random_input(random)
        assert actual(engine, program, given) == expected(function, given)


def test_a_value_that_llvm_leaves_open_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random filters are seldom such a loop: 3,000 of the law of agreement had none."""
    monkeypatch.setattr(llvm, "_OPEN", re.compile("(?!)"))
    function = build(HELPERS + source("store_the_round_and_continue"))
    error = verify(compile_filter(function)).error
    assert error
    assert "nothing was written to it" in error.found
