# SPDX-License-Identifier: Apache-2.0
# Real mode: 2,000 reads of COM1's line status and of the RTC's seconds, as a start has them, then nothing.
    .include "guest.inc"

start:
    real_mode
    movw $2000, %cx
again:
    movw $0x3FD, %dx
    inb %dx, %al
    xorb %al, %al
    outb %al, $0x70
    inb $0x71, %al
    loop again
    finish
