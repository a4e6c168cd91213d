# SPDX-License-Identifier: Apache-2.0
"""The verifier answers whatever it is given: 50,000 byte strings in a long run.

`python -m laws.hostile --count N`, in tests/, takes as many as one likes.
"""

from __future__ import annotations

from time import process_time

import pytest

import scale
from laws.hostile import search
from lightexit.isa import Program, assemble
from lightexit.verifier import Limits, verify


@pytest.mark.parametrize("part", range(scale.full(10)))
def test_the_verifier_answers_any_bytes(part: int) -> None:
    outcomes, _ = search(5000 * part, 5000)
    assert sum(outcomes.values()) == 5000
    assert outcomes["noise refused"] > 1000
    assert outcomes["damaged accepted"] > 25


def test_control_flow_that_runs_backwards_is_analysed_in_one_pass() -> None:
    size = 8000
    steps = "".join(f"step{n}: r2 += 1\ngoto step{n - 1}\n" for n in range(1, size))
    program = assemble(f"r0 = 0\nr2 = 0\ngotol step{size - 1}\nstep0: exit\n{steps}")
    start = process_time()
    assert verify(program, Limits(answers=False)).cost == 2 * size + 2
    assert process_time() - start < 10


def test_very_long_programs_are_refused_before_decoding() -> None:
    report = verify(Program("huge", bytes(8 * 20_000)))
    assert str(report.error) == "huge has 20000 instruction slots\n  expected: at most 16384"
