# SPDX-License-Identifier: Apache-2.0
"""The law of agreement on a few hundred random filters; `laws.agreement` tries thousands."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from laws.agreement import Tally, try_program
from lightexit.cache import Cache
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine

FOLDER = TemporaryDirectory(prefix="lightexit-")
ENGINES: list[Engine] = [InterpreterEngine(), NativeEngine(Cache(Path(FOLDER.name)))]
BATCHES, SIZE = 10, 30


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_filters_do_what_cpython_does(batch: int) -> None:
    tally = Tally()
    for seed in range(batch * SIZE, (batch + 1) * SIZE):
        try_program(seed, ENGINES, tally)
    assert tally.refused < SIZE / 2
    assert tally.handled > SIZE
