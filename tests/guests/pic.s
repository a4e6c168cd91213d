# SPDX-License-Identifier: Apache-2.0
# Real mode, with a PIC pair: counts the interrupts of line 5, one probe write each.
    .include "guest.inc"

    .set VECTOR, 0x25
    .set COUNT, 0x600

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
    send 0x11, 0xA0
    send 0x28, 0xA1
    send 0x02, 0xA1
    send 0x01, 0xA1
    send 0xDF, 0x21
    send 0xFF, 0xA1
    movw $(PROBE + 4), %dx
    outb %al, %dx
    sti
wait:
    cmpw $50, COUNT
    jb wait
    cli
    finish_by_port

handler:
    pushw %ax
    pushw %dx
    incw COUNT
    movw COUNT, %ax
    movw $PROBE, %dx
    outw %ax, %dx
    send 0x20, 0x20
    popw %dx
    popw %ax
    iretw
