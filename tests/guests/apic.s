# SPDX-License-Identifier: Apache-2.0
# 32-bit, with a local APIC: counts the messages of one vector, one probe write each.
    .include "guest.inc"
    .include "apic.inc"

start:
    protected_mode
    movl $0, COUNT
    take_interrupts
    movl $(PROBE + 4), %edx
    outl %eax, %dx
    sti
wait:
    cmpl $50, COUNT
    jb wait
    cli
    finish_by_port

    counting_handler
