# SPDX-License-Identifier: Apache-2.0
"""us per device access of a KVM guest: C loop, filter, Python model, Python loop, in-kernel.

A guest accesses one register in a loop. The variants run in turns, forwards and backwards; medians
count, of times and of the ratios within a turn. The C loop is there twice: their ratio is the
noise. Goals: the filter at most 1.05 times the C loop, the Python model at most 1.1 times the
minimal Python loop.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench._kvm import kvm_name, no_kvm
from bench._ratio import Ratio
from bench._turns import in_turns
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import Clock, HostClock
from lightexit.bus.doorbell import EventFd
from lightexit.bus.region import Region, mmio, pio
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine
from lightexit.filter import IoContext, Struct, Verdict, io_filter, muldiv64, u32, u64
from lightexit.vm.boot.kvm import set_start
from lightexit.vm.boot.state import CODE_32, DATA, StartState
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import MIB, GuestMemory

ROUNDS, ACCESSES = 16, 2000
PORT, MEMORY, PIT, LAST = 0x500, 0xD000_0000, 0x40, 0xF4
READ, WRITE = 0, 4
CODE = 0x1000
HZ, SECOND_NS = 3_579_545, 10**9


class CounterState(Struct):
    """A free-running counter, and what was written beside it."""

    started_ns: u64
    hz: u64 = HZ
    written: u64
    writes: u64


@io_filter
def read_counter(ctx: IoContext, counter: CounterState) -> Verdict:
    """Ticks since the start."""
    if ctx.is_write or ctx.size != 4:
        return Verdict.PASS
    ctx.data = u32(muldiv64(u64(ctx.now_ns - counter.started_ns), counter.hz, SECOND_NS))
    return Verdict.HANDLED


@io_filter
def write_register(ctx: IoContext, counter: CounterState) -> Verdict:
    """Keep what was written and count the writes."""
    if not ctx.is_write or ctx.size != 4:
        return Verdict.PASS
    counter.written = ctx.data
    counter.writes = u64(counter.writes + 1)
    return Verdict.HANDLED


class Counter(Device[CounterState]):
    """The device, with or without filters."""

    name = "counter"
    regions: tuple[Region, ...] = (
        pio(4, filter=read_counter).at(PORT),
        pio(4, offset=WRITE, filter=write_register).at(PORT + WRITE),
        mmio(4, filter=read_counter).at(MEMORY),
        mmio(4, offset=WRITE, filter=write_register).at(MEMORY + WRITE),
    )

    def read(self, offset: int, size: int) -> int:
        """Ticks since the start."""
        return u32(muldiv64(self.clock.now_ns() - self.state.started_ns, HZ, SECOND_NS))

    def write(self, offset: int, value: int, size: int) -> None:
        """Keep what was written and count the writes."""
        self.state.written = value
        self.state.writes += 1


@io_filter
def ring(ctx: IoContext, counter: CounterState) -> Verdict:
    """Clear the register beside the counter, then ring."""
    if not ctx.is_write:
        return Verdict.PASS
    counter.written = 0
    ctx.signal(0)
    return Verdict.HANDLED


class Bell(Counter):
    """A doorbell that clears its flag, which an ioeventfd cannot."""

    regions = (
        pio(4, offset=WRITE, filter=ring).at(PORT + WRITE),
        mmio(4, offset=WRITE, filter=ring).at(MEMORY + WRITE),
    )

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.doorbells = (EventFd(),)


class PythonBell(Bell):
    """The same with a doorbell that Python rings."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        eventfd = EventFd()
        self.doorbells = (lambda: eventfd(),)


class Stop(Device[CounterState]):
    """A write ends the run."""

    name = "stop"
    regions = (pio(1).at(LAST),)
    stop: Callable[[], None]

    def write(self, offset: int, value: int, size: int) -> None:
        """End the run."""
        self.stop()


def guest(access: str) -> bytes:
    """ecx times the access, then a write that ends the run."""
    body = bytes.fromhex(access)
    back = 256 - (len(body) + 3)
    return body + b"\x49\x75" + bytes([back]) + bytes.fromhex("e6 f4 f4")


@dataclass(frozen=True)
class Kind:
    """A way to access a register: edx or ebx hold its address."""

    name: str
    code: bytes
    port: int
    memory: int = 0


