# SPDX-License-Identifier: Apache-2.0
# Real mode: measures with the PIT's counter 2 for ever, as a calibration of the TSC does.
    .include "guest.inc"

start:
    real_mode
    movb $1, %al
    outb %al, $0x61 # gate on, speaker off
    movb $0xB0, %al
    outb %al, $0x43
again:
    movb $0xFF, %al
    outb %al, $0x42
    outb %al, $0x42
    movw $1000, %cx
wait:
    inb $0x61, %al
    testb $0x20, %al
    loopz wait
    jmp again
