# SPDX-License-Identifier: Apache-2.0
# 32-bit, on COUNT CPUs (the test says how many): the first starts the others; each reads and
# writes a register of its own at the probe. The first ends the run when all are through.
    .include "guest.inc"
    .include "smp.inc"

    .set COUNT, 0x600
    .set THROUGH, 0x604
    .set ROUNDS, 1000

    .code16
start:
    protected_mode
    start_others
    jmp work

    .code16
peer_start:
    protected_mode
work:
    which_cpu
    leal PROBE(, %ebx, 4), %edx
    movl $ROUNDS, %ecx
again:
    inl %dx, %eax
    outl %eax, %dx
    loop again
    lock incl THROUGH
    testl %ebx, %ebx
    jnz end
wait:
    movl THROUGH, %eax
    cmpl COUNT, %eax
    jne wait
    movl $DONE, %edx
    outb %al, %dx
end:
    finish
