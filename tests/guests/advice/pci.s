# SPDX-License-Identifier: Apache-2.0
# Real mode: reads the identity of device 0 for ever, through 0xCF8 and 0xCFC.
    .include "guest.inc"

start:
    real_mode
    movl $0x80000000, %ebx
again:
    movw $0xCF8, %dx
    movl %ebx, %eax
    outl %eax, %dx
    movw $0xCFC, %dx
    inl %dx, %eax
    jmp again
