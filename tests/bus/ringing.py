# SPDX-License-Identifier: Apache-2.0
"""Guests that put work into a ring and ring a doorbell; a consumer that sleeps when it is empty.

The ring is a count of entries in each guest's memory. The consumer says by a flag whether it
needs to be woken: it sets the flag, looks at the ring once more, and sleeps.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from doorbell.filter import QUEUES, DoorbellState, Reg, notify
from lightexit.bus.bus import Bus
from lightexit.bus.clock import Clock, ManualClock
from lightexit.bus.doorbell import Bell, EventFd
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.filter import Filter, IoContext, Verdict, io_filter
from lightexit.vm.cpu import Cpu
from lightexit.vm.memory import KIB, MIB, GuestMemory

PORT, ENTRIES = 0x500, 0x600
BACK_ENDS = ("unicorn", "kvm")
#: As many turns of an empty loop pass between two rings, at most: guests under KVM are slower.
PAUSES = {"unicorn": 0x3FFF, "kvm": 0xF}
#: A ring that does not come within so many seconds is lost.
PATIENCE = 10


def firmware(rings: int, pause: int) -> bytes:
    """Adds an entry and rings, so many times, then halts; and again when it is run again."""
    image = bytearray(64 * KIB)
    code = (
        "ba 00 05"  # start: mov dx, PORT
        f"66 b9 {rings.to_bytes(4, 'little').hex()}"  # mov ecx, rings
        "31 c0 8e d8"  # xor ax, ax; mov ds, ax
        "f0 66 ff 06 00 06"  # again: lock inc dword [ENTRIES]
        "ee"  # out dx, al
        f"89 cb 81 e3 {pause.to_bytes(2, 'little').hex()} 43"  # mov bx, cx; and bx, pause; inc bx
        "4b 75 fd"  # wait: dec bx; jnz wait
        "66 49 75 eb"  # dec ecx; jnz again
        "f4 eb db"  # hlt; jmp start
    )
    image[: len(bytes.fromhex(code))] = bytes.fromhex(code)
    image[0xFFF0:0xFFF5] = bytes.fromhex("ea 00 00 00 f0")
    return bytes(image)


class Notified(Device[DoorbellState]):
    """The model does what the filter does."""

    name = "notified"

    def __init__(self, clock: Clock, doorbell: Bell | EventFd, filter: Filter[DoorbellState]):
        super().__init__(clock)
        self.regions = (pio(1, offset=Reg.QUEUE_NOTIFY, filter=filter).at(PORT),)
        self.doorbells = (doorbell,) * QUEUES
        self.state.ready = 1
        self.queue = self.state.queues[0]
        self.queue.asleep = False

    def write(self, offset: int, value: int, size: int) -> None:
        self.queue.rings += 1
        if self.queue.asleep:
            self.queue.asleep = False
            self.doorbells[0]()


@io_filter
def always(ctx: IoContext, device: DoorbellState) -> Verdict:
    """What a plain ioeventfd does: every write rings."""
    if not ctx.is_write or not device.ready:
        return Verdict.PASS
    ctx.signal(0)
    return Verdict.HANDLED


@dataclass
class Guest:
    """A CPU with memory of its own; its entries go up only."""

    cpu: Cpu
    memory: GuestMemory

    @property
    def entries(self) -> int:
        return int.from_bytes(self.memory.ram[ENTRIES : ENTRIES + 4], "little")


@dataclass
class Rig:
    """Guests on one bus with one doorbell."""

    bus: Bus
    device: Notified
    doorbell: Bell | EventFd
    guests: list[Guest]

    @property
    def entries(self) -> int:
        return sum(guest.entries for guest in self.guests)


@contextlib.contextmanager
def rig(
    back_end: str,
    guests: int,
    rings: int,
    make: Callable[[], Bell | EventFd] = EventFd,
    filter: Filter[DoorbellState] = notify,
    *,
    by_kernel: bool = False,
) -> Iterator[Rig]:
    """Guests of a back end that ring so many times each; skipped where this host has none.

    `by_kernel`: writes to the port signal KVM's own ioeventfd, and the bus never sees them.
    """
    bus = Bus(ManualClock(), NativeEngine(), vcpus=guests)
    doorbell = make()
    device = Notified(bus.clock, doorbell, filter)
    bus.attach(device)
    image = firmware(rings, PAUSES[back_end])
    memories = [GuestMemory(2 * MIB, image) for _ in range(guests)]
    with contextlib.ExitStack() as stack:
        try:
            cpus = [
                stack.enter_context(_cpu(back_end, bus, index, memory, by_kernel and doorbell))
                for index, memory in enumerate(memories)
            ]
        except HostError as error:
            pytest.skip(error.found)
        pairs = zip(cpus, memories, strict=True)
        yield Rig(bus, device, doorbell, [Guest(cpu, memory) for cpu, memory in pairs])


@contextlib.contextmanager
def _cpu(
    back_end: str, bus: Bus, index: int, memory: GuestMemory, tied: Bell | EventFd | bool
) -> Iterator[Cpu]:
    if back_end == "unicorn":
        from lightexit.vm.unicorn import UnicornCpu

        yield UnicornCpu(memory, bus.cpus[index])
        return
    from lightexit.abi import Space
    from lightexit.vm.kvm.cpu import KvmCpu
    from lightexit.vm.kvm.doorbell import Doorbell
    from lightexit.vm.kvm.system import Kvm
    from lightexit.vm.kvm.vm import KvmVm

    with Kvm() as kvm, KvmVm(kvm) as vm:
        vm.add(memory)
        if isinstance(tied, EventFd):
            Doorbell(Space.PIO, PORT, 1).tie(vm, tied.fd)
        yield KvmCpu(vm, bus.cpus[index])


class Consumer:
    """Takes entries until there have been `total`; counts how it was woken."""

    def __init__(self, rig: Rig, total: int, work: Callable[[], object] = lambda: None) -> None:
        self.taken = self.wakes = self.signals = self.armed = self.disarmed = 0
        self.lost = False
        self._rig, self._total, self._work = rig, total, work

    def __str__(self) -> str:
        return f"{self.taken} entries, {self.signals} signals, {self.wakes} wakes"

    def run(self) -> None:
        """To be woken is no promise: an entry may have been taken already."""
        while self.taken < self._total and not self.lost:
            if self._take():
                continue
            self._set_asleep(True)
            if self._take():
                self._set_asleep(False)
            else:
                self._sleep()

    def _take(self) -> bool:
        """One entry, if there is one."""
        if self._rig.entries == self.taken:
            return False
        self.taken += 1
        self._work()
        return True

    def _set_asleep(self, asleep: bool) -> None:
        device = self._rig.device
        with self._rig.bus.locked(device.memory):
            if device.queue.asleep != asleep:
                self.armed += asleep
                self.disarmed += not asleep
            device.queue.asleep = asleep

    def _sleep(self) -> None:
        rings = self._rig.doorbell.wait(PATIENCE)
        self.lost = rings == 0
        self.wakes += 1
        self.signals += rings

    def finish(self) -> None:
        """Read rings that came while no consumer slept: they would end the next sleep at once."""
        rings = self._rig.doorbell.wait(0)
        self.wakes += rings > 0
        self.signals += rings


def run_guests(guests: Sequence[Guest]) -> None:
    """All of them at once, to their next halt."""
    from lightexit.vm.exits import Halted
    from lightexit.vm.threads import run_together

    exits = run_together([guest.cpu for guest in guests], lambda cpu, exit: False)
    assert exits == [Halted()] * len(guests)
