# SPDX-License-Identifier: Apache-2.0
"""What KVM's requests take and give: linux/kvm.h and asm/kvm.h, x86-64."""

from __future__ import annotations

from lightexit.abi import Array, Struct, array, u8, u16, u32, u64


class Address(Struct):
    """A guest-physical address."""

    value: u64


class MemoryRegion(Struct):
    """struct kvm_userspace_memory_region."""

    slot: u32
    flags: u32
    guest_address: u64
    size: u64
    host_address: u64


class KvmRegisters(Struct):
    """struct kvm_regs."""

    rax: u64
    rbx: u64
    rcx: u64
    rdx: u64
    rsi: u64
    rdi: u64
    rsp: u64
    rbp: u64
    r8: u64
    r9: u64
    r10: u64
    r11: u64
    r12: u64
    r13: u64
    r14: u64
    r15: u64
    rip: u64
    rflags: u64


class KvmSegment(Struct):
    """struct kvm_segment: a segment register with its descriptor cache."""

    base: u64
    limit: u32
    selector: u16
    type: u8
    present: u8
    dpl: u8
    db: u8
    s: u8
    l: u8  # noqa: E741 - the manual's name
    g: u8
    avl: u8
    unusable: u8


class TableRegister(Struct):
    """struct kvm_dtable: GDTR or IDTR."""

    base: u64
    limit: u16


class SystemRegisters(Struct):
    """struct kvm_sregs."""

    cs: KvmSegment
    ds: KvmSegment
    es: KvmSegment
    fs: KvmSegment
    gs: KvmSegment
    ss: KvmSegment
    tr: KvmSegment
    ldt: KvmSegment
    gdt: TableRegister
    idt: TableRegister
    cr0: u64
    cr2: u64
    cr3: u64
    cr4: u64
    cr8: u64
    efer: u64
    apic_base: u64
    interrupt_bitmap: Array[u64] = array(u64, 4)


class CpuidHead(Struct):
    """struct kvm_cpuid2 without its entries."""

    count: u32
    padding: u32


class CpuidEntry(Struct):
    """struct kvm_cpuid_entry2: one leaf, or one subleaf where `flags` has bit 0 set."""

    function: u32
    index: u32
    flags: u32
    eax: u32
    ebx: u32
    ecx: u32
    edx: u32
    padding: Array[u32] = array(u32, 3)


class IrqLevel(Struct):
    """struct kvm_irq_level."""

    irq: u32
    level: u32


class KvmInterrupt(Struct):
    """struct kvm_interrupt."""

    vector: u32


class MpState(Struct):
    """struct kvm_mp_state."""

    state: u32


class RoutingHead(Struct):
    """struct kvm_irq_routing without its entries."""

    count: u32
    flags: u32


class RoutingEntry(Struct):
    """struct kvm_irq_routing_entry. `words` are chip and pin, or an MSI's address and data."""

    gsi: u32
    type: u32
    flags: u32
    padding: u32
    words: Array[u32] = array(u32, 8)


class Irqfd(Struct):
    """struct kvm_irqfd."""

    fd: u32
    gsi: u32
    flags: u32
    resample_fd: u32
    padding: Array[u8] = array(u8, 16)


class Ioeventfd(Struct):
    """struct kvm_ioeventfd."""

    match: u64
    address: u64
    size: u32
    fd: u32
    flags: u32
    padding: Array[u8] = array(u8, 36)


class PitConfig(Struct):
    """struct kvm_pit_config."""

    flags: u32
    padding: Array[u32] = array(u32, 15)


class Msi(Struct):
    """struct kvm_msi."""

    address_low: u32
    address_high: u32
    data: u32
    flags: u32
    device: u32
    padding: Array[u8] = array(u8, 12)


class ClockData(Struct):
    """struct kvm_clock_data: ns of VM time, with the host's time at which it was read."""

    ns: u64
    flags: u32
    padding: u32
    realtime: u64
    host_tsc: u64
    reserved: Array[u32] = array(u32, 4)


class EnableCap(Struct):
    """struct kvm_enable_cap."""

    cap: u32
    flags: u32
    arguments: Array[u64] = array(u64, 4)
    padding: Array[u8] = array(u8, 64)


