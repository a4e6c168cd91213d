# SPDX-License-Identifier: Apache-2.0
"""vCPUs on threads of their own. The GIL is free while a guest runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from lightexit.errors import HostError
from lightexit.vm.cpu import Cpu
from lightexit.vm.exits import Exit

C = TypeVar("C", bound=Cpu)
T = TypeVar("T")


@contextlib.contextmanager
def on_threads(cpus: Sequence[C], run: Callable[[C], T]) -> Iterator[list[Future[T]]]:
    """Within, `run(cpu)` is called for every vCPU on its own thread; it ends when all are through.

    What is raised within (and what interrupts the caller, as Ctrl-C does) stops them all.
    Raises HostError where this process may not have so many threads.
    """
    turns = [_Turn(cpu, run) for cpu in cpus]
    with ThreadPoolExecutor(len(cpus), thread_name_prefix="vcpu") as pool:
        try:
            yield [_submit(pool, turn) for turn in turns]
        except BaseException:
            for cpu in cpus:
                cpu.request_stop()
            for turn in turns:
                turn.end()
            raise


def _submit(pool: ThreadPoolExecutor, turn: _Turn[C, T]) -> Future[T]:
    try:
        return pool.submit(turn.take)
    except RuntimeError as error:
        raise HostError(
            f"cannot start a thread for a vCPU: {error}",
            hint="fewer vCPUs, or a higher limit on threads: `ulimit -u`, or the container's",
        ) from error


class _Turn(Generic[C, T]):
    """A vCPU's run, which does not begin once it has been ended.

    A pool does not wait for a thread in whose start the caller was interrupted.
    """

    def __init__(self, cpu: C, run: Callable[[C], T]) -> None:
        self._cpu = cpu
        self._run = run
        self._is_over = False
        self._runs = threading.Lock()

    def take(self) -> T:
        """Run, to the end."""
        with self._runs:
            if self._is_over:
                raise CancelledError
            return self._run(self._cpu)

    def end(self) -> None:
        """Wait for the end."""
        with self._runs:
            self._is_over = True


def raise_failure(futures: Sequence[Future[T]]) -> None:
    """Raise what the first of them that has failed has raised."""
    for future in futures:
        if future.done():
            future.result()


def run_together(cpus: Sequence[C], serve: Callable[[C, Exit], bool]) -> list[Exit]:
    """Run every vCPU on its own thread until all are through; the last exit of each.

    `serve(cpu, exit)` is called on the vCPU's thread and says whether it runs on. What one of
    them raises stops the others and is raised. Where devices may come and go meanwhile, call it
    within `Bus.running`.
    """

    def run(cpu: C) -> Exit:
        while serve(cpu, exit := cpu.run()):
            pass
        return exit

    with on_threads(cpus, run) as futures:
        wait(futures, return_when=FIRST_EXCEPTION)
        raise_failure(futures)
    return [future.result() for future in futures]
