# SPDX-License-Identifier: Apache-2.0
# 32-bit: writes EOI to the local APIC in x2APIC mode for ever.
    .include "guest.inc"
    .include "apic.inc"

start:
    protected_mode
    movl $0x1B, %ecx
    rdmsr
    orl $0xC00, %eax
    wrmsr
    movl $0x80B, %ecx
    xorl %eax, %eax
    xorl %edx, %edx
again:
    wrmsr
    jmp again
