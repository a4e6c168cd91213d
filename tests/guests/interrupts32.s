# SPDX-License-Identifier: Apache-2.0
# 32-bit: interrupts through an interrupt gate, taken while halted.
    .include "guest.inc"

    .set VECTOR, 0x20
    .set IDT, 0x2000
    .set COUNT, 0x600
    .set REQUEST, PROBE + 0x10
    .set ACKNOWLEDGE, PROBE + 0x11

.macro gate vector, handler, kind
    movl $\handler, %eax
    movw %ax, IDT + 8 * \vector
    movw $CODE32, IDT + 8 * \vector + 2
    movw $\kind, IDT + 8 * \vector + 4
    shrl $16, %eax
    movw %ax, IDT + 8 * \vector + 6
.endm

start:
    protected_mode
    movl $0, COUNT
    gate VECTOR, handler, 0x8E00
    lidt idt_pointer
    movl $12, %ecx
again:
    movl $REQUEST, %edx
    movb $1, %al
    outb %al, %dx
    sti
    hlt
    cli
    loop again
    movl COUNT, %eax
    movl $PROBE, %edx
    outl %eax, %dx
    finish

# A return from an interrupt in two steps. Where KVM emulates the guest (a host without VMX and
# SVM), it knows IRET in real mode only.
.macro return
    pushl 8(%esp)
    popfl
    lretl $4
.endm

handler:
    pushl %eax
    pushl %edx
    incl COUNT
    movl COUNT, %eax
    movl $ACKNOWLEDGE, %edx
    outb %al, %dx
    popl %edx
    popl %eax
    return

idt_pointer:
    .word 8 * 256 - 1
    .long IDT
