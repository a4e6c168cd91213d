# SPDX-License-Identifier: Apache-2.0
# 32-bit: the HPET's timer 0 ticks a thousand times a second in place of the PIT's, with all
# interrupts masked. Then nothing to do.
    .include "guest.inc"

    .set HPET, 0xFED00000
    .set TICK, 100000 # of 10 ns

start:
    protected_mode
    movb $0xFF, %al
    outb %al, $0x21
    outb %al, $0xA1
    movl $0x4C, HPET + 0x100 # periodic, interrupts on, the accumulator may be set
    movl $TICK, HPET + 0x108
    movl $TICK, HPET + 0x108
    movl $3, HPET + 0x10 # runs, legacy replacement
    finish