class MsrFilterRange(Struct):
    """struct kvm_msr_filter_range; `bitmap` is an address, of a bit for each MSR."""

    flags: u32
    count: u32
    base: u32
    bitmap: u64


class MsrFilter(Struct):
    """struct kvm_msr_filter."""

    flags: u32
    ranges: Array[MsrFilterRange] = array(MsrFilterRange, 16)


class KvmRun(Struct):
    """Head of struct kvm_run, which vCPU and process share; `EXIT_OFFSET` on, a union follows."""

    request_interrupt_window: u8
    immediate_exit: u8
    padding: Array[u8] = array(u8, 6)
    exit_reason: u32
    ready_for_interrupt: u8
    interrupts_enabled: u8
    flags: u16
    cr8: u64
    apic_base: u64


EXIT_OFFSET = KvmRun.layout.size


class PortExit(Struct):
    """KVM_EXIT_IO: `count` elements of `size` bytes, `data_offset` from the start of `KvmRun`."""

    is_write: u8
    size: u8
    port: u16
    count: u32
    data_offset: u64


class MemoryExit(Struct):
    """KVM_EXIT_MMIO."""

    address: u64
    data: u64
    size: u32
    is_write: u8


class MsrExit(Struct):
    """KVM_EXIT_X86_RDMSR and _WRMSR. With an `error` the guest gets a #GP."""

    error: u8
    padding: Array[u8] = array(u8, 7)
    reason: u32
    index: u32
    data: u64


class OneMsr(Struct):
    """struct kvm_msrs with one entry."""

    count: u32 = 1
    padding: u32
    index: u32
    reserved: u32
    value: u64


class InternalErrorExit(Struct):
    """KVM_EXIT_INTERNAL_ERROR. An emulation failure has flags, then the instruction."""

    suberror: u32
    count: u32
    words: Array[u64] = array(u64, 16)


class FailedEntryExit(Struct):
    """KVM_EXIT_FAIL_ENTRY."""

    reason: u64
    cpu: u32


class SystemEventExit(Struct):
    """KVM_EXIT_SYSTEM_EVENT."""

    type: u32


class EndOfInterruptExit(Struct):
    """KVM_EXIT_IOAPIC_EOI."""

    vector: u8


class MsrListHead(Struct):
    """struct kvm_msr_list without its numbers."""

    count: u32


class MsrsHead(Struct):
    """struct kvm_msrs without its entries."""

    count: u32
    padding: u32


class MsrEntry(Struct):
    """struct kvm_msr_entry."""

    index: u32
    reserved: u32
    data: u64


class XsaveArea(Struct):
    """struct kvm_xsave: an XSAVE area in standard form."""

    bytes: Array[u8] = array(u8, 4096)


class Xcr(Struct):
    """struct kvm_xcr."""

    number: u32
    reserved: u32
    value: u64


class Xcrs(Struct):
    """struct kvm_xcrs."""

    count: u32
    flags: u32
    entries: Array[Xcr] = array(Xcr, 16)
    padding: Array[u64] = array(u64, 16)


class DebugRegisters(Struct):
    """struct kvm_debugregs."""

    db: Array[u64] = array(u64, 4)
    dr6: u64
    dr7: u64
    flags: u64
    reserved: Array[u64] = array(u64, 9)


class VcpuEvents(Struct):
    """struct kvm_vcpu_events."""

    exception_injected: u8
    exception_vector: u8
    has_error_code: u8
    exception_pending: u8
    error_code: u32
    interrupt_injected: u8
    interrupt_vector: u8
    interrupt_soft: u8
    interrupt_shadow: u8
    nmi_injected: u8
    nmi_pending: u8
    nmi_masked: u8
    nmi_padding: u8
    sipi_vector: u32
    flags: u32
    rest: Array[u8] = array(u8, 40)


class LapicRegisters(Struct):
    """struct kvm_lapic_state: a local APIC's page of registers."""

    registers: Array[u8] = array(u8, 1024)


class IrqchipState(Struct):
    """struct kvm_irqchip: which chip, and its state."""

    chip: u32
    padding: u32
    state: Array[u8] = array(u8, 512)
