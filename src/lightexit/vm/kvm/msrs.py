# SPDX-License-Identifier: Apache-2.0
"""MSRs that devices have: KVM hands them out, instead of answering itself or by a #GP.

Those of an x2APIC (0x800 to 0x8ff) no filter reaches (Linux, Documentation/virt/kvm/api.rst,
KVM_X86_SET_MSR_FILTER). While KVM keeps no local APIC, to access them is invalid for it: it hands
out what is, before a #GP.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from lightexit.bus.memory import Block
from lightexit.errors import HostError
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.structs import MsrFilter
from lightexit.vm.kvm.system import Capability, Kvm
from lightexit.vm.kvm.vm import KvmVm

_READ, _WRITE = 1, 2
_INVALID, _FILTERED = 1 << 0, 1 << 2  # KVM_MSR_EXIT_REASON_INVAL, _FILTER
_X2APIC = range(0x800, 0x900)
_MOST_RANGES = len(MsrFilter().ranges)
_MOST_MSRS = 0x600 * 8


class Msrs:
    """What one VM hands out."""

    def __init__(self, vm: KvmVm) -> None:
        self._vm = vm
        self._lock = threading.Lock()
        self._known: Sequence[range] = ()

    def hand_out(self, ranges: Sequence[range]) -> None:
        """These and no others; nothing is done for the very same as before. Raises HostError."""
        if ranges is self._known:
            return
        with self._lock:
            own = [each for each in ranges if each.start not in _X2APIC]
            self._vm.kvm.require(Capability.X86_MSR_FILTER)
            invalid = _INVALID if len(own) < len(ranges) else 0
            self._vm.enable(Capability.X86_USER_SPACE_MSR, _FILTERED | invalid)
            self._filter(joined(own))
            self._known = ranges

    def _filter(self, ranges: Sequence[range]) -> None:
        if len(ranges) > _MOST_RANGES or any(len(each) > _MOST_MSRS for each in ranges):
            raise HostError(
                f"devices have {len(ranges)} ranges of MSRs, the longest of "
                f"{max(map(len, ranges))}",
                expected=f"at most {_MOST_RANGES}, of at most {_MOST_MSRS} each: KVM's limits",
            )
        request = MsrFilter()
        nothing = Block(_MOST_MSRS // 8)  # no bit is set: KVM answers none of them
        for entry, each in zip(request.ranges, ranges, strict=False):
            entry.flags, entry.base, entry.count = _READ | _WRITE, each.start, len(each)
            entry.bitmap = nothing.address
        ioctl.put(self._vm.fd, ioctl.X86_SET_MSR_FILTER, request)


def hands_out_msrs(kvm: Kvm) -> bool:
    """Whether this host's KVM can."""
    return all(map(kvm.offers, (Capability.X86_USER_SPACE_MSR, Capability.X86_MSR_FILTER)))


def joined(ranges: Iterable[range]) -> list[range]:
    """The same numbers in as few ranges as there can be, in ascending order."""
    found: list[range] = []
    for each in sorted(ranges, key=lambda each: each.start):
        if found and each.start == found[-1].stop:
            found[-1] = range(found[-1].start, each.stop)
        else:
            found.append(each)
    return found
