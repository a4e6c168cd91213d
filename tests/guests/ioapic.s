# SPDX-License-Identifier: Apache-2.0
# 32-bit, on two CPUs: the first has the PIT's interrupt led through the I/O APIC to the second,
# and halts for good. The second counts 40 of them, 500 a second, halted in between.
    .include "guest.inc"
    .include "smp.inc"

    .set WANTED, 40
    .set DIVISOR, 2386
    .set INDEX, 0xFEC00000
    .set WINDOW, INDEX + 0x10
    .set PIT_PIN, 2

    .code16
start:
    protected_mode
    movl $(0x10 + 2 * PIT_PIN + 1), INDEX
    movl $(1 << 24), WINDOW # to the CPU of this number
    movl $(0x10 + 2 * PIT_PIN), INDEX
    movl $VECTOR, WINDOW # an edge, not masked
    start_others
    cli
halted:
    hlt
    jmp halted

.macro send value, port
    movb $\value, %al
    outb %al, $\port
.endm

    .code16
peer_start:
    protected_mode
    take_interrupts
    send 0x34, 0x43
    send (DIVISOR & 255), 0x40
    send (DIVISOR >> 8), 0x40
wait:
    sti
    hlt
    cli
    cmpl $WANTED, COUNT
    jb wait
    finish_by_port

    counting_handler