KINDS = (
    Kind("PIO read", guest("ed"), PORT),
    Kind("PIO write", guest("ef"), PORT + WRITE),
    Kind("MMIO read", guest("8b 03"), 0, MEMORY),
    Kind("MMIO write", guest("89 03"), 0, MEMORY + WRITE),
)
PIT_READ = Kind("PIO read", guest("ec"), PIT)
PIT_WRITE = Kind("PIO write", guest("ee"), PIT)


def prepare(vcpu: KvmVcpu, memory: GuestMemory, kind: Kind, accesses: int) -> None:
    """Flat 32-bit code that will make that many accesses."""
    memory.ram[CODE : CODE + len(kind.code)] = kind.code
    set_start(vcpu, StartState(CODE, CODE_32, DATA))
    registers = vcpu.registers
    registers.rcx, registers.rdx, registers.rbx = accesses, kind.port, kind.memory
    vcpu.registers = registers


@dataclass
class Variant:
    """A virtual machine with a way to run it."""

    name: str
    vcpu: KvmVcpu
    memory: GuestMemory
    run: Callable[[], object]

    def ns(self, kind: Kind, accesses: int = ACCESSES) -> float:
        """ns of this thread's time per access: what others do on the machine counts less."""
        prepare(self.vcpu, self.memory, kind, accesses)
        begin = time.thread_time_ns()
        self.run()
        return (time.thread_time_ns() - begin) / accesses


def machine(vm: KvmVm) -> GuestMemory:
    """Memory for a virtual machine."""
    memory = GuestMemory(2 * MIB)
    vm.add(memory)
    return memory


def ours(
    name: str, engine: NativeEngine | None, make: Callable[[Clock], Counter] = Counter
) -> Variant:
    """The native run loop; models answer where there is no engine."""
    vm, clock = KvmVm(Kvm()), HostClock()
    bus = Bus(clock, engine)
    memory = machine(vm)
    bus.attach(make(clock))
    stop = Stop(clock)
    bus.attach(stop)
    cpu = KvmCpu(vm, bus.cpus[0])
    stop.stop = cpu.request_stop

    def run() -> None:
        cpu.clear_stop()
        cpu.run()
        bus.raise_failure()

    return Variant(name, cpu.vcpu, memory, run)


@contextmanager
def c_loop() -> Iterator[Any]:
    """The C loop, compiled; None where there is no gcc."""
    if shutil.which("gcc") is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "loop.so"
        source = Path(__file__).with_suffix(".c")
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run(command, check=True)
        yield ctypes.CDLL(str(library)).run_guest


def in_c(name: str, run_guest: Any, wire: Callable[[KvmVm], None] = lambda vm: None) -> Variant:
    """The C loop; `wire` gives the machine what the kernel itself answers with."""
    vm = KvmVm(Kvm())
    wire(vm)
    memory, vcpu = machine(vm), vm.add_vcpu()
    state = (ctypes.c_uint64 * 4)(time.monotonic_ns(), HZ, 0, 0)

    def run() -> None:
        run_guest(vcpu.fd, ctypes.c_void_p(vcpu.address), state, LAST)

    return Variant(name, vcpu, memory, run)


def in_python() -> Variant:
    """As small a loop as Python allows: fcntl.ioctl, one mapping, struct."""
    import fcntl

    kvm = Kvm()
    vm = KvmVm(kvm)
    memory, vcpu = machine(vm), vm.add_vcpu()
    area = mmap.mmap(vcpu.fd, kvm.run_size)
    io, value = struct.Struct("<BBHIQ"), struct.Struct("<I")
    started, number, written = time.monotonic_ns(), ioctl.RUN.number, [0, 0]

    def answer() -> int:
        ns = time.monotonic_ns() - started
        return ns * HZ // SECOND_NS & 0xFFFF_FFFF

    def run() -> None:
        while True:
            fcntl.ioctl(vcpu.fd, number, 0)
            reason = area[8]
            if reason == 2:
                is_write, _, port, _, offset = io.unpack_from(area, 32)
                if port == LAST:
                    return
            elif reason == 6:
                is_write, offset = area[52], 40
            else:
                return
            if is_write:
                written[0] = value.unpack_from(area, offset)[0]
                written[1] += 1
            else:
                value.pack_into(area, offset, answer())

    return Variant("minimal Python loop", vcpu, memory, run)


