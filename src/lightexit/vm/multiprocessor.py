# SPDX-License-Identifier: Apache-2.0
"""vCPUs with local APICs, each on a thread of its own; the machine's own thread keeps the time.

Their back end keeps the APICs: it delivers their interrupts, and HLT waits in it. Where the PIC is
a device, the first vCPU leaves the guest for its interrupts.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future

from lightexit.bus.doorbell import Bell
from lightexit.devices.pic import Pic
from lightexit.errors import InternalError
from lightexit.vm.board import Board
from lightexit.vm.budget import SharedBudget
from lightexit.vm.cpu import Cpu
from lightexit.vm.exits import Interruptible, Shutdown, Stopped, TripleFault
from lightexit.vm.intr import Intr
from lightexit.vm.outcome import End, RunEnd
from lightexit.vm.threads import on_threads, raise_failure


class Multiprocessor:
    """The vCPUs of a machine with APICs."""

    def __init__(self, board: Board, end: End) -> None:
        self.cpus = board.cpus
        self._bus = board.bus
        self._intr: Intr | None = None
        self._end = end
        self._budget = SharedBudget(board.bus.cpus, lambda: end(RunEnd.ACCESSES, ""))
        # Not an Event: a signal handler may set it while this same thread is about to wait.
        self._woken = Bell()
        self._runs: list[Future[None]] = []

    def connect(self, pic: Pic) -> None:
        """Have the first vCPU take the interrupts of `pic`, whose output is `intr`."""
        self._intr = Intr(self._bus, pic, self.cpus[0].set_interrupt)

    @property
    def accesses(self) -> int:
        """Accesses to devices of this run so far, of all vCPUs."""
        return self._budget.used

    def settle(self) -> None:
        """Nothing is on its way: the back end keeps the APICs."""

    @property
    def flags(self) -> list[bool]:
        """Nothing is kept here of vCPUs."""
        return []

    def restore(self, _flags: Sequence[bool]) -> None:
        """The vCPUs and the devices were restored."""
        if self._intr is not None:
            self.cpus[0].set_interrupt(self._intr.level)

    @contextlib.contextmanager
    def running(self, limit: int) -> Iterator[None]:
        """Within, all vCPUs run, for `limit` accesses to devices in all, or somewhat more."""
        self._budget.start(limit)
        for cpu in self.cpus:
            cpu.clear_stop()
        with on_threads(self.cpus, self._run) as self._runs:
            for run in self._runs:
                run.add_done_callback(lambda _: self._woken())
            yield
            self.stop()
        raise_failure(self._runs)

    def _run(self, cpu: Cpu) -> None:
        while isinstance(exit := cpu.run(), Interruptible):
            self._take_interrupt(cpu)
        if isinstance(exit, Shutdown):
            self._end(RunEnd.SHUTDOWN, exit.reason)
        elif isinstance(exit, TripleFault):
            self._end(RunEnd.FAULT, exit.reason)
        elif not isinstance(exit, Stopped):
            raise InternalError(f"one of several vCPUs came back for {exit}")

    def _take_interrupt(self, cpu: Cpu) -> None:
        if self._intr is not None and self._intr.level:
            cpu.interrupt(self._intr.acknowledge())

    def reset(self) -> None:
        """All to power-on, while none runs: the first begins, the others wait to be started."""
        for cpu in self.cpus:
            cpu.reset()

    def wake(self) -> None:
        """Have `turn` return soon; from any thread."""
        self._woken()

    #: `turn` runs no vCPU.
    hasten = wake

    def stop(self) -> None:
        """Have all vCPUs stop, for this run; from any thread."""
        for cpu in self.cpus:
            cpu.request_stop()
        self._woken()

    def forget(self) -> None:
        """Forget that `turn` was to return: what for is looked at next."""
        self._woken.wait(0)
        raise_failure(self._runs)

    def turn(self, due_ns: int) -> None:
        """Let the guest run, until `due_ns` of `time.monotonic_ns` at the latest."""
        self.wait(due_ns)

    def wait(self, due_ns: int) -> None:
        """Until woken, or that time of `time.monotonic_ns`."""
        self._woken.wait(max(due_ns - time.monotonic_ns(), 0) / 1e9)
