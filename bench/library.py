# SPDX-License-Identifier: Apache-2.0
"""liblightexit: ns per access against the same device hard-coded in C, and against Python's bus.

A counter that is read, by CLOCK_MONOTONIC on every side, and a register that is written. First in
loops of C alone, then around KVM_RUN. Variants run in turns, forwards and backwards; medians count,
of times and of the ratios within a turn. The hard-coded device is there twice: their ratio is the
noise. Goals: at most 3 ns more than hard-coded, at most 1.05 with KVM_RUN around.
"""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from bench import kvm_exits
from bench._kvm import kvm_name, no_kvm
from bench._linked import with_library
from bench._ratio import Ratio
from bench._rivals import (
    ACCESSES,
    KINDS,
    ROUNDS,
    STEP,
    addresses_of,
    base_of,
    compare_guests,
    filters,
    register,
    report_guests,
    timed,
)
from bench._turns import in_turns
from bench.kvm_exits import LAST, PORT, Kind, Variant, machine
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.native import dispatch
from lightexit.engine.native import NativeEngine
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vm import KvmVm

THREAD_REPEATS, RANGES = 200, 10_000
MOST_NS, MOST_AROUND_RUN = 3.0, 1.05


@contextmanager
def compiled() -> Iterator[Any]:
    """The library and the loops; None where there is no gcc."""
    if shutil.which("gcc") is None:
        yield None
        return
    with with_library(Path(__file__).with_suffix(".c")) as code:
        code.make_bus.restype = ctypes.c_void_p
        code.loop_threads.restype = ctypes.c_uint64
        yield code


class LibraryBus:
    """Pairs of registers on liblightexit's bus, and two vCPUs."""

    def __init__(self, code: Any, space: Space, pairs: int = 1, tsc_khz: int = 0) -> None:
        self.filters, base = filters(), base_of(space)
        addresses = [ctypes.c_void_p(each.address) for each in self.filters]
        u64 = ctypes.c_uint64
        self.handle = ctypes.c_void_p(
            code.make_bus(*addresses, space, u64(base), u64(STEP), u64(pairs), tsc_khz)
        )
        self.vcpus = (ctypes.c_void_p * 2)()
        for index in range(2):
            made = ctypes.c_void_p()
            code.lightexit_vcpu_create(self.handle, index, ctypes.byref(made))
            self.vcpus[index] = made.value


def python_loop(code: Any) -> tuple[Callable[[], object], object]:
    """Python's own dispatch on the same device, called by a loop in C; and what it needs."""
    clock = HostClock()
    bus = Bus(clock, NativeEngine())
    bus.attach(kvm_exits.Counter(clock))
    function = ctypes.c_void_p(dispatch().address("port_in"))
    vcpu, where = ctypes.c_void_p(bus.cpus[0].address), addresses_of([PORT])
    count = ctypes.c_uint64(ACCESSES)
    return (lambda: code.loop_python(function, vcpu, where, count)), bus


def loops(code: Any, space: Space, is_write: bool) -> list[tuple[str, Callable[[], float]]]:
    """What is compared without a guest; the hard-coded device comes first."""
    one, many = LibraryBus(code, space), LibraryBus(code, space, _pairs(space))
    base = register(space, is_write)
    here, chosen = addresses_of([base]), Random(1).sample(range(_pairs(space)), 8)
    spread = addresses_of([base + STEP * each for each in chosen])
    count = ctypes.c_uint64(ACCESSES)

    def hard() -> None:
        code.loop_hard_coded(here, count, is_write)

    def locked() -> None:
        code.loop_locked(here, count, is_write)

    def library(bus: LibraryBus, where: Any) -> None:
        code.loop_library(ctypes.c_void_p(bus.vcpus[0]), space, where, count, is_write)

    return [
        ("hard-coded in C", partial(timed, hard)),
        ("its twin", partial(timed, hard)),
        ("hard-coded, under a mutex", partial(timed, locked)),
        ("lightexit_access", partial(timed, partial(library, one, here))),
        (
            f"{2 * _pairs(space):,} regions, one register",
            partial(timed, partial(library, many, here)),
        ),
        (
            f"{2 * _pairs(space):,} regions, 8 in turn",
            partial(timed, partial(library, many, spread)),
        ),
    ]


def _pairs(space: Space) -> int:
    """As many as the space has room for, at most 10,000 regions."""
    return RANGES // 2 if space is Space.MMIO else (0x10000 - PORT) // STEP


