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


def vcpu_cpuid(kvm: Kvm, index: int, *, has_apic: bool) -> list[CpuidEntry]:
    """The leaves of vCPU `index`, whose local APIC, if it has one, is KVM's."""
    leaves = kvm.supported_cpuid()
    deadline = has_apic and bool(kvm.offers(Capability.TSC_DEADLINE_TIMER))
    for leaf in _those(leaves, FEATURES):
        leaf.ebx = leaf.ebx & 0x00FF_FFFF | index << 24
        leaf.ecx = leaf.ecx & ~HAS_TSC_DEADLINE | (HAS_TSC_DEADLINE if deadline else 0)
        if not has_apic:
            leaf.edx &= ~HAS_APIC
            leaf.ecx &= ~HAS_X2APIC
    for leaf in _those(leaves, *_TOPOLOGIES):
        leaf.edx = index
    return leaves


def _those(leaves: Iterable[CpuidEntry], *functions: int) -> list[CpuidEntry]:
    return [leaf for leaf in leaves if leaf.function in functions]
