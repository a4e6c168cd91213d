# SPDX-License-Identifier: Apache-2.0
"""What is compared: each access, and each part of the host that may answer it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import HostClock
from lightexit.bus.counters import RegisterCount
from lightexit.bus.doorbell import EventFd
from lightexit.bus.line import Line
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.pit import Pit
from lightexit.engine.native import NativeEngine
from lightexit.errors import GuestError
from lightexit.measure import guest
from lightexit.measure.devices import EndOfTurn, MeasuredBell, MeasuredCounter
from lightexit.measure.guest import AccessKind
from lightexit.vm.boot.state import CODE_32, DATA, StartState
from lightexit.vm.exits import Stopped
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.kvm.doorbell import Doorbell
from lightexit.vm.kvm.interrupts import Interrupts
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import GuestMemory
from lightexit.vm.places import PIT


class Answerer(StrEnum):
    """Who answers an access."""

    NOBODY = "nobody"
    KVM = "kvm"
    IOEVENTFD = "ioeventfd"
    KVM_PIT = "kvm-pit"
    MODULE = "module"
    NATIVE_FILTER = "native-filter"
    PYTHON_MODEL = "python-model"


#: As tables show them.
TITLES = {
    Answerer.NOBODY: "nobody: rdtsc, rdtsc",
    Answerer.KVM: "KVM itself",
    Answerer.IOEVENTFD: "KVM's ioeventfd",
    Answerer.KVM_PIT: "KVM's PIT",
    Answerer.MODULE: "filter in the kernel module",
    Answerer.NATIVE_FILTER: "native filter in user space",
    Answerer.PYTHON_MODEL: "Python model in user space",
}
_IN_USER_SPACE = frozenset({Answerer.NATIVE_FILTER, Answerer.PYTHON_MODEL})


@dataclass(frozen=True)
class Variant:
    """An access and who answers it."""

    access: AccessKind
    answerer: Answerer

    @property
    def exits(self) -> bool:
        """Whether each access is to come to user space."""
        return self.answerer in _IN_USER_SPACE

    @property
    def title(self) -> str:
        """For lists of what was not measured."""
        return f"{self.access.title} by {TITLES[self.answerer]}"


_OURS = (Answerer.MODULE, Answerer.NATIVE_FILTER, Answerer.PYTHON_MODEL)
EMPTY = Variant(guest.NOTHING, Answerer.NOBODY)
VARIANTS = (
    EMPTY,
    Variant(guest.CPUID, Answerer.KVM),
    *(Variant(guest.PIT_READ, each) for each in (Answerer.KVM_PIT, *_OURS)),
    *(Variant(guest.MMIO_READ, each) for each in _OURS),
    *(Variant(guest.PIO_WRITE, each) for each in (Answerer.IOEVENTFD, *_OURS)),
    *(Variant(guest.MMIO_WRITE, each) for each in (Answerer.IOEVENTFD, *_OURS)),
)

#: Where the doorbells are.
_BELLS = {guest.PIO_WRITE: (Space.PIO, guest.PORT), guest.MMIO_WRITE: (Space.MMIO, guest.MEMORY)}
_DEVICES: dict[AccessKind, tuple[Callable[[HostClock], Device[Any]], int]] = {
    guest.PIT_READ: (lambda clock: Pit(clock, Line()), PIT),
    guest.MMIO_READ: (MeasuredCounter, guest.MEMORY),
    guest.PIO_WRITE: (lambda clock: MeasuredBell(clock, pio), guest.PORT),
    guest.MMIO_WRITE: (lambda clock: MeasuredBell(clock, mmio), guest.MEMORY),
}


class TimedVm:
    """A virtual machine in which one variant's accesses are made.

    Interrupt controllers are KVM's in all of them, for its PIT needs them. Raises LightexitError,
    one sentence, where this host lacks what the variant needs.
    """

    def __init__(self, variant: Variant) -> None:
        self.variant = variant
        self.vm, self._clock = KvmVm(Kvm()), HostClock()
        self._interrupts = Interrupts(self.vm)
        self._bus = self._make_bus()
        self._memory = GuestMemory(guest.RAM)
        self.vm.add(self._memory)
        self._attach()
        end = EndOfTurn(self._clock)
        self._bus.attach(end, at=guest.LAST)
        self._cpu = KvmCpu(self.vm, self._bus.cpus[0], interrupts=self._interrupts)
        end.stop = self._cpu.request_stop

    def _make_bus(self) -> Bus:
        answerer = self.variant.answerer
        engine = None if answerer is Answerer.PYTHON_MODEL else NativeEngine()
        if answerer is not Answerer.MODULE:
            return Bus(self._clock, engine)
        from lightexit.vm.kvm.offload import KernelOffload  # there is none but on Linux

        return Bus(self._clock, engine, offload=KernelOffload(self._clock, self.vm.fd))

    def _attach(self) -> None:
        access, answerer = self.variant.access, self.variant.answerer
        if answerer is Answerer.KVM_PIT:
            self._interrupts.add_timer()
        elif answerer is Answerer.IOEVENTFD:
            eventfd = EventFd()  # which KVM keeps open
            Doorbell(*_BELLS[access], 4).tie(self.vm, eventfd.fd)
        elif answerer in _OURS:
            make, base = _DEVICES[access]
            self._bus.attach(make(self._clock), at=base)

    def close(self) -> None:
        """Free the virtual machine."""
        self._bus.close()
        self.vm.close()

    @property
    def tsc_khz(self) -> int:
        """The guest's TSC, in kHz; 0 where KVM does not tell."""
        return self._cpu.vcpu.tsc_khz

    @property
    def entries(self) -> int:
        """How often the guest has been entered: once a turn, and after each exit to user space."""
        return self._cpu.loop.entries

    def counts(self) -> list[RegisterCount]:
        """What came to user space, by register."""
        return self._bus.counts()

    def turn(self, accesses: int) -> list[int]:
        """TSC cycles of each of so many accesses, at most MOST_ACCESSES."""
        code = guest.machine_code(self.variant.access, accesses)
        self._memory.ram[guest.CODE : guest.CODE + len(code)] = code
        self._cpu.start(StartState(guest.CODE, CODE_32, DATA))
        self._cpu.clear_stop()
        ended = self._cpu.run()
        self._bus.raise_failure()
        if not isinstance(ended, Stopped):
            raise GuestError(f"the guest did not come to its end: {ended}")
        return guest.differences(self._memory, accesses)
