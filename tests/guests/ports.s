# SPDX-License-Identifier: Apache-2.0
# Real mode: port reads and writes of every size, in a loop, aligned and not.
    .include "guest.inc"

start:
    real_mode
    movw $20, %cx
again:
    movw $PROBE, %dx
    inb %dx, %al
    outb %al, %dx
    incw %dx
    inw %dx, %ax
    outw %ax, %dx
    movw $(PROBE + 4), %dx
    inl %dx, %eax
    notl %eax
    outl %eax, %dx
    inb $0x40, %al
    movw $(PROBE + 8), %dx
    outb %al, %dx
    loop again
    finish
