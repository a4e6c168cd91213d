# SPDX-License-Identifier: Apache-2.0
"""The law of resets: whatever a PC has been through, it is as new once it was reset.

Its devices save the same bytes as those of a PC that was made at that VM time, and answer what
comes next alike. What outlives a reset in a PC is left out: the clock and memory that a battery
keeps, and what others than its devices drive.
"""

from __future__ import annotations

from random import Random

import pytest

from laws.pc_side import Side
from laws.pc_steps import Config, Drive, Host, Step
from laws.pc_traffic import random_case
from laws.whole_pc import engine, happen
from lightexit.engine.api import Engine

BATTERY = "rtc"
#: So many lives, of which a test has a few.
SEEDS, TOGETHER = 40, 4


def is_inside(step: Step) -> bool:
    """Whether nothing outlives a reset of it."""
    return not isinstance(step, Drive) and not (
        isinstance(step, Host) and step.method == "set_modem"
    )


def saved(side: Side) -> dict[str, bytes]:
    return {name: each.save() for name, each in side.devices.items() if name != BATTERY}


def new(config: Config, old: Side, engine: Engine | None) -> Side:
    """A PC that begins now, with the battery of the old one."""
    made = Side(Config(config.irqchip, config.cpus, config.step_ns, old.now_ns()), engine)
    made.devices[BATTERY].restore(old.devices[BATTERY].save())
    return made


def life(seed: int, runner: type[Engine]) -> bool:
    """Used, reset, and used again; whether the first use has left anything to be reset."""
    config, steps = random_case(Random(seed))
    old, middle = Side(config, runner()), len(steps) // 2
    for step in filter(is_inside, steps[:middle]):
        happen(old, step)
    used = saved(old)
    old.machine._resets.power_on()
    fresh = new(config, old, runner())
    reset = saved(old)
    assert reset == saved(fresh), f"seed {seed}"
    old.look()
    for number, step in enumerate(steps[middle:]):
        there = f"seed {seed}, step {number} after the reset: {step}"
        assert happen(old, step) == happen(fresh, step), there
    assert saved(old) == saved(fresh), f"seed {seed}"
    return used != reset


@pytest.mark.parametrize("runner", [engine, lambda: None], ids=["filters", "models"])
@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_a_pc_that_was_reset_is_a_new_one(first: int, runner: type[Engine]) -> None:
    """By chance, a life may have touched nothing but the battery's part."""
    lives = [life(seed, runner) for seed in range(first, first + TOGETHER)]
    assert any(lives)
