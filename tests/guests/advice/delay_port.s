# SPDX-License-Identifier: Apache-2.0
# Real mode: waits by writes to port 0x80 for ever, as old delays do.
    .include "guest.inc"

start:
    real_mode
again:
    outb %al, $0x80
    jmp again
