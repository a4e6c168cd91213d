# SPDX-License-Identifier: Apache-2.0
"""The law of agreement for C, on a few files of filters."""

from __future__ import annotations

import pytest

import scale
from isa.clang import COMPILERS, compile_c
from laws import c_filters
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.isa import read_elf

needs_cc = pytest.mark.skipif(c_filters.HOST_COMPILER is None, reason="cc is not installed")


@needs_cc
@pytest.mark.parametrize("compiler", COMPILERS)
def test_filters_in_c_do_what_c_says(compiler: str) -> None:
    files = scale.full(20)
    accepted = sum(c_filters.attempt(seed, compiler) for seed in range(files))
    assert accepted > files * c_filters.FILTERS // 2


@needs_cc
def test_another_program_is_noticed() -> None:
    """The law can fail: one sign in what this machine compiles is another one."""
    text, given = c_filters.source(0), list(c_filters.accesses(0))
    found = read_elf(compile_c(text, "clang", "-w"), value_offset=16, file="filter.o")
    engine, programs = InterpreterEngine(), dict(enumerate(found))
    ours = c_filters.in_engine(programs, engine, given)
    for other in ("v0 ^ v1 ^ v2 + v3", "v0 ^ v1 ^ v2 ^ v3"):
        theirs = c_filters.on_host(text.replace("v0 ^ v1 ^ v2 ^ v3", other), given)
        is_same = all(map(c_filters.same, ours, theirs))
        assert is_same == (other == "v0 ^ v1 ^ v2 ^ v3")
