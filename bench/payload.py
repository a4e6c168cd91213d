# SPDX-License-Identifier: Apache-2.0
"""A doorbell whose value another process needs: time, exits and wake-ups for each ring.

Tails of a queue are written, and a process of its own takes them: the filter of examples/nvme,
against the same hard-coded in C, an eventfd or a message for each ring. First by calls in this
process, on a bus of liblightexit's; then by a KVM guest, in the native run loop, and there against
KVM's ioeventfd, which has no value: the guest writes it to its memory as well. The other process
does nothing, or works for a while on all that it finds; or rings have pauses in which it falls
asleep. Variants run in turns; medians count, of times and of the ratios within a turn. A filter in
the kernel needs the module, and its rig: `tests/kernel/inside/test_payload.py` counts there.
"""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bench._kvm import kvm_name, no_kvm
from bench._payload import ENTRIES, RINGS, Rival, Row, Traffic, Way, compare, compiled, report
from bench._ratio import Ratio
from bench.kvm_exits import CODE, LAST, Stop, machine
from examples.nvme.device import DOORBELLS, Nvme, NvmeState, ring
from lightexit import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.vm.boot.kvm import set_start
from lightexit.vm.boot.state import CODE_32, DATA, StartState
from lightexit.vm.kvm.attach import unavailable
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory

BAR, SHADOW = 0xD000_0000, 0x8000

IDLE = Traffic("rings back to back", 1, 0)
BUSY = Traffic("rings back to back, 100 us of work at a time", 1, 100_000)
PAUSES = Traffic("a pause after each ring", 200, 0)


class OnBus(Rival):
    """The filter, by lightexit_access()."""

    def answered(self) -> Callable[[Traffic], int]:
        """The vCPU's bus is never destroyed: it lasts as long as this process."""
        self.loaded = ring.load(NativeEngine())
        size = ctypes.c_uint64(NvmeState.layout.size)
        run = ctypes.c_void_p(self.loaded.code.address)
        vcpu = ctypes.c_void_p(self.code.make_bus(run, size, self.state.fd, self.bell.fd))
        if not vcpu:
            raise RuntimeError("liblightexit refuses the device")

        def rings(_traffic: Traffic) -> int:
            self.code.ring_bus(vcpu, self.seen.tail, RINGS, ENTRIES)
            return 0

        return rings


class Guest(Rival):
    """A guest, and a device model that is hard-coded in C."""

    def answered(self) -> Callable[[Traffic], int]:
        """Around KVM_RUN."""
        self.vm = KvmVm(Kvm())
        self.memory = machine(self.vm)
        self.vcpu, run = self.run()

        def rings(traffic: Traffic) -> int:
            prepare(self.vcpu, self.memory, guest(traffic.pause), self.seen.tail)
            return run()

        return rings

    def run(self) -> tuple[KvmVcpu, Callable[[], int]]:
        """A vCPU, and what has it run and counts its exits."""
        vcpu = self.vm.add_vcpu()
        arguments = vcpu.fd, ctypes.c_void_p(vcpu.address), int(self.way), self.told_by
        queue = ctypes.c_void_p(self.where)
        return vcpu, lambda: int(self.code.run_guest(*arguments, queue, LAST))


class Filtered(Guest):
    """The filter, in the native run loop."""

    def run(self) -> tuple[KvmVcpu, Callable[[], int]]:
        """On Python's bus."""
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


class InKvm(Guest):
    """KVM's ioeventfd: no exit, and no value."""

    def run(self) -> tuple[KvmVcpu, Callable[[], int]]:
        """Without a device."""
        Doorbell(Space.MMIO, BAR + DOORBELLS, 4).tie(self.vm, self.bell.fd)
        return super().run()

    def tail_at(self) -> int:
        """In the guest's memory."""
        return ctypes.addressof(ctypes.c_char.from_buffer(self.memory.ram, SHADOW))


def guest(pause: int) -> bytes:
    """ecx rings: eax is counted up, written to memory at esi and to the doorbell at ebx."""
    body = bytes.fromhex("40 25 ff ff 00 00 89 06 89 03")
    body += b"\xbf" + pause.to_bytes(4, "little") + bytes.fromhex("4f 75 fd")
    return body + b"\x49\x75" + bytes([256 - (len(body) + 3)]) + bytes.fromhex("e6 f4 f4")


def prepare(vcpu: KvmVcpu, memory: GuestMemory, code: bytes, tail: int) -> None:
    """Flat 32-bit code that goes on from that tail."""
    memory.ram[CODE : CODE + len(code)] = code
    set_start(vcpu, StartState(CODE, CODE_32, DATA))
    registers = vcpu.registers
    registers.rax, registers.rcx = tail, RINGS
    registers.rbx, registers.rsi = BAR + DOORBELLS, SHADOW
    vcpu.registers = registers


def handled(bus: Bus) -> int:
    """Rings that the filter answered: none may have been the model's."""
    counts = [each for each in bus.counts() if each.device == "nvme"]
    if any(each.passed for each in counts):
        raise RuntimeError("the model has answered")
    return sum(each.handled for each in counts)


def called(code: Any) -> list[Rival]:
    """Without a guest."""
    return [
        OnBus(code, "filter: value shared, eventfd if it sleeps", Way.FLAGGED),
        Rival(code, "the same, hard-coded in C", Way.FLAGGED),
        Rival(code, "value shared, eventfd each time", Way.SIGNALLED),
        Rival(code, "value in a message each time", Way.SENT),
    ]


def guests(code: Any) -> list[Rival]:
    """With KVM_RUN around."""
    return [
        Filtered(code, "filter: value shared, eventfd if it sleeps", Way.FLAGGED),
        Guest(code, "the same, hard-coded in C", Way.FLAGGED),
        Guest(code, "exit, value shared, eventfd each time", Way.SIGNALLED),
        Guest(code, "exit, value in a message each time", Way.SENT),
        InKvm(code, "ioeventfd, value in guest memory", Way.SIGNALLED),
    ]


def tables(code: Any) -> Iterator[tuple[str, Sequence[Row]]]:
    """What there is to measure."""
    for traffic in (IDLE, BUSY):
        yield f"calls, {traffic.name}", compare(called(code), traffic)
    if no_kvm():
        return
    for traffic in (IDLE, BUSY, PAUSES):
        yield f"{kvm_name()}, {traffic.name}", compare(guests(code), traffic)


def ratios() -> list[Ratio]:
    """For docs/: nothing without gcc."""
    if shutil.which("gcc") is None:
        return []
    with compiled() as code:
        return [
            Ratio(f"doorbell with a payload: {name}", f"filter / {row.name}", row.ratio)
            for name, rows in tables(code)
            for row in rows[1:]
        ]


def main() -> None:
    """All tables."""
    if shutil.which("gcc") is None:
        print("no gcc")
        return
    with compiled() as code:
        for name, rows in tables(code):
            report(name, rows)
    for what, reason in (("guests", no_kvm()), ("the filter in the kernel", unavailable())):
        if reason:
            print(f"not measured: {what} ({reason})")


if __name__ == "__main__":
    main()
