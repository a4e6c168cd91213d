# SPDX-License-Identifier: Apache-2.0
# 32-bit, on two CPUs: each adds to its own count at the probe and to a common one in memory.
    .include "guest.inc"

    .set NUMBER, 0x600
    .set TOTAL, 0x604
    .set ROUNDS, 2000

start:
    protected_mode
    movl $1, %ebx
    lock xaddl %ebx, NUMBER
    leal (, %ebx, 4), %edx
    addl $PROBE, %edx
    movl $ROUNDS, %ecx
again:
    inl %dx, %eax
    incl %eax
    outl %eax, %dx
    lock incl TOTAL
    loop again
    finish
