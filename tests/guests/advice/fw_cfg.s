# SPDX-License-Identifier: Apache-2.0
# Real mode: reads an item of fw_cfg for ever, byte by byte.
    .include "guest.inc"

start:
    real_mode
    movw $0x511, %dx
again:
    inb %dx, %al
    jmp again
