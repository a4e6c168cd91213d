# SPDX-License-Identifier: Apache-2.0
"""isa-debug-exit (0xF4): a guest ends its run, and says how it went.

No fast path: a guest writes here once. Reference: QEMU's device of that name. Kernel test
suites use it with port 0xF4 and four bytes; the exit status is odd, so that 0 stays free for
those who end a virtual machine otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Struct, u32

SIZE = 4


class DebugExitReg(IntEnum):
    """The only register; its other bytes do the same."""

    STATUS = 0


class DebugExitState(Struct):
    """The value written last."""

    value: u32


class DebugExit(Device[DebugExitState]):
    """Calls `ended` with the exit status for a written value; a process keeps 8 bits of it."""

    name = "debug_exit"
    registers = DebugExitReg
    regions = (pio(SIZE),)

    def __init__(self, clock: Clock, ended: Callable[[int], object]) -> None:
        super().__init__(clock)
        self._ended = ended

    def read(self, offset: int, size: int) -> int:
        """Always 0."""
        return 0

    def write(self, offset: int, value: int, size: int) -> None:
        """End the run."""
        self.state.value = value & 0xFFFF_FFFF
        self._ended(exit_status(self.state.value))


def exit_status(value: int) -> int:
    """What a written value means as an exit status."""
    return value << 1 | 1
