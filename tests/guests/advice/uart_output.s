# SPDX-License-Identifier: Apache-2.0
# Real mode: writes to COM1 for ever, byte by byte.
    .include "guest.inc"

start:
    real_mode
    movw $0x3F8, %dx
    movb $'.', %al
again:
    outb %al, %dx
    jmp again
