# SPDX-License-Identifier: Apache-2.0
# Real mode: writes to the debug port for ever, byte by byte.
    .include "guest.inc"

start:
    real_mode
    movw $0x402, %dx
    movb $'.', %al
again:
    outb %al, %dx
    jmp again
