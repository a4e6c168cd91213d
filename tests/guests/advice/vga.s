# SPDX-License-Identifier: Apache-2.0
# Real mode: reads the VGA's input status for ever, as a wait for the retrace does.
    .include "guest.inc"

start:
    real_mode
    movw $0x3DA, %dx
again:
    inb %dx, %al
    jmp again
