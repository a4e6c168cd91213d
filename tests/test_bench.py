# SPDX-License-Identifier: Apache-2.0
"""Benchmarks name modules and functions that there are, and their C compiles: none is run here."""

from __future__ import annotations

import functools
import importlib
import subprocess

import pytest

from bench import __main__ as bench
from bench import _payload, filter_code, kvm_exits, library
from bench._first_use import STAGES
from bench._linked import INCLUDE, ROOT
from lib.native import MISSING

PLACES = sorted(place for places in STAGES.values() for place in places)


@pytest.mark.parametrize("name", bench.names())
def test_it_can_be_loaded(name: str) -> None:
    assert callable(bench.load(name).main)


@pytest.mark.parametrize("place", PLACES)
def test_every_stage_is_there(place: str) -> None:
    module, _, path = place.partition(":")
    owner = importlib.import_module(f"lightexit.{module}")
    assert callable(functools.reduce(getattr, path.split("."), owner))


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.parametrize("name", ["library.c", "payload.c"])
def test_a_rival_fits_the_library(name: str) -> None:
    source = ROOT / "bench" / name
    subprocess.run(["gcc", "-fsyntax-only", "-Werror", *INCLUDE, str(source)], check=True)


@pytest.mark.skipif(bool(MISSING), reason=MISSING)
@pytest.mark.long
def test_their_c_compiles() -> None:
    (built,) = filter_code.build_c()
    for each in filter_code.twins():
        assert getattr(built, each.name.replace(".", "_"))
    for compiled in (library.compiled, kvm_exits.c_loop, _payload.compiled):
        with compiled() as code:
            assert code
