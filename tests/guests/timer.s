# SPDX-License-Identifier: Apache-2.0
# Real mode, on a PC: programs PIC and PIT for 500 interrupts a second, and counts 40 of them,
# half of them halted, half of them running.
    .include "guest.inc"

    .set VECTOR, 0x20
    .set COUNT, 0x600
    .set DIVISOR, 2386

.macro send value, port
    movb $\value, %al
    outb %al, $\port
.endm

start:
    real_mode
    movw $(handler - ROM), 4 * VECTOR
    movw $(ROM >> 4), 4 * VECTOR + 2
    movw $0, COUNT
    send 0x11, 0x20
    send 0x20, 0x21
    send 0x04, 0x21
    send 0x01, 0x21
    send 0xFE, 0x21
    send 0x34, 0x43
    send (DIVISOR & 255), 0x40
    send (DIVISOR >> 8), 0x40
halted:
    sti
    hlt
    cli
    cmpw $20, COUNT
    jb halted
    sti
running:
    cmpw $40, COUNT
    jb running
    finish

handler:
    pushw %ax
    pushw %dx
    incw COUNT
    movw COUNT, %ax
    movw $PROBE, %dx
    outw %ax, %dx
    cmpw $40, COUNT
    jb more
    send 0xFF, 0x21
more:
    send 0x20, 0x20
    popw %dx
    popw %ax
    iretw
