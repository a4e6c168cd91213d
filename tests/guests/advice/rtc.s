# SPDX-License-Identifier: Apache-2.0
# Real mode: waits for the RTC by reading register A for ever.
    .include "guest.inc"

start:
    real_mode
again:
    movb $0x0A, %al
    outb %al, $0x70
    inb $0x71, %al
    jmp again
