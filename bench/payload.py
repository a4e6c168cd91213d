# SPDX-License-Identifier: Apache-2.0
"""A doorbell whose value another process needs: time, exits and wake-ups for each ring.

A KVM guest writes tails of a queue, and a process of its own takes them: examples/nvme, its filter
in this process's run loop, against the same hard-coded in C, an exit with an eventfd or a message
for each ring, and KVM's ioeventfd, which has no value: the guest writes it to its memory as well.
Rings come back to back, to a process that does nothing and to one that works for a while on all
that it finds; or with pauses in which it falls asleep. Variants run in turns; medians count, of
times and of the ratios within a turn. A filter in the kernel needs the module, and its rig:
`tests/kernel/inside/test_payload.py` counts there.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._kvm import kvm_name
from bench._ratio import Ratio
from bench._turns import in_turns
from bench.kvm_exits import CODE, LAST, Stop, machine, ratio
from examples.nvme.device import DOORBELLS, Nvme, NvmeState, Queue
from lightexit import EventFd, SharedMemory, Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.boot.kvm import set_start
from lightexit.vm.boot.state import CODE_32, DATA, StartState
from lightexit.vm.kvm.attach import unavailable
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import Vm
from lightexit.vm.memory import GuestMemory

TURNS, RINGS, ENTRIES = 12, 1000, 65536
BAR, SHADOW = 0xD000_0000, 0x8000


#: Where a queue's word is that says that it sleeps.
ASLEEP = next(field.offset for field in Queue.layout.fields if field.name == "asleep")


class Way(IntEnum):
    """As in payload.c."""

    FLAGGED = 0
    SIGNALLED = 1
    SENT = 2


class Seen(ctypes.Structure):
    """What the other process has seen."""

    _fields_ = (
        ("tail", ctypes.c_uint32),
        ("woken", ctypes.c_uint32),
        ("signals", ctypes.c_uint64),
        ("work_ns", ctypes.c_uint64),
    )


class Traffic(NamedTuple):
    """Rounds of an empty loop between two rings; ns of work on all that was found at once."""

    name: str
    pause: int
    work_ns: int


TRAFFIC = (
    Traffic("rings back to back", 1, 0),
    Traffic("rings back to back, 100 us of work at a time", 1, 100_000),
    Traffic("a pause after each ring", 200, 0),
)


def guest(pause: int) -> bytes:
    """ecx rings: eax is counted up, written to memory at esi and to the doorbell at ebx."""
    ring = bytes.fromhex("40 25 ff ff 00 00 89 06 89 03")
    wait = b"\xbf" + pause.to_bytes(4, "little") + bytes.fromhex("4f 75 fd")
    body = ring + wait
    return body + b"\x49\x75" + bytes([256 - (len(body) + 3)]) + bytes.fromhex("e6 f4 f4")


@dataclass(frozen=True)
class Measured:
    """Of one turn, for each ring: us, exits, eventfd writes or messages, wake-ups."""

    us: float
    exits: float
    signals: float
    woken: float


class Rival:
    """A guest, what answers it, and the process that takes the values."""

    def __init__(self, code: Any, name: str, way: Way, *, shadow: bool = False) -> None:
        self.name, self.code, self.way = name, code, way
        self.vm, self.state = Vm(Kvm()), SharedMemory(NvmeState)
        self.memory = machine(self.vm)
        self.queue = self.state.state.queues[0]
        self.queue.entries = ENTRIES
        self.where = ctypes.addressof(ctypes.c_char.from_buffer(self.queue.buffer))
        self.bell, self.ends = EventFd(), socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.vcpu, self.run = self._answered()
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self.seen = Seen.from_buffer(self._page)
        self.child = self._start(shadow)

    def _answered(self) -> tuple[KvmVcpu, Callable[[], int]]:
        """A vCPU, and what runs it and says how many exits there were: hard-coded."""
        vcpu = self.vm.add_vcpu()
        fd = self.ends[0].fileno() if self.way is Way.SENT else self.bell.fd
        arguments = vcpu.fd, ctypes.c_void_p(vcpu.address), int(self.way), fd
        queue = ctypes.c_void_p(self.where)
        return vcpu, lambda: int(self.code.run_guest(*arguments, queue, LAST))

    def _start(self, shadow: bool) -> int:
        """The other process. An eventfd that it waits at by read blocks, for its own reads only."""
        tail, asleep = self.where, self.where + ASLEEP
        if shadow:
            tail = ctypes.addressof(ctypes.c_char.from_buffer(self.memory.ram, SHADOW))
        fd = self.ends[1].fileno() if self.way is Way.SENT else self.bell.fd
        os.set_blocking(fd, True)
        places = map(ctypes.c_void_p, (tail, ctypes.addressof(self.seen), asleep))
        return int(self.code.start_consumer(int(self.way), fd, *places))

    def measure(self, traffic: Traffic) -> Measured:
        """One turn."""
        self.seen.work_ns = traffic.work_ns
        prepare(self.vcpu, self.memory, guest(traffic.pause), self.seen.tail)
        last, before = (self.seen.tail + RINGS) % ENTRIES, bytes(self.seen)
        begun = time.monotonic()
        exits = self.run()
        if not self.code.wait_seen(ctypes.byref(self.seen), last):
            raise RuntimeError(f"{self.name}: a ring was lost, or the guest ended otherwise")
        us = 1e6 * (time.monotonic() - begun) / RINGS
        old = Seen.from_buffer_copy(before)
        signals, woken = self.seen.signals - old.signals, self.seen.woken - old.woken
        return Measured(us, exits / RINGS, signals / RINGS, woken / RINGS)

    def close(self) -> None:
        """End the other process."""
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


class Filtered(Rival):
    """The filter, in the native run loop."""

    def _answered(self) -> tuple[KvmVcpu, Callable[[], int]]:
        clock = HostClock()
        device, stop = Nvme(clock, self.state, self.bell), Stop(clock)
        bus = Bus(clock, NativeEngine())
        bus.attach(device, at=BAR + DOORBELLS)
        bus.attach(stop)
        cpu = KvmCpu(self.vm, bus.cpus[0])
        stop.stop = cpu.request_stop

        def run() -> int:
            before = handled(bus)
            cpu.clear_stop()
            cpu.run()
            bus.raise_failure()
            return handled(bus) - before

        return cpu.vcpu, run


class InKvm(Rival):
    """KVM's ioeventfd: no exit, and no value."""

    def _answered(self) -> tuple[KvmVcpu, Callable[[], int]]:
        Doorbell(Space.MMIO, BAR + DOORBELLS, 4).tie(self.vm, self.bell.fd)
        return super()._answered()


