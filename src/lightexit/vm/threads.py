# SPDX-License-Identifier: Apache-2.0
"""vCPUs on threads of their own. The GIL is free while a guest runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from lightexit.vm.exits import Cpu, Exit

C = TypeVar("C", bound=Cpu)
T = TypeVar("T")


@contextlib.contextmanager
def on_threads(cpus: Sequence[C], run: Callable[[C], T]) -> Iterator[list[Future[T]]]:
    """Within, `run(cpu)` is called for every vCPU on its own thread; it ends when all are through.

    What is raised within (and what interrupts the caller, as Ctrl-C does) stops them all.
    """
    with ThreadPoolExecutor(len(cpus), thread_name_prefix="vcpu") as pool:
        try:
            yield [pool.submit(run, cpu) for cpu in cpus]
        except BaseException:
            for cpu in cpus:
                cpu.request_stop()
            raise


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
