# SPDX-License-Identifier: Apache-2.0
# 32-bit: writes EOI to the local APIC for ever.
    .include "guest.inc"
    .include "apic.inc"

start:
    protected_mode
    movl $0x1FF, SPURIOUS
    xorl %eax, %eax
again:
    movl %eax, EOI
    jmp again
