# SPDX-License-Identifier: Apache-2.0
# 32-bit, for stock QEMU's PC: registers that KVM answers and that QEMU does, ROUNDS times each, in
# orders in which the tracepoints alone do not tell who answered.
    .include "guest.inc"

    .set ROUNDS, 500
    .set HPET_COUNTER, 0xFED000F0
    .set APIC_VERSION, 0xFEE00030
    .set APIC_PRIORITY, 0xFEE00080
    .set APIC_BASE_MSR, 0x1B
    .set BUFFER, 0x600

start:
    protected_mode
    movl $ROUNDS, %esi
again:
    movb $0x20, %al
    outb %al, $0x20 # the interrupt controller: KVM
    movl $0x608, %edx
    inl %dx, %eax # ACPI's PM timer: QEMU
    outb %al, $0x80 # QEMU
    inb $0x40, %al # the PIT: KVM
    movl APIC_VERSION, %eax # KVM
    movl HPET_COUNTER, %eax # QEMU
    movl $0, APIC_PRIORITY # KVM
    movl %eax, HPET_COUNTER # QEMU
    movl $APIC_BASE_MSR, %ecx
    rdmsr
    decl %esi
    jnz again
    # "QEMU", of its configuration device
    movl $0x510, %edx
    xorl %eax, %eax
    outw %ax, %dx
    incl %edx
    movl $BUFFER, %edi
    movl $4, %ecx
    rep insb
    movb $0x5A, %al
    outb %al, $0x80 # nothing comes after it
    finish
