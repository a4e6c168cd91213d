# SPDX-License-Identifier: Apache-2.0
"""`Resets`: a machine's way to power-on, and what its guest begins with each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lightexit.devices.device import Device
from lightexit.vm.board import Board
from lightexit.vm.processors import Processors
from lightexit.vm.schedule import Schedule

if TYPE_CHECKING:
    from lightexit.vm.boot import StartState


class Resets:
    """Of a machine with these parts; while nothing runs."""

    def __init__(
        self,
        board: Board,
        devices: Sequence[Device[Any]],
        schedule: Schedule,
        processors: Processors,
    ) -> None:
        #: How many there were.
        self.count = 0
        self._board = board
        self._devices = devices
        self._schedule = schedule
        self._processors = processors
        self._load: Callable[[], StartState | None] = lambda: None

    def boot(self, load: Callable[[], StartState | None]) -> None:
        """What `Machine.boot` does."""
        self._load = load
        self._begin()

    def _begin(self) -> None:
        state = self._load()
        if state is not None:
            self._board.cpus[0].start(state)

    def power_on(self) -> None:
        """Reset all of the machine, and have the guest boot again."""
        self.count += 1
        self._board.memory.reset()
        self.reset(self._devices)
        self._begin()

    def reset(self, devices: Sequence[Device[Any]]) -> None:
        """These devices and the vCPUs; memory is kept."""
        # In the order in which they were made: what a wire does then, it does now.
        self._board.reset()
        for device in list(devices):
            self._schedule.reset(device)
        self._processors.reset()
