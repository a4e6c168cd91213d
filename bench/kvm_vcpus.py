# SPDX-License-Identifier: Apache-2.0
"""Two vCPUs against one: accesses per second, of a C loop and of ours with a filter.

Each vCPU reads one register in a loop. The variants run in turns, forwards and backwards. Goal: at
least 1.8 times the accesses on two cores. What others take of the cores is printed: only where that
is near 0 does the ratio tell of lightexit, else of them. The C loop is under the same load.
"""

from __future__ import annotations

import ctypes
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from bench._kvm import kvm_name
from bench._ratio import Ratio
from bench._turns import in_turns
from bench.kvm_exits import HZ, KINDS, LAST, Counter, c_loop, machine, prepare
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory

ROUNDS, ACCESSES = 11, 4000


class Board:
    """A virtual machine; each vCPU has a way to run it until it is through."""

    def __init__(self, memory: GuestMemory) -> None:
        self._memory = memory
        self._vcpus: list[tuple[KvmVcpu, Callable[[], object]]] = []

    def add(self, vcpu: KvmVcpu, run: Callable[[], object]) -> None:
        """One vCPU more."""
        self._vcpus.append((vcpu, run))

    def accesses_per_second(self, count: int) -> float:
        """Of the first `count` vCPUs together, each on a thread."""
        chosen = self._vcpus[:count]
        for vcpu, _ in chosen:
            prepare(vcpu, self._memory, KINDS[0], ACCESSES)
        threads = [threading.Thread(target=run) for _, run in chosen]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return ACCESSES * count / (time.perf_counter() - begin)


def ours() -> Board:
    """Native run loops and a filter. The guest halts at its end."""
    clock = HostClock()
    bus = Bus(clock, NativeEngine(), vcpus=2)
    vm = KvmVm(Kvm())
    memory = machine(vm)
    bus.attach(Counter(clock))
    board = Board(memory)
    for bus_cpu in bus.cpus:
        cpu = KvmCpu(vm, bus_cpu)
        board.add(cpu.vcpu, cpu.run)
    return board


def in_c(run_guest: Any) -> Board:
    """The C loop."""
    vm = KvmVm(Kvm())
    board = Board(machine(vm))
    for _ in range(2):
        vcpu, state = vm.add_vcpu(), (ctypes.c_uint64 * 4)(time.monotonic_ns(), HZ, 0, 0)
        arguments = vcpu.fd, ctypes.c_void_p(vcpu.address), state, LAST
        board.add(vcpu, lambda arguments=arguments: run_guest(*arguments))  # type: ignore[misc]
    return board


def taken_by_others() -> float:
    """Seconds of CPU since boot that went to other processes, or to the hypervisor's others."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
    ticks = user + nice + system + irq + softirq + steal
    return ticks / os.sysconf("SC_CLK_TCK") - time.process_time()


@dataclass(frozen=True)
class Row:
    """Accesses per second of one vCPU and of two, and the median of the ratios."""

    name: str
    one: float
    two: float
    ratio: float


def measure() -> tuple[list[Row], float]:
    """All variants, and how many cores others took. Raises HostError where KVM is missing."""
    boards = {"filter, native loop": ours()}
    with c_loop() as run_guest:
        if run_guest is not None:
            boards["C loop"] = in_c(run_guest)
        begun, others = time.monotonic(), taken_by_others()
        rounds = in_turns(
            ROUNDS,
            [partial(board.accesses_per_second, n) for board in boards.values() for n in (1, 2)],
        )
        passed, others = time.monotonic() - begun, taken_by_others() - others
    columns = list(zip(*rounds, strict=True))
    rows = []
    for index, name in enumerate(boards):
        one, two = columns[2 * index], columns[2 * index + 1]
        ratio = median(both / single for single, both in zip(one, two, strict=True))
        rows.append(Row(name, median(one), median(two), ratio))
    return rows, max(others, 0) / passed


def ratios() -> list[Ratio]:
    """For docs/."""
    try:
        rows, taken = measure()
    except HostError:
        return []
    group = f"{kvm_name()}, two vCPUs / one, others took {taken:.2f} cores"
    return [Ratio(group, row.name, row.ratio, 1.8, at_least=True) for row in rows]


def main() -> None:
    """Two lines, one where there is no gcc."""
    try:
        rows, taken = measure()
    except HostError as error:
        print(error)
        return
    print(f"{'':24}{'one vCPU, reads/s':>20}{'two':>12}{'ratio':>8}")
    for row in rows:
        print(f"{row.name:24}{row.one:20,.0f}{row.two:12,.0f}{row.ratio:8.2f}")
    print(f"({os.cpu_count()} cores, of which others took {taken:.2f})")


if __name__ == "__main__":
    main()
