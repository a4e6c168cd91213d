# SPDX-License-Identifier: Apache-2.0
"""What probes cost the VM that is watched: ns per access more, and percent of its CPU's time.

A guest reads a register, so many times a second or as often as it can: one that a C loop answers in
user space (two events an access) and KVM's own PIT (one event). Without probes, with probes that
look at every event, with the usual ceiling, and with events recorded one by one, in turns; CPU time
of the vCPU's thread counts, and of each way its least, as others on the host only ever add to it.
The kernel's own statistics of the programs' time follow, and what reading the counts takes. Goal:
what the ceiling says.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench._kvm import kvm_name, no_kvm
from bench._ratio import Ratio
from bench._turns import in_turns
from bench.kvm_exits import KINDS, PIT_READ, Kind, Variant, add_timer, c_loop, in_c
from lightexit.engine.kernel.tracepoints import runs
from lightexit.errors import HostError
from lightexit.trace.probes import CEILING, EventProbes, Probes, open_events, open_probes

RATES = (1_000, 10_000, 100_000, 1_000_000)
ROUNDS = 6
SETTLE_S, MEASURE_S, PIECE_S = 0.6, 0.6, 0.005
_STATISTICS = Path("/proc/sys/kernel/bpf_stats_enabled")

Opening = Callable[[], Probes | EventProbes | None]


@dataclass(frozen=True)
class Load:
    """Accesses of a guest: `rate` is how many a second are asked for."""

    variant: Variant
    kind: Kind
    rate: int

    def run(self, seconds: float) -> tuple[int, int]:
        """Accesses made, and ns of this thread's time that they took."""
        piece = max(1, round(self.rate * PIECE_S))
        begin, made, spent = time.monotonic(), 0, 0.0
        while time.monotonic() < begin + seconds:
            spent += piece * self.variant.ns(self.kind, piece)
            made += piece
            time.sleep(max(0.0, begin + made / self.rate - time.monotonic()))
        return made, round(spent)


def ways() -> dict[str, Opening]:
    """How a VM may be watched; not at all comes first."""
    own = [os.getpid()]
    return {
        "none": lambda: None,
        "every event": partial(open_probes, own, 0),
        f"ceiling {CEILING:g} %": partial(open_probes, own),
        "recorded": partial(open_events, own),
    }


def ns_each(load: Load, opening: Opening) -> float:
    """ns of an access, once the probes have settled."""
    probes = opening()
    try:
        load.run(SETTLE_S if probes else 0.05)
        made, spent = load.run(MEASURE_S)
    finally:
        if probes:
            probes.close()
    return spent / made


@dataclass(frozen=True)
class Cost:
    """Of a load: ns of an access without probes, accesses a second that came about, and ns more by
    way of watching."""

    name: str
    rate: float
    plain_ns: float
    more_ns: dict[str, float]

    def percent(self, way: str) -> float:
        """Of the CPU's time."""
        return self.more_ns[way] * self.rate / 1e7


def cost(load: Load, name: str) -> Cost:
    """Measure one load in all ways."""
    opened = ways()
    times = in_turns(ROUNDS, [partial(ns_each, load, each) for each in opened.values()])
    least = dict(zip(opened, map(min, zip(*times, strict=True)), strict=True))
    plain = least.pop("none")
    made, _ = load.run(MEASURE_S)
    more = {way: ns - plain for way, ns in least.items()}
    return Cost(name, made / MEASURE_S, plain, more)


@contextmanager
def loads() -> Iterator[list[tuple[str, Load]]]:
    """Both registers at all rates; none without gcc."""
    with c_loop() as run_guest:
        if run_guest is None:
            yield []
            return
        user, kvm = in_c("C loop", run_guest), in_c("PIT", run_guest, add_timer)
        yield [
            (name, Load(variant, kind, rate))
            for name, variant, kind in (("user space", user, KINDS[0]), ("KVM", kvm, PIT_READ))
            for rate in RATES
        ]


def costs() -> list[Cost]:
    """All of them."""
    with loads() as every:
        return [cost(load, name) for name, load in every]


@contextmanager
def statistics() -> Iterator[None]:
    """Have the kernel count what programs take: that takes some time itself."""
    before = _STATISTICS.read_text()
    _STATISTICS.write_text("1")
    try:
        yield
    finally:
        _STATISTICS.write_text(before)


def program_times() -> Iterator[str]:
    """ns of a run of each program, by the kernel's own statistics."""
    with loads() as every, statistics():
        for name, load in every[len(RATES) - 1 :: len(RATES)]:
            for ceiling in (0.0, 0.01):
                probes = open_probes([os.getpid()], ceiling)
                load.run(SETTLE_S)
                programs = probes._attached.programs
                before = {each: runs(program) for each, program in programs.items()}
                load.run(MEASURE_S)
                for each, old in before.items():
                    new = runs(programs[each])
                    if (count := new.number - old.number) > 1000:
                        way = "1 in 64" if ceiling else "every"
                        ns = (new.time_ns - old.time_ns) / count
                        yield f"  {name:12}{each:20}{way:10}{ns:8.0f} ns"
                probes.close()


def reading_time() -> float:
    """us of `Probes.read` with the host's VMs as they are."""
    probes = open_probes()
    probes.read()
    begin = time.thread_time_ns()
    for _ in range(50):
        probes.read()
    probes.close()
    return (time.thread_time_ns() - begin) / 50_000


def ratios() -> list[Ratio]:
    """Nothing for docs/benchmarks.md: the figures are percent, and in docs/top.md."""
    return []


def main() -> None:
    """Print all tables."""
    if reason := no_kvm():
        print(reason)
        return
    try:
        open_probes([os.getpid()]).close()
    except HostError as error:
        print(error)
        return
    watched = [way for way in ways() if way != "none"]
    print(f"{kvm_name()}: ns per access more, and percent of the vCPU's CPU")
    print(f"{'answered by':12}{'accesses/s':>12}{'plain ns':>10}", end="")
    print("".join(f"{way:>20}" for way in watched))
    for each in costs():
        print(f"{each.name:12}{each.rate:12,.0f}{each.plain_ns:10,.0f}", end="")
        print("".join(f"{each.more_ns[way]:10.0f} {each.percent(way):7.2f} %" for way in watched))
    print("runs of the programs, by the kernel's statistics (which take time, too):")
    print("\n".join(program_times()))
    print(f"reading the counts: {reading_time():.0f} us")


if __name__ == "__main__":
    main()
