# SPDX-License-Identifier: Apache-2.0
"""A kernel booted on a machine with a serial port and a debug exit."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.debug_exit import DebugExit
from lightexit.devices.uart import Uart
from lightexit.errors import HostError
from lightexit.vm import places
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted
from lightexit.vm.boot import Payload, Platform, load
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB, GuestMemory

BACK_ENDS = ("unicorn", "kvm")


@dataclass(frozen=True)
class Ending:
    """What a run printed, and its exit status."""

    output: str
    status: int | None


def boot(
    back_end: str,
    kernel: bytes,
    payload: Payload,
    platform: Platform | None = None,
    ram_bytes: int = 32 * MIB,
) -> Ending:
    """Run a kernel to its end, within 10 s. Skips where the back end is missing."""
    memory = GuestMemory(ram_bytes)
    state = load(kernel, memory, payload, platform)
    clock, serial = ManualClock(), Console()
    try:
        machine = Machine(find(back_end).build(Wanted(), memory, clock), serial)
    except HostError as error:
        pytest.skip(str(error))
    machine.cpu.start(state)
    seen: list[int] = []

    def ended(status: int) -> None:
        seen.append(status)
        machine.stop(RunEnd.REQUEST)

    machine.add(Uart(clock, Line(), serial.write), places.COM1)
    machine.add(DebugExit(clock, ended), places.DEBUG_EXIT)
    machine.run(RunLimits(seconds=10))
    return Ending(serial.text, seen[0] if seen else None)
