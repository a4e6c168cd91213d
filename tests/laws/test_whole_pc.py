# SPDX-License-Identifier: Apache-2.0
"""The law of the whole PC, and that it notices filters that are wrong.

`python -m laws.whole_pc --count N`, in tests/, takes as many sequences as one likes.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from laws.pc_coverage import Coverage
from laws.pc_drivers import DRIVERS
from laws.pc_mutants import MUTANTS, drops_a_bit
from laws.pc_steps import Config, Host, Late, Look, Step, Wait, inp, out
from laws.pc_traffic import random_case
from laws.whole_pc import DisagreementError, difference, hold, search
from lightexit.bus.bus import Bus
from lightexit.bus.model import Model
from lightexit.bus.region import Region
from lightexit.devices import rtc
from lightexit.filter import Filter, LoadedFilter

SEQUENCES = 30
#: The most sequences that a wrong filter may survive.
PATIENCE = 60


def test_filters_change_nothing() -> None:
    coverage = Coverage()
    search(0, SEQUENCES, coverage)
    assert coverage.missing() == []
    assert sum(coverage.handled.values()) > 50 * SEQUENCES
    assert sum(coverage.passed.values()) > 50 * SEQUENCES


def test_port_0x92_and_the_keyboard_controller_open_a20_each_by_itself() -> None:
    hold(Config(), out(0x92, 0x60), inp(0x60))


@pytest.mark.parametrize(("method", "arguments"), [("feed", (b"b",)), ("receive", (0x62, 0))])
def test_a_character_does_not_undo_a_time_out_that_is_over(
    method: str, arguments: tuple[Any, ...]
) -> None:
    first, then = Host("uart", "feed", (b"a",)), Host("uart", method, arguments)
    hold(Config(), out(0x3FA, 1), first, Wait(6_000_000), inp(0x3FD), then)


def put(monkeypatch: pytest.MonkeyPatch, wrong: Filter[Any], right: Filter[Any]) -> None:
    """Have buses load the one filter in the place of the other."""
    load = Bus._load

    def swapped(bus: Bus, model: Model, region: Region) -> LoadedFilter | None:
        chosen = replace(region, filter=wrong) if region.filter is right else region
        return load(bus, model, chosen)

    monkeypatch.setattr(Bus, "_load", swapped)


@pytest.mark.parametrize(
    ("wrong", "right", "device"), [pytest.param(*each, id=each[0].name) for each in MUTANTS]
)
def test_the_law_notices(
    monkeypatch: pytest.MonkeyPatch, wrong: Filter[Any], right: Filter[Any], device: str
) -> None:
    put(monkeypatch, wrong, right)
    drivers = [each for each in DRIVERS if each.__name__.startswith(device)]
    cases = (random_case(Random(number), drivers) for number in range(PATIENCE))
    assert any(difference(*case) for case in cases)


def test_a_failure_is_printed_as_code_reduced_to_a_minimum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(monkeypatch, drops_a_bit, rtc.access_cmos)
    noise: list[Step] = [inp(0x71), out(0x61, 1), Host("uart", "feed", (b"ab",)), Late(5), Look()]
    index = replace(out(0x70, 0x8A), vcpu=2, busy=False)
    with pytest.raises(DisagreementError) as caught:
        hold(Config(), *noise, inp(0x92), index, *noise)
    assert str(caught.value) == (
        "step 1, Look(): state of rtc: index: bytes [16] with filters 0a against 8a\n"
        "hold(\n"
        "    Config(Irqchip.OFF, cpus=1, step_ns=0, start_ns=0, unix_seconds=0),\n"
        "    Access(Space.PIO, 0x70, 1, 0x8a),\n"
        "    Look(),\n"
        ")"
    )
