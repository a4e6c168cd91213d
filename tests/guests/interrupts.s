# SPDX-License-Identifier: Apache-2.0
# Real mode: interrupts that the probe asks for, taken while halted and while running.
    .include "guest.inc"

    .set VECTOR, 0x20
    .set COUNT, 0x600
    .set REQUEST, PROBE + 0x10     # a write asks for so many interrupts, one after the other
    .set ACKNOWLEDGE, PROBE + 0x11 # a write by the handler
    .set ROUNDS, 10

start:
    real_mode
    movw $(handler - ROM), 4 * VECTOR
    movw $(ROM >> 4), 4 * VECTOR + 2
    movw $0, COUNT

    # Halted: each wakes the CPU once.
    movw $ROUNDS, %cx
halted:
    movw $REQUEST, %dx
    movb $1, %al
    outb %al, %dx
    sti
    hlt
    cli
    loop halted

    # Held back while interrupts are off, taken as soon as they are on.
    movb $3, %al
    movw $REQUEST, %dx
    outb %al, %dx
    movw COUNT, %ax
    movw $PROBE, %dx
    outw %ax, %dx
    sti
wait:
    cmpw $(ROUNDS + 3), COUNT
    jne wait
    cli
    movw COUNT, %ax
    movw $PROBE, %dx
    outw %ax, %dx
    finish

handler:
    pushw %ax
    pushw %dx
    incw COUNT
    movw COUNT, %ax
    movw $ACKNOWLEDGE, %dx
    outb %al, %dx
    popw %dx
    popw %ax
    iretw
