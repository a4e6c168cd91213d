# SPDX-License-Identifier: Apache-2.0
"""vCPUs on threads of their own. The GIL is free while a guest runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from lightexit.vm.exits import Cpu, Exit

C = TypeVar("C", bound=Cpu)


def run_together(cpus: Sequence[C], serve: Callable[[C, Exit], bool]) -> list[Exit]:
    """Run every vCPU on its own thread until all are through; the last exit of each.

    `serve(cpu, exit)` is called on the vCPU's thread and says whether it runs on. What one of
    them raises (and what interrupts the caller, as Ctrl-C does) stops the others and is raised.
    Where devices may come and go meanwhile, call it within `Bus.running`.
    """
    with ThreadPoolExecutor(len(cpus), thread_name_prefix="vcpu") as pool:
        futures = [pool.submit(_run, cpu, serve) for cpu in cpus]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
            _raise_first(futures)
        except BaseException:
            for cpu in cpus:
                cpu.request_stop()
            raise
        return [future.result() for future in futures]


def _run(cpu: C, serve: Callable[[C, Exit], bool]) -> Exit:
    while True:
        exit = cpu.run()
        if not serve(cpu, exit):
            return exit


def _raise_first(futures: Sequence[Future[Exit]]) -> None:
    for future in futures:
        if future.done() and future.exception() is not None:
            future.result()
