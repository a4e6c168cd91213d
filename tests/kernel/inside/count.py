# SPDX-License-Identifier: Apache-2.0
"""What a device access costs, L1 and guest together: instructions or ns, as the clock runs.

python -m kernel.inside.count    (in tests/, with the module loaded: ns)

kernel/figures.py runs it where the clock counts instructions. Every figure is the difference of
two runs that differ in their number of accesses, so that what a run costs besides them falls out;
the median of several.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.kvm_exits import KINDS, MEMORY, PORT, WRITE, Counter, Kind, Stop, guest, prepare
from kernel.inside.programs import READER, Cell, program
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.line import Line
from lightexit.devices.pit import Pit
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.native import NativeEngine
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.kvm.offload import KernelOffload
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.places import PIT

FEW, MANY, ROUNDS = 200, 1200, 5
#: Counter 1 in mode 2, LSB then MSB, count 0x10000: it interrupts nobody. Then reads of it.
PIT_READ = Kind("PIT read", bytes.fromhex("b074 e643 b000 e641 e641") + guest("ec"), 0x41)
RING = program("r2 = 1\n*(u32 *)(r1 + {doorbells}) = r2\nr0 = 1\nexit")
EXIT, FILTER, PASS = "exit to user space", "filter in the kernel", "PASS in the kernel"
NEVER = "PASS, known beforehand"
RINGS, IOEVENTFD, KVM_PIT = "filter that rings", "ioeventfd", "KVM's own PIT"


class Variant:
    """A virtual machine whose bus answers with native filters, unless the kernel does."""

    def __init__(self, *, has_irqchip: bool = False, is_offloaded: bool = False) -> None:
        self.vm, self.clock = KvmVm(Kvm()), HostClock()
        self.interrupts = Interrupts(self.vm) if has_irqchip else None
        offload = KernelOffload(self.clock, self.vm.fd) if is_offloaded else None
        self.bus = Bus(self.clock, NativeEngine(), offload=offload)
        self.memory = GuestMemory(2 * MIB)
        self.vm.add(self.memory)
        stop = Stop(self.clock)
        self.bus.attach(stop)
        self.cpu: KvmCpu | None = None
        stop.stop = lambda: self.the_cpu.request_stop()
        self.kept: list[object] = []

    @property
    def the_cpu(self) -> KvmCpu:
        """Made when it is first asked for: after what must be there before vCPUs."""
        self.cpu = self.cpu or KvmCpu(self.vm, self.bus.cpus[0])
        return self.cpu

    def run(self, kind: Kind, accesses: int) -> int:
        """What the clock counts in a run."""
        cpu = self.the_cpu
        prepare(cpu.vcpu, self.memory, kind, accesses)
        cpu.clear_stop()
        begin = time.monotonic_ns()
        cpu.run()
        counted = time.monotonic_ns() - begin
        self.bus.raise_failure()
        return counted

    def count(self, kind: Kind) -> float:
        """The same per access, the guest's own two or three instructions among them."""
        self.run(kind, MANY)
        differences = [self.run(kind, MANY) - self.run(kind, FEW) for _ in range(ROUNDS)]
        return median(differences) / (MANY - FEW)

    def exits(self, kind: Kind) -> float:
        """Exits to user space per access: 1, or 0 where the kernel answers."""
        entries = [self.the_cpu.loop.entries]
        for accesses in (FEW, MANY):
            self.run(kind, accesses)
            entries.append(self.the_cpu.loop.entries)
        before, few, many = entries
        return (many - few - (few - before)) / (MANY - FEW)


def window(vm: KvmVm, kind: Kind) -> AttachRange:
    """The register that a guest of that kind accesses."""
    if kind.memory:
        return AttachRange(vm.fd, Space.MMIO, kind.memory, 4)
    return AttachRange(vm.fd, Space.PIO, kind.port, 4)


def plain(kind: Kind) -> Variant:
    """Every access is an exit, which a native filter answers."""
    made = Variant()
    made.bus.attach(Counter(made.clock))
    return made


def filtered(kind: Kind) -> Variant:
    """The same filter inside KVM."""
    made = Variant(is_offloaded=True)
    made.bus.attach(Counter(made.clock))
    return made


def passed(kind: Kind) -> Variant:
    """A filter inside KVM that looks at its state and passes; then as `plain`."""
    made = plain(kind)
    cell = KernelEngine().memory(Cell)
    cell.state.is_off = 1
    answer = AttachedProgram(KernelEngine().load(READER), [cell])
    made.kept += [cell, KernelModule().attach(window(made.vm, kind), answer)]
    return made


