# SPDX-License-Identifier: Apache-2.0
# 32-bit, on a PC: sends itself an INIT twice, and ends by the exit when it has begun a third time.
# The exit tells how often CPUID had a local APIC, and the one found was as after an INIT.
    .include "guest.inc"
    .include "apic.inc"

    .set BEGUN, 0x608
    .set FOUND, 0x60C
    .set ICR, APIC + 0x300
    .set INIT, 5 << 8 | 1 << 14

    .code16
start:
    protected_mode
    incl BEGUN
    movl $1, %eax
    cpuid
    btl $9, %edx
    jnc 1f
    cmpl $0xFF, SPURIOUS
    jne 1f
    incl FOUND
1:  movl $0x1FF, SPURIOUS
    cmpl $3, BEGUN
    je end
    movl $0, ICR + 16
    movl $INIT, ICR
    cli
    hlt
end:
    movl FOUND, %eax
    outb %al, $0xF4
9:  jmp 9b
