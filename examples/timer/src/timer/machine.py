# SPDX-License-Identifier: Apache-2.0
"""A PC with both devices. A command line makes one device at a time; two that know each other are
put into a machine, which is offered by an entry point."""

from __future__ import annotations

from typing import Any

from lightexit import Machine, pc_machine

from timer.device import Timer
from timer.gate import Gate

TIMER, GATE, IRQ = 0x700, 0x704, 5


def pc_with_timer(*config: Any, **more: Any) -> Machine:
    """What `pc_machine` makes of the same arguments, and the two."""
    machine = pc_machine(*config, **more)
    timer = Timer(machine.clock, machine.irq(IRQ))
    machine.add(timer, at=TIMER)
    machine.add(Gate(machine.clock, timer), at=GATE)
    return machine
