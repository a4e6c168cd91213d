# SPDX-License-Identifier: Apache-2.0
"""Our verifier and Linux's accept the same programs, except for the cases that docs/ explains."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from engine.running import needs_kernel
from laws.lookups import kernel_refuses
from laws.programs import random_hard_program
from lightexit.abi import IoContext
from lightexit.isa.generate import runnable_program
from lightexit.verifier import Limits, verify

SAFE = Limits(answers=False, states=20_000)
#: Parts of the kernel's refusals of programs that we can prove: see docs/verifier.md.
EXPLAINED = (
    "misaligned value access",
    "memory range",
    "infinite loop",
    "unbounded",
    "min value is negative",
)


@needs_kernel
def test_acceptance_agrees_with_the_kernel() -> None:
    counts: Counter[tuple[bool, bool]] = Counter()
    for seed in range(60):
        program = random_hard_program(Random(seed))
        ours, kernels = verify(program, SAFE), kernel_refuses(program)
        counts[ours.accepted, not kernels] += 1
        if ours.accepted and kernels:
            assert any(part in kernels for part in EXPLAINED), f"seed {seed}: {kernels}"
        assert ours.accepted or kernels, f"seed {seed}: only we refuse: {ours.error}"
    assert counts[True, True] > 45
    assert counts[True, False] <= 3


@needs_kernel
@pytest.mark.parametrize("seed", range(20))
def test_plain_programs_are_accepted_by_both(seed: int) -> None:
    program = runnable_program(Random(seed), context_size=IoContext.layout.size)
    verify(program, SAFE).accepted_or_raise()
    assert not kernel_refuses(program)
