# SPDX-License-Identifier: Apache-2.0
"""What CPUID reports: all that the host supports, except for what differs by vCPU.

Reference: Intel SDM volume 2, CPUID; Documentation/virt/kvm/x86/cpuid.rst.
"""

from __future__ import annotations

from collections.abc import Iterable

from lightexit.vm.kvm.structs import CpuidEntry
from lightexit.vm.kvm.system import Capability, Kvm
from lightexit.vm.registers import FEATURES, HAS_APIC, HAS_TSC_DEADLINE, HAS_X2APIC

_TOPOLOGIES = 0x0B, 0x1F
#: Asynchronous page faults, EOIs, wake-ups, IPIs and wide destinations by way of KVM's own APICs.
_PARAVIRTUAL = 0x4000_0001
_OF_LOCAL_APICS = 1 << 4 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 11 | 1 << 14 | 1 << 15


def vcpu_cpuid(
    kvm: Kvm, index: int, *, has_apic: bool, device: int | None = None
) -> list[CpuidEntry]:
    """The leaves of vCPU `index`, whose local APIC, if it has one, is KVM's or a device.

    The device has those of the features in `device` that not every APIC has, and takes no part in
    what KVM offers to guests of its own local APICs.
    """
    leaves = kvm.supported_cpuid()
    features = _of_kvm(kvm) if device is None else device
    for leaf in _those(leaves, FEATURES):
        leaf.ebx = leaf.ebx & 0x00FF_FFFF | index << 24
        leaf.ecx = leaf.ecx & ~(HAS_X2APIC | HAS_TSC_DEADLINE) | (features if has_apic else 0)
        if not has_apic:
            leaf.edx &= ~HAS_APIC
    for leaf in _those(leaves, _PARAVIRTUAL) if device is not None else ():
        leaf.eax &= ~_OF_LOCAL_APICS
    for leaf in _those(leaves, *_TOPOLOGIES):
        leaf.edx = index
    return leaves


def _of_kvm(kvm: Kvm) -> int:
    deadline = HAS_TSC_DEADLINE if kvm.offers(Capability.TSC_DEADLINE_TIMER) else 0
    return HAS_X2APIC | deadline


def _those(leaves: Iterable[CpuidEntry], *functions: int) -> list[CpuidEntry]:
    return [leaf for leaf in leaves if leaf.function in functions]
