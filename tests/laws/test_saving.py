# SPDX-License-Identifier: Apache-2.0
"""The law of saving, and that it notices devices that forget something.

`python -m laws.saving --seed S --count N`, in tests/, takes as many sequences as one likes.
"""

from __future__ import annotations

from random import Random

import pytest

import scale
from devices.replay import ROOT, trace_files
from laws.pc_drivers import DRIVERS
from laws.pc_steps import Config, Move, inp, out
from laws.pc_traces import case_of
from laws.saving import Moved, difference, hold, moved_throughout, moving_case, search
from laws.saving_mutants import MUTANTS, CommandApart, Put, built
from laws.whole_pc import DisagreementError

DEVICES = sorted({path.parent.name for path in ROOT.glob("*/*/*.jsonl")})
SEQUENCES = 12
#: The most sequences that a device with something wrong may survive.
PATIENCE = 40


def test_a_restored_device_continues_as_if_it_had_not_been_saved() -> None:
    moved = Moved()
    search(6, SEQUENCES, moved)
    assert moved.moves["new"] > SEQUENCES
    assert moved.moves["again"] > 50 * SEQUENCES
    for what in ("late host", "pit deadline", "hpet input 0", "pic input 2", "uart line 0"):
        assert moved.seen[what], what


@pytest.mark.parametrize("device", scale.part(DEVICES))
def test_a_device_is_saved_and_restored_within_a_golden_trace(device: str) -> None:
    config, steps = case_of(trace_files(device)[0])
    hold(config, *moved_throughout(steps[:200], every=3))


@pytest.mark.parametrize(
    ("put", "drivers"),
    [pytest.param(put, driver, id=name) for name, put, driver in scale.part(MUTANTS)],
)
def test_the_law_notices(monkeypatch: pytest.MonkeyPatch, put: Put, drivers: str) -> None:
    put(monkeypatch)
    chosen = [each for each in DRIVERS if each.__name__.startswith(drivers)]
    cases = (moving_case(Random(number), chosen) for number in range(PATIENCE))
    assert any(difference(*case) for case in cases)


def test_a_failure_is_printed_as_code_reduced_to_a_minimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built(CommandApart)(monkeypatch)
    noise = inp(0x71), out(0x61, 1), inp(0x92)
    with pytest.raises(DisagreementError) as caught:
        hold(Config(), *noise, Move(), out(0x64, 0xD2), *noise, Move(), out(0x60, 7), *noise)
    assert str(caught.value).endswith(
        "hold(\n"
        "    Config(Irqchip.OFF, cpus=1, step_ns=0, start_ns=0, unix_seconds=0),\n"
        "    Access(Space.PIO, 0x64, 1, 0xd2),\n"
        "    Move(order=0, again=False),\n"
        "    Access(Space.PIO, 0x60, 1, 0x7),\n"
        ")"
    ), caught.value
