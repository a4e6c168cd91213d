# SPDX-License-Identifier: Apache-2.0
"""Small machines whose every run is the same: VM time is a step an access."""

from __future__ import annotations

from guests.build import guest
from lightexit.bus.clock import ManualClock
from lightexit.engine.native import NativeEngine
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

STEP_NS = 200_000


def moments(step_ns: int = STEP_NS, ram_bytes: int = 2 * MIB, *, filters: bool = True) -> Machine:
    """A PC on Unicorn with the guest that many.py runs."""
    config = PcConfig(guest("moments"), ram_bytes)
    engine = NativeEngine() if filters else None
    return pc_machine(config, ManualClock(step_ns=step_ns), engine, debug=Console())
