# SPDX-License-Identifier: Apache-2.0
"""What it means that a guest reads an MSR in a loop, where that is known."""

from __future__ import annotations

_HYPERV_CLOCK = (
    "It is Hyper-V's reference time (HV_X64_MSR_TIME_REF_COUNT), which Windows reads by an exit "
    "each if it refuses the reference TSC page. QEMU: -cpu host,hv-time,hv-vpindex,hv-synic,"
    "hv-stimer,+invtsc; libvirt: <timer name='hypervclock' present='yes'/>; cloud-hypervisor: "
    "kvm_hyperv=on of a release that sets all mandatory partition privileges (its #8380)."
)
_COUNTERS = (
    "It is a counter that Linux reads at each tick where CPUID offers it. "
    "Do not offer it: QEMU: a named CPU model, or -cpu host without +aperfmperf."
)
_MONITORING = (
    "It is a sensor of the host's CPU, which a guest has no use for: look in the guest for a "
    "monitoring agent (turbostat, node_exporter, powertop, mcelog), and have it leave MSRs alone."
)
_TSC = "It is the TSC by its MSR: software in the guest should execute RDTSC, which does not exit."
_APIC_TIMER = (
    "It is the local APIC's timer count, used as a clock: give the guest a better one. "
    "QEMU: -cpu host,+invtsc (kvm-clock is on by default); Windows: hv-time."
)
_SPECULATION = (
    "It controls speculation, and a guest's kernel may access it on each entry. KVM lets a guest "
    "access it directly once it has been written: see to current kernels on both sides, and to a "
    "CPU model that offers enhanced IBRS where the CPU has it (QEMU: -cpu host)."
)
_NOT_TOLD = (
    "The VMM answers it (KVM_CAP_X86_USER_SPACE_MSR), and KVM does not tell which one it is: the "
    "VMM's own log may."
)
_UNKNOWN = (
    "Find out in the guest who does: `perf trace -e msr:read_msr` or "
    "`echo 1 > /sys/kernel/tracing/events/msr/read_msr/enable` show a Linux kernel's reads."
)

_CURES: dict[int, str] = {
    0x10: _TSC,
    0x34: _MONITORING,  # MSR_SMI_COUNT
    0x48: _SPECULATION,  # IA32_SPEC_CTRL
    0xE7: _COUNTERS,  # IA32_MPERF
    0xE8: _COUNTERS,  # IA32_APERF
    0x198: _MONITORING,  # IA32_PERF_STATUS
    0x19C: _MONITORING,  # IA32_THERM_STATUS
    0x1B1: _MONITORING,  # IA32_PACKAGE_THERM_STATUS
    0x606: _MONITORING,  # MSR_RAPL_POWER_UNIT
    0x611: _MONITORING,  # MSR_PKG_ENERGY_STATUS
    0x619: _MONITORING,  # MSR_DRAM_ENERGY_STATUS
    0x639: _MONITORING,  # MSR_PP0_ENERGY_STATUS
    0x839: _APIC_TIMER,  # x2APIC current count
    0x4000_0020: _HYPERV_CLOCK,
    0xC000_00E7: _COUNTERS,  # AMD's read-only copies
    0xC000_00E8: _COUNTERS,
    0xC001_029A: _MONITORING,  # core energy, AMD
    0xC001_029B: _MONITORING,  # package energy, AMD
    0xFFFF_FFFF: _NOT_TOLD,
}


def cure_of(msr: int) -> str:
    """What to do about reads of it; how to find who reads it, where it is no known one."""
    return _CURES.get(msr, _UNKNOWN)