def compare(code: Any, space: Space, is_write: bool) -> list[tuple[str, float, float, float]]:
    """Name, median ns, ns more than hard-coded, and the ratio to it."""
    rivals = loops(code, space, is_write)
    rounds = in_turns(ROUNDS, [ns for _, ns in rivals])
    return [
        (
            name,
            median(turn[index] for turn in rounds),
            median(turn[index] - turn[0] for turn in rounds),
            median(turn[index] / turn[0] for turn in rounds),
        )
        for index, (name, _) in enumerate(rivals)
    ]


def of_python(code: Any) -> float:
    """lightexit_access / Python's own dispatch: the same filter, port and source of time."""
    clock = HostClock().memory.state
    tsc_khz = 0 if clock.gettime else 10**6 * (1 << 32) // clock.rate
    bus, (python, _kept) = LibraryBus(code, Space.PIO, tsc_khz=tsc_khz), python_loop(code)
    here, count = addresses_of([PORT]), ctypes.c_uint64(ACCESSES)

    def library() -> None:
        code.loop_library(ctypes.c_void_p(bus.vcpus[0]), Space.PIO, here, count, False)

    rounds = in_turns(ROUNDS, [partial(timed, library), partial(timed, python)])
    return median(mine / other for mine, other in rounds)


def of_threads(code: Any) -> float:
    """Accesses a second by two vCPUs / by one."""
    bus, here = LibraryBus(code, Space.PIO), addresses_of([PORT])
    sizes = ctypes.c_uint64(ACCESSES), ctypes.c_uint64(THREAD_REPEATS)
    times = [
        partial(lambda threads: float(code.loop_threads(bus.vcpus, threads, here, *sizes)), threads)
        for threads in (1, 2)
    ]
    return median(2 * one / two for one, two in in_turns(11, times))


def guests(code: Any, kind: Kind) -> list[Variant]:
    """The same device in a loop around KVM_RUN, hard-coded and by the library."""

    def variant(name: str, run: Callable[[int, ctypes.c_void_p], object]) -> Variant:
        vm = KvmVm(Kvm())
        memory, vcpu = machine(vm), vm.add_vcpu()
        return Variant(name, vcpu, memory, lambda: run(vcpu.fd, ctypes.c_void_p(vcpu.address)))

    bus = LibraryBus(code, Space.PIO if kind.port else Space.MMIO)
    vcpu = ctypes.c_void_p(bus.vcpus[0])
    hard = partial(variant, run=lambda fd, shared: code.run_hard_coded(fd, shared, LAST))
    library = variant(
        "lightexit_access", lambda fd, shared: (code.run_library(fd, shared, vcpu, LAST), bus)
    )
    return [hard("hard-coded in C"), hard("its twin"), library]


def ratios() -> list[Ratio]:
    """For docs/: nothing without gcc."""
    with compiled() as code:
        return [] if code is None else list(_ratios(code))


def _ratios(code: Any) -> Iterator[Ratio]:
    for space, is_write in KINDS:
        group = f"liblightexit, {space.name} {'write' if is_write else 'read'}"
        for name, _, more, ratio in compare(code, space, is_write)[1:]:
            yield Ratio(group, f"{name} / hard-coded", ratio)
            if name == "lightexit_access":
                yield Ratio(group, "ns more than hard-coded", more, MOST_NS)
    yield Ratio("liblightexit", "lightexit_access / Python's bus, PIO read", of_python(code), 1.05)
    yield Ratio("liblightexit", "two threads / one", of_threads(code), 1.8, at_least=True)
    for kind in () if no_kvm() else kvm_exits.KINDS:
        for row in compare_guests(guests(code, kind), kind)[1:]:
            group = f"liblightexit, {kvm_name()}, {kind.name}"
            goal = MOST_AROUND_RUN if row.name == "lightexit_access" else None
            yield Ratio(group, f"{row.name} / hard-coded", row.ratio, goal)


def main() -> None:
    with compiled() as code:
        if code is None:
            print("gcc is not installed: nothing is measured")
            return
        for space, is_write in KINDS:
            print(f"{space.name} {'write' if is_write else 'read'}")
            for name, ns, more, ratio in compare(code, space, is_write):
                print(f"  {name:32}{ns:8.2f} ns{more:+8.2f} ns{ratio:8.2f}")
        print(f"lightexit_access / Python's bus, PIO read{of_python(code):8.2f}")
        print(f"two threads / one{of_threads(code):8.2f}")
        for kind in () if no_kvm() else kvm_exits.KINDS:
            report_guests(compare_guests(guests(code, kind), kind), kind)


if __name__ == "__main__":
    main()
