# SPDX-License-Identifier: Apache-2.0
# 32-bit, with a local APIC: counts the messages of one vector, one probe write each.
    .include "guest.inc"

    .set VECTOR, 0x41
    .set IDT, 0x2000
    .set COUNT, 0x600
    .set APIC, 0xFEE00000
    .set EOI, APIC + 0xB0
    .set SPURIOUS, APIC + 0xF0

start:
    protected_mode
    movl $0, COUNT
    movl $handler, %eax
    movw %ax, IDT + 8 * VECTOR
    movw $CODE32, IDT + 8 * VECTOR + 2
    movw $0x8E00, IDT + 8 * VECTOR + 4
    shrl $16, %eax
    movw %ax, IDT + 8 * VECTOR + 6
    lidt idt_pointer
    movl $0x1FF, SPURIOUS
    movl $(PROBE + 4), %edx
    outl %eax, %dx
    sti
wait:
    cmpl $50, COUNT
    jb wait
    cli
    finish_by_port

handler:
    pushl %eax
    pushl %edx
    incl COUNT
    movl COUNT, %eax
    movl $PROBE, %edx
    outl %eax, %dx
    movl $0, EOI
    popl %edx
    popl %eax
    pushl 8(%esp)
    popfl
    lretl $4

idt_pointer:
    .word 8 * 256 - 1
    .long IDT