def add_timer(vm: KvmVm) -> None:
    """KVM's own PIT."""
    Interrupts(vm).add_timer()


def add_doorbells(vm: KvmVm) -> None:
    """An eventfd on the registers that are written, which KVM keeps open."""
    eventfd = os.eventfd(0, os.EFD_CLOEXEC)
    Doorbell(Space.PIO, PORT + WRITE, 4).tie(vm, eventfd)
    Doorbell(Space.MMIO, MEMORY + WRITE, 4).tie(vm, eventfd)
    os.close(eventfd)


def variants(run_guest: Any, kind: Kind) -> list[tuple[Variant, Kind]]:
    """What is compared for one kind of access, and with which guest; the limit comes first."""
    chosen = [
        (ours("filter, native loop", NativeEngine()), kind),
        (ours("PASS to the Python model", None), kind),
        (in_python(), kind),
    ]
    if run_guest is None:
        return chosen
    chosen.insert(0, (in_c("C loop", run_guest), kind))
    chosen.append((in_c("its twin", run_guest), kind))
    if kind.port:
        pit = PIT_WRITE if "write" in kind.name else PIT_READ
        chosen.append((in_c("KVM's own PIT", run_guest, add_timer), pit))
    if "write" in kind.name:
        chosen.append((ours("filter, rings an eventfd", NativeEngine(), Bell), kind))
        chosen.append((ours("filter, rings by Python", NativeEngine(), PythonBell), kind))
        chosen.append((in_c("KVM's ioeventfd", run_guest, add_doorbells), kind))
    return chosen


@dataclass(frozen=True)
class Row:
    """us per access; the ratios to the first variant and to the minimal Python loop."""

    name: str
    us: float
    of_first: float
    of_python: float


def compare(run_guest: Any, kind: Kind) -> list[Row]:
    """All variants of one kind of access."""
    compared = variants(run_guest, kind)
    for variant, guest_kind in compared:
        variant.ns(guest_kind)
    rounds = in_turns(ROUNDS, [partial(variant.ns, kind) for variant, kind in compared])
    times = list(zip(*rounds, strict=True))
    python = next(i for i, (variant, _) in enumerate(compared) if "minimal" in variant.name)
    return [
        Row(
            variant.name,
            median(times[index]) / 1000,
            ratio(times[index], times[0]),
            ratio(times[index], times[python]),
        )
        for index, (variant, _) in enumerate(compared)
    ]


def report(kind: Kind, rows: list[Row]) -> None:
    """One table."""
    print(kvm_name())
    print(f"{kind.name:28}{'us':>9}{'of ' + rows[0].name:>24}{'of Python loop':>16}")
    for row in rows:
        print(f"  {row.name:26}{row.us:9.2f}{row.of_first:24.3f}{row.of_python:16.3f}")


def ratio(times: tuple[float, ...], others: tuple[float, ...]) -> float:
    """The median of the ratios within a turn."""
    return median(mine / other for mine, other in zip(times, others, strict=True))


def ratios() -> list[Ratio]:
    """For docs/: nothing without KVM or gcc."""
    if no_kvm():
        return []
    with c_loop() as run_guest:
        if run_guest is None:
            return []
        return [each for kind in KINDS for each in named(kind, compare(run_guest, kind))]


def named(kind: Kind, rows: list[Row]) -> list[Ratio]:
    """The ratios of one table; the model's is the one to the minimal Python loop as well."""
    group = f"{kvm_name()}, {kind.name}"
    goals = {"filter, native loop": 1.05}
    beside_c = [
        Ratio(group, f"{row.name} / C loop", row.of_first, goals.get(row.name)) for row in rows[1:]
    ]
    model = next(row for row in rows if row.name.startswith("PASS"))
    return [*beside_c, Ratio(group, f"{model.name} / Python loop", model.of_python, 1.1)]


def main() -> None:
    """Compare all variants, for each kind of access."""
    if reason := no_kvm():
        print(reason)
        return
    with c_loop() as run_guest:
        if run_guest is None:
            print("no gcc: without the C loop, and what only it measures")
        for kind in KINDS:
            report(kind, compare(run_guest, kind))


if __name__ == "__main__":
    main()