def handled(bus: Bus) -> int:
    """Rings that the filter answered: none may have been the model's."""
    counts = [each for each in bus.counts() if each.device == "nvme"]
    if any(each.passed for each in counts):
        raise RuntimeError("the model has answered")
    return sum(each.handled for each in counts)


def prepare(vcpu: KvmVcpu, memory: GuestMemory, code: bytes, tail: int) -> None:
    """Flat 32-bit code that goes on from that tail."""
    memory.ram[CODE : CODE + len(code)] = code
    set_start(vcpu, StartState(CODE, CODE_32, DATA))
    registers = vcpu.registers
    registers.rax, registers.rcx = tail, RINGS
    registers.rbx, registers.rsi = BAR + DOORBELLS, SHADOW
    vcpu.registers = registers


@contextmanager
def compiled() -> Iterator[Any]:
    """payload.c."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "payload.so"
        source = Path(__file__).with_suffix(".c")
        command = ["gcc", "-O2", "-shared", "-fPIC", "-o", str(library), str(source)]
        subprocess.run(command, check=True)
        code = ctypes.CDLL(str(library))
        code.run_guest.restype, code.wait_seen.restype = ctypes.c_int64, ctypes.c_bool
        yield code


def rivals(code: Any) -> list[Rival]:
    """The filter first; the hard-coded ones."""
    return [
        Filtered(code, "filter: value shared, eventfd if it sleeps", Way.FLAGGED),
        Rival(code, "the same, hard-coded in C", Way.FLAGGED),
        Rival(code, "exit, value shared, eventfd each time", Way.SIGNALLED),
        Rival(code, "exit, value in a message each time", Way.SENT),
        InKvm(code, "ioeventfd, value in guest memory", Way.SIGNALLED, shadow=True),
    ]


@dataclass(frozen=True)
class Row:
    """Medians of one variant; `ratio` is the filter's time to its own."""

    name: str
    us: float
    exits: float
    signals: float
    woken: float
    ratio: float


def compare(code: Any, traffic: Traffic) -> list[Row]:
    """All variants."""
    compared = rivals(code)
    for each in compared:
        each.measure(traffic)
    seen: dict[str, list[Measured]] = {each.name: [] for each in compared}

    def turn(rival: Rival) -> float:
        seen[rival.name].append(rival.measure(traffic))
        return seen[rival.name][-1].us

    rounds = in_turns(TURNS, [partial(turn, each) for each in compared])
    for each in compared:
        each.close()
    times = list(zip(*rounds, strict=True))
    return [
        Row(
            each.name,
            median(times[index]),
            median(one.exits for one in seen[each.name]),
            median(one.signals for one in seen[each.name]),
            median(one.woken for one in seen[each.name]),
            ratio(times[0], times[index]),
        )
        for index, each in enumerate(compared)
    ]


def report(name: str, rows: list[Row]) -> None:
    """One table."""
    print(f"{kvm_name()}, {name}")
    heads = ("us a ring", "exits", "signals", "wake-ups", "filter / this")
    print(f"  {'':44}" + "".join(f"{head:>15}" for head in heads))
    for row in rows:
        figures = (row.us, row.exits, row.signals, row.woken, row.ratio)
        print(f"  {row.name:44}" + "".join(f"{figure:15.3f}" for figure in figures))


def missing() -> str:
    """Why nothing can be measured; "" where it can."""
    if shutil.which("gcc") is None:
        return "no gcc"
    try:
        Kvm().close()
    except HostError as error:
        return str(error)
    return ""


def ratios() -> list[Ratio]:
    """For docs/: nothing without KVM or gcc."""
    if missing():
        return []
    with compiled() as code:
        return [
            Ratio(f"{kvm_name()}, {traffic.name}", f"filter / {row.name}", row.ratio)
            for traffic in TRAFFIC
            for row in compare(code, traffic)[1:]
        ]


def main() -> None:
    """Both tables."""
    if missing():
        print(missing())
        return
    with compiled() as code:
        for traffic in TRAFFIC:
            report(traffic.name, compare(code, traffic))
    reason = unavailable()
    if reason:
        print(f"not measured: the filter in the kernel module ({reason})")


if __name__ == "__main__":
    main()