def never(kind: Kind) -> Variant:
    """A filter inside KVM that is known to answer neither reads nor writes; then as `plain`."""
    made = plain(kind)
    answer = AttachedProgram(KernelEngine().load(RING), answers_reads=False, answers_writes=False)
    made.kept.append(KernelModule().attach(window(made.vm, kind), answer))
    return made


def rings(kind: Kind) -> Variant:
    """A filter inside KVM that signals an eventfd, and does nothing else."""
    made = Variant()
    answer = AttachedProgram(KernelEngine().load(RING), doorbells={0: os.eventfd(0)})
    made.kept.append(KernelModule().attach(window(made.vm, kind), answer))
    return made


def ioeventfd(kind: Kind) -> Variant:
    """KVM's own doorbell."""
    made = Variant()
    space, address = (Space.MMIO, MEMORY) if kind.memory else (Space.PIO, PORT)
    Doorbell(space, address + WRITE, 4).tie(made.vm, os.eventfd(0))
    return made


def kvm_pit(kind: Kind) -> Variant:
    """KVM's own PIT."""
    made = Variant(has_irqchip=True)
    assert made.interrupts
    made.interrupts.add_timer()
    return made


def pit(*, is_offloaded: bool) -> Variant:
    """The library's PIT, its filter in user space or inside KVM, beside KVM's own irqchip."""
    made = Variant(has_irqchip=True, is_offloaded=is_offloaded)
    made.bus.attach(Pit(made.clock, Line()), at=PIT)
    return made


@dataclass(frozen=True)
class Row:
    """A way to answer."""

    name: str
    make: Callable[[Kind], Variant]


READS = [Row(EXIT, plain), Row(FILTER, filtered), Row(PASS, passed), Row(NEVER, never)]
WRITES = [*READS, Row(RINGS, rings), Row(IOEVENTFD, ioeventfd)]
PITS = [
    Row(EXIT, lambda kind: pit(is_offloaded=False)),
    Row(FILTER, lambda kind: pit(is_offloaded=True)),
    Row(KVM_PIT, kvm_pit),
]
#: Numerator, denominator, goal.
GOALS = ((PASS, EXIT, 1.05), (NEVER, EXIT, 1.05), (RINGS, IOEVENTFD, 1.05), (FILTER, KVM_PIT, 1.1))


def table(kind: Kind, rows: list[Row], unit: str) -> None:
    """Print a kind's counts, two series of them, and their ratios."""
    variants = [(row.name, row.make(kind)) for row in rows]
    first, second = ({name: made.count(kind) for name, made in variants} for _ in range(2))
    print(
        f"{kind.name:24}{unit:>14}{'again':>10}{'exit / this':>13}{'exits':>7}",
        flush=True,
    )
    for name, made in variants:
        times_fewer = first[EXIT] / first[name]
        counts = f"{first[name]:14.1f}{second[name]:10.1f}{times_fewer:13.3f}"
        print(f"  {name:22}{counts}{made.exits(kind):7.2f}")
    for one, other, goal in GOALS:
        if one in first and other in first:
            ratios = first[one] / first[other], second[one] / second[other]
            word = "met" if max(ratios) <= goal else "missed"
            shown = f"{ratios[0]:.3f}, again {ratios[1]:.3f}"
            print(f"  {one} / {other}: {shown} (goal {goal}: {word})", flush=True)


TABLES = [(kind, WRITES if "write" in kind.name else READS) for kind in KINDS] + [(PIT_READ, PITS)]


def tables(unit: str) -> None:
    """All of them."""
    for kind, rows in TABLES:
        table(kind, rows, unit)


def only(kind_name: str, row_name: str) -> None:
    """A run of one row of one table, for a look at its instructions."""
    for kind, rows in TABLES:
        for row in rows:
            if (kind.name, row.name) == (kind_name, row_name):
                row.make(kind).run(kind, MANY)


def main() -> None:
    """Count, not in the main thread: there a heartbeat interrupts the guest, for signals' sake."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--unit", default="ns", help="what the clock counts")
    parser.add_argument("--only", nargs=2, metavar=("KIND", "ROW"), help="run this, print nothing")
    asked = parser.parse_args()
    thread = threading.Thread(
        target=only if asked.only else tables, args=asked.only or [asked.unit]
    )
    thread.start()
    thread.join()


if __name__ == "__main__":
    main()
