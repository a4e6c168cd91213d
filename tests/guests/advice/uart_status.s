# SPDX-License-Identifier: Apache-2.0
# Real mode: waits for a byte from COM1 by reading its line status.
    .include "guest.inc"

start:
    real_mode
    movw $0x3FD, %dx
again:
    inb %dx, %al
    testb $1, %al
    jz again
    finish
