# SPDX-License-Identifier: Apache-2.0
"""`Control`: what others than the run want done with its machine, while the guest stands still."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future

from lightexit.errors import LightexitError
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits

#: How often a paused run looks whether it is to end.
_LOOK_S = 0.1


class Control:
    """Runs a machine, and interrupts the run for what is asked for. `is_over` says that a paused
    run is to end."""

    def __init__(self, machine: Machine, is_over: Callable[[], bool]) -> None:
        self.machine = machine
        #: Whether the guest stands still until told otherwise.
        self.is_paused = False
        self._is_over = is_over
        self._asked: queue.SimpleQueue[tuple[Callable[[], str], Future[str]]] = queue.SimpleQueue()
        self._is_closed = False
        self._closing = threading.Lock()

    def ask(self, work: Callable[[], str]) -> str:
        """Have work done by the thread that runs the machine, between two of its slices.

        From another thread. Raises what the work does, and CancelledError once the run is over.
        """
        answer: Future[str] = Future()
        with self._closing:
            if self._is_closed:
                answer.cancel()
            else:
                self._asked.put((work, answer))
        self.machine.stop(RunEnd.PAUSE)
        return answer.result()

    def end(self) -> None:
        """End the run, as its user wants it; from any thread."""
        self.is_paused = False
        self.machine.stop(RunEnd.REQUEST, "by its user")

    def run(self, limits: RunLimits) -> Outcome:
        """As `Machine.run`: the limits are for the sum of what the guest runs."""
        outcome = self.machine.run(limits)
        while outcome.reason is RunEnd.PAUSE:
            self._serve()
            outcome = self.machine.run(limits.left(outcome)).after(outcome)
        return outcome

    def _serve(self) -> None:
        while True:
            try:
                work, answer = self._asked.get(self.is_paused, _LOOK_S)
            except queue.Empty:
                if not self.is_paused or self._is_over():
                    return
            else:
                _answer(work, answer)

    def close(self) -> None:
        """Nobody runs the machine any more: whoever waits for that is told."""
        with self._closing:
            self._is_closed = True
        while not self._asked.empty():
            self._asked.get()[1].cancel()


def _answer(work: Callable[[], str], answer: Future[str]) -> None:
    try:
        answer.set_result(work())
    except LightexitError as error:
        answer.set_exception(error)
    except BaseException:
        answer.cancel()
        raise
