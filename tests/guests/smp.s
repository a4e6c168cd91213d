# SPDX-License-Identifier: Apache-2.0
# With local APICs: the first CPU, in 32-bit mode, wakes the second, which reports from real mode.
    .include "guest.inc"
    .include "smp.inc"

    .set FLAG, 0x600

    .code16
start:
    protected_mode
    movl $0, FLAG
    start_others
wait:
    cmpl $1, FLAG
    jne wait
    movl $PROBE, %edx
    movb $2, %al
    outb %al, %dx
    finish_by_port

    .code16
peer_start:
    real_mode
    movw $PROBE, %dx
    movb $1, %al
    outb %al, %dx
    movl $1, FLAG
    cli
    hlt
