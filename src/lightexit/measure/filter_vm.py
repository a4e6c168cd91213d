# SPDX-License-Identifier: Apache-2.0
"""A guest on KVM that times its own accesses to a device with the filter that is measured."""

from __future__ import annotations

from statistics import median

from lightexit.errors import HostError
from lightexit.measure import guest
from lightexit.measure.filters import AttachedFilter, MeasuredFilter
from lightexit.measure.guest import AccessKind
from lightexit.measure.variants import EMPTY, Answerer, TimedVm, Variant
from lightexit.measure.ways import flat_access

_KHZ_TO_NS = 10**6
_EMPTY_PAIRS = 200


class FilterVm(TimedVm):
    """The virtual machine of `bench host`, with another device in it."""

    def __init__(self, subject: MeasuredFilter, answerer: Answerer) -> None:
        self._subject = subject
        super().__init__(Variant(AccessKind(str(subject.access), "access"), answerer))
        kind = AccessKind(
            str(subject.access),
            "access",
            flat_access(subject, self.attached.space, self.attached.address),
        )
        self.variant = Variant(kind, answerer)

    def _attach(self) -> None:
        self.attached = AttachedFilter(self._subject, self._bus, self._clock)


class KvmGuest:
    """Turns of it; what the empty pair of rdtsc takes is taken off."""

    def __init__(self, subject: MeasuredFilter, answerer: Answerer) -> None:
        self._answerer = answerer
        self._vm = FilterVm(subject, answerer)
        self._accesses = 0
        if not self._vm.tsc_khz:
            self._vm.close()
            raise HostError("KVM does not tell the rate of the guest's TSC")
        own = self._vm.variant
        self._vm.variant = EMPTY
        self._empty = median(self._vm.turn(_EMPTY_PAIRS))
        self._vm.variant = own

    def run(self, accesses: int) -> float:
        """The mean, as of the other ways."""
        accesses = min(accesses, guest.MOST_ACCESSES)
        cycles = self._vm.turn(accesses)
        self._accesses += accesses
        mean = sum(cycles) / len(cycles) - self._empty
        return max(mean, 0.0) * _KHZ_TO_NS / self._vm.tsc_khz

    def shares(self) -> tuple[int, int]:
        """In the kernel, what does not come to user space was handled."""
        handled, passed = self._vm.attached.answered()
        if self._answerer is Answerer.MODULE:
            return self._accesses - handled - passed, handled + passed
        return handled, passed

    def close(self) -> None:
        """Free the virtual machine."""
        self._vm.close()
