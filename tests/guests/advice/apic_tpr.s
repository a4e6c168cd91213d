# SPDX-License-Identifier: Apache-2.0
# 32-bit: raises and lowers the task priority for ever, as Windows does without its enlightenments.
    .include "guest.inc"
    .include "apic.inc"

    .set TPR, APIC + 0x80

start:
    protected_mode
    movl $0x1FF, SPURIOUS
    xorl %eax, %eax
again:
    movl %eax, TPR
    xorl $0x20, %eax
    jmp again
