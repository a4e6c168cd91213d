# SPDX-License-Identifier: Apache-2.0
"""The corpus covers the table; what its programs do is for each engine's own tests."""

from __future__ import annotations

import pytest

from lightexit.isa import ROWS, Kind, assemble, decode, disassemble
from lightexit.isa.generate import RUNNABLE
from programs import Case, load_corpus, runnable


def test_every_row_is_in_the_corpus() -> None:
    missing = set(ROWS) - {each.op for case in load_corpus() for each in decode(case.program)}
    assert [op.texts[0] for op in missing] == []


def test_every_row_that_engines_run_is_run() -> None:
    missing = set(RUNNABLE) - {each.op for case in runnable() for each in decode(case.program)}
    assert [op.texts[0] for op in missing] == []


def test_local_calls_and_states_are_run() -> None:
    run = {str(each) for case in runnable() for each in decode(case.program)}
    assert any(text.startswith("call L") for text in run)
    assert any("map_value" in text for text in run)


@pytest.mark.parametrize("case", load_corpus(), ids=lambda case: case.name)
def test_cases_are_well_formed(case: Case) -> None:
    assert assemble(disassemble(case.program)).code == case.program.code
    assert case.result is None or 0 <= case.result < 2**32
    assert len(case.states) == len(case.states_after)
    assert case.result is None or len(case.states) == len(case.program.maps)
    assert not any(each.op.kind is Kind.EXIT for each in decode(case.program)[:1])
