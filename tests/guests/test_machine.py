# SPDX-License-Identifier: Apache-2.0
"""A machine with our PIC and PIT: a guest that lives on their interrupts, on every back end."""

from __future__ import annotations

import contextlib

import pytest

from guests.build import guest
from guests.harness import BACK_ENDS, RAM, make_cpu
from guests.probe import Probe
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.line import Line
from lightexit.devices.pic import Pic
from lightexit.devices.pit import Pit
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm import places
from lightexit.vm.board import Board
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import GuestMemory

TICKS, TICK_S = 40, 2386 / 1_193_182


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_timer_interrupts(back_end: str) -> None:
    clock = HostClock()
    bus = Bus(clock, NativeEngine())
    memory = GuestMemory(RAM, guest("timer"))
    with contextlib.ExitStack() as stack:
        try:
            cpu = stack.enter_context(make_cpu(memory, bus, back_end))
        except HostError as error:
            pytest.skip(error.found)
        machine = Machine(Board(bus, clock, memory, [cpu]))
        pic, probe = Pic(clock, Line()), Probe(clock, lambda level: None)
        machine.connect(pic)
        for device in (pic, Pit(clock, machine.wire(pic.memory, pic.input(0))), probe):
            machine.add(device, places.PC.get(device.name))
        outcome = machine.run(RunLimits(seconds=20))
    assert outcome.reason is RunEnd.HALTED, (outcome, probe.log)
    assert [value for *_, value in probe.log] == list(range(1, TICKS + 1))
    assert outcome.seconds >= (TICKS - 1) * TICK_S
